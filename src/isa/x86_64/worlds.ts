/** Which world a processor executes in, read off its state. Rings are those of CPL; those of SVM's guests have a `v` before them. */
import { ipa, pa } from '../../base/address';
import type { HartState } from '../core/privileged';
import { ALL_ADDRESSES, type TableRoot, type World } from '../core/world';
import { CR4 } from './bits';
import { isLong, isReal, isV86 } from './modes';
import { isNested, isPagingOn, levelsOf, tableBase } from './walk-spaces';

type Registers = Pick<HartState, 'get'>;

type Kind = Pick<World, 'mode' | 'rank' | 'guest' | 'level'>;

/** Guests' ranks lie below their hypervisor's, which is in ring 0 of the host. */
const RANKS = { guest: 3, host: 7 } as const;

const kindOf = (state: Registers, ring: number, isGuest: boolean): Kind => {
  const name = isReal(state) ? 'real' : ring === 3 && isV86(state) ? 'v86' : `ring${ring}`;
  return {
    mode: isGuest ? `v${name}` : name,
    rank: RANKS[isGuest ? 'guest' : 'host'] - ring,
    guest: isGuest,
    level: ring === 3 ? 'user' : 'kernel',
  };
};

const LAST_32 = 0xffff_ffffn;
const PCID = 0xfffn;

/** PCID, where it tells translations apart. */
const pcidOf = (state: Registers): number | undefined =>
  state.get('cr4') & CR4.PCIDE ? Number(state.get('cr3') & PCID) : undefined;

const firstRoot = (state: Registers, isUnder: boolean): TableRoot => {
  const table = tableBase(state.get('cr3'), levelsOf(state.get('cr4'), state.get('efer')));
  const asid = pcidOf(state);
  return {
    stage: 1,
    table: isUnder ? ipa(table) : pa(table),
    from: 0n,
    to: isLong(state) ? ALL_ADDRESSES.to : LAST_32,
    register: 'cr3',
    ...(asid !== undefined && { asid }),
  };
};

const secondRoot = (state: Registers): TableRoot => ({
  stage: 2,
  table: pa(tableBase(state.get('nestedCr3'), levelsOf(state.get('hostCr4'), state.get('hostEfer')))),
  ...ALL_ADDRESSES,
  register: 'nestedCr3',
});

/** The world of a ring under the registers there are now. @param codeMode 0: 64-bit code, 1: 32-bit, 2: 16-bit */
export const worldAt = (state: Registers, ring: number, codeMode = 0): World => {
  const isGuest = state.get('isGuest') !== 0n;
  const isUnder = isNested(state);
  const isOn = isPagingOn(state);
  return {
    isa: 'x86_64',
    ...kindOf(state, ring, isGuest),
    asid: (isOn ? pcidOf(state) : undefined) ?? 0,
    vmid: isGuest ? Number(state.get('asid')) : 0,
    ...(codeMode !== 0 && { codeMode }),
    ...(!isOn && !isUnder && { isDirect: true }),
    roots: [...(isOn ? [firstRoot(state, isUnder)] : []), ...(isUnder ? [secondRoot(state)] : [])],
  };
};

/** The world the processor executes in now. */
export const worldOf = (state: Registers): World =>
  worldAt(state, Number(state.get('cpl')), Number(state.get('codeMode')));

const CONTROL = ['cr0', 'cr3', 'cr4', 'efer'] as const;
type Control = (typeof CONTROL)[number];

/** Control registers of the machine that does not run, by the names that `readRegister` has them under. */
const OTHERS: Readonly<Record<'guest' | 'host', Readonly<Record<Control, string>>>> = {
  guest: { cr0: 'guestCr0', cr3: 'guestCr3', cr4: 'guestCr4', efer: 'guestEfer' },
  host: { cr0: 'hostCr0', cr3: 'hostCr3', cr4: 'hostCr4', efer: 'hostEfer' },
};

/** Registers as the host has them, or as the guest that runs or ran last: whichever of them runs now. */
export const registersOf = (registers: (name: string) => bigint, machine: 'guest' | 'host'): Registers => {
  const isGuest = machine === 'guest';
  if ((registers('isGuest') !== 0n) === isGuest) return { get: registers };
  const own = OTHERS[machine];
  return {
    get: (name) => {
      if (name === 'isGuest') return isGuest ? 1n : 0n;
      // Flags of the other machine say nothing here: no VM, no AC.
      if (name === 'rflags') return 0n;
      return registers(own[name as Control] ?? name);
    },
  };
};

/**
 * Implements {@link Isa.worlds}: the host's ring 0 first. A guest's are there once VMRUN was executed, and where they are in real
 * mode or without paging as it was left.
 */
export const worldsOf = (registers: (name: string) => bigint): World[] => {
  const hasGuest = registers('isGuest') !== 0n || registers('lastVmcb') !== 0n;
  // Where its code is of 64 bits cannot be told from control registers alone, but where none can be.
  const rings = (state: Registers): World[] => {
    const mode = isLong(state) ? 0 : isReal(state) ? 2 : 1;
    return [worldAt(state, 0, mode), worldAt(state, 3, mode)];
  };
  return [...rings(registersOf(registers, 'host')), ...(hasGuest ? rings(registersOf(registers, 'guest')) : [])];
};
