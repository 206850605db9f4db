/** How the rows of system registers are written. */
import type { FieldSpec } from '../../base/fields';
import type { HartState } from '../core/privileged';
import type { Feature } from './features';
import type { TrapRule, UserRule } from './sysreg-traps';

/** What reading a register for a debugger needs. */
export type SysregSource = Pick<HartState, 'get' | 'time' | 'cycles' | 'hart'>;

/** The manual's groups: how a debugger lists them. */
export type SysregGroup =
  | 'identification'
  | 'state'
  | 'control'
  | 'translation'
  | 'exceptions'
  | 'threads'
  | 'virtualization'
  | 'timers'
  | 'debug'
  | 'performance'
  | 'pointer authentication'
  | 'implementation';

/** What the engine must hear of a write that changed something. */
export type SysregEffect = 'context' | 'translations' | 'guest translations' | 'roots' | 'interrupts' | 'timers';

export interface Sysreg {
  readonly name: string;
  /** op0, op1, CRn, CRm and op2, as 16 bits of the instruction have them. */
  readonly number: number;
  readonly doc: string;
  readonly group: SysregGroup;
  readonly fields?: readonly FieldSpec[];
  /** Bits that software can write; the others keep what they are. */
  readonly writable: bigint;
  /** `ro`: writing is undefined; `wo`: reading is; `none`: both are, it is for debuggers. */
  readonly access?: 'ro' | 'wo' | 'none';
  readonly reset?: bigint;
  /** The lowest exception level that may access it, before rules. */
  readonly el: 0 | 1 | 2;
  /** What EL0 must be permitted, where `el` is 0. */
  readonly user?: UserRule;
  /** Controls of EL2 that accesses from EL1 and EL0 trap to it by. */
  readonly traps?: readonly TrapRule[];
  /** It is there on processors with this feature. */
  readonly feature?: Feature;
  /** Whether it is there, where that depends on the machine. */
  exists?(state: Pick<HartState, 'get'>): boolean;
  /** Only the highest exception level may write it. */
  readonly isOfHighest?: true;
  /** EL0 may read it and not write it. */
  readonly isReadOnlyAtEl0?: true;
  /** The register that EL2 accesses by this name while HCR_EL2.E2H is set; it has this one as `_EL12` or `_EL02`. */
  readonly host?: string;
  /** It has no slot: its value is made of others. */
  readonly isComputed?: true;
  /** Its value, where it is not its slot's. */
  read?(state: SysregSource): bigint;
  /** What writing does, where that is not storing: given the new value with the unwritable bits as before. */
  write?(state: HartState, value: bigint): void;
  readonly effect?: SysregEffect;
}

type Bits = readonly [name: string, high: number, low?: number, doc?: string];

/** Fields of a register, the highest first. */
export const fields = (...bits: Bits[]): readonly FieldSpec[] =>
  bits.map(([name, high, low = high, doc]) => ({ name, high, low, ...(doc && { doc }) }));

/** op0, op1, CRn, CRm, op2. */
export type Encoding = readonly [op0: number, op1: number, crn: number, crm: number, op2: number];

/** The 16 bits of an instruction that name a system register. */
export const numberOf = ([op0, op1, crn, crm, op2]: Encoding): number =>
  (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;

/** The first exception level that an encoding is for, by op1. */
const levelOf = ([, op1]: Encoding): Sysreg['el'] => (op1 === 3 ? 0 : op1 >= 4 ? 2 : 1);

type More = Partial<Omit<Sysreg, 'name' | 'number' | 'doc' | 'group' | 'writable'>>;

/** A function that makes rows of one group. */
export const rowsOf =
  (group: SysregGroup) =>
  (name: string, encoding: Encoding, writable: bigint, doc: string, more: More = {}): Sysreg => ({
    name,
    number: numberOf(encoding),
    doc,
    group,
    writable,
    el: levelOf(encoding),
    ...more,
  });
