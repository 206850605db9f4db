/**
 * A CPU interface of a GICv3, as system registers show it: the physical one (ICC_*) and, on list registers, the one that a guest
 * has (ICV_*). Priorities have five bits. There is one Security state: group 0 asks with FIQ, group 1 with IRQ.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), chapter 4 "Physical Interrupt Handling and Prioritization"
 */
import { type GicCandidate, type GicGroup, type GicRequest, SPURIOUS } from './gic-interrupts';

/** Its registers, by the names behind ICC_ and ICV_. */
export type InterfaceRegister =
  | 'PMR'
  | 'CTLR'
  | 'RPR'
  | 'DIR'
  | `${'IAR' | 'EOIR' | 'HPPIR' | 'BPR' | 'IGRPEN'}${0 | 1}`
  | 'AP0R0'
  | 'AP1R0';

/** What each group has of its own is a pair. */
export type Gicv3InterfaceState = {
  pmr: number;
  ctlr: number;
  point: [number, number];
  enable: [number, number];
  /** Active priorities, a bit a level, the most urgent in bit 0. */
  active: [number, number];
};

/** Where an interface gets its interrupts from. */
export interface Gicv3Source {
  best(): GicCandidate | undefined;
  activate(candidate: GicCandidate): void;
  /** @param group of the register that ended it; either by DIR, which names none */
  deactivate(id: number, group: GicGroup | undefined): void;
}

/** The low bits of CTLR that can be written, and the others: five bits of priority, 24 of id, affinity 3. */
export const ICC_CTLR = { commonPoint: 1, eoiMode: 2, kept: 3, fixed: 0x8c00 } as const;
/** The first id of locality-specific interrupts, which are never active. */
export const FIRST_LPI = 8192;
const LEAST_POINT: readonly [number, number] = [2, 3];
const LEVEL_SHIFT = 3;
const PRIORITY_BITS = 0xf8;
const IDLE = 0xff;
const ID_BITS = 0xff_ffff;

/** An interface at reset. */
export const freshGicv3Interface = (): Gicv3InterfaceState => ({
  pmr: 0,
  ctlr: 0,
  point: [...LEAST_POINT],
  enable: [0, 0],
  active: [0, 0],
});

/** Sets a group's binary point to what it can be. */
export const setPoint = (state: Gicv3InterfaceState, group: GicGroup, value: number): void => {
  state.point[group] = Math.max(value & 7, LEAST_POINT[group]);
};

/** The registers and rules of one interface; its state is its controller's. */
export class Gicv3Interface {
  constructor(
    private readonly source: Gicv3Source,
    private readonly stateOf: () => Gicv3InterfaceState,
  ) {}

  /** What it asks its processor for. */
  get request(): GicRequest {
    const best = this.#deliverable();
    return best && (best.group === 0 ? 'fiq' : 'irq');
  }

  /** @param isQuiet a debugger looks: nothing is acknowledged */
  read(register: InterfaceRegister, isQuiet = false): number {
    const state = this.stateOf();
    switch (register) {
      case 'PMR':
        return state.pmr;
      case 'CTLR':
        return state.ctlr | ICC_CTLR.fixed;
      case 'RPR':
        return this.#running();
      case 'IAR0':
      case 'IAR1':
        return this.#acknowledge(groupOf(register), isQuiet);
      case 'HPPIR0':
      case 'HPPIR1': {
        const best = this.source.best();
        return best?.group === groupOf(register) ? best.id : SPURIOUS;
      }
      case 'BPR0':
        return state.point[0];
      case 'BPR1':
        return state.ctlr & ICC_CTLR.commonPoint ? Math.min(state.point[0] + 1, 7) : state.point[1];
      case 'IGRPEN0':
      case 'IGRPEN1':
        return state.enable[groupOf(register)];
      case 'AP0R0':
        return state.active[0];
      case 'AP1R0':
        return state.active[1];
      default:
        return 0;
    }
  }

  write(register: InterfaceRegister, value: number): void {
    const state = this.stateOf();
    switch (register) {
      case 'PMR':
        state.pmr = value & PRIORITY_BITS;
        return;
      case 'CTLR':
        state.ctlr = value & ICC_CTLR.kept;
        return;
      case 'EOIR0':
      case 'EOIR1':
        this.#end(value & ID_BITS, groupOf(register));
        return;
      case 'DIR':
        if (state.ctlr & ICC_CTLR.eoiMode) this.source.deactivate(value & ID_BITS, undefined);
        return;
      case 'BPR0':
        setPoint(state, 0, value);
        return;
      case 'BPR1':
        // With a common point, group 0's is the one that is written.
        if (!(state.ctlr & ICC_CTLR.commonPoint)) setPoint(state, 1, value);
        return;
      case 'IGRPEN0':
      case 'IGRPEN1':
        state.enable[groupOf(register)] = value & 1;
        return;
      case 'AP0R0':
        state.active[0] = value >>> 0;
        return;
      case 'AP1R0':
        state.active[1] = value >>> 0;
        return;
      default:
        return;
    }
  }

  #deliverable(): GicCandidate | undefined {
    const state = this.stateOf();
    const best = this.source.best();
    if (!best || !state.enable[best.group] || best.priority >= state.pmr) return undefined;
    const running = this.#running();
    const mask = this.#maskOf(best.group);
    return running === IDLE || (best.priority & mask) < (running & mask) ? best : undefined;
  }

  #acknowledge(group: GicGroup, isQuiet: boolean): number {
    const best = this.#deliverable();
    if (best?.group !== group) return SPURIOUS;
    if (isQuiet) return best.id;
    const level = (best.priority & this.#maskOf(group) & 0xff) >> LEVEL_SHIFT;
    const { active } = this.stateOf();
    active[group] = (active[group] | (1 << level)) >>> 0;
    this.source.activate(best);
    return best.id;
  }

  #end(id: number, group: GicGroup): void {
    const state = this.stateOf();
    const level = (words: number): number => (words === 0 ? 32 : 31 - Math.clz32(words & -words));
    const [group0, group1] = state.active.map(level) as [number, number];
    if (isSpecial(id) || Math.min(group0, group1) === 32 || (group0 <= group1 ? 0 : 1) !== group) return;
    state.active[group] = (state.active[group] & (state.active[group] - 1)) >>> 0;
    if (id >= FIRST_LPI || !(state.ctlr & ICC_CTLR.eoiMode)) this.source.deactivate(id, group);
  }

  #running(): number {
    const { active } = this.stateOf();
    const both = active[0] | active[1];
    return both === 0 ? IDLE : (31 - Math.clz32(both & -both)) << LEVEL_SHIFT;
  }

  /** The bits of a group's priorities that preempt. */
  #maskOf(group: GicGroup): number {
    const { ctlr, point } = this.stateOf();
    const used = group === 1 && !(ctlr & ICC_CTLR.commonPoint) ? point[1] - 1 : point[0];
    return 0xff << (used + 1);
  }
}

const groupOf = (register: string): GicGroup => (register.endsWith('0') ? 0 : 1);

/** Ids that are no interrupts. */
const isSpecial = (id: number): boolean => id >= 1020 && id <= SPURIOUS;
