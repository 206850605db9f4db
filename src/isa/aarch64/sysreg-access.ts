/**
 * `mrs` and `msr`: who may access a system register, which one EL2 gets in its place as a host, and what a write means to the
 * engine; and the same for debuggers, without rules.
 * @see Arm ARM, D1.3.6, and the accessibility of each register in D19
 */
import { type HartState, Trap } from '../core/privileged';
import { HCR } from './bits';
import { CAUSE, TO_EL2 } from './causes';
import { isHostUser } from './contexts';
import { hasFeature } from './cpus';
import { requireFp } from './fp-access';
import { isTrapped, isWithheld, type TrapRule, type UserRule } from './sysreg-traps';
import { guestSysregOf, readSysreg, type Sysreg, type SysregSource, sysregOfName, sysregOfNumber } from './sysregs';
import { accessDeviceRegister, deviceRegisterOf } from './sysregs-gic';

type SlotReader = Pick<HartState, 'get'>;

const undefinedAccess = (): Trap => new Trap(CAUSE.undefined, 0n);

/** Taken to EL1, or to EL2 where that handles the exceptions of EL0. */
export const trapToEl1 = (): Trap => new Trap(CAUSE.sysreg, 0n);
export const trapToEl2 = (): Trap => new Trap(CAUSE.sysreg | TO_EL2, 0n);

/** Who is asked for an access from EL0 and EL1. */
export interface Rules {
  readonly user?: UserRule;
  readonly traps?: readonly TrapRule[];
}

/** @throws Trap where a control of EL1 or EL2 has the access taken there. */
export const checkRules = (state: SlotReader, { user, traps }: Rules, isWrite: boolean): void => {
  const el = Number(state.get('EL'));
  if (el === 2) return;
  const isHost = el === 0 && isHostUser(state.get('HCR_EL2'));
  if (el === 0 && user && isWithheld(state, user, isWrite)) throw isHost ? trapToEl2() : trapToEl1();
  // A host's EL0 is no guest to HCR_EL2 and its like, but MDCR_EL2 is about it, too.
  const applies = ({ by }: TrapRule): boolean => !isHost || by === 'MDCR_EL2';
  if (traps?.some((rule) => applies(rule) && isTrapped(state, rule, isWrite, el))) throw trapToEl2();
};

/** Whether a register is there on this machine. */
const isThere = (state: SlotReader, { feature, exists }: Sysreg): boolean =>
  (feature === undefined || hasFeature(state, feature)) && (exists?.(state) ?? true);

const isHostLevel = (state: SlotReader, el: number): boolean => {
  const hcr = state.get('HCR_EL2');
  return el === 2 ? (hcr & HCR.E2H) !== 0n : el === 0 && isHostUser(hcr);
};

/** The register that this access is one of. @throws Trap */
const accessible = (state: HartState, number: number, isWrite: boolean): Sysreg => {
  const el = Number(state.get('EL'));
  const named = sysregOfNumber(number);
  if (named === undefined) {
    const guest = el === 2 && isHostLevel(state, el) ? guestSysregOf(number) : undefined;
    if (guest === undefined || !isThere(state, guest)) throw undefinedAccess();
    return guest;
  }
  const { access, isOfHighest } = named;
  const isForbidden = access === 'none' || access === (isWrite ? 'ro' : 'wo');
  if (isForbidden || el < named.el || !isThere(state, named)) throw undefinedAccess();
  if (isWrite && isOfHighest && BigInt(el) !== state.get('highest')) throw undefinedAccess();
  if (isWrite && named.isReadOnlyAtEl0 && el === 0) throw undefinedAccess();
  // The stack pointer that is in use has no name.
  if (named.name === 'SP_EL0' && state.get('SP') === 0n) throw undefinedAccess();
  if (named.group === 'state' && /^FP[CS]R$/.test(named.name)) requireFp(state);
  checkRules(state, named, isWrite);
  if (named.host !== undefined && isHostLevel(state, el)) return sysregOfName(named.host) ?? named;
  return named;
};

/** `mrs`. @throws Trap */
export const readByInstruction = (state: HartState, number: number): bigint => {
  const device = deviceRegisterOf(state, number);
  if (device) return accessDeviceRegister(state, device, undefined);
  return readSysreg(state, accessible(state, number, false));
};

/** `msr`. @throws Trap */
export const writeByInstruction = (state: HartState, number: number, value: bigint): void => {
  const device = deviceRegisterOf(state, number);
  if (device) accessDeviceRegister(state, device, value);
  else writeSysreg(state, accessible(state, number, true), value);
};

/** Writes the bits that software can write, and tells the engine what follows. */
export const writeSysreg = (state: HartState, row: Sysreg, value: bigint): void => {
  if (row.writable === 0n) return;
  const old = readSysreg(state, row);
  const merged = (old & ~row.writable) | (BigInt.asUintN(64, value) & row.writable);
  if (row.write) row.write(state, merged);
  else state.set(row.name, merged);
  if (old === merged) return;
  switch (row.effect) {
    case 'translations':
      state.flushTranslations();
      state.contextChanged();
      break;
    case 'guest translations':
      state.flushTranslations('guest');
      state.contextChanged();
      break;
    case 'context':
      state.contextChanged();
      break;
    case 'interrupts':
      state.interruptsChanged();
      break;
    case 'timers':
      state.timersChanged();
      break;
  }
};

/** Reads a system register for a debugger: no rules, no effects. `undefined` when there is no such register. */
export const peekSysreg = (state: SysregSource, name: string): bigint | undefined => {
  const row = sysregOfName(name);
  return row && readSysreg(state, row);
};

/**
 * Writes a system register for a debugger, with the effects a guest's write has but no rules.
 * @returns false when there is no such register or it has nothing to write.
 */
export const pokeSysreg = (state: HartState, name: string, value: bigint): boolean => {
  const row = sysregOfName(name);
  if (!row || row.writable === 0n) return false;
  writeSysreg(state, row, value);
  return true;
};
