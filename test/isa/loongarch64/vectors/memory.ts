/** Loads, stores, bound checks, barriers. @see LoongArch Reference Manual, Volume 1, 2.2.5, 2.2.6, 2.2.8 and 2.2.10 */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import type { Vector } from '../../driver';
import { AT, indexedLoads, indexedStores, little, loads, RD, RJ, RK, stores, u64, vector } from './rows';

const BYTES = '8182838485868788f1f2f3f4f5f6f7f8';
/** What a load of so many bytes at a distance reads of them, little-endian. */
const at = (distance: number, bytes: number): bigint =>
  BigInt(`0x${little(BigInt(`0x${BYTES.slice(2 * distance, 2 * (distance + bytes))}`), bytes)}`);

/** Of both kinds of addresses, aligned and not. */
const load = (name: string, bytes: number, isSigned: boolean): Vector[] => {
  const rows = [0, 1, 3, 4, 8].map((distance) => {
    const value = at(distance, bytes);
    return [BYTES, distance, isSigned ? BigInt.asIntN(8 * bytes, value) : value] as const;
  });
  return [...loads(`ld.${name}`, rows), ...indexedLoads(`ldx.${name}`, rows)];
};

const VALUE = 0x1122_3344_5566_7788n;
const stored = (distance: number, bytes: number): string =>
  '55'.repeat(distance) + little(VALUE, bytes) + '55'.repeat(16 - distance - bytes);
const store = (name: string, bytes: number): Vector[] => {
  const rows = [0, 1, 3, 4, 8].map((distance) => [VALUE, distance, stored(distance, bytes)] as const);
  return [...stores(`st.${name}`, rows), ...indexedStores(`stx.${name}`, rows)];
};

/** Immediates in units of 4 bytes. */
const pointers = (name: string, bytes: 4 | 8): Vector[] =>
  [0, -0x8000, 0x7ffc, 4].flatMap((si, index) => [
    vector(
      `ldptr.${name}`,
      { rd: RD, rj: RJ, si },
      `immediate ${si}`,
      { r: { [RJ]: u64(AT + BigInt(index - si)) }, memory: [{ at: AT, bytes: BYTES }] },
      { r: { [RD]: u64(BigInt.asIntN(8 * bytes, at(index, bytes))) } },
    ),
    vector(
      `stptr.${name}`,
      { rd: RD, rj: RJ, si },
      `immediate ${si}`,
      { r: { [RJ]: u64(AT + BigInt(index - si)), [RD]: VALUE }, memory: [{ at: AT, bytes: '55'.repeat(16) }] },
      { memory: [{ at: AT, bytes: stored(index, bytes) }] },
    ),
  ]);

/** `rk` against the address: what a bound check allows. */
const BOUNDS = [
  { rk: AT + 8n, above: false },
  { rk: AT, above: false },
  { rk: AT - 8n, above: true },
  // The manual does not say how they are compared: as addresses, as in QEMU.
  { rk: 0n, above: true },
  { rk: (1n << 64n) - 8n, above: false },
] as const;

const bounded = (side: 'gt' | 'le', name: string, bytes: number): Vector[] => {
  const memory = [{ at: AT, bytes: BYTES }];
  const rows = BOUNDS.flatMap(({ rk, above }) => {
    const r = { [RJ]: AT, [RK]: rk, [RD]: VALUE };
    const isAllowed = above === (side === 'gt');
    const trap = { trap: { cause: CAUSE.boundCheck, tval: AT } };
    return [
      vector(
        `ld${side}.${name}`,
        { rd: RD, rj: RJ, rk: RK },
        `bound 0x${rk.toString(16)}`,
        { r, memory },
        isAllowed ? { r: { [RD]: u64(BigInt.asIntN(8 * bytes, at(0, bytes))) } } : trap,
      ),
      vector(
        `st${side}.${name}`,
        { rd: RD, rj: RJ, rk: RK },
        `bound 0x${rk.toString(16)}`,
        { r, memory },
        isAllowed ? { memory: [{ at: AT, bytes: little(VALUE, bytes) + BYTES.slice(2 * bytes) }] } : trap,
      ),
    ];
  });
  if (bytes === 1) return rows;
  const unaligned = AT + 1n;
  const r = { [RJ]: unaligned, [RK]: side === 'gt' ? 0n : (1n << 64n) - 1n };
  return [
    ...rows,
    ...['ld', 'st'].map((direction) =>
      vector(
        `${direction}${side}.${name}`,
        { rd: RD, rj: RJ, rk: RK },
        'unaligned',
        { r, memory },
        {
          trap: { cause: CAUSE.addressAlignment, tval: unaligned },
        },
      ),
    ),
  ];
};

/** Rows of rj, rk, and whether rj is above: signed numbers. */
const assertion = (mnemonic: string, side: 'gt' | 'le'): Vector[] =>
  (
    [
      [5n, 4n, true],
      [5n, 5n, false],
      [5n, 6n, false],
      [5n, -1n, true],
      [-1n, 5n, false],
      [-1n, -2n, true],
    ] as const
  ).map(([rj, rk, isAbove]) =>
    vector(
      mnemonic,
      { rj: RJ, rk: RK },
      `${rj}, ${rk}`,
      { r: { [RJ]: u64(rj), [RK]: u64(rk) } },
      isAbove === (side === 'gt') ? {} : { trap: { cause: CAUSE.boundCheck, tval: u64(rj) } },
    ),
  );

const outside = (mnemonic: string): Vector =>
  vector(
    mnemonic,
    { rd: RD, rj: RJ, si: 0 },
    'where no memory is',
    { r: { [RJ]: 0x4000_0000n } },
    {
      trap: { cause: CAUSE.memoryAddress, tval: 0x4000_0000n },
    },
  );

/** They do nothing here, whatever their operands. */
const nothing = (mnemonic: string, rows: readonly Readonly<Record<string, number>>[]): Vector[] =>
  rows.map((fields) => vector(mnemonic, fields, JSON.stringify(fields), {}, {}));

export const MEMORY: readonly Vector[] = [
  ...load('b', 1, true),
  ...load('h', 2, true),
  ...load('w', 4, true),
  ...load('d', 8, true),
  ...load('bu', 1, false),
  ...load('hu', 2, false),
  ...load('wu', 4, false),
  ...store('b', 1),
  ...store('h', 2),
  ...store('w', 4),
  ...store('d', 8),
  ...pointers('w', 4),
  ...pointers('d', 8),
  ...(['gt', 'le'] as const).flatMap((side) => [
    ...bounded(side, 'b', 1),
    ...bounded(side, 'h', 2),
    ...bounded(side, 'w', 4),
    ...bounded(side, 'd', 8),
  ]),
  ...assertion('asrtgt.d', 'gt'),
  ...assertion('asrtle.d', 'le'),
  outside('ld.b'),
  outside('ld.d'),
  outside('st.w'),
  ...nothing('preld', [
    { hint: 0, rj: RJ, si: 0 },
    { hint: 8, rj: RJ, si: -2048 },
    { hint: 31, rj: RJ, si: 2047 },
    { hint: 1, rj: 0, si: 1 },
  ]),
  ...nothing('preldx', [
    { hint: 0, rj: RJ, rk: RK },
    { hint: 8, rj: RJ, rk: RJ },
    { hint: 31, rj: 0, rk: RK },
    { hint: 2, rj: RJ, rk: 0 },
  ]),
  ...nothing('dbar', [{ hint: 0 }, { hint: 1 }, { hint: 0x700 }, { hint: 0x7fff }]),
  ...nothing('ibar', [{ hint: 0 }, { hint: 1 }, { hint: 0x700 }, { hint: 0x7fff }]),
];
