/**
 * Who withholds a system register from EL0 and from a guest: controls of EL1 and EL2 as data.
 * @see Arm ARM, D1.3.6 "Configurable instruction controls", and each register's accessibility in D19
 */
import type { HartState } from '../core/privileged';
import { HCR, MDCR, SCTLR } from './bits';
import { TO_EL2 } from './causes';
import { hasEl2, isHostUser } from './contexts';

type SlotReader = Pick<HartState, 'get'>;

const bit = (n: number): bigint => 1n << BigInt(n);

/** A bit of EL2 that has accesses from EL1 and EL0 taken there. */
export interface TrapRule {
  readonly name: string;
  readonly by: 'HCR_EL2' | 'MDCR_EL2' | 'CPTR_EL2' | 'CNTHCTL_EL2';
  readonly bit: bigint;
  /** The bit where HCR_EL2.E2H is set, when it is another one. */
  readonly hostBit?: bigint;
  /** Which accesses; both when absent. */
  readonly of?: 'read' | 'write';
  /** The access traps while the bit is 0: an enable. */
  readonly isEnable?: true;
  /** It is about EL1 alone. */
  readonly isOfEl1?: true;
}

const hcr = (name: keyof typeof HCR, more: Partial<TrapRule> = {}): TrapRule => ({
  name: `HCR_EL2.${name}`,
  by: 'HCR_EL2',
  bit: HCR[name],
  ...more,
});
const mdcr = (name: keyof typeof MDCR): TrapRule => ({ name: `MDCR_EL2.${name}`, by: 'MDCR_EL2', bit: MDCR[name] });

export const TRAP = {
  TVM: hcr('TVM', { of: 'write' }),
  TRVM: hcr('TRVM', { of: 'read' }),
  TID1: hcr('TID1'),
  TID2: hcr('TID2'),
  TID3: hcr('TID3'),
  TIDCP: hcr('TIDCP'),
  TACR: hcr('TACR'),
  TSW: hcr('TSW'),
  TPCP: hcr('TPCP'),
  TPU: hcr('TPU'),
  TTLB: hcr('TTLB'),
  TDZ: hcr('TDZ'),
  TWI: hcr('TWI'),
  TWE: hcr('TWE'),
  APK: hcr('APK', { isEnable: true }),
  API: hcr('API', { isEnable: true }),
  TDA: mdcr('TDA'),
  TDOSA: mdcr('TDOSA'),
  TDRA: mdcr('TDRA'),
  /** It implies the three above. */
  TDE: mdcr('TDE'),
  TPM: mdcr('TPM'),
  TPMCR: mdcr('TPMCR'),
  TCPAC: { name: 'CPTR_EL2.TCPAC', by: 'CPTR_EL2', bit: bit(31), isOfEl1: true },
  physicalCounter: { name: 'CNTHCTL_EL2.EL1PCTEN', by: 'CNTHCTL_EL2', bit: bit(0), hostBit: bit(10), isEnable: true },
  physicalTimer: { name: 'CNTHCTL_EL2.EL1PCEN', by: 'CNTHCTL_EL2', bit: bit(1), hostBit: bit(11), isEnable: true },
} as const satisfies Readonly<Record<string, TrapRule>>;

/** Whether a control of EL2 takes an access there. It must not be the host's own EL0. */
const isTrapped = (state: SlotReader, rule: TrapRule, isWrite: boolean, el: number): boolean => {
  if (rule.of !== undefined && (rule.of === 'write') !== isWrite) return false;
  if (rule.isOfEl1 && el !== 1) return false;
  const isHost = (state.get('HCR_EL2') & HCR.E2H) !== 0n;
  const mask = isHost && rule.hostBit !== undefined ? rule.hostBit : rule.bit;
  return ((state.get(rule.by) & mask) === 0n) === (rule.isEnable ?? false);
};

/** What EL0 must be permitted: by bits of a register of EL1, or by the host's where EL0 is the host's. */
export interface UserRule {
  readonly by: 'SCTLR_EL1' | 'CNTKCTL_EL1' | 'PMUSERENR_EL0' | 'MDSCR_EL1';
  readonly host: 'SCTLR_EL2' | 'CNTHCTL_EL2' | 'PMUSERENR_EL0' | 'MDSCR_EL1';
  /** Reading asks for one of these. */
  readonly read: bigint;
  /** Writing asks for one of these; 0: never permitted. */
  readonly write: bigint;
  /** The access is withheld while the bit is 1. */
  readonly isDisable?: true;
}

const sctlr = (mask: bigint): UserRule => ({ by: 'SCTLR_EL1', host: 'SCTLR_EL2', read: mask, write: mask });
const counter = (at: number): UserRule => ({
  by: 'CNTKCTL_EL1',
  host: 'CNTHCTL_EL2',
  read: bit(at),
  write: bit(at),
});
const performance = (read: number, write = 0): UserRule => ({
  by: 'PMUSERENR_EL0',
  host: 'PMUSERENR_EL0',
  read: BigInt(read),
  write: BigInt(write),
});

export const USER = {
  UCT: sctlr(SCTLR.UCT),
  UMA: sctlr(SCTLR.UMA),
  UCI: sctlr(SCTLR.UCI),
  DZE: sctlr(SCTLR.DZE),
  nTWI: sctlr(SCTLR.nTWI),
  nTWE: sctlr(SCTLR.nTWE),
  physicalCounter: counter(0),
  virtualCounter: counter(1),
  /** Either counter shows the frequency. */
  anyCounter: { by: 'CNTKCTL_EL1', host: 'CNTHCTL_EL2', read: 3n, write: 0n },
  virtualTimer: counter(8),
  physicalTimer: counter(9),
  /** PMUSERENR_EL0: EN is bit 0, SW 1, CR 2, ER 3. */
  performance: performance(1, 1),
  softwareIncrement: performance(0, 3),
  cycleCounter: performance(5, 1),
  eventCounter: performance(9, 1),
  eventSelection: performance(9, 9),
  debugChannel: { by: 'MDSCR_EL1', host: 'MDSCR_EL1', read: bit(12), write: bit(12), isDisable: true },
} as const satisfies Readonly<Record<string, UserRule>>;

/** Whether EL0 is withheld an access. */
const isWithheld = (state: SlotReader, rule: UserRule, isWrite: boolean): boolean => {
  const register = isHostUser(state.get('HCR_EL2')) ? rule.host : rule.by;
  const isClear = (state.get(register) & (isWrite ? rule.write : rule.read)) === 0n;
  return isClear !== (rule.isDisable ?? false);
};

/** Who is asked for an access from EL0 and EL1. */
export interface Rules {
  readonly user?: UserRule;
  readonly traps?: readonly TrapRule[];
}

/**
 * By which mark of its cause a control of EL1 or EL2 has an access trap: {@link TO_EL2}, or 0, which goes to EL1 or to EL2 where
 * that handles the exceptions of EL0. `undefined` where none does.
 */
export const refusalOf = (state: SlotReader, { user, traps }: Rules, isWrite: boolean): number | undefined => {
  const el = Number(state.get('EL'));
  if (el === 2) return undefined;
  const isHost = el === 0 && isHostUser(state.get('HCR_EL2'));
  if (el === 0 && user && isWithheld(state, user, isWrite)) return isHost ? TO_EL2 : 0;
  if (!hasEl2(state)) return undefined;
  // A host's EL0 is no guest to HCR_EL2 and its like, but MDCR_EL2 is about it, too.
  const applies = ({ by }: TrapRule): boolean => !isHost || by === 'MDCR_EL2';
  return traps?.some((rule) => applies(rule) && isTrapped(state, rule, isWrite, el)) ? TO_EL2 : undefined;
};
