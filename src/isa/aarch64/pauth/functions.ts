/**
 * Signing and authenticating pointers, as far as FEAT_PAuth goes: a pointer whose code is wrong gets an error code in its
 * place and faults when it is used.
 * @see Arm ARM, D8.10 "Pointer authentication"; shared pseudocode "AddPAC", "Auth", "Strip"
 */
import { type HartState, type IsaFunction, Trap } from '../../core/privileged';
import { isUpperAddress, REGIME_REGISTERS, type Regime, rangeOf, regimeAt } from '../address-ranges';
import { U64 } from '../bits';
import { causeOf, EC } from '../causes';
import { hasFeature } from '../cpus';
import { refusalOf, TRAP } from '../sysreg-traps';
import { qarma5 } from './qarma5';

/** Keys for instruction and data addresses: their registers without `Lo_EL1` and `Hi_EL1`, and the bit of SCTLR_ELx that enables them. */
const KEYS = {
  ia: { register: 'APIAKey', enable: 31n, isData: false, number: 1n },
  ib: { register: 'APIBKey', enable: 30n, isData: false, number: 2n },
  da: { register: 'APDAKey', enable: 27n, isData: true, number: 1n },
  db: { register: 'APDBKey', enable: 13n, isData: true, number: 2n },
} as const;
type Key = (typeof KEYS)[keyof typeof KEYS];

const code = (state: HartState, register: string, data: bigint, modifier: bigint): bigint =>
  qarma5(data, modifier, state.get(`${register}Hi_EL1`), state.get(`${register}Lo_EL1`));

/** The regime whose addresses a pointer is. */
const regimeOf = (state: HartState): Regime => regimeAt(state, Number(state.get('EL')));

/** @throws Trap where EL2 wants to know of keys in use first */
const checkTrap = (state: HartState): void => {
  const mark = refusalOf(state, { traps: [TRAP.API] }, false);
  if (mark !== undefined) throw new Trap(causeOf(EC.pauth, 0, mark), 0n);
};

/** Whether the key is in use; where not, its instructions do nothing. */
const isEnabled = (state: HartState, { enable }: Key): boolean => {
  if (!hasFeature(state, 'PAuth')) return false;
  if (((state.get(REGIME_REGISTERS[regimeOf(state)].sctlr) >> enable) & 1n) === 0n) return false;
  checkTrap(state);
  return true;
};

/** Bits that a code takes: from the lowest above the address to bit 54, and 56 to 63 where the top byte is not ignored. */
const fieldOf = (state: HartState, isUpper: boolean, isData: boolean): { bits: bigint; isTopIgnored: boolean } => {
  const { inputBits, ignoresTop, ignoresTopOfFetches } = rangeOf(state, regimeOf(state), isUpper);
  const isTopIgnored = isData ? ignoresTop : ignoresTopOfFetches;
  const low = ((1n << 55n) - 1n) & (U64 << BigInt(inputBits));
  return { bits: isTopIgnored ? low : low | (0xffn << 56n), isTopIgnored };
};

const BIT_55 = 1n << 55n;
/** The pointer whose bits of a field are all as the bit that chooses the range. */
const extended = (pointer: bigint, bits: bigint, isUpper: boolean): bigint =>
  isUpper ? pointer | bits | BIT_55 : pointer & ~(bits | BIT_55);

/** Which range a pointer to be signed is of: by bit 55 where either range ignores the top byte, by bit 63 elsewhere. */
const signsUpper = (state: HartState, pointer: bigint, isData: boolean): boolean => {
  const regime = regimeOf(state);
  const isIgnored = (isUpper: boolean): boolean => fieldOf(state, isUpper, isData).isTopIgnored;
  if (regime === 'EL2') return ((pointer >> (isIgnored(false) ? 55n : 63n)) & 1n) === 1n;
  return ((pointer >> (isIgnored(true) || isIgnored(false) ? 55n : 63n)) & 1n) === 1n;
};

const sign =
  (key: Key): IsaFunction =>
  (state, pointer, modifier) => {
    if (!isEnabled(state, key)) return pointer;
    const isUpper = signsUpper(state, pointer, key.isData);
    const { bits, isTopIgnored } = fieldOf(state, isUpper && regimeOf(state) !== 'EL2', key.isData);
    let pac = code(state, key.register, extended(pointer, bits, isUpper), modifier);
    // What is no pointer gets a code that will not authenticate.
    const present = pointer & (bits | BIT_55);
    if (present !== 0n && present !== (bits | BIT_55)) pac ^= 1n << (isTopIgnored ? 54n : 62n);
    return (pointer & ~(bits | BIT_55)) | (pac & bits) | (isUpper ? BIT_55 : 0n);
  };

const authenticate =
  (key: Key): IsaFunction =>
  (state, pointer, modifier) => {
    if (!isEnabled(state, key)) return pointer;
    const isUpper = (pointer & BIT_55) !== 0n;
    const { bits, isTopIgnored } = fieldOf(state, isUpperAddress(regimeOf(state), pointer), key.isData);
    const original = extended(pointer, bits, isUpper);
    const pac = code(state, key.register, original, modifier);
    if ((pac & bits) === (pointer & bits)) return original;
    const at = isTopIgnored ? 53n : 61n;
    return (original & ~(3n << at)) | (key.number << at);
  };

const strip =
  (isData: boolean): IsaFunction =>
  (state, pointer) => {
    if (!hasFeature(state, 'PAuth')) return pointer;
    const { bits } = fieldOf(state, isUpperAddress(regimeOf(state), pointer), isData);
    return extended(pointer, bits, (pointer & BIT_55) !== 0n);
  };

const generic: IsaFunction = (state, data, modifier) => {
  checkTrap(state);
  return code(state, 'APGAKey', data, modifier) & ~0xffff_ffffn;
};

/** Functions `pac-ia`, `aut-ia` and so on of a pointer and its modifier, `xpac-i`, `xpac-d`, `pac-ga`. */
export const PAUTH_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...Object.fromEntries(
    Object.entries(KEYS).flatMap(([name, key]) => [
      [`pac-${name}`, sign(key)],
      [`aut-${name}`, authenticate(key)],
    ]),
  ),
  'xpac-i': strip(false),
  'xpac-d': strip(true),
  'pac-ga': generic,
};
