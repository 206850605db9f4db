/** LSX: what makes lanes of twice the width of those it takes. */
import type { PatternInsn } from '../../core/insn';
import type { LaneBits, LaneOperation, V128 } from '../../core/ops';
import type { LoongOps } from '../ops';
import type { LaneType } from '../vector/lanes';
import { ofThree, ofTwo, REF, withCount } from './vector';

const SIGNED = ['h.b', 'w.h', 'd.w', 'q.d'] as const;
const UNSIGNED = ['h.bu', 'w.hu', 'd.wu', 'q.du'] as const;
const MIXED = ['h.bu.b', 'w.hu.h', 'd.wu.w', 'q.du.d'] as const;

type Half = 'even' | 'odd';

/** Every second lane of `bits`, extended to twice that. */
const extended = (o: LoongOps, v: V128, which: Half, bits: 8 | 16 | 32, signed: boolean): V128 => {
  const wide = (bits * 2) as LaneBits;
  const raised = which === 'odd' ? v : o.shiftLanes('shl', wide, v, o.c32(bits));
  return o.shiftLanes(signed ? 'shrS' : 'shrU', wide, raised, o.c32(bits));
};

/** Lanes of vectors that can be made wider in a vector. */
const isNarrow = (bits: LaneType['bits']): bits is 8 | 16 | 32 => bits < 64;

interface Widening {
  readonly name: string;
  readonly doc: string;
  readonly operation: LaneOperation;
  readonly j: Half;
  readonly k: Half;
  /** Added to what was in vd. */
  readonly accumulates?: true;
}

const widening = (
  first: number,
  { name, doc, operation, j, k, accumulates }: Widening,
  suffixes: readonly string[],
): PatternInsn[] =>
  ofThree(first, {
    name,
    doc,
    suffixes,
    ref: REF.computation,
    compute: ({ bits, signed }) => {
      if (!isNarrow(bits)) return undefined;
      const wide = (bits * 2) as LaneBits;
      // Of mixed kinds the suffix of vk is the last.
      const isMixed = suffixes === MIXED;
      return (o, vj, vk, vd) => {
        const made = o.lanes(
          operation,
          wide,
          extended(o, vj, j, bits, signed && !isMixed),
          extended(o, vk, k, bits, signed),
        );
        return accumulates ? o.lanes('add', wide, vd(), made) : made;
      };
    },
  });

/** Of even and of odd lanes, of each kind of numbers; the numbers of the rows in that order. */
const pairs = (
  name: string,
  operation: LaneOperation,
  doc: string,
  [even, odd, evenU, oddU, evenMixed, oddMixed]: readonly [number, number, number, number, number?, number?],
  accumulates?: true,
): PatternInsn[] => {
  const both: readonly (readonly [number | undefined, Half, readonly string[]])[] = [
    [even, 'even', SIGNED],
    [odd, 'odd', SIGNED],
    [evenU, 'even', UNSIGNED],
    [oddU, 'odd', UNSIGNED],
    [evenMixed, 'even', MIXED],
    [oddMixed, 'odd', MIXED],
  ];
  return both.flatMap(([first, half, suffixes]) =>
    first === undefined
      ? []
      : widening(
          first,
          {
            name: `${name}${half === 'even' ? 'ev' : 'od'}`,
            doc: `${doc} of the ${half} lanes, twice as wide${suffixes === MIXED ? '; vj is unsigned' : ''}`,
            operation,
            j: half,
            k: half,
            ...(accumulates && { accumulates }),
          },
          suffixes,
        ),
  );
};

const horizontal = (first: number, name: string, operation: 'add' | 'sub', sign: string, suffixes: readonly string[]) =>
  widening(
    first,
    { name, operation, j: 'odd', k: 'even', doc: `vd = odd lanes of vj ${sign} even lanes of vk, twice as wide` },
    suffixes,
  );

const SAME_SIGN = ['hu.bu', 'wu.hu', 'du.wu', 'qu.du'] as const;

const LOW_BYTES: Readonly<Record<8 | 16 | 32, readonly number[]>> = {
  8: [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23],
  16: [0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23],
  32: [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23],
};

/** The lanes of one half, extended to twice the width. */
const ofHalf = (o: LoongOps, v: V128, half: 'low' | 'high', bits: 8 | 16 | 32, signed: boolean): V128 => {
  const above = signed ? o.lanes('ltS', bits, v, o.both(0n)) : o.both(0n);
  const bytes = LOW_BYTES[bits].map((byte) => (half === 'low' ? byte : byte + 8));
  return o.shuffleBytes(v, above, bytes);
};

/** A doubleword extended to 128 bits. */
const toQuad = (o: LoongOps, v: V128, half: 'low' | 'high', signed: boolean): V128 => {
  const low = o.half(v, half);
  return o.vector(low, signed ? o.shrS(low, o.c(63)) : o.c(0));
};

const extendHalf =
  (half: 'low' | 'high') =>
  ({ bits, signed }: { bits: LaneBits; signed: boolean }) =>
  (o: LoongOps, j: V128) =>
    isNarrow(bits) ? ofHalf(o, j, half, bits, signed) : toQuad(o, j, half, signed);

const shifted = (first: number, suffixes: readonly string[]): PatternInsn[] =>
  withCount(
    first,
    15,
    {
      name: 'vsllwil',
      ref: REF.shift,
      doc: 'vd = the lower half of the lanes of vj, twice as wide, shifted left by the immediate',
      suffixes,
    },
    ({ bits, signed }) =>
      isNarrow(bits)
        ? (o, j, f) => o.shiftLanes('shl', (bits * 2) as LaneBits, ofHalf(o, j, 'low', bits, signed), o.imm32(f.ui))
        : undefined,
  );

const UPPER = 'vd = the upper half of the lanes of vj, twice as wide';

export const vectorWidening = (): readonly PatternInsn[] => [
  ...pairs('vaddw', 'add', 'vd = sums', [0x701e_0000, 0x7022_0000, 0x702e_0000, 0x7032_0000, 0x703e_0000, 0x7040_0000]),
  ...pairs('vsubw', 'sub', 'vd = differences', [0x7020_0000, 0x7024_0000, 0x7030_0000, 0x7034_0000]),
  ...pairs(
    'vmulw',
    'mul',
    'vd = products',
    [0x7090_0000, 0x7092_0000, 0x7098_0000, 0x709a_0000, 0x70a0_0000, 0x70a2_0000],
  ),
  ...pairs(
    'vmaddw',
    'mul',
    'vd = vd + products',
    [0x70ac_0000, 0x70ae_0000, 0x70b4_0000, 0x70b6_0000, 0x70bc_0000, 0x70be_0000],
    true,
  ),
  ...horizontal(0x7054_0000, 'vhaddw', 'add', '+', SIGNED),
  ...horizontal(0x7056_0000, 'vhsubw', 'sub', '-', SIGNED),
  ...horizontal(0x7058_0000, 'vhaddw', 'add', '+', SAME_SIGN),
  ...horizontal(0x705a_0000, 'vhsubw', 'sub', '-', SAME_SIGN),
  ...shifted(0x7308_0000, SIGNED.slice(0, 3)),
  ...shifted(0x730c_0000, SAME_SIGN.slice(0, 3)),
  ...ofTwo(0x729e_e000, { name: 'vexth', ref: REF.misc, doc: UPPER, suffixes: SIGNED, compute: extendHalf('high') }),
  ...ofTwo(0x729e_f000, { name: 'vexth', ref: REF.misc, doc: UPPER, suffixes: SAME_SIGN, compute: extendHalf('high') }),
  ...ofTwo(0x7309_0000, {
    name: 'vextl',
    ref: REF.misc,
    doc: 'vd = the lower half of vj, twice as wide',
    suffixes: ['q.d'],
    compute: extendHalf('low'),
  }),
  ...ofTwo(0x730d_0000, {
    name: 'vextl',
    ref: REF.misc,
    doc: 'vd = the lower half of vj, twice as wide',
    suffixes: ['qu.du'],
    compute: extendHalf('low'),
  }),
];
