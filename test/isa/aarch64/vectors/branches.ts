/** Branches. @see Arm ARM, C6.2: B to TBZ */
import { CODE, type Vector } from '../../driver';
import { conditionHolds } from './manual';
import { held, type Num, RN, u64, vector, ZERO } from './rows';

const DISTANCES = [0x7fc, 8, 0x400, 0x10];

const jumps = (mnemonic: 'b' | 'bl'): Vector[] =>
  [8, 0xffc, 0x1000, -0x1000, 0x7ff_fffc, -0x800_0000].map((label) =>
    vector(
      mnemonic,
      { label },
      `by ${label}`,
      {},
      { pc: u64(CODE + BigInt(label)), x: mnemonic === 'bl' ? { 30: CODE + 4n } : {} },
    ),
  );

const NAMES = ['eq', 'ne', 'hs', 'lo', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', 'al', 'nv'];

const conditional = (name: string, cond: number): Vector[] =>
  Array.from({ length: 16 }, (_, nzcv) => {
    const label = DISTANCES[nzcv % 4]!;
    return vector(
      `b.${name}`,
      { label },
      `with ${nzcv} by ${label}`,
      { slots: { nzcv: BigInt(nzcv) } },
      { pc: CODE + (conditionHolds(cond, nzcv) ? BigInt(label) : 4n) },
    );
  });

/** Rows of [Rt, taken]. */
const comparisons = (mnemonic: string, rows: readonly (readonly [Num, boolean])[]): Vector[] => [
  ...rows.map(([t, taken], at) => {
    const label = DISTANCES[at % 4]!;
    return vector(
      mnemonic,
      { Rt: RN, label },
      `${t} by ${label}`,
      { x: { [RN]: held(mnemonic, t) } },
      { pc: CODE + (taken ? BigInt(label) : 4n) },
    );
  }),
  vector(
    mnemonic,
    { Rt: ZERO, label: 0x20 },
    'of zero',
    { slots: { sp: 5n } },
    { pc: CODE + (mnemonic.startsWith('cbz') ? 0x20n : 4n) },
  ),
];

/** Rows of [Rt, bit, whether it is set]. */
const BITS: readonly (readonly [Num, number, boolean])[] = [
  [1, 0, true],
  [-2, 0, false],
  [1n << 31n, 31, true],
  [1n << 32n, 32, true],
  [~(1n << 32n), 32, false],
  [1n << 63n, 63, true],
  [(1n << 63n) - 1n, 63, false],
];
const bits = (mnemonic: 'tbz' | 'tbnz'): Vector[] =>
  BITS.map(([t, bit, isSet], at) => {
    const label = DISTANCES[at % 4]!;
    return vector(
      mnemonic,
      { Rt: RN, bit, label },
      `${t}, ${bit} by ${label}`,
      { x: { [RN]: u64(t) } },
      { pc: CODE + (isSet === (mnemonic === 'tbnz') ? BigInt(label) : 4n) },
    );
  });

const registers = (mnemonic: 'br' | 'blr' | 'ret'): Vector[] => [
  ...[CODE + 0x100n, CODE + 0xffcn, CODE, 0x9000_0000n].map((target) =>
    vector(
      mnemonic,
      { Rn: RN },
      `to ${target.toString(16)}`,
      { x: { [RN]: target } },
      { pc: target, x: mnemonic === 'blr' ? { 30: CODE + 4n } : {} },
    ),
  ),
  vector(
    mnemonic,
    { Rn: 30 },
    'to the link register',
    { x: { 30: CODE + 0x80n } },
    { pc: CODE + 0x80n, x: mnemonic === 'blr' ? { 30: CODE + 4n } : {} },
  ),
];

export const BRANCHES: readonly Vector[] = [
  ...jumps('b'),
  ...jumps('bl'),
  ...NAMES.flatMap(conditional),
  ...['w', 'x'].flatMap((r) => [
    ...comparisons(`cbz-${r}`, [
      [0, true],
      [1, false],
      [-1, false],
      [0x8000_0000, false],
    ]),
    ...comparisons(`cbnz-${r}`, [
      [0, false],
      [1, true],
      [-1, true],
      [0x8000_0000, true],
    ]),
  ]),
  ...bits('tbz'),
  ...bits('tbnz'),
  ...registers('br'),
  ...registers('blr'),
  ...registers('ret'),
];
