/** What LSX instructions do in TypeScript, by name and suffixes. */
import { type LaneType, laneType } from './lanes';

/** vd of vj, of vk or an immediate, and of what is in vd or, in instructions of four vectors, in va. Unsigned 128 bits. */
export type VectorFunction = (j: bigint, k: bigint, d: bigint) => bigint;

/** What the suffixes of an instruction say of its lanes. */
export interface Suffixed {
  readonly name: string;
  /** The last suffix: of the lanes it takes, of vk where those of vj are others. */
  readonly taken: LaneType;
  /** The first: of those it makes. */
  readonly made: LaneType;
  /** Suffixes are three: vj has unsigned numbers, vk signed ones. */
  readonly isMixed: boolean;
}

/** An instruction's functions for several suffixes, separated by blanks; by mnemonic. */
export const families = <Function>(
  name: string,
  suffixes: string,
  make: (suffixed: Suffixed) => Function,
): Record<string, Function> =>
  Object.fromEntries(
    suffixes.split(' ').map((suffix) => {
      const parts = suffix.split('.');
      const taken = laneType(parts.at(-1) ?? '');
      const made = laneType(parts[0] ?? '');
      return [`${name}.${suffix}`, make({ name, taken, made, isMixed: parts.length === 3 })];
    }),
  );
