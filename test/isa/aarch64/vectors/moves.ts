/** Constants and addresses. @see Arm ARM, C6.2: MOVN, MOVZ, MOVK, ADR, ADRP */
import { CODE, type Vector } from '../../driver';
import { operation, RD, u64, vector, ZERO } from './rows';

const CONSTANTS = [0, 1, 0x8000, 0xffff, 0x1234];
const OLD = 0x0123_4567_89ab_cdefn;

const wide = (r: 'w' | 'x', shift: number): Vector[] =>
  CONSTANTS.flatMap((constant) => {
    // The field of the second place has the constant shifted already.
    const imm = shift === 16 ? constant * 0x1_0000 : constant;
    const value = BigInt(constant) << BigInt(shift);
    const kept = OLD & ~(0xffffn << BigInt(shift));
    return [
      operation(`movz-${r}-${shift}`, { imm }, { d: OLD }, { d: value }),
      operation(`movn-${r}-${shift}`, { imm }, { d: OLD }, { d: ~value }),
      operation(`movk-${r}-${shift}`, { imm }, { d: OLD }, { d: kept | value }),
    ];
  });

/** Rows of [distance, result]. */
const addresses = (mnemonic: string, field: string, rows: readonly (readonly [number, bigint])[]): Vector[] => [
  ...rows.map(([distance, d]) =>
    vector(mnemonic, { Rd: RD, [field]: distance }, `${distance}`, {}, { x: { [RD]: u64(d) } }),
  ),
  vector(mnemonic, { Rd: ZERO, [field]: 1 }, 'to zero', { slots: { sp: 0x99n } }, {}),
];

export const MOVES: readonly Vector[] = [
  ...[0, 16].flatMap((shift) => wide('w', shift)),
  ...[0, 16, 32, 48].flatMap((shift) => wide('x', shift)),
  ...addresses('adr', 'label', [
    [0, CODE],
    [5, CODE + 5n],
    [-1, CODE - 1n],
    [0xf_ffff, CODE + 0xf_ffffn],
    [-0x10_0000, CODE - 0x10_0000n],
  ]),
  ...addresses('adrp', 'simm', [
    [0, CODE],
    [1, CODE + 0x1000n],
    [-1, CODE - 0x1000n],
    [0xf_ffff, CODE + 0xffff_f000n],
    [-0x10_0000, CODE - 0x1_0000_0000n],
  ]),
];
