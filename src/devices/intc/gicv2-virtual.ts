/**
 * The virtual part of a GICv2: list registers in which a hypervisor offers interrupts to the guest of a processor, and the
 * interface at which the guest takes them.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 2.0, chapter 5 "GIC Support for Virtualization"
 */
import { type GicCandidate, type GicRequest, OTHER_GROUP } from './gic-interrupts';
import { countEnd, HCR, LIST_REGISTERS, listsThat, maintenance } from './gic-lists';
import {
  freshInterface,
  Gicv2Interface,
  type Gicv2InterfaceState,
  type InterfaceForm,
  type InterfaceSource,
} from './gicv2-interface';

/** Offsets of the control registers. */
const GICH = { HCR: 0x00, VTR: 0x04, VMCR: 0x08, MISR: 0x10, EISR: 0x20, ELSR: 0x30, APR: 0xf0, LR: 0x100 } as const;
const HCR_KEPT = 0xf800_00ff;
const LR = {
  id: 0x3ff,
  physicalShift: 10,
  processorShift: 10,
  end: 1 << 19,
  priorityShift: 23,
  pending: 1 << 28,
  active: 1 << 29,
  group1: 1 << 30,
  hardware: 1 << 31,
} as const;
const WRITABLE_LR = 0xff8f_ffff;
/** Five bits of priority and of preemption, six list registers less one. */
const VTR = ((4 << 29) | (4 << 26) | (LIST_REGISTERS - 1)) >>> 0;
const FORM: InterfaceForm = { leastBpr: 2, isVirtual: true };

export type Gicv2VirtualState = { hcr: number; lr: number[]; guest: Gicv2InterfaceState };

/** The virtual part of one processor at reset. */
export const freshVirtual = (): Gicv2VirtualState => ({
  hcr: 0,
  lr: new Array<number>(LIST_REGISTERS).fill(0),
  guest: freshInterface(FORM),
});

/** The registers as a debugger shows them. */
export const GICH_REGISTERS = [
  ...(['HCR', 'VTR', 'VMCR', 'MISR', 'APR'] as const).map((name) => ({ name, offset: GICH[name], width: 4 as const })),
  { name: 'EISR0', offset: GICH.EISR, width: 4 as const },
  { name: 'ELSR0', offset: GICH.ELSR, width: 4 as const },
  ...Array.from({ length: LIST_REGISTERS }, (_, index) => ({
    name: `LR${index}`,
    offset: GICH.LR + 4 * index,
    width: 4 as const,
  })),
];

export class Gicv2Virtual {
  /** The guest's interface. */
  readonly guest: Gicv2Interface;

  /** @param deactivate makes a physical interrupt inactive that a list register is bound to */
  constructor(
    private readonly stateOf: () => Gicv2VirtualState,
    private readonly deactivate: (id: number) => void,
  ) {
    const source: InterfaceSource = {
      best: () => this.#best(),
      activate: (candidate) => this.#activate(candidate),
      // All groups have one word of active priorities.
      groupOf: (id) => ((id & LR.id) < OTHER_GROUP ? 0 : undefined),
      deactivate: (id, counts) => this.#deactivate(id, counts),
    };
    this.guest = new Gicv2Interface(FORM, source, () => this.stateOf().guest);
  }

  /** What the guest is asked for. */
  get request(): GicRequest {
    return this.stateOf().hcr & HCR.enable ? this.guest.request : undefined;
  }

  /** The hypervisor is asked for. */
  get needsMaintenance(): boolean {
    return (this.stateOf().hcr & HCR.enable) !== 0 && this.#misr() !== 0;
  }

  read(offset: number): number {
    const { hcr, lr, guest } = this.stateOf();
    switch (offset) {
      case GICH.HCR:
        return hcr;
      case GICH.VTR:
        return VTR;
      case GICH.VMCR:
        return ((guest.ctlr & 0x21f) | (guest.abpr << 18) | (guest.bpr << 21) | ((guest.pmr >> 3) << 27)) >>> 0;
      case GICH.MISR:
        return this.#misr();
      case GICH.EISR:
        return listsThat(lr, isEnded);
      case GICH.ELSR:
        return listsThat(lr, (value) => (value & (LR.pending | LR.active)) === 0 && !isEnded(value));
      case GICH.APR:
        return guest.apr[0] ?? 0;
      default:
        return offset >= GICH.LR ? (lr[(offset - GICH.LR) >> 2] ?? 0) : 0;
    }
  }

  write(offset: number, value: number): void {
    const state = this.stateOf();
    const { guest, lr } = state;
    switch (offset) {
      case GICH.HCR:
        state.hcr = (value & HCR_KEPT) >>> 0;
        return;
      case GICH.VMCR:
        guest.ctlr = value & 0x21f;
        guest.abpr = Math.max((value >>> 18) & 7, FORM.leastBpr + 1);
        guest.bpr = Math.max((value >>> 21) & 7, FORM.leastBpr);
        guest.pmr = (value >>> 27) << 3;
        return;
      case GICH.APR:
        guest.apr[0] = value >>> 0;
        return;
      default: {
        const index = (offset - GICH.LR) >> 2;
        if (index >= 0 && index < lr.length) lr[index] = (value & WRITABLE_LR) >>> 0;
      }
    }
  }

  #misr(): number {
    const { hcr, lr, guest } = this.stateOf();
    return maintenance({
      hcr,
      valid: lr.filter((value) => value & (LR.pending | LR.active)).length,
      isPending: lr.some((value) => stateOf(value) === LR.pending),
      isEnded: lr.some(isEnded),
      isEnabled: (group) => (guest.ctlr & (1 << group)) !== 0,
    });
  }

  #best(): GicCandidate | undefined {
    const { hcr, lr, guest } = this.stateOf();
    if (!(hcr & HCR.enable)) return undefined;
    let best: GicCandidate | undefined;
    for (const value of lr) {
      const group = value & LR.group1 ? 1 : 0;
      const priority = ((value >>> LR.priorityShift) & 0x1f) << 3;
      if (stateOf(value) !== LR.pending || !(guest.ctlr & (1 << group)) || (best && priority >= best.priority))
        continue;
      best = { id: visibleId(value), priority, group };
    }
    return best;
  }

  #activate({ id }: GicCandidate): number {
    const { lr } = this.stateOf();
    const index = lr.findIndex((value) => stateOf(value) === LR.pending && visibleId(value) === id);
    lr[index] = (((lr[index] ?? 0) & ~LR.pending) | LR.active) >>> 0;
    return id;
  }

  #deactivate(id: number, counts: boolean): void {
    const state = this.stateOf();
    const index = state.lr.findIndex((value) => value & LR.active && (value & LR.id) === (id & LR.id));
    const value = state.lr[index];
    if (value === undefined) {
      if (counts) state.hcr = countEnd(state.hcr);
      return;
    }
    state.lr[index] = (value & ~LR.active) >>> 0;
    if (value & LR.hardware) this.deactivate((value >>> LR.physicalShift) & LR.id);
  }
}

const stateOf = (value: number): number => value & (LR.pending | LR.active);

/** The guest ended it and the hypervisor wants to hear of that. */
const isEnded = (value: number): boolean => stateOf(value) === 0 && !(value & LR.hardware) && (value & LR.end) !== 0;

/** What the guest reads: a software generated interrupt has the processor that asked for it. */
const visibleId = (value: number): number => {
  const id = value & LR.id;
  return !(value & LR.hardware) && id < 16 ? id | (((value >>> LR.processorShift) & 7) << 10) : id;
};
