/** RDRAND and RDSEED: numbers that follow from the slot `random`, so that a run that is repeated sees the same ones. */
import type { IsaFunction } from '../core/privileged';

const STEP = 0x9e37_79b9_7f4a_7c15n;
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The number of a state: its bits mixed, as SplitMix64 does. */
const mixed = (value: bigint): bigint => {
  let z = value;
  z = u64((z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  z = u64((z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return z ^ (z >> 31n);
};

export const RANDOM_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  random: (state) => {
    const next = u64(state.get('random') + STEP);
    state.set('random', next);
    return mixed(next);
  },
};
