/** Which world a processor executes in, read off its state. */
import { ipa, pa } from '../../base/address';
import type { HartState } from '../core/privileged';
import { ALL_ADDRESSES, type TableRoot, type World } from '../core/world';
import { asidOf, isStage1On, REGIME_REGISTERS, type Regime, rangeOf, regimeAt, vmidOf } from './address-ranges';
import { HCR } from './bits';
import { hasStage2 } from './contexts';
import { tableBase } from './table-geometry';
import { secondStage } from './walk-spaces';

type Registers = Pick<HartState, 'get'>;

type Kind = Pick<World, 'mode' | 'rank' | 'guest' | 'level'>;

/** The exception levels, and those of guests, which are under stage 2: the manual has no names of their own for these. */
const KINDS = {
  vEL0: { mode: 'vEL0', rank: 0, guest: true, level: 'user' },
  vEL1: { mode: 'vEL1', rank: 1, guest: true, level: 'kernel' },
  EL0: { mode: 'EL0', rank: 2, guest: false, level: 'user' },
  EL1: { mode: 'EL1', rank: 3, guest: false, level: 'kernel' },
  EL2: { mode: 'EL2', rank: 4, guest: false, level: 'hypervisor' },
  /** With VHE the kernel itself runs at EL2. */
  host: { mode: 'EL2', rank: 4, guest: false, level: 'kernel' },
} as const satisfies Readonly<Record<string, Kind>>;

const kindOf = (el: number, hcr: bigint, isGuest: boolean): Kind => {
  if (el === 2) return hcr & HCR.E2H ? KINDS.host : KINDS.EL2;
  if (isGuest) return el === 1 ? KINDS.vEL1 : KINDS.vEL0;
  return el === 1 ? KINDS.EL1 : KINDS.EL0;
};

/** The tables of stage 1. A register that was never written names none, whatever lies at physical 0. */
const firstRoots = (state: Registers, regime: Regime, isGuest: boolean, asid: number): TableRoot[] => {
  const { tables } = REGIME_REGISTERS[regime];
  return tables.flatMap((register, index): TableRoot[] => {
    const range = rangeOf(state, regime, index === 1);
    const table = tableBase(state.get(register), range);
    if (range.isClosed || table === 0n) return [];
    const size = 1n << BigInt(range.inputBits);
    return [
      {
        stage: 1,
        table: isGuest ? ipa(table) : pa(table),
        from: range.isUpper ? BigInt.asUintN(64, -size) : 0n,
        to: range.isUpper ? ALL_ADDRESSES.to : size - 1n,
        register,
        ...(index === 0 && tables.length === 2 && { asid }),
      },
    ];
  });
};

const secondRoot = (state: Registers): TableRoot => ({
  stage: 2,
  table: pa(BigInt(secondStage(state, false).space.table)),
  ...ALL_ADDRESSES,
  register: 'VTTBR_EL2',
});

/** The world of an exception level, 0 to 2, under HCR_EL2 and the tables there are now. */
export const worldAt = (state: Registers, el: number, isGuest = el < 2 && isUnderStage2(state)): World => {
  const regime = isGuest ? 'EL1&0' : regimeAt(state, el);
  const isOn = isStage1On(state, regime);
  const asid = isOn ? asidOf(state, regime) : 0;
  const second = isGuest ? [secondRoot(state)] : [];
  return {
    isa: 'aarch64',
    ...kindOf(el, state.get('HCR_EL2'), isGuest),
    asid,
    vmid: isGuest ? vmidOf(state) : 0,
    ...(!isOn && !isGuest && { isDirect: true }),
    roots: [...(isOn ? firstRoots(state, regime, isGuest, asid) : []), ...second],
  };
};

const isUnderStage2 = (state: Registers): boolean => hasStage2(state.get('HCR_EL2'));

/** The world the processor executes in now. */
export const worldOf = (state: Registers): World => worldAt(state, Number(state.get('EL')));

/**
 * Implements {@link Isa.worlds}: the most privileged first. EL2 is there where the processor has it, guests where VTTBR_EL2
 * names tables.
 */
export const worldsOf = (registers: (name: string) => bigint): World[] => {
  const state = { get: registers };
  const hasEl2 = ((registers('ID_AA64PFR0_EL1') >> 8n) & 0xfn) !== 0n;
  const hasGuest = isUnderStage2(state) || registers('VTTBR_EL2') !== 0n;
  return [
    ...(hasEl2 ? [worldAt(state, 2)] : []),
    worldAt(state, 1, false),
    worldAt(state, 0, false),
    ...(hasGuest ? [worldAt(state, 1, true), worldAt(state, 0, true)] : []),
  ];
};
