/** Which world a hart executes in, read off its state. */
import { hex, ipa, pa } from '../../base/address';
import type { HartState } from '../core/privileged';
import { ALL_ADDRESSES, type TableRoot, type World } from '../core/world';
import { modeOf } from './csr-access';
import { GUEST, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { levelsOfMode } from './paging';

/**
 * The mode with V = 0 and privilege 1 is called S, as every kernel that is no hypervisor calls it; the manual's name for it
 * is HS-mode where H is implemented.
 */
const MODES: Readonly<Record<number, Pick<World, 'mode' | 'rank' | 'level'>>> = {
  [GUEST | PRIV_U]: { mode: 'VU', rank: 0, level: 'user' },
  [GUEST | PRIV_S]: { mode: 'VS', rank: 1, level: 'kernel' },
  [PRIV_U]: { mode: 'U', rank: 2, level: 'user' },
  [PRIV_S]: { mode: 'S', rank: 3, level: 'kernel' },
  [PRIV_M]: { mode: 'M', rank: 4, level: 'firmware' },
};

/** Root table that satp, vsatp or hgatp names; undefined when it is Bare. */
const rootOf = (atp: bigint): bigint | undefined =>
  levelsOfMode(Number(atp >> 60n)) > 0 ? BigInt.asUintN(44, atp) << 12n : undefined;

/**
 * The world of a mode (0 U, 1 S, 3 M, 4 VU, 5 VS) under the roots this hart has now; M-mode has no tables. A guest's root
 * of stage 1 is a guest physical address when it has a stage 2.
 */
export const worldOfPrivilege = (state: Pick<HartState, 'get'>, mode: number): World => {
  const guest = (mode & GUEST) !== 0;
  const atp = guest ? state.get('vsatp') : state.get('satp');
  const hgatp = guest ? state.get('hgatp') : 0n;
  const first = mode === PRIV_M ? undefined : rootOf(atp);
  const second = rootOf(hgatp);
  const asid = first === undefined ? 0 : Number((atp >> 44n) & 0xffffn);
  const roots: TableRoot[] = [];
  if (first !== undefined) {
    const table = second === undefined ? pa(first) : ipa(first);
    roots.push({ stage: 1, table, ...ALL_ADDRESSES, register: guest ? 'vsatp' : 'satp', asid });
  }
  if (second !== undefined) roots.push({ stage: 2, table: pa(second), ...ALL_ADDRESSES, register: 'hgatp' });
  return {
    isa: 'riscv64',
    ...(MODES[mode] ?? { mode: 'M', rank: 4, level: 'firmware' }),
    guest,
    asid,
    vmid: second === undefined ? 0 : Number((hgatp >> 44n) & 0x3fffn),
    roots,
  };
};

/** The world the hart executes in now. */
export const worldOf = (state: Pick<HartState, 'get'>): World => worldOfPrivilege(state, modeOf(state));

/** Implements {@link Isa.worlds}: firmware first, guests' last and only where a root of theirs is set. */
export const worldsOf = (registers: (name: string) => bigint): World[] => {
  const state = { get: registers };
  const hasGuest = [registers('vsatp'), registers('hgatp')].some((atp) => rootOf(atp) !== undefined);
  const modes = [PRIV_M, PRIV_S, PRIV_U, ...(hasGuest ? [GUEST | PRIV_S, GUEST | PRIV_U] : [])];
  return modes.map((mode) => worldOfPrivilege(state, mode));
};

/** Implements {@link Isa.rootRemark}: the table of hgatp fills 16 KiB, and its low two page number bits read as zeros. */
export const rootRemark = (register: string, value: bigint): string | undefined => {
  const root = register === 'hgatp' ? rootOf(value) : undefined;
  if (root === undefined || root % 0x4000n === 0n) return undefined;
  const used = hex(root - (root % 0x4000n));
  return `hgatp names a root table at ${hex(root)}, which is not aligned to 16 KiB. Worldstep and QEMU take it as it is; harts may take the table at ${used} instead (Privileged ISA, hgatp).`;
};
