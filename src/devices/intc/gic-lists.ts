/**
 * What virtual interfaces of all versions have alike: how many list registers there are, the hypervisor's control register and
 * the conditions of its maintenance interrupt.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 2.0, section 5.3 "GIC virtual interface control registers"
 */
import type { GicGroup } from './gic-interrupts';

export const LIST_REGISTERS = 4;
/** Bits of HCR. Its upper four enables are in the places of their conditions in MISR. */
export const HCR = { enable: 1, underflow: 2, notPresent: 4, noPending: 8 } as const;
const COUNT_SHIFT = 27;
/** Bits of MISR. The upper four are enables of HCR and states of VMCR. */
const MISR = { end: 1, underflow: 2, notPresent: 4, noPending: 8 } as const;

/** HCR with one more end counted that no list register was there for. */
export const countEnd = (hcr: number): number => (hcr + 2 ** COUNT_SHIFT) % 2 ** 32;

/** What the list registers and the guest's interface are like. */
export interface ListsInUse {
  readonly hcr: number;
  /** Registers that hold an interrupt. */
  readonly valid: number;
  /** Whether one is pending, and no more than that. */
  readonly isPending: boolean;
  /** Whether the hypervisor is to hear of an end. */
  readonly isEnded: boolean;
  isEnabled(group: GicGroup): boolean;
}

/** MISR. */
export const maintenance = ({ hcr, valid, isPending, isEnded, isEnabled }: ListsInUse): number => {
  let misr: number = isEnded ? MISR.end : 0;
  if (hcr & HCR.underflow && valid <= 1) misr |= MISR.underflow;
  if (hcr & HCR.notPresent && hcr >>> COUNT_SHIFT) misr |= MISR.notPresent;
  if (hcr & HCR.noPending && !isPending) misr |= MISR.noPending;
  return misr | (hcr & ((isEnabled(0) ? 0x10 : 0x20) | (isEnabled(1) ? 0x40 : 0x80)));
};

/** The list registers that a test is true of, a bit each. */
export const listsThat = <T>(lists: readonly T[], test: (value: T) => boolean): number =>
  lists.reduce((bits, value, index) => (test(value) ? bits | (1 << index) : bits), 0);
