/** Rows of Advanced SIMD, and how the helpers of those that TypeScript does reach vectors. */
import type { ComputeField, PatternInsn } from '../../core/insn';
import type { HartState, Helper } from '../../core/privileged';
import type { Feature } from '../cpus';
import { insn } from '../insn';
import type { A64Fields, A64Ops } from '../ops';
import { type Lane, type LaneType, Saturation } from './lanes';

/** What rows say of the manual they follow. */
export const MANUAL = 'Arm Architecture Reference Manual for A-profile, C7.2';

/** A row and, where TypeScript does the whole instruction, its helper. */
export interface SimdRow {
  readonly insn: PatternInsn;
  readonly helper?: Helper;
}

export type Sem = (o: A64Ops, f: A64Fields) => void;

/** How an instruction is done: described with `Ops`, or by a helper, which writes vectors unless it says more. */
export type How =
  | { readonly sem: Sem }
  | {
      readonly helper: Helper;
      readonly writes?: 'anything';
      /** What is asked before it. */
      readonly first?: Sem;
    };

interface Text {
  readonly asm: string;
  readonly doc: string;
  /** What the processor must have. */
  readonly feature?: Feature;
  /** Field values that are another instruction or none. */
  readonly not?: Readonly<Record<string, readonly number[]>>;
  readonly computed?: Readonly<Record<string, ComputeField>>;
}

/**
 * What compilers emit for copies, fills, strings and simple loops: the fast interpreter calls a function for it (see
 * `EngineIsa.apart`). The rest it hands over.
 */
export const COMMON_SIMD = new RegExp(
  `^(${[
    '(add|sub|mul|mla|cm(eq|gt|ge|hi|hs|tst)|[su]m(in|ax)p?v?|add[pv]|neg|abs)-[ezi]?v?[bhsd]',
    '(and|orr|eor|bic|orn|bsl|bit|bif|not|cnt|rev(16|32|64))-vb',
    '(shl|[su]shr|(zip|uzp|trn)[12]|[su]ad[da]lp)-[ezi]?v?[bhsd]',
    '(xtn|shrn|[su](shl|add|mla|mul)l|[su]addw)\\{2\\}-[ezi]?v?[bhsd]',
    '(movi|mvni|dup|ins|umov|smov|ext|ld1|st1|ld1r)-.*',
    'tbl-1',
    'f(add|sub|mul|ml[as])-v[sd]',
    '(add|sub|cmeq|addp)-d',
  ].join('|')})$`,
);

/** Whether the fast interpreter hands an instruction over. */
export const isRareSimd = (mnemonic: string): boolean => !COMMON_SIMD.test(mnemonic);

/** What is printed of a row's name, without the 2 of long vectors. */
const printedOf = (mnemonic: string): string => (mnemonic.split('-', 1)[0] ?? '').replace('{2}', '');

/** A row that needs Advanced SIMD to be enabled. `{2}` in its name is printed as a 2 where Q is set. */
export const simdRow = (mnemonic: string, pattern: string, { feature, ...text }: Text, how: How): SimdRow => ({
  insn: insn(mnemonic, pattern, {
    ...text,
    ref: `${MANUAL} "${printedOf(mnemonic).toUpperCase()}"`,
    ...(isRareSimd(mnemonic) && { isRare: true }),
    ...('helper' in how && !how.writes && { helperWrites: 'v' }),
    sem: (o, f) => {
      if (feature) o.requires(feature);
      o.guard('fp');
      if ('sem' in how) how.sem(o, f);
      else {
        how.first?.(o, f);
        o.helper(mnemonic);
      }
    },
  }),
  ...('helper' in how && { helper: how.helper }),
});

/** FPSR.QC: a result was saturated. */
const QC = 1n << 27n;

/** Runs what may saturate, and sets FPSR.QC where it did. */
export const saturating = <Result>(state: HartState, type: LaneType, run: (lane: Lane) => Result): Result => {
  const saturation = new Saturation();
  const result = run({ ...type, fit: (value, other = type) => saturation.fit(value, other) });
  if (saturation.isSet) state.set('FPSR', state.get('FPSR') | QC);
  return result;
};
