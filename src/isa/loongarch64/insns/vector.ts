/** What rows of LSX are written with: patterns by their operands, and families of one instruction for lanes of all widths. */
import type { PatternInsn } from '../../core/insn';
import type { LaneBits, V128 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongFields, LoongOps } from '../ops';
import { type LaneType, laneType } from '../vector/lanes';

/** The manual's volume on vectors is not public. This guide describes them, and was compared with processors. */
const GUIDE = 'Unofficial LoongArch Intrinsics Guide, LSX';
export const REF = {
  computation: `${GUIDE}: Integer Computation`,
  comparison: `${GUIDE}: Integer Comparison`,
  branch: `${GUIDE}: Branch`,
  bitwise: `${GUIDE}: Bitwise Operations`,
  logical: `${GUIDE}: Logical`,
  shift: `${GUIDE}: Shift`,
  permutation: `${GUIDE}: Permutation`,
  shuffling: `${GUIDE}: Shuffling`,
  memory: `${GUIDE}: Memory Load & Store`,
  misc: `${GUIDE}: Misc`,
  float: `${GUIDE}: Floating Point Computation`,
  floatComparison: `${GUIDE}: Floating Point Comparison`,
  floatConversion: `${GUIDE}: Floating Point Conversion`,
  fused: `${GUIDE}: Fused Multiply-Add`,
  floatMisc: `${GUIDE}: Floating Point Misc`,
} as const;

/**
 * What string functions and compilers use most: the fast interpreter calls a function for it (see `APART`), which takes the
 * longer to be compiled the more there is in it.
 */
const COMMON = new RegExp(
  `^v(${[
    '(ld|st)x?',
    '(add|sub|seq)\\.[bhwd]',
    '(and|or|xor|andn|nor|bitsel|seteqz|setnez)\\.v',
    '(replgr2vr|pickve2gr)\\.[bhwd]u?',
    '(mskltz|msknz|setanyeqz|setallnez|shuf|seqi)\\.b',
    '(min|max)\\.bu',
    'ldi',
  ].join('|')})$`,
);
/** Whether the fast interpreter hands an instruction over. */
export const isRareVector = (mnemonic: string): boolean => !COMMON.test(mnemonic);

type Sem = (o: LoongOps, f: LoongFields) => void;

interface Text {
  readonly asm: string;
  readonly ref: string;
  readonly doc: string;
}

/** A row that needs LSX to be enabled; without `sem` it is a helper of its own name. */
export const vectorInsn = (mnemonic: string, pattern: string, text: Text, sem?: Sem): PatternInsn =>
  insn(mnemonic, pattern, {
    ...text,
    ...(isRareVector(mnemonic) && { isRare: true }),
    helperWrites: 'v',
    sem: (o, f) => {
      o.guard('lsx');
      if (sem) sem(o, f);
      else o.helper(mnemonic);
    },
  });

/** The highest `count` bits of a word. */
export const top = (word: number, count: number): string => (word >>> (32 - count)).toString(2).padStart(count, '0');

/** What a family computes with lanes of one type; absent where a helper does it. */
type Compute = (o: LoongOps, j: V128, k: V128, d: () => V128) => V128;
type ComputeFor = (type: LaneType & { readonly bits: LaneBits }) => Compute | undefined;

/** The type of the lanes an instruction takes: the last suffix. */
const takenBy = (suffix: string): LaneType => laneType(suffix.split('.').at(-1) ?? '');

const isLane = (type: LaneType): type is LaneType & { readonly bits: LaneBits } => type.bits <= 64;

/** Instructions of the same name, for lanes of several types. */
interface Family {
  readonly name: string;
  readonly suffixes: readonly string[];
  readonly ref: string;
  /** What is said of each, to which the width is added. */
  readonly doc: string;
  readonly compute?: ComputeFor;
}

const docOf = ({ doc }: Family, { bits, signed }: LaneType): string =>
  `${doc}; lanes of ${bits} bits, ${signed ? 'signed' : 'unsigned'}.`;

const semOf = (
  family: Family,
  suffix: string,
  k: (o: LoongOps, f: LoongFields, type: LaneType) => V128,
): Sem | undefined => {
  const type = takenBy(suffix);
  const compute = isLane(type) ? family.compute?.(type) : undefined;
  return (
    compute &&
    ((o, f) =>
      o.setV(
        f.vd,
        compute(o, o.v(f.vj), k(o, f, type), () => o.v(f.vd)),
      ))
  );
};

/** Numbers of the rows of a family, `step` apart, from `first`. */
const rows = (family: Family, first: number, step: number, row: (suffix: string, word: number) => PatternInsn) =>
  family.suffixes.map((suffix, at) => row(suffix, first + at * step));

/** vd of vj and vk; maybe of vd itself. */
export const ofThree = (first: number, family: Family): PatternInsn[] =>
  rows(family, first, 0x8000, (suffix, word) =>
    vectorInsn(
      `${family.name}.${suffix}`,
      `${top(word, 17)} vk:5 vj:5 vd:5`,
      { asm: '{vd}, {vj}, {vk}', ref: family.ref, doc: docOf(family, takenBy(suffix)) },
      semOf(family, suffix, (o, f) => o.v(f.vk)),
    ),
  );

/** vd of vj. */
export const ofTwo = (first: number, family: Family): PatternInsn[] =>
  rows(family, first, 0x400, (suffix, word) =>
    vectorInsn(
      `${family.name}.${suffix}`,
      `${top(word, 22)} vj:5 vd:5`,
      { asm: '{vd}, {vj}', ref: family.ref, doc: docOf(family, takenBy(suffix)) },
      semOf(family, suffix, (o, f) => o.v(f.vj)),
    ),
  );

/** vd of vj and an immediate of 5 bits, which counts as a lane. */
export const withImmediate = (first: number, field: 'si' | 'ui', family: Family): PatternInsn[] =>
  rows(family, first, 0x8000, (suffix, word) =>
    vectorInsn(
      `${family.name}.${suffix}`,
      `${top(word, 17)} ${field}:5 vj:5 vd:5`,
      { asm: `{vd}, {vj}, {${field}}`, ref: family.ref, doc: docOf(family, takenBy(suffix)) },
      semOf(family, suffix, (o, f, { bits }) => o.splat(bits as LaneBits, o.imm(f[field]))),
    ),
  );

type CountCompute = (
  type: LaneType & { readonly bits: LaneBits },
) => ((o: LoongOps, j: V128, f: LoongFields) => V128) | undefined;

/**
 * vd of vj and a count that is as wide as the lanes taken ask for; the highest one in front of it says how wide.
 * @param high bits before that
 */
export const withCount = (
  first: number,
  high: number,
  family: Omit<Family, 'compute'>,
  compute?: CountCompute,
): PatternInsn[] =>
  family.suffixes.map((suffix) => {
    const type = takenBy(suffix);
    const width = Math.log2(type.bits);
    const run = isLane(type) ? compute?.(type) : undefined;
    return vectorInsn(
      `${family.name}.${suffix}`,
      `${top(first, high)} ${'1'.padStart(22 - high - width, '0')} ui:${width} vj:5 vd:5`,
      { asm: '{vd}, {vj}, {ui}', ref: family.ref, doc: docOf(family, type) },
      run && ((o, f) => o.setV(f.vd, run(o, o.v(f.vj), f))),
    );
  });

export const BHWD = ['b', 'h', 'w', 'd'] as const;
export const BHWD_U = ['bu', 'hu', 'wu', 'du'] as const;
