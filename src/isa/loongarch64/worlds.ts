/** Which world a processor executes in, read off its state. */
import { pa } from '../../base/address';
import type { HartState } from '../core/privileged';
import { ALL_ADDRESSES, type TableRoot, type World } from '../core/world';
import { ASID_MASK, LOWER_END } from './bits';
import { plvOf } from './exceptions';
import { isDirect } from './paging-cpu';

type Registers = Pick<HartState, 'get'>;

/** The halves of the addresses that are translated by tables, and the register that names each one's. */
const HALVES = [
  { register: 'PGDL', from: 0n, to: LOWER_END },
  { register: 'PGDH', from: BigInt.asUintN(64, ~LOWER_END), to: ALL_ADDRESSES.to },
] as const;

/** The roots there are now. A register that was never written names none, whatever lies at physical 0. */
const rootsNow = (state: Registers, asid: number): TableRoot[] =>
  HALVES.flatMap(({ register, from, to }) => {
    const table = pa(state.get(register));
    // Kernels use the upper half as one for all address spaces.
    return table === 0n ? [] : [{ stage: 1, table, from, to, register, ...(from === 0n && { asid }) }];
  });

/** The world of a privilege level under the roots there are now. With direct addresses there are none. */
export const worldOfPlv = (state: Registers, plv: number): World => {
  const asid = Number(state.get('ASID') & ASID_MASK);
  const isPhysical = isDirect(state);
  return {
    isa: 'loongarch64',
    mode: `PLV${plv}`,
    rank: 3 - plv,
    guest: false,
    level: plv === 0 ? 'kernel' : 'user',
    asid,
    vmid: 0,
    isDirect: isPhysical,
    roots: isPhysical ? [] : rootsNow(state, asid),
  };
};

/** The world the processor executes in now. */
export const worldOf = (state: Registers): World => worldOfPlv(state, plvOf(state));

/** Implements {@link Isa.worlds}: the privilege levels that operating systems use. */
export const worldsOf = (registers: (name: string) => bigint): World[] => {
  const state = { get: registers };
  return [worldOfPlv(state, 0), worldOfPlv(state, 3)];
};
