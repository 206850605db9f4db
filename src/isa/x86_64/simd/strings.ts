/** PCMPESTRI and its kin: two strings compared. @see AMD64 APM volume 4, "PCMPESTRI" */
import type { HartState, IsaFunction } from '../../core/privileged';
import { lanesOf } from './lanes';

const [RAX, RDX] = [0, 2];

/** What the immediate asks for. */
const controlOf = (imm: number) => ({
  type: { bits: imm & 1 ? 16 : 8, signed: (imm & 2) !== 0 },
  aggregation: (imm >> 2) & 3,
  isNegated: (imm & 0x10) !== 0,
  /** Where the second string ends, nothing is negated. */
  isMasked: (imm & 0x20) !== 0,
  /** Of indexes the highest one, of masks one with a whole element for each bit. */
  isHigh: (imm & 0x40) !== 0,
});
type Control = ReturnType<typeof controlOf>;

interface Text {
  readonly elements: readonly bigint[];
  readonly length: number;
}

/** Up to the first 0, or as long as a register says. */
const textOf = (vector: bigint, { type }: Control, explicit: bigint | undefined): Text => {
  const elements = lanesOf(vector, type);
  const end = elements.indexOf(0n);
  if (explicit === undefined) return { elements, length: end < 0 ? elements.length : end };
  const wanted = explicit < 0n ? -explicit : explicit;
  return { elements, length: wanted > BigInt(elements.length) ? elements.length : Number(wanted) };
};

/** Which elements of the second string are so, or places where the first begins in it. */
const matches = (a: Text, b: Text, { aggregation }: Control): boolean[] => {
  const elementOf = ({ elements, length }: Text, at: number): bigint | undefined =>
    at < length ? elements[at] : undefined;
  return b.elements.map((_, at) => {
    const element = elementOf(b, at);
    switch (aggregation) {
      case 0:
        return element !== undefined && a.elements.slice(0, a.length).includes(element);
      case 1:
        return a.elements.some((_low, pair) => {
          const [low, high] = [elementOf(a, 2 * pair), elementOf(a, 2 * pair + 1)];
          return element !== undefined && low !== undefined && high !== undefined && low <= element && element <= high;
        });
      case 2:
        // Equal, or both behind their ends.
        return element === elementOf(a, at);
      default:
        return a.elements.every(
          (wanted, place) =>
            place >= a.length || at + place >= b.elements.length || elementOf(b, at + place) === wanted,
        );
    }
  });
};

interface Outcome {
  readonly bits: number;
  /** CF, ZF, SF and OF in bits 0 to 3. */
  readonly flags: number;
  readonly control: Control;
  readonly count: number;
}

const compare = (a: bigint, b: bigint, imm: number, lengths?: readonly [bigint, bigint]): Outcome => {
  const control = controlOf(imm);
  const [first, second] = [textOf(a, control, lengths?.[0]), textOf(b, control, lengths?.[1])];
  const count = first.elements.length;
  let bits = 0;
  for (const [at, isMatch] of matches(first, second, control).entries()) {
    const isTurned = control.isNegated && (!control.isMasked || at < second.length);
    if (isMatch !== isTurned) bits |= 1 << at;
  }
  const flags =
    (bits !== 0 ? 1 : 0) | (second.length < count ? 2 : 0) | (first.length < count ? 4 : 0) | (bits & 1 ? 8 : 0);
  return { bits, flags, control, count };
};

const indexOf = ({ bits, control, count }: Outcome): number => {
  if (bits === 0) return count;
  return control.isHigh ? 31 - Math.clz32(bits) : 31 - Math.clz32(bits & -bits);
};
const maskOf = ({ bits, control: { isHigh, type }, count }: Outcome): bigint => {
  if (!isHigh) return BigInt(bits);
  const ones = (1n << BigInt(type.bits)) - 1n;
  let mask = 0n;
  for (let at = 0; at < count; at++) if ((bits >> at) & 1) mask |= ones << BigInt(at * type.bits);
  return mask;
};

type Lengths = (state: HartState) => readonly [bigint, bigint] | undefined;
const inRegisters =
  (bits: 32 | 64): Lengths =>
  (state) => [BigInt.asIntN(bits, state.read('r', RAX)), BigInt.asIntN(bits, state.read('r', RDX))];

/** Flags in bits 35 to 32, and the index below them; a mask is written to xmm0. */
const comparing =
  (lengths: Lengths, gives: 'index' | 'mask'): IsaFunction =>
  (state, low, high, imm, field) => {
    const outcome = compare(state.read('xmm', field), low | (high << 64n), Number(imm) & 0xff, lengths(state));
    const flags = BigInt(outcome.flags) << 32n;
    if (gives === 'index') return flags | BigInt(indexOf(outcome));
    state.write('xmm', 0, maskOf(outcome));
    return flags;
  };

/** By mnemonics; those with lengths of 64 bits end so. */
export const SSE_STRING_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  pcmpistri: comparing(() => undefined, 'index'),
  pcmpistrm: comparing(() => undefined, 'mask'),
  pcmpestri: comparing(inRegisters(32), 'index'),
  pcmpestrm: comparing(inRegisters(32), 'mask'),
  'pcmpestri 64': comparing(inRegisters(64), 'index'),
  'pcmpestrm 64': comparing(inRegisters(64), 'mask'),
};
