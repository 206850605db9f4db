/**
 * `mrs` and `msr`: who may access a system register, which one EL2 gets in its place as a host, and what a write means to the
 * engine; and the same for debuggers, without rules.
 * @see Arm ARM, D1.3.6, and the accessibility of each register in D19
 */
import { type HartState, Trap } from '../core/privileged';
import { CAUSE } from './causes';
import { isHostLevel } from './contexts';
import { hasFeature } from './cpus';
import { requireFp } from './fp-access';
import { type Rules, refusalOf } from './sysreg-traps';
import { guestSysregOf, readSysreg, type Sysreg, type SysregSource, sysregOfName, sysregOfNumber } from './sysregs';
import { accessDeviceRegister, deviceRegisterOf } from './sysregs-gic';

type SlotReader = Pick<HartState, 'get'>;

const undefinedAccess = (): Trap => new Trap(CAUSE.undefined, 0n);

/** @throws Trap where a control of EL1 or EL2 has the access taken there. */
export const checkRules = (state: SlotReader, rules: Rules, isWrite: boolean): void => {
  const mark = refusalOf(state, rules, isWrite);
  if (mark !== undefined) throw new Trap(CAUSE.sysreg | mark, 0n);
};

/** Whether a register is there on this machine. */
const isThere = (state: SlotReader, { feature, exists }: Sysreg): boolean =>
  (feature === undefined || hasFeature(state, feature)) && (exists?.(state) ?? true);

/** The register that this access is one of. @throws Trap */
const accessible = (state: HartState, number: number, isWrite: boolean): Sysreg => {
  const el = Number(state.get('EL'));
  const isHost = isHostLevel(state.get('HCR_EL2'), el);
  const named = sysregOfNumber(number);
  if (named === undefined) {
    const guest = el === 2 && isHost ? guestSysregOf(number) : undefined;
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
  if (named.host !== undefined && isHost) return sysregOfName(named.host) ?? named;
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
