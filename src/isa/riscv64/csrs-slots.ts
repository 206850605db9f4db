/** The 64-bit slots a RISC-V hart's state consists of besides pc, x and f, and what changing one means to the engine. */
import type { HartState } from '../core/privileged';
import type { StateLayout } from '../core/state-layout';
import {
  DELEGABLE,
  ENVCFG,
  MSTATUS,
  PMP_ENTRIES,
  PRIV_M,
  PRIV_S,
  S_INTERRUPTS,
  U64,
  VS_INTERRUPTS,
  VSXL_64,
  XL_64,
} from './csrs-bits';

const PMP_SLOTS: readonly string[] = [
  'pmpcfg0',
  'pmpcfg2',
  ...Array.from({ length: PMP_ENTRIES }, (_, index) => `pmpaddr${index}`),
];

/**
 * Every slot. Those that are no CSR: `priv` (0 U, 1 S, 3 M), `v` (1 in a guest: VU or VS), `sbi` (1 when the machine
 * itself answers S-mode's ecalls), `mipLines` (interrupt lines as devices and timers drive them, bits as in mip),
 * `mcycleOffset` and `minstretOffset` (added to the hart's own counts), `reservation` and `reservationValue` (of lr/sc).
 * hvip is bits of `mip`; hie is bits of `mie`; vsip and vsie are those seen by the guest.
 */
export const SLOTS: readonly string[] = [
  'priv',
  'v',
  'mstatus',
  'fflags',
  'frm',
  'mip',
  'mipLines',
  'mie',
  'mideleg',
  'medeleg',
  'satp',
  'sbi',
  'stvec',
  'sscratch',
  'sepc',
  'scause',
  'stval',
  'scounteren',
  'senvcfg',
  'mtvec',
  'mscratch',
  'mepc',
  'mcause',
  'mtval',
  'mcounteren',
  'menvcfg',
  'mcountinhibit',
  'mcycleOffset',
  'minstretOffset',
  'mhartid',
  'reservation',
  'reservationValue',
  'mtval2',
  'mtinst',
  'hstatus',
  'hedeleg',
  'hideleg',
  'hcounteren',
  'htimedelta',
  'htval',
  'htinst',
  'henvcfg',
  'hgatp',
  'vsstatus',
  'vstvec',
  'vsscratch',
  'vsepc',
  'vscause',
  'vstval',
  'vsatp',
  'stimecmp',
  'vstimecmp',
  ...PMP_SLOTS,
];

/** All of a hart's state beside its pc. */
export const STATE: StateLayout = {
  files: [
    { name: 'x', count: 32, bits: 64, zero: 0 },
    { name: 'f', count: 32, bits: 64 },
  ],
  slots: SLOTS,
};

interface SlotEffects {
  /** Bits whose change makes cached translations wrong: all, those of V = 0 (`host`), or those of V = 1 (`guest`). */
  readonly translations?: bigint;
  readonly scope?: 'host' | 'guest';
  /** Bits whose change alters the privilege or translation context. */
  readonly context?: bigint;
  /** Bits whose change may make an interrupt deliverable. */
  readonly interrupts?: bigint;
  /** Bits whose change moves a timer's deadline. */
  readonly timers?: bigint;
}

const ALL = { translations: U64, context: U64 };
const EFFECTS: Readonly<Record<string, SlotEffects>> = {
  priv: { context: U64, interrupts: U64 },
  v: { context: U64, interrupts: U64 },
  // SUM and MXR select another set of cached translations (`dataContext`); they make none wrong.
  mstatus: {
    context: MSTATUS.MPRV | MSTATUS.MPP | MSTATUS.MPV | MSTATUS.SUM | MSTATUS.MXR | MSTATUS.FS,
    interrupts: MSTATUS.SIE | MSTATUS.MIE,
  },
  vsstatus: { context: MSTATUS.SUM | MSTATUS.MXR | MSTATUS.FS, interrupts: MSTATUS.SIE },
  satp: { ...ALL, scope: 'host' },
  vsatp: { ...ALL, scope: 'guest' },
  hgatp: { ...ALL, scope: 'guest' },
  menvcfg: { translations: ENVCFG.ADUE | ENVCFG.PBMTE, timers: ENVCFG.STCE },
  henvcfg: { translations: ENVCFG.ADUE | ENVCFG.PBMTE, scope: 'guest', timers: ENVCFG.STCE },
  stimecmp: { timers: U64 },
  vstimecmp: { timers: U64 },
  htimedelta: { timers: U64 },
  mip: { interrupts: U64 },
  mie: { interrupts: U64 },
  mideleg: { interrupts: U64 },
  hideleg: { interrupts: U64 },
  ...Object.fromEntries(PMP_SLOTS.map((name) => [name, ALL])),
};

/** Stores a slot and tells the engine what changed by it. */
export const storeSlot = (state: HartState, name: string, value: bigint): void => {
  const changed = state.get(name) ^ value;
  if (changed === 0n) return;
  state.set(name, value);
  const effects = EFFECTS[name];
  if (!effects) return;
  if (effects.translations && changed & effects.translations) state.flushTranslations(effects.scope);
  if (effects.context && changed & effects.context) state.contextChanged();
  if (effects.timers && changed & effects.timers) state.timersChanged();
  if (effects.interrupts && changed & effects.interrupts) state.interruptsChanged();
};

export interface ResetOptions {
  readonly hartid: number;
  /**
   * `machine` starts in M-mode with everything off. `supervisor` starts in S-mode as firmware would leave it, with the
   * machine itself answering SBI calls.
   */
  readonly start: 'machine' | 'supervisor';
}

/** Values of all slots at reset. x, f and pc are the engine's and the board's. */
export const resetState = (state: { set(slot: string, value: bigint): void }, options: ResetOptions): void => {
  for (const name of SLOTS) state.set(name, 0n);
  state.set('mhartid', BigInt(options.hartid));
  state.set('reservation', U64);
  state.set('mstatus', XL_64);
  state.set('hstatus', VSXL_64);
  state.set('vsstatus', VSXL_64);
  state.set('mideleg', VS_INTERRUPTS);
  // The manual leaves menvcfg open. Hardware sets A and D from the start, as on QEMU and as a device tree with Svadu
  // but without Svade promises.
  state.set('menvcfg', ENVCFG.ADUE);
  state.set('priv', BigInt(PRIV_M));
  if (options.start === 'machine') return;
  // What OpenSBI leaves behind, so that a kernel cannot tell: all it delegates, counters open, FP registers usable.
  // Exceptions that firmware would reflect back to S-mode are delegated outright.
  state.set('sbi', 1n);
  state.set('priv', BigInt(PRIV_S));
  state.set('mstatus', XL_64 | MSTATUS.FS);
  state.set('medeleg', DELEGABLE & ~(1n << 9n));
  state.set('mideleg', S_INTERRUPTS | VS_INTERRUPTS);
  state.set('menvcfg', ENVCFG.ADUE | ENVCFG.PBMTE | ENVCFG.STCE);
  state.set('stimecmp', U64);
  state.set('mcounteren', 0xffff_ffffn);
  state.set('scounteren', 7n);
};
