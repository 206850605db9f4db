/** Loads and stores of vectors. @see Unofficial LoongArch Intrinsics Guide, LSX: Memory Load & Store */
import { CAUSE } from '../../../../../src/isa/loongarch64/causes';
import { CODE, type Vector } from '../../../driver';
import { AT, RJ, RK, u64, vector } from '../rows';

const VD = 4;
const BYTES = '8182838485868788f1f2f3f4f5f6f7f80112233445566778a1b2c3d4e5f60718';
const VALUE = 0x1f1e_1d1c_1b1a_1918_1716_1514_1312_1110n;
const STORED = '101112131415161718191a1b1c1d1e1f';
const FIVES = '55'.repeat(32);

/** The number in so many bytes at a distance. */
const at = (distance: number, bytes: number): bigint =>
  BigInt(`0x${(BYTES.slice(2 * distance, 2 * (distance + bytes)).match(/../g) ?? []).reverse().join('')}`);

/** What a store of `digits` at a distance leaves. */
const stored = (distance: number, digits: string): string =>
  FIVES.slice(0, 2 * distance) + digits + FIVES.slice(2 * distance + digits.length);

const OUTSIDE = 0x4000_0000n;
/** The last byte of memory that rows may use, plus one. */
const END = CODE + 0x2000n;

const whole: readonly Vector[] = [0, 1, 4, 7, 16].flatMap((distance, index) => {
  const si = [0, -2048, 2047, 8, -16][index] ?? 0;
  const k = [0n, -2048n, 0x1000n, -1n, 8n][index] ?? 0n;
  const memory = [{ at: AT, bytes: BYTES }];
  const fives = [{ at: AT, bytes: FIVES }];
  const [byImmediate, byIndex] = [
    { [RJ]: u64(AT + BigInt(distance - si)) },
    { [RJ]: u64(AT + BigInt(distance) - k), [RK]: u64(k) },
  ];
  const loaded = { v: { [VD]: at(distance, 16) } };
  const left = { memory: [{ at: AT, bytes: stored(distance, STORED) }] };
  return [
    vector('vld', { vd: VD, rj: RJ, si }, `+ ${distance}, immediate ${si}`, { memory, r: byImmediate }, loaded),
    vector('vldx', { vd: VD, rj: RJ, rk: RK }, `+ ${distance}, index ${k}`, { memory, r: byIndex }, loaded),
    vector(
      'vst',
      { vd: VD, rj: RJ, si },
      `+ ${distance}, immediate ${si}`,
      { memory: fives, r: byImmediate, v: { [VD]: VALUE } },
      left,
    ),
    vector(
      'vstx',
      { vd: VD, rj: RJ, rk: RK },
      `+ ${distance}, index ${k}`,
      { memory: fives, r: byIndex, v: { [VD]: VALUE } },
      left,
    ),
  ];
});

const SIZES = [
  ['b', 1],
  ['h', 2],
  ['w', 4],
  ['d', 8],
] as const;

const lanes: readonly Vector[] = SIZES.flatMap(([suffix, bytes]) =>
  [0, 3, 8, 15, 17].flatMap((distance, index) => {
    const unit = [0, -128, 127, 5, -1][index] ?? 0;
    const lane = [0, 16 / bytes - 1, 1, 0, 1][index] ?? 0;
    const si = unit * bytes;
    const rj = { [RJ]: u64(AT + BigInt(distance - si)) };
    const value = at(distance, bytes);
    const everywhere = Array.from({ length: 16 / bytes }, () => value).reduce(
      (all, each) => (all << BigInt(8 * bytes)) | each,
      0n,
    );
    const digits = STORED.slice(2 * lane * bytes, 2 * (lane + 1) * bytes);
    return [
      vector(
        `vldrepl.${suffix}`,
        { vd: VD, rj: RJ, si },
        `+ ${distance}, immediate ${si}`,
        { memory: [{ at: AT, bytes: BYTES }], r: rj },
        { v: { [VD]: everywhere } },
      ),
      vector(
        `vstelm.${suffix}`,
        { vd: VD, rj: RJ, si, ui: lane },
        `+ ${distance}, immediate ${si}, lane ${lane}`,
        { memory: [{ at: AT, bytes: FIVES }], r: rj, v: { [VD]: VALUE } },
        { memory: [{ at: AT, bytes: stored(distance, digits) }] },
      ),
    ];
  }),
);

/** Addresses where no memory is; vd is as it was. */
const faults: readonly Vector[] = (
  [
    ['vld', OUTSIDE, OUTSIDE],
    ['vld', END - 8n, END],
    ['vld', END - 15n, END],
    ['vst', OUTSIDE, OUTSIDE],
  ] as const
).map(([mnemonic, rj, bad]) =>
  vector(
    mnemonic,
    { vd: VD, rj: RJ, si: 0 },
    `at 0x${rj.toString(16)}`,
    { r: { [RJ]: rj }, memory: [{ at: END - 16n, bytes: BYTES.slice(0, 32) }] },
    { trap: { cause: CAUSE.memoryAddress, tval: bad } },
  ),
);

export const LSX_MEMORY: readonly Vector[] = [...whole, ...lanes, ...faults];
