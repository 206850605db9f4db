/**
 * The virtual part of a GICv3: list registers (ICH_*) in which a hypervisor offers interrupts to the guest of a processor, and the
 * interface at which the guest takes them.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), chapter 6 "Virtual Interrupt Handling and Prioritization"
 */
import type { GicCandidate, GicGroup, GicRequest } from './gic-interrupts';
import { countEnd, HCR, LIST_REGISTERS, listsThat, maintenance } from './gic-lists';
import {
  FIRST_LPI,
  freshGicv3Interface,
  Gicv3Interface,
  type Gicv3InterfaceState,
  ICC_CTLR,
  setPoint,
} from './gicv3-interface';

/** Its registers, by the names behind ICH_. */
export type VirtualRegister = 'HCR' | 'VTR' | 'MISR' | 'EISR' | 'ELRSR' | 'VMCR' | 'AP0R0' | 'AP1R0' | `LR${number}`;

/** HCR with the traps of accesses, which the processor looks at. */
const HCR_KEPT = 0xf800_7cff;
const LR = {
  id: 0xffff_ffffn,
  physicalShift: 32n,
  physicalBits: 0x1fffn,
  /** Of one that is bound to no physical interrupt: the hypervisor is to hear of its end. */
  end: 1n << 41n,
  priorityShift: 48n,
  group: 1n << 60n,
  hardware: 1n << 61n,
  pending: 1n << 62n,
  active: 1n << 63n,
  kept: 0xf0ff_1fff_ffff_ffffn | (1n << 41n),
} as const;
const STATE = LR.pending | LR.active;
/** Five bits of priority and of preemption, 16 of id, affinity 3, list registers less one. */
const VTR = ((4 << 29) | (4 << 26) | (1 << 23) | (1 << 21) | (LIST_REGISTERS - 1)) >>> 0;
const VMCR = { enable0: 1, enable1: 2, commonPoint: 0x10, eoiMode: 0x200 } as const;

export type Gicv3VirtualState = { hcr: number; lr: bigint[]; guest: Gicv3InterfaceState };

/** The virtual part of one processor at reset. */
export const freshGicv3Virtual = (): Gicv3VirtualState => ({
  hcr: 0,
  lr: new Array<bigint>(LIST_REGISTERS).fill(0n),
  guest: freshGicv3Interface(),
});

export class Gicv3Virtual {
  /** The guest's interface. */
  readonly guest: Gicv3Interface;

  /** @param deactivate makes a physical interrupt inactive that a list register is bound to */
  constructor(
    private readonly stateOf: () => Gicv3VirtualState,
    private readonly deactivate: (id: number) => void,
  ) {
    this.guest = new Gicv3Interface(
      {
        best: () => this.#best(),
        activate: ({ id }) => this.#activate(id),
        deactivate: (id, group) => this.#deactivate(id, group),
      },
      () => this.stateOf().guest,
    );
  }

  /** What the guest is asked for. */
  get request(): GicRequest {
    return this.guest.request;
  }

  /** The hypervisor is asked for. */
  get needsMaintenance(): boolean {
    return (this.stateOf().hcr & HCR.enable) !== 0 && this.#misr() !== 0;
  }

  /** `undefined` where there is no such register. */
  read(register: VirtualRegister): bigint | undefined {
    const { hcr, lr, guest } = this.stateOf();
    switch (register) {
      case 'HCR':
        return BigInt(hcr);
      case 'VTR':
        return BigInt(VTR);
      case 'MISR':
        return BigInt(this.#misr());
      case 'EISR':
        return BigInt(listsThat(lr, isEnded));
      case 'ELRSR':
        return BigInt(
          listsThat(lr, (value) => (value & STATE) === 0n && ((value & LR.hardware) !== 0n || !isEnded(value))),
        );
      case 'VMCR':
        return BigInt(
          (guest.enable[0] |
            (guest.enable[1] << 1) |
            (guest.ctlr & ICC_CTLR.commonPoint ? VMCR.commonPoint : 0) |
            (guest.ctlr & ICC_CTLR.eoiMode ? VMCR.eoiMode : 0) |
            // GicGroup 0 asks with FIQ.
            8 |
            (guest.point[1] << 18) |
            (guest.point[0] << 21) |
            (guest.pmr << 24)) >>>
            0,
        );
      case 'AP0R0':
        return BigInt(guest.active[0]);
      case 'AP1R0':
        return BigInt(guest.active[1]);
      default:
        return lr[Number(register.slice(2))];
    }
  }

  /** False where there is no such register. */
  write(register: VirtualRegister, value: bigint): boolean {
    const state = this.stateOf();
    const { guest, lr } = state;
    const word = Number(BigInt.asUintN(32, value));
    switch (register) {
      case 'HCR':
        state.hcr = (word & HCR_KEPT) >>> 0;
        return true;
      case 'VMCR':
        guest.enable = [word & VMCR.enable0 ? 1 : 0, word & VMCR.enable1 ? 1 : 0];
        guest.ctlr =
          (word & VMCR.commonPoint ? ICC_CTLR.commonPoint : 0) | (word & VMCR.eoiMode ? ICC_CTLR.eoiMode : 0);
        setPoint(guest, 1, word >>> 18);
        setPoint(guest, 0, word >>> 21);
        guest.pmr = (word >>> 24) & 0xf8;
        return true;
      case 'AP0R0':
        guest.active[0] = word;
        return true;
      case 'AP1R0':
        guest.active[1] = word;
        return true;
      case 'VTR':
      case 'MISR':
      case 'EISR':
      case 'ELRSR':
        return false;
      default: {
        const index = Number(register.slice(2));
        if (index >= lr.length) return false;
        lr[index] = value & LR.kept;
        return true;
      }
    }
  }

  #misr(): number {
    const { hcr, lr, guest } = this.stateOf();
    return maintenance({
      hcr,
      valid: lr.filter((value) => value & STATE).length,
      isPending: lr.some((value) => (value & STATE) === LR.pending),
      isEnded: lr.some(isEnded),
      isEnabled: (group) => guest.enable[group] !== 0,
    });
  }

  #best(): GicCandidate | undefined {
    const { hcr, lr, guest } = this.stateOf();
    if (!(hcr & HCR.enable)) return undefined;
    let best: GicCandidate | undefined;
    for (const value of lr) {
      const group = groupOf(value);
      const priority = Number((value >> LR.priorityShift) & 0xf8n);
      if ((value & STATE) !== LR.pending || !guest.enable[group] || (best && priority >= best.priority)) continue;
      best = { id: Number(value & LR.id), priority, group };
    }
    return best;
  }

  #activate(id: number): void {
    const { lr } = this.stateOf();
    const index = lr.findIndex((value) => (value & STATE) === LR.pending && Number(value & LR.id) === id);
    // What can be in a list register of a locality-specific interrupt is not active afterwards.
    const next = id >= FIRST_LPI ? 0n : LR.active;
    lr[index] = ((lr[index] ?? 0n) & ~LR.pending) | next;
  }

  #deactivate(id: number, group: GicGroup | undefined): void {
    const state = this.stateOf();
    const index = state.lr.findIndex((value) => value & LR.active && Number(value & LR.id) === id);
    const value = state.lr[index];
    if (value === undefined) {
      if (id < FIRST_LPI) state.hcr = countEnd(state.hcr);
      return;
    }
    if (group !== undefined && group !== groupOf(value)) return;
    state.lr[index] = value & ~LR.active;
    if (value & LR.hardware) this.deactivate(Number((value >> LR.physicalShift) & LR.physicalBits));
  }
}

const groupOf = (value: bigint): GicGroup => (value & LR.group ? 1 : 0);

/** The guest ended it and the hypervisor wants to hear of that. */
const isEnded = (value: bigint): boolean =>
  (value & STATE) === 0n && (value & LR.hardware) === 0n && (value & LR.end) !== 0n;
