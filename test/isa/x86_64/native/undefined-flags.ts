/** Status flags that instructions leave undefined, which processors and models may set as they like. */
import type { DecodedX86 } from '../../../../src/isa/x86_64/decode';

const [CF, PF, AF, ZF, SF, OF] = [1n, 4n, 0x10n, 0x40n, 0x80n, 0x800n];
const ALL = CF | PF | AF | ZF | SF | OF | 0x400n;

const RCX = 1;

/** By the count of a shift or rotation: of some only what is beyond 1 is undefined. */
const ofCount = (decoded: DecodedX86, values: readonly bigint[]): number => {
  const { form, fields, insn } = decoded;
  const last = form.operands.at(-1);
  const count =
    last?.kind === 'one' ? 1 : last?.source === 'count' ? Number((values[RCX] ?? 0n) & 0xffn) : (fields.imm ?? 0);
  return count & (insn.bits === 64 ? 63 : 31);
};

/** Mnemonics, and the flags that are undefined behind them. @see AMD64 APM volume 3, chapter 3 */
const ROWS: readonly (readonly [RegExp, bigint | ((count: number, bits: number) => bigint)])[] = [
  [/^(and|or|xor|test|andn)$/, AF],
  [/^andn$/, AF | PF],
  [/^(mul|imul)$/, SF | ZF | AF | PF],
  [/^(div|idiv)$/, CF | PF | AF | ZF | SF | OF],
  [/^(shl|shr|sar)$/, (count, bits) => (count === 0 ? 0n : AF | (count > 1 ? OF : 0n) | (count >= bits ? CF : 0n))],
  [/^(rol|ror|rcl|rcr)$/, (count) => (count > 1 ? OF : 0n)],
  [/^(shld|shrd)$/, (count) => (count === 0 ? 0n : AF | (count > 1 ? OF : 0n))],
  [/^bt[src]?$/, OF | SF | AF | PF],
  [/^(bsf|bsr)$/, CF | OF | SF | AF | PF],
  [/^(tzcnt|lzcnt)$/, OF | SF | AF | PF],
  [/^bextr$/, SF | AF | PF],
  [/^(blsi|blsr|blsmsk|bzhi)$/, AF | PF],
  [/^(aaa|aas)$/, OF | SF | ZF | PF],
  [/^(aam|aad)$/, OF | AF | CF],
  [/^(daa|das)$/, OF],
];

/** Bits of RFLAGS that an instruction which finds these registers leaves undefined. */
export const undefinedFlags = (decoded: DecodedX86, values: readonly bigint[]): bigint => {
  const { form, insn } = decoded;
  let undefinedOnes = 0n;
  for (const [mnemonic, flags] of ROWS) {
    if (!mnemonic.test(form.mnemonic)) continue;
    undefinedOnes |= typeof flags === 'bigint' ? flags : flags(ofCount(decoded, values), insn.bits);
  }
  return undefinedOnes;
};

/** Bits of RFLAGS that are compared behind an instruction which finds these registers. */
export const definedFlags = (decoded: DecodedX86, values: readonly bigint[]): bigint =>
  ALL & ~undefinedFlags(decoded, values);

/** Whether not even the result is defined: of double shifts of words by more than a word. */
export const isUndefined = (decoded: DecodedX86, values: readonly bigint[]): boolean =>
  /^sh[lr]d$/.test(decoded.form.mnemonic) && ofCount(decoded, values) > decoded.insn.bits;
