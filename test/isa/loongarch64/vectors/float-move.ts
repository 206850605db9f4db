/** Moves, loads and stores of floating-point registers. @see LoongArch Reference Manual, Volume 1, 3.2.4, 3.2.6 and 3.2.7 */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import { type After, type Before, DATA, type Vector } from '../../driver';
import { disabled, FD, FJ, FK, fcsr, RM } from './float-rows';
import { AT, type Fields, little, RD, RJ, RK, u64, vector } from './rows';

const BITS = [0x1234_5678_9abc_def0n, 0xffff_ffff_8000_0000n, 0n, 0x8000_0000_7fff_ffffn] as const;
const LOW = 0xffff_ffffn;
const hex = (bits: bigint): string => bits.toString(16);

/** Rows of a move of `BITS`, the last of them one with floating point off. */
const moves = (mnemonic: string, fields: Fields, before: (bits: bigint) => Before, after: (bits: bigint) => After) => [
  ...BITS.map((bits) => vector(mnemonic, fields, hex(bits), before(bits), after(bits))),
  disabled(mnemonic, fields),
];

const OTHER = 0x5555_5555_6666_6666n;
const word = (bits: bigint): bigint => u64(BigInt.asIntN(32, bits));

const registers: readonly Vector[] = [
  ...moves(
    'movgr2fr.w',
    { fd: FD, rj: RJ },
    (bits) => ({ r: { [RJ]: bits }, f: { [FD]: OTHER } }),
    // The manual leaves the upper half open: as it was, as in QEMU.
    (bits) => ({ f: { [FD]: (OTHER & ~LOW) | (bits & LOW) } }),
  ),
  ...moves(
    'movgr2fr.d',
    { fd: FD, rj: RJ },
    (bits) => ({ r: { [RJ]: bits } }),
    (bits) => ({ f: { [FD]: bits } }),
  ),
  ...moves(
    'movgr2frh.w',
    { fd: FD, rj: RJ },
    (bits) => ({ r: { [RJ]: bits }, f: { [FD]: OTHER } }),
    (bits) => ({ f: { [FD]: ((bits & LOW) << 32n) | (OTHER & LOW) } }),
  ),
  ...moves(
    'movfr2gr.s',
    { rd: RD, fj: FJ },
    (bits) => ({ f: { [FJ]: bits } }),
    (bits) => ({ r: { [RD]: word(bits) } }),
  ),
  ...moves(
    'movfr2gr.d',
    { rd: RD, fj: FJ },
    (bits) => ({ f: { [FJ]: bits } }),
    (bits) => ({ r: { [RD]: bits } }),
  ),
  ...moves(
    'movfrh2gr.s',
    { rd: RD, fj: FJ },
    (bits) => ({ f: { [FJ]: bits } }),
    (bits) => ({ r: { [RD]: word(bits >> 32n) } }),
  ),
];

const conditions: readonly Vector[] = [
  ...[0, 1, 6, 7].flatMap((index) =>
    [0n, 1n].flatMap((flag) => [
      vector(
        'fsel',
        { fd: FD, fj: FJ, fk: FK, ca: index },
        `$fcc${index} = ${flag}`,
        { f: { [FJ]: 1n, [FK]: 2n }, fcc: { [index]: flag } },
        { f: { [FD]: flag ? 2n : 1n } },
      ),
      vector(
        'movfr2cf',
        { cd: index, fj: FJ },
        `$fcc${index}, bit 0 = ${flag}`,
        { f: { [FJ]: 0xfen | flag } },
        { fcc: { [index]: flag } },
      ),
      vector(
        'movcf2fr',
        { fd: FD, cj: index },
        `$fcc${index} = ${flag}`,
        { fcc: { [index]: flag } },
        { f: { [FD]: flag } },
      ),
      vector(
        'movgr2cf',
        { cd: index, rj: RJ },
        `$fcc${index}, bit 0 = ${flag}`,
        { r: { [RJ]: 0xfen | flag } },
        { fcc: { [index]: flag } },
      ),
      vector(
        'movcf2gr',
        { rd: RD, cj: index },
        `$fcc${index} = ${flag}`,
        { fcc: { [index]: flag } },
        { r: { [RD]: flag } },
      ),
    ]),
  ),
  disabled('fsel', { fd: FD, fj: FJ, fk: FK, ca: 0 }),
  disabled('movfr2cf', { cd: 0, fj: FJ }),
  disabled('movcf2fr', { fd: FD, cj: 0 }),
  disabled('movgr2cf', { cd: 0, rj: RJ }),
  disabled('movcf2gr', { rd: RD, cj: 0 }),
];

/** The four control registers are parts of fcsr0: all, Enables, Flags and Cause, RM. */
const PARTS = [0x1f1f_031fn, 0x1fn, 0x1f1f_0000n, 0x300n] as const;
const SOME = fcsr(RM, { enables: 0x15n, flags: 0x0an, cause: 0x11n });

const control: readonly Vector[] = [
  ...PARTS.flatMap((part, index) => [
    ...[(1n << 64n) - 1n, 0n, 0x0a15_020an].map((value) =>
      // Not even a cause that is enabled raises an exception.
      vector(
        'movgr2fcsr',
        { fcsr: index, rj: RJ },
        `$fcsr${index}, 0x${hex(value)}`,
        { r: { [RJ]: value }, slots: { fcsr: SOME } },
        { slots: { fcsr: (SOME & ~part) | (value & part) } },
      ),
    ),
    vector(
      'movfcsr2gr',
      { rd: RD, fcsr: index },
      `$fcsr${index}`,
      { slots: { fcsr: SOME } },
      { r: { [RD]: SOME & part } },
    ),
  ]),
  disabled('movgr2fcsr', { fcsr: 0, rj: RJ }),
  disabled('movfcsr2gr', { rd: RD, fcsr: 0 }),
];

const BYTES = '8182838485868788f1f2f3f4f5f6f7f8';
const FIVES = '55'.repeat(16);
const VALUE = 0x1122_3344_5566_7788n;

const transfers = (suffix: 's' | 'd', bytes: 4 | 8): Vector[] => {
  const loaded = (distance: number): bigint => {
    const digits = little(BigInt(`0x${BYTES.slice(2 * distance, 2 * (distance + bytes))}`), bytes);
    // The upper half of a single's register is open by the manual: ones, as in QEMU.
    return (bytes === 4 ? ~LOW & ((1n << 64n) - 1n) : 0n) | BigInt(`0x${digits}`);
  };
  const stored = (distance: number): string =>
    '55'.repeat(distance) + little(VALUE, bytes) + '55'.repeat(16 - distance - bytes);
  const load = (distance: number): [Before, After] => [
    { memory: [{ at: AT, bytes: BYTES }] },
    { f: { [FD]: loaded(distance) } },
  ];
  const store = (distance: number): [Before, After] => [
    { memory: [{ at: AT, bytes: FIVES }], f: { [FD]: VALUE } },
    { memory: [{ at: AT, bytes: stored(distance) }] },
  ];
  const accesses = [
    ['ld', load],
    ['st', store],
  ] as const;
  return accesses.flatMap(([name, access]) => [
    ...[0, 1, 4, 8].flatMap((distance, index) => {
      const [before, after] = access(distance);
      const si = [0, -2048, 2047, 8][index] ?? 0;
      const k = [0n, -2048n, 0x1000n, -1n][index] ?? 0n;
      return [
        vector(
          `f${name}.${suffix}`,
          { fd: FD, rj: RJ, si },
          `+ ${distance}, immediate ${si}`,
          { ...before, r: { [RJ]: AT + BigInt(distance - si) } },
          after,
        ),
        vector(
          `f${name}x.${suffix}`,
          { fd: FD, rj: RJ, rk: RK },
          `+ ${distance}, index ${k}`,
          { ...before, r: { [RJ]: AT + BigInt(distance) - k, [RK]: u64(k) } },
          after,
        ),
      ];
    }),
    disabled(`f${name}.${suffix}`, { fd: FD, rj: RJ, si: 0 }),
    disabled(`f${name}x.${suffix}`, { fd: FD, rj: RJ, rk: RK }),
    ...(['gt', 'le'] as const).flatMap((side) => {
      const mnemonic = `f${name}${side}.${suffix}`;
      const fields = { fd: FD, rj: RJ, rk: RK };
      const [before, after] = access(0);
      const bound = (rk: bigint, isAllowed: boolean): Vector =>
        vector(
          mnemonic,
          fields,
          `bound 0x${hex(rk)}`,
          { ...before, r: { [RJ]: AT, [RK]: rk } },
          isAllowed ? after : { trap: { cause: CAUSE.boundCheck, tval: AT } },
        );
      return [
        bound(AT + 8n, side === 'le'),
        bound(AT, side === 'le'),
        bound(AT - 8n, side === 'gt'),
        bound(DATA - 8n, side === 'gt'),
        vector(
          mnemonic,
          fields,
          'unaligned',
          { ...before, r: { [RJ]: AT + 2n, [RK]: side === 'gt' ? AT : AT + 8n } },
          { trap: { cause: CAUSE.addressAlignment, tval: AT + 2n } },
        ),
        disabled(mnemonic, fields),
      ];
    }),
  ]);
};

export const FLOAT_MOVE: readonly Vector[] = [
  ...registers,
  ...conditions,
  ...control,
  ...transfers('s', 4),
  ...transfers('d', 8),
];
