/**
 * The registers of a local APIC as data: where each is, what can be written, its fields. In the xAPIC page a register is at 16
 * times its number, in x2APIC mode it is the MSR 0x800 + number.
 * @see AMD64 APM volume 2, 16.3 "Local APIC", table 16-2
 */
import type { FieldSpec } from '../../base/fields';
import type { DeviceRegister } from '../device';

/** Numbers of registers. */
export const APIC = {
  ID: 0x02,
  VERSION: 0x03,
  TPR: 0x08,
  APR: 0x09,
  PPR: 0x0a,
  EOI: 0x0b,
  RRR: 0x0c,
  LDR: 0x0d,
  DFR: 0x0e,
  SVR: 0x0f,
  ISR: 0x10,
  TMR: 0x18,
  IRR: 0x20,
  ESR: 0x28,
  ICR: 0x30,
  ICR_HIGH: 0x31,
  LVT_TIMER: 0x32,
  LVT_THERMAL: 0x33,
  LVT_PMC: 0x34,
  LVT_LINT0: 0x35,
  LVT_LINT1: 0x36,
  LVT_ERROR: 0x37,
  INITIAL_COUNT: 0x38,
  CURRENT_COUNT: 0x39,
  DIVIDE: 0x3e,
  SELF_IPI: 0x3f,
} as const;

/** Version 0x14, with six entries of the local vector table. */
export const VERSION_VALUE = 0x0005_0014;

/** Bits of LVT entries. */
export const LVT = {
  MASKED: 0x1_0000,
  LEVEL: 0x8000,
  REMOTE_IRR: 0x4000,
  /** Timer modes, in bits 18:17. */
  MODE: 0x6_0000,
  PERIODIC: 0x2_0000,
  DEADLINE: 0x4_0000,
} as const;

/** Entries of the local vector table in the order of their registers: their names and the bits that can be written. */
export const LVT_ENTRIES = [
  { name: 'timer', writable: 0x7_00ff },
  { name: 'thermal', writable: 0x1_07ff },
  { name: 'performance', writable: 0x1_07ff },
  { name: 'LINT0', writable: 0x1_a7ff },
  { name: 'LINT1', writable: 0x1_a7ff },
  { name: 'error', writable: 0x1_00ff },
] as const;
export const LVT_INDEX = { timer: 0, thermal: 1, performance: 2, lint0: 3, lint1: 4, error: 5 } as const;

/** Bits of ESR. */
export const ESR = { SEND_ILLEGAL: 0x20, RECEIVE_ILLEGAL: 0x40, ILLEGAL_REGISTER: 0x80 } as const;
export const SVR_ENABLE = 0x100;
/** Bits of APIC_BASE. */
export const BASE = { BSP: 0x100n, X2APIC: 0x400n, ENABLE: 0x800n } as const;

const PRIORITY: readonly FieldSpec[] = [
  { name: 'class', high: 7, low: 4 },
  { name: 'subclass', high: 3, low: 0 },
];
const MODES = { 0: 'fixed', 2: 'SMI', 4: 'NMI', 5: 'INIT', 7: 'ExtINT' } as const;
const MASK: FieldSpec = { name: 'mask', high: 16, low: 16 };
const VECTOR: FieldSpec = { name: 'vector', high: 7, low: 0 };
const DELIVERY_MODE: FieldSpec = { name: 'delivery mode', high: 10, low: 8, values: MODES };
const PIN: readonly FieldSpec[] = [
  MASK,
  { name: 'trigger', high: 15, low: 15, values: { 0: 'edge', 1: 'level' } },
  { name: 'remote IRR', high: 14, low: 14 },
  { name: 'polarity', high: 13, low: 13 },
  DELIVERY_MODE,
  VECTOR,
];

const row = (name: string, number: number, fields?: readonly FieldSpec[], doc?: string): DeviceRegister => ({
  name,
  offset: 16 * number,
  width: 4,
  ...(fields && { fields }),
  ...(doc !== undefined && { doc }),
});

const words = (name: string, first: number, doc: string): DeviceRegister[] =>
  Array.from({ length: 8 }, (_, index) => row(`${name}[${index}]`, first + index, undefined, doc));

export const LOCAL_APIC_REGISTERS: readonly DeviceRegister[] = [
  row('ID', APIC.ID, [{ name: 'id', high: 31, low: 24 }]),
  row('VERSION', APIC.VERSION, [
    { name: 'last LVT', high: 23, low: 16 },
    { name: 'version', high: 7, low: 0 },
  ]),
  row('TPR', APIC.TPR, PRIORITY, 'Task priority: interrupts of its class and below wait.'),
  row('APR', APIC.APR, PRIORITY, 'Arbitration priority.'),
  row('PPR', APIC.PPR, PRIORITY, 'Processor priority: of the task or of what is in service.'),
  row('EOI', APIC.EOI, undefined, 'Writing ends the interrupt in service.'),
  row('LDR', APIC.LDR, [{ name: 'logical id', high: 31, low: 24 }]),
  row('DFR', APIC.DFR, [{ name: 'model', high: 31, low: 28, values: { 0: 'cluster', 15: 'flat' } }]),
  row('SVR', APIC.SVR, [{ name: 'focus off', high: 9, low: 9 }, { name: 'enabled', high: 8, low: 8 }, VECTOR]),
  ...words('ISR', APIC.ISR, 'In service.'),
  ...words('TMR', APIC.TMR, 'Level-triggered.'),
  ...words('IRR', APIC.IRR, 'Requested.'),
  row('ESR', APIC.ESR, [
    { name: 'illegal register', high: 7, low: 7 },
    { name: 'receive illegal vector', high: 6, low: 6 },
    { name: 'send illegal vector', high: 5, low: 5 },
  ]),
  row('ICR', APIC.ICR, [
    { name: 'shorthand', high: 19, low: 18, values: { 0: 'none', 1: 'self', 2: 'all', 3: 'all but self' } },
    { name: 'trigger', high: 15, low: 15, values: { 0: 'edge', 1: 'level' } },
    { name: 'level', high: 14, low: 14 },
    { name: 'destination mode', high: 11, low: 11, values: { 0: 'physical', 1: 'logical' } },
    {
      name: 'delivery mode',
      high: 10,
      low: 8,
      values: { 0: 'fixed', 1: 'lowest priority', 2: 'SMI', 4: 'NMI', 5: 'INIT', 6: 'startup' },
    },
    VECTOR,
  ]),
  row('ICR_HIGH', APIC.ICR_HIGH, [{ name: 'destination', high: 31, low: 24 }]),
  row('LVT_TIMER', APIC.LVT_TIMER, [
    { name: 'mode', high: 18, low: 17, values: { 0: 'one-shot', 1: 'periodic', 2: 'TSC deadline' } },
    MASK,
    VECTOR,
  ]),
  row('LVT_THERMAL', APIC.LVT_THERMAL, [MASK, DELIVERY_MODE, VECTOR]),
  row('LVT_PMC', APIC.LVT_PMC, [MASK, DELIVERY_MODE, VECTOR]),
  row('LVT_LINT0', APIC.LVT_LINT0, PIN),
  row('LVT_LINT1', APIC.LVT_LINT1, PIN),
  row('LVT_ERROR', APIC.LVT_ERROR, [MASK, VECTOR]),
  row('INITIAL_COUNT', APIC.INITIAL_COUNT),
  row('CURRENT_COUNT', APIC.CURRENT_COUNT),
  row('DIVIDE', APIC.DIVIDE, [
    {
      name: 'divisor',
      high: 3,
      low: 0,
      values: {
        0: '2',
        1: '4',
        2: '8',
        3: '16',
        8: '32',
        9: '64',
        10: '128',
        11: '1',
      },
    },
  ]),
];
