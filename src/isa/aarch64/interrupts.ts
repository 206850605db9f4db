/**
 * Which interrupts are pending, where they go, and which is taken next.
 * @see Arm ARM, D1.3.3 "Asynchronous exception types" and the tables of routing and masking there
 */
import type { HartState } from '../core/privileged';
import { DAIF, HCR, LINE } from './bits';
import { INTERRUPT } from './causes';
import { isHostUser } from './contexts';

type SlotReader = Pick<HartState, 'get'>;

interface Kind {
  readonly cause: number;
  readonly line: bigint;
  /** The mask in PSTATE. */
  readonly mask: bigint;
  /** HCR_EL2's bit that routes the physical interrupt to EL2 and makes the virtual one possible. */
  readonly route: bigint;
}

/** A virtual interrupt is pending by its line or by a bit of HCR_EL2. */
interface VirtualKind extends Kind {
  readonly pend: bigint;
}

/** In order of priority, which is the processor's own: as QEMU's. */
const PHYSICAL: readonly Kind[] = [
  { cause: INTERRUPT.FIQ, line: LINE.FIQ, mask: DAIF.F, route: HCR.FMO },
  { cause: INTERRUPT.IRQ, line: LINE.IRQ, mask: DAIF.I, route: HCR.IMO },
];
const VIRTUAL: readonly VirtualKind[] = [
  { cause: INTERRUPT.vIRQ, line: LINE.vIRQ, mask: DAIF.I, route: HCR.IMO, pend: HCR.VI },
  { cause: INTERRUPT.vFIQ, line: LINE.vFIQ, mask: DAIF.F, route: HCR.FMO, pend: HCR.VF },
  { cause: INTERRUPT.vSError, line: LINE.vSError, mask: DAIF.A, route: HCR.AMO, pend: HCR.VSE },
];

/** Whether a physical interrupt goes to EL2. */
export const goesToEl2 = (hcr: bigint, route: bigint): boolean => (hcr & (route | HCR.TGE)) !== 0n;

/** Whether virtual interrupts of a kind are possible at all, and not just masked: below EL2, with the route and no TGE. */
const isVirtualPending = ({ line, route, pend }: VirtualKind, lines: bigint, hcr: bigint, el: bigint): boolean =>
  ((lines & line) !== 0n || (hcr & pend) !== 0n) && el < 2n && (hcr & route) !== 0n && (hcr & HCR.TGE) === 0n;

/** Whether a pending physical interrupt is not masked where it goes. */
const isTaken = ({ mask, route }: Kind, hcr: bigint, el: bigint, masks: bigint): boolean => {
  const isUnmasked = (masks & mask) === 0n;
  if (!goesToEl2(hcr, route)) return el < 2n && isUnmasked;
  // Below EL2 the masks are for EL1; a host's are for all of it.
  return isUnmasked || (el < 2n && !isHostUser(hcr));
};

/** The interrupt to take before the next instruction, if any. */
export const pendingInterrupt = (state: SlotReader): number | undefined => {
  const lines = state.get('lines');
  const hcr = state.get('HCR_EL2');
  if (lines === 0n && (hcr & (HCR.VI | HCR.VF | HCR.VSE)) === 0n) return undefined;
  const masks = state.get('DAIF');
  const el = state.get('EL');
  const physical = PHYSICAL.find((kind) => (lines & kind.line) !== 0n && isTaken(kind, hcr, el, masks));
  if (physical) return physical.cause;
  return VIRTUAL.find((kind) => isVirtualPending(kind, lines, hcr, el) && (masks & kind.mask) === 0n)?.cause;
};

/** What ends `wfi`: an interrupt that is pending, whether or not PSTATE masks it. */
export const wakesFromWait = (state: SlotReader): boolean => {
  const lines = state.get('lines');
  if (lines & (LINE.IRQ | LINE.FIQ)) return true;
  const hcr = state.get('HCR_EL2');
  return VIRTUAL.some((kind) => isVirtualPending(kind, lines, hcr, state.get('EL')));
};

/** ISR_EL1: where a level is routed to EL2 and has virtual interrupts, EL1 sees those. */
export const isrOf = (state: SlotReader): bigint => {
  const [lines, hcr, el] = [state.get('lines'), state.get('HCR_EL2'), state.get('EL')];
  const bits: Readonly<Record<number, bigint>> = {
    [INTERRUPT.vIRQ]: 1n << 7n,
    [INTERRUPT.vFIQ]: 1n << 6n,
    [INTERRUPT.vSError]: 1n << 8n,
  };
  let isr = 0n;
  for (const kind of VIRTUAL) {
    const isVirtual = el === 1n && (hcr & kind.route) !== 0n;
    const physical = PHYSICAL.find(({ route }) => route === kind.route);
    const isPending = isVirtual
      ? (lines & kind.line) !== 0n || (hcr & kind.pend) !== 0n
      : physical !== undefined && (lines & physical.line) !== 0n;
    if (isPending) isr |= bits[kind.cause] ?? 0n;
  }
  return isr;
};
