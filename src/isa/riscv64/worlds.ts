/** Which world a hart executes in, read off its state. */
import { pa } from '../../base/address';
import type { HartState } from '../core/privileged';
import type { World } from '../core/world';
import { PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { levelsOfMode } from './paging';

/** Ranks leave room below U for a guest's two modes. */
const MODES: Readonly<Record<number, { mode: string; rank: number }>> = {
  [PRIV_U]: { mode: 'U', rank: 2 },
  [PRIV_S]: { mode: 'S', rank: 3 },
  [PRIV_M]: { mode: 'M', rank: 4 },
};

/** The world of `privilege` under the satp of this hart; M-mode has no tables. */
export const worldOfPrivilege = (state: Pick<HartState, 'get'>, privilege: number): World => {
  const { mode, rank } = MODES[privilege] ?? { mode: 'M', rank: 4 };
  const satp = state.get('satp');
  const isPaged = privilege !== PRIV_M && levelsOfMode(Number(satp >> 60n)) > 0;
  return {
    isa: 'riscv64',
    mode,
    rank,
    guest: false,
    asid: isPaged ? Number((satp >> 44n) & 0xffffn) : 0,
    vmid: 0,
    ...(isPaged && { stage1: pa(BigInt.asUintN(44, satp) << 12n) }),
  };
};

/** The world the hart executes in now. */
export const worldOf = (state: Pick<HartState, 'get'>): World => worldOfPrivilege(state, Number(state.get('priv')));
