/** Which world a processor executes in, read off its state. */
import { pa } from '../../base/address';
import type { HartState } from '../core/privileged';
import type { World } from '../core/world';
import { ASID_MASK } from './bits';
import { plvOf } from './exceptions';
import { isDirect } from './paging-cpu';

type Registers = Pick<HartState, 'get'>;

/**
 * The world of a privilege level under the roots there are now: the kernel's tables are those of the upper half, a program's those
 * of the lower one. With direct addresses there are none.
 */
export const worldOfPlv = (state: Registers, plv: number): World => {
  const root = isDirect(state) ? undefined : state.get(plv === 0 ? 'PGDH' : 'PGDL');
  return {
    isa: 'loongarch64',
    mode: `PLV${plv}`,
    rank: 3 - plv,
    guest: false,
    level: plv === 0 ? 'kernel' : 'user',
    asid: Number(state.get('ASID') & ASID_MASK),
    vmid: 0,
    ...(root !== undefined && { stage1: pa(root) }),
  };
};

/** The world the processor executes in now. */
export const worldOf = (state: Registers): World => worldOfPlv(state, plvOf(state));

/** Implements {@link Isa.worlds}: the privilege levels that operating systems use. */
export const worldsOf = (registers: (name: string) => bigint): World[] => {
  const state = { get: registers };
  return [worldOfPlv(state, 0), worldOfPlv(state, 3)];
};
