/**
 * Where the indices of page tables lie in an address, by PWCL and PWCH.
 * @see LoongArch Reference Manual, Volume 1, "Page Walk Controller for Lower Half Address Space"
 */
import type { HartState } from '../core/privileged';

export interface IndexField {
  /** Lowest bit of the address that belongs to the index. */
  readonly base: number;
  /** Bits; tables without any are not there. */
  readonly width: number;
}

const part = (value: bigint, at: number, width: number): number =>
  Number((value >> BigInt(at)) & ((1n << BigInt(width)) - 1n));

type Registers = Pick<HartState, 'get'>;

/** Of the page tables themselves. */
export const pageTableField = (state: Registers): IndexField => {
  const low = state.get('PWCL');
  return { base: part(low, 0, 5), width: part(low, 5, 5) };
};

/** Of the directories of level 1, the lowest, to 4. */
export const directoryField = (state: Registers, level: number): IndexField | undefined => {
  const low = state.get('PWCL');
  const high = state.get('PWCH');
  const fields: readonly IndexField[] = [
    { base: part(low, 10, 5), width: part(low, 15, 5) },
    { base: part(low, 20, 5), width: part(low, 25, 5) },
    { base: part(high, 0, 6), width: part(high, 6, 6) },
    { base: part(high, 12, 6), width: part(high, 18, 6) },
  ];
  return fields[level - 1];
};

/** Log2 of the size of a huge page by the level that lddir put into its entry: 0 where it stood in the lowest directory. */
export const hugePageSize = (state: Registers, level: number): number => {
  const { base, width } = (level === 0 ? undefined : directoryField(state, level)) ?? pageTableField(state);
  return base + width;
};
