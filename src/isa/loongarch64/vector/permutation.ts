/** Instructions of LSX that move lanes by numbers TypeScript looks at. */
import { families, type Suffixed, type VectorFunction } from './families';
import { lanesOf, vectorOf } from './lanes';

/** Moves lanes, all of the suffix's width: those of vj, vk and vd. */
const moving =
  (run: (j: readonly bigint[], k: readonly bigint[], d: readonly bigint[]) => readonly (bigint | undefined)[]) =>
  ({ taken }: Suffixed): VectorFunction => {
    const type = { ...taken, signed: false };
    return (j, k, d) =>
      vectorOf(
        run(lanesOf(j, type), lanesOf(k, type), lanesOf(d, type)).map((lane) => lane ?? 0n),
        type.bits,
      );
  };

/** The same with an immediate. */
const numbered =
  (run: (j: readonly bigint[], n: number, d: readonly bigint[]) => readonly (bigint | undefined)[]) =>
  (suffixed: Suffixed): VectorFunction =>
  (j, n, d) =>
    moving((ofJ, _, ofD) => run(ofJ, Number(n), ofD))(suffixed)(j, 0n, d);

/** A pair of bits of a byte. */
const pairOf = (byte: number, at: number): number => (byte >> (2 * at)) & 3;

/** The number of the first negative lane of vj goes into the lane of vd that `lane` says, modulo their count. */
const firstNegative =
  (laneOf: (k: bigint) => bigint) =>
  ({ taken }: Suffixed): VectorFunction => {
    const type = { ...taken, signed: true };
    return (j, k, d) => {
      const lanes = lanesOf(j, type);
      const first = lanes.findIndex((lane) => lane < 0n);
      const made = lanesOf(d, type);
      made[Number(laneOf(k) % BigInt(lanes.length))] = BigInt(first < 0 ? lanes.length : first);
      return vectorOf(made, type.bits);
    };
  };

/** By mnemonic. */
export const permutationFunctions = (): Readonly<Record<string, VectorFunction>> => ({
  ...families(
    'vshuf',
    'h w d',
    moving((j, k, d) => d.map((number) => [...k, ...j][Number((number & 0xffn) % BigInt(2 * d.length))])),
  ),
  ...families(
    'vshuf4i',
    'b h w',
    numbered((j, n) => j.map((_, at) => j[(at & ~3) + pairOf(n, at & 3)])),
  ),
  ...families(
    'vshuf4i',
    'd',
    numbered((j, n, d) => [0, 1].map((at) => [...d, ...j][pairOf(n, at)])),
  ),
  ...families(
    'vextrins',
    'b h w d',
    numbered((j, n, d) => {
      const count = d.length;
      return d.map((lane, at) => (at === (n >> 4) % count ? j[(n & 15) % count] : lane));
    }),
  ),
  ...families(
    'vpermi',
    'w',
    numbered((j, n, d) => [0, 1, 2, 3].map((at) => (at < 2 ? j : d)[pairOf(n, at)])),
  ),
  ...families(
    'vfrstp',
    'b h',
    firstNegative((k) => k & 0xffn),
  ),
  ...families(
    'vfrstpi',
    'b h',
    firstNegative((n) => n),
  ),
});
