/**
 * System registers of GICv3's interfaces, ICC_* and ICH_*: a device's, in the address space `sysreg`, where the board has one. Here is
 * who may access them.
 * @see GICv3 architecture specification, 12.2 "AArch64 System register descriptions"
 */
import { type HartState, Trap } from '../core/privileged';
import { HCR } from './bits';
import { CAUSE, TO_EL2 } from './causes';
import { hasEl2 } from './contexts';
import { type Encoding, numberOf } from './sysregs-rows';

export interface DeviceRegister {
  readonly name: string;
  readonly number: number;
  readonly el: 1 | 2;
  readonly access?: 'ro' | 'wo';
  /** What EL1's accesses trap to EL2 by, beside SRE: bits of ICH_HCR_EL2, and of HCR_EL2 where it has an interrupt generated. */
  readonly group?: 0 | 1 | 'both';
  readonly isGenerator?: true;
}

const icc = (
  name: string,
  crm: number,
  op2: number,
  group: DeviceRegister['group'],
  more: Partial<DeviceRegister> = {},
): DeviceRegister => ({
  name,
  number: numberOf([3, 0, 12, crm, op2]),
  el: 1,
  ...(group !== undefined && { group }),
  ...more,
});
const ich = (name: string, [, , , crm, op2]: Encoding, more: Partial<DeviceRegister> = {}): DeviceRegister => ({
  name,
  number: numberOf([3, 4, 12, crm, op2]),
  el: 2,
  ...more,
});
const RO = { access: 'ro' } as const;
const WO = { access: 'wo' } as const;
const count = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

export const DEVICE_REGISTERS: readonly DeviceRegister[] = [
  { name: 'ICC_PMR_EL1', number: numberOf([3, 0, 4, 6, 0]), el: 1, group: 'both' },
  icc('ICC_IAR0_EL1', 8, 0, 0, RO),
  icc('ICC_EOIR0_EL1', 8, 1, 0, WO),
  icc('ICC_HPPIR0_EL1', 8, 2, 0, RO),
  icc('ICC_BPR0_EL1', 8, 3, 0),
  ...count(4).map((n) => icc(`ICC_AP0R${n}_EL1`, 8, 4 + n, 0)),
  ...count(4).map((n) => icc(`ICC_AP1R${n}_EL1`, 9, n, 1)),
  icc('ICC_DIR_EL1', 11, 1, 'both', WO),
  icc('ICC_RPR_EL1', 11, 3, 'both', RO),
  icc('ICC_SGI1R_EL1', 11, 5, 'both', { ...WO, isGenerator: true }),
  icc('ICC_ASGI1R_EL1', 11, 6, 'both', { ...WO, isGenerator: true }),
  icc('ICC_SGI0R_EL1', 11, 7, 'both', { ...WO, isGenerator: true }),
  icc('ICC_IAR1_EL1', 12, 0, 1, RO),
  icc('ICC_EOIR1_EL1', 12, 1, 1, WO),
  icc('ICC_HPPIR1_EL1', 12, 2, 1, RO),
  icc('ICC_BPR1_EL1', 12, 3, 1),
  icc('ICC_CTLR_EL1', 12, 4, 'both'),
  icc('ICC_SRE_EL1', 12, 5, undefined),
  icc('ICC_IGRPEN0_EL1', 12, 6, 0),
  icc('ICC_IGRPEN1_EL1', 12, 7, 1),
  ...count(4).map((n) => ich(`ICH_AP0R${n}_EL2`, [3, 4, 12, 8, n])),
  ...count(4).map((n) => ich(`ICH_AP1R${n}_EL2`, [3, 4, 12, 9, n])),
  ich('ICC_SRE_EL2', [3, 4, 12, 9, 5]),
  ich('ICH_HCR_EL2', [3, 4, 12, 11, 0]),
  ich('ICH_VTR_EL2', [3, 4, 12, 11, 1], RO),
  ich('ICH_MISR_EL2', [3, 4, 12, 11, 2], RO),
  ich('ICH_EISR_EL2', [3, 4, 12, 11, 3], RO),
  ich('ICH_ELRSR_EL2', [3, 4, 12, 11, 5], RO),
  ich('ICH_VMCR_EL2', [3, 4, 12, 11, 7]),
  ...count(16).map((n) => ich(`ICH_LR${n}_EL2`, [3, 4, 12, 12 + (n >> 3), n & 7])),
];

const BY_NUMBER = new Map(DEVICE_REGISTERS.map((row) => [row.number, row]));

const SPACE = 'sysreg';
const BYTES = 8;
const ICH_HCR = numberOf([3, 4, 12, 11, 0]);
const ICC_SRE_EL1 = numberOf([3, 0, 12, 12, 5]);
const ICC_SRE_EL2 = numberOf([3, 4, 12, 9, 5]);
/** ICH_HCR_EL2: traps of registers of both groups, of group 0, of group 1. */
const TRAPS = { both: 1n << 10n, 0: 1n << 11n, 1: 1n << 12n } as const;
const SRE = 1n;
/** ICC_SRE_EL2: EL1 may use system registers at all. */
const ENABLE = 1n << 3n;

/** The register of this number, if it is a device's and the machine has that device. */
export const deviceRegisterOf = (state: Pick<HartState, 'get'>, number: number): DeviceRegister | undefined => {
  const row = BY_NUMBER.get(number);
  return row && state.get('gicRegisters') !== 0n ? row : undefined;
};

type Space = Pick<HartState, 'get' | 'readSpace' | 'writeSpace'>;

const peek = (state: Space, number: number): bigint => state.readSpace(SPACE, number, BYTES) ?? 0n;

/** @throws Trap where this level may not access it so. */
const check = (state: Space, row: DeviceRegister, isWrite: boolean): void => {
  const el = Number(state.get('EL'));
  if (el < row.el || row.access === (isWrite ? 'ro' : 'wo')) throw new Trap(CAUSE.undefined, 0n);
  const isOfSre = row.number === ICC_SRE_EL1 || row.number === ICC_SRE_EL2;
  if (el === 2) {
    if (!isOfSre && row.el === 1 && (peek(state, ICC_SRE_EL2) & SRE) === 0n) throw new Trap(CAUSE.undefined, 0n);
    return;
  }
  if (hasEl2(state)) {
    if (isOfSre) {
      if ((peek(state, ICC_SRE_EL2) & ENABLE) === 0n) throw new Trap(CAUSE.sysreg | TO_EL2, 0n);
      return;
    }
    const hcr = state.get('HCR_EL2');
    const traps = peek(state, ICH_HCR);
    const isTrapped =
      (row.group !== undefined && (traps & TRAPS[row.group]) !== 0n) ||
      (row.isGenerator && (hcr & (HCR.FMO | HCR.IMO)) !== 0n);
    if (isTrapped) throw new Trap(CAUSE.sysreg | TO_EL2, 0n);
  }
  if (!isOfSre && (peek(state, ICC_SRE_EL1) & SRE) === 0n) throw new Trap(CAUSE.undefined, 0n);
};

/** Reads, or writes `value`; whether a guest's interface is meant is the device's business. @throws Trap */
export const accessDeviceRegister = (state: Space, row: DeviceRegister, value: bigint | undefined): bigint => {
  check(state, row, value !== undefined);
  if (value === undefined) {
    const read = state.readSpace(SPACE, row.number, BYTES);
    if (read === undefined) throw new Trap(CAUSE.undefined, 0n);
    return read;
  }
  if (!state.writeSpace(SPACE, row.number, BYTES, value)) throw new Trap(CAUSE.undefined, 0n);
  return value;
};
