/** The system instructions that complete in TypeScript, by the names that their rows give `o.helper`. */
import { FirmwareCall, type HartState, type Helper, SEMIHOSTING, Trap } from '../core/privileged';
import { HCR } from './bits';
import { CAUSE, causeOf, EC, TO_EL2 } from './causes';
import { hasEl2 } from './contexts';
import { hasFeature } from './cpus';
import { eret } from './exceptions';
import type { Feature } from './features';
import { wakesFromWait } from './interrupts';
import { maintenanceOf } from './maintenance';
import { setLevel } from './pstate';
import { checkRules, readByInstruction, writeByInstruction } from './sysreg-access';
import { type Rules, refusalOf, TRAP, USER } from './sysreg-traps';

const undefinedInstruction = (): Trap => new Trap(CAUSE.undefined, 0n);

const levelOf = (state: Pick<HartState, 'get'>): number => Number(state.get('EL'));

/** op0 is 2 or 3, of which the field has the low bit. */
const SYSREG = 0x8000;

const mrs: Helper = (state, field) => {
  state.write('x', field('Rt'), readByInstruction(state, SYSREG | field('sysreg')));
};

const msr: Helper = (state, field) => {
  writeByInstruction(state, SYSREG | field('sysreg'), state.read('x', field('Rt')));
};

/** op0 is 1. */
const SYS = 0x4000;
/** Encodings that are the implementation's own: they trap by HCR_EL2.TIDCP, and are not there. */
const isOwn = (number: number): boolean => {
  const crn = (number >> 7) & 15;
  return crn === 11 || crn === 15;
};

const sys: Helper = (state, field) => {
  const number = SYS | field('sysop');
  const row = maintenanceOf(number);
  const el = levelOf(state);
  if (row === undefined) {
    if (isOwn(number) && el === 1 && state.get('HCR_EL2') & HCR.TIDCP) throw new Trap(CAUSE.sysreg | TO_EL2, 0n);
    throw undefinedInstruction();
  }
  if (el < row.el || (row.feature !== undefined && !hasFeature(state, row.feature))) throw undefinedInstruction();
  checkRules(state, row, true);
  row.run(state, state.read('x', field('Rt')));
};

/** A flag of PSTATE from the immediate. */
const flag =
  (slot: string, feature: Feature, least: number): Helper =>
  (state, field) => {
    if (!hasFeature(state, feature) || levelOf(state) < least) throw undefinedInstruction();
    state.set(slot, BigInt(field('CRm') & 1));
    state.contextChanged();
  };

const masks =
  (change: (old: bigint, bits: bigint) => bigint): Helper =>
  (state, field) => {
    checkRules(state, { user: USER.UMA }, true);
    state.set('DAIF', change(state.get('DAIF'), BigInt(field('CRm')) << 6n));
    state.interruptsChanged();
  };

/** Calls EL2, or the machine that answers in its place. */
const hvc: Helper = (state) => {
  const el = levelOf(state);
  if (el > 0 && state.get('psci') === 1n) throw new FirmwareCall();
  const isThere = hasEl2(state) && (state.get('HCR_EL2') & HCR.HCD) === 0n;
  if (el === 0 || !isThere) throw undefinedInstruction();
  throw new Trap(CAUSE.hvc, 0n);
};

/** Calls EL3, which there is not: the machine answers, or EL2 that has it trapped. */
const smc: Helper = (state) => {
  const el = levelOf(state);
  if (el === 1 && state.get('HCR_EL2') & HCR.TSC) throw new Trap(CAUSE.smc | TO_EL2, 0n);
  if (el > 0 && state.get('psci') === 2n) throw new FirmwareCall();
  throw undefinedInstruction();
};

/** The number by which programs of AArch64 ask for semihosting. */
const SEMIHOSTING_CALL = 0xf000;

/** Asks the debugger's host, where the machine answers in its place; undefined for programs at EL0, and without. */
const hlt: Helper = (state, field) => {
  if (levelOf(state) > 0 && field('imm') === SEMIHOSTING_CALL && state.readSpace(SEMIHOSTING, 0, 1) !== undefined)
    throw new FirmwareCall('semihosting');
  throw undefinedInstruction();
};

/** @throws Trap where waiting is not allowed */
const checkWait = (state: HartState, rules: Rules): void => {
  const mark = refusalOf(state, rules, true);
  if (mark !== undefined) throw new Trap(causeOf(EC.wfx) | mark, 0n);
};

/** Waits for an interrupt, masked or not. */
const wfi: Helper = (state) => {
  if (wakesFromWait(state)) return;
  checkWait(state, { user: USER.nTWI, traps: [TRAP.TWI] });
  state.wait();
};

/**
 * Waits for an event. Which stores and events of other processors end it, is not followed, so it never lasts: that is allowed, since
 * it may end at any time.
 */
const wfe: Helper = (state) => {
  if (state.get('event') === 0n) checkWait(state, { user: USER.nTWE, traps: [TRAP.TWE] });
  state.set('event', 0n);
};

export const SYSTEM_HELPERS: Readonly<Record<string, Helper>> = {
  mrs,
  msr,
  sys,
  // There is none that yields something.
  sysl: () => {
    throw undefinedInstruction();
  },
  'msr-daifset': masks((old, bits) => old | bits),
  'msr-daifclr': masks((old, bits) => old & ~bits),
  'msr-spsel': (state, field) => {
    if (levelOf(state) === 0) throw undefinedInstruction();
    setLevel(state, state.get('EL'), BigInt(field('CRm') & 1));
  },
  'msr-pan': flag('PAN', 'PAN', 1),
  'msr-uao': flag('UAO', 'UAO', 1),
  'msr-dit': flag('DIT', 'DIT', 0),
  'msr-ssbs': flag('SSBS', 'SSBS2', 0),
  hlt,
  hvc,
  smc,
  eret,
  // Only in debug state, which only external debuggers enter.
  drps: () => {
    throw undefinedInstruction();
  },
  wfi,
  wfe,
};
