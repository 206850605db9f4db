/**
 * Who withholds a system register from EL0 and from a guest: controls of EL1 and EL2 as data.
 * @see Arm ARM, D1.3.6 "Configurable instruction controls", and each register's accessibility in D19
 */
import type { HartState } from '../core/privileged';
import { HCR, SCTLR } from './bits';
import { isHostUser } from './contexts';

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

const hcr = (name: string, mask: bigint, more: Partial<TrapRule> = {}): TrapRule => ({
  name: `HCR_EL2.${name}`,
  by: 'HCR_EL2',
  bit: mask,
  ...more,
});
const mdcr = (name: string, at: number): TrapRule => ({ name: `MDCR_EL2.${name}`, by: 'MDCR_EL2', bit: bit(at) });

export const TRAP = {
  TVM: hcr('TVM', HCR.TVM, { of: 'write' }),
  TRVM: hcr('TRVM', HCR.TRVM, { of: 'read' }),
  TID1: hcr('TID1', HCR.TID1),
  TID2: hcr('TID2', HCR.TID2),
  TID3: hcr('TID3', HCR.TID3),
  TIDCP: hcr('TIDCP', HCR.TIDCP),
  TACR: hcr('TACR', HCR.TACR),
  TSW: hcr('TSW', HCR.TSW),
  TPCP: hcr('TPCP', HCR.TPCP),
  TPU: hcr('TPU', HCR.TPU),
  TTLB: hcr('TTLB', HCR.TTLB),
  TDZ: hcr('TDZ', HCR.TDZ),
  APK: hcr('APK', HCR.APK, { isEnable: true }),
  TDA: mdcr('TDA', 9),
  TDOSA: mdcr('TDOSA', 10),
  TDRA: mdcr('TDRA', 11),
  /** It implies the three above. */
  TDE: mdcr('TDE', 8),
  TPM: mdcr('TPM', 6),
  TPMCR: mdcr('TPMCR', 5),
  TCPAC: { name: 'CPTR_EL2.TCPAC', by: 'CPTR_EL2', bit: bit(31), isOfEl1: true },
  physicalCounter: { name: 'CNTHCTL_EL2.EL1PCTEN', by: 'CNTHCTL_EL2', bit: bit(0), hostBit: bit(10), isEnable: true },
  physicalTimer: { name: 'CNTHCTL_EL2.EL1PCEN', by: 'CNTHCTL_EL2', bit: bit(1), hostBit: bit(11), isEnable: true },
} as const satisfies Readonly<Record<string, TrapRule>>;

/** Whether a control of EL2 takes an access there. It must not be the host's own EL0. */
export const isTrapped = (state: SlotReader, rule: TrapRule, isWrite: boolean, el: number): boolean => {
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
export const isWithheld = (state: SlotReader, rule: UserRule, isWrite: boolean): boolean => {
  const register = isHostUser(state.get('HCR_EL2')) ? rule.host : rule.by;
  const isClear = (state.get(register) & (isWrite ? rule.write : rule.read)) === 0n;
  return isClear !== (rule.isDisable ?? false);
};
