/** What EXITINFO1 and EXITINFO2 say for each reason of an exit. @see AMD64 APM volume 2, 15.7 to 15.13 and 15.25.6 */
import { type FieldSpec, fieldOf } from '../../../base/fields';
import { VECTOR } from '../causes';
import { EXIT } from './exit-codes';

/** One of the two words. */
export interface ExitInfo {
  /** What it holds. */
  readonly name: string;
  readonly fields?: readonly FieldSpec[];
}

/** Both words of an exit; absent where the manual leaves one undefined. */
export interface ExitInfos {
  readonly info1?: ExitInfo;
  readonly info2?: ExitInfo;
}

const bit = (name: string, at: number, doc: string, values?: FieldSpec['values']): FieldSpec => ({
  name,
  high: at,
  low: at,
  doc,
  ...(values !== undefined && { values }),
});

/** Bits of an IOIO exit's EXITINFO1. */
export const IOIO = {
  in: 1n << 0n,
  string: 1n << 2n,
  rep: 1n << 3n,
  /** SZ8, times the number of bytes. */
  size: 1n << 4n,
  a16: 1n << 7n,
  a32: 1n << 8n,
  a64: 1n << 9n,
  segmentAt: 10n,
  portAt: 16n,
} as const;

export const IOIO_FIELDS: readonly FieldSpec[] = [
  bit('TYPE', 0, 'Direction', { 0: 'OUT', 1: 'IN' }),
  bit('STR', 2, 'String instruction: INS or OUTS'),
  bit('REP', 3, 'Repeated'),
  bit('SZ8', 4, 'One byte'),
  bit('SZ16', 5, 'Two bytes'),
  bit('SZ32', 6, 'Four bytes'),
  bit('A16', 7, '16-bit addresses'),
  bit('A32', 8, '32-bit addresses'),
  bit('A64', 9, '64-bit addresses'),
  {
    name: 'SEG',
    high: 12,
    low: 10,
    doc: 'Segment of a string instruction',
    values: { 0: 'ES', 1: 'CS', 2: 'SS', 3: 'DS', 4: 'FS', 5: 'GS' },
  },
  { name: 'PORT', high: 31, low: 16, doc: 'Port' },
];

/** Bits of a nested page fault's EXITINFO1. */
export const NPF = {
  present: 1n << 0n,
  write: 1n << 1n,
  user: 1n << 2n,
  reserved: 1n << 3n,
  fetch: 1n << 4n,
  /** While the guest's final address was translated. */
  final: 1n << 32n,
  /** While one of the guest's own tables was read or updated. */
  table: 1n << 33n,
} as const;

export const NPF_FIELDS: readonly FieldSpec[] = [
  bit('P', 0, 'The nested page is present'),
  bit('RW', 1, 'Write'),
  bit('US', 2, 'User access, as all are of nested tables'),
  bit('RSV', 3, 'A reserved bit is set in a nested entry'),
  bit('ID', 4, 'Instruction fetch'),
  bit('SS', 6, 'Shadow stack access'),
  bit('FINAL', 32, 'While the final guest physical address was translated'),
  bit('TABLE', 33, "While a table of the guest's was read or updated"),
  bit('ENC', 36, 'Encrypted page mismatch'),
];

export const PAGE_FAULT_FIELDS: readonly FieldSpec[] = [
  bit('P', 0, 'The page is present'),
  bit('RW', 1, 'Write'),
  bit('US', 2, 'User access'),
  bit('RSV', 3, 'A reserved bit is set in an entry'),
  bit('ID', 4, 'Instruction fetch'),
  bit('PK', 5, 'Protection key'),
  bit('SS', 6, 'Shadow stack access'),
];

/** Set in EXITINFO1 of an access to a control register by MOV, whose general register is in bits 3:0. */
export const MOV_CR = 1n << 63n;
const CR_FIELDS: readonly FieldSpec[] = [
  bit('MOV', 63, 'The instruction is MOV, not LMSW, SMSW or CLTS'),
  { name: 'GPR', high: 3, low: 0, doc: 'Number of the general register' },
];
const DR_FIELDS: readonly FieldSpec[] = [{ name: 'GPR', high: 3, low: 0, doc: 'Number of the general register' }];

/** Bits of a task switch's EXITINFO2. */
export const TASK_SWITCH = { iret: 1n << 36n, farJump: 1n << 38n, hasErrorCode: 1n << 44n, rf: 1n << 48n } as const;
const TASK_FIELDS: readonly FieldSpec[] = [
  { name: 'ERROR', high: 31, low: 0, doc: 'Error code that the new task gets' },
  bit('IRET', 36, 'By IRET'),
  bit('JMP', 38, 'By a far JMP'),
  bit('EV', 44, 'There is an error code'),
  bit('RF', 48, 'RF that would be saved in the old TSS'),
];

const CR: ExitInfos = { info1: { name: 'control register access', fields: CR_FIELDS } };
const DR: ExitInfos = { info1: { name: 'debug register access', fields: DR_FIELDS } };
const ADDRESS: ExitInfos = { info1: { name: 'linear address' } };
const ERROR_CODE: ExitInfos = { info1: { name: 'error code' } };

const WITH_ERROR_CODE: readonly number[] = [
  VECTOR.DF,
  VECTOR.TS,
  VECTOR.NP,
  VECTOR.SS,
  VECTOR.GP,
  VECTOR.AC,
  VECTOR.CP,
];

const INFOS: ReadonlyMap<number, ExitInfos> = new Map<number, ExitInfos>([
  ...WITH_ERROR_CODE.map((vector): [number, ExitInfos] => [EXIT.EXCP + vector, ERROR_CODE]),
  [
    EXIT.EXCP + VECTOR.PF,
    { info1: { name: 'error code', fields: PAGE_FAULT_FIELDS }, info2: { name: 'faulting address' } },
  ],
  [EXIT.SMI, { info1: { name: 'source of the SMI', fields: [bit('EXT', 0, 'From outside')] } }],
  [EXIT.CR0_SEL_WRITE, CR],
  [EXIT.SWINT, { info1: { name: 'interrupt number', fields: [{ name: 'VECTOR', high: 7, low: 0 }] } }],
  [EXIT.INVLPG, ADDRESS],
  [EXIT.INVLPGA, ADDRESS],
  [EXIT.IOIO, { info1: { name: 'port access', fields: IOIO_FIELDS }, info2: { name: 'rIP of the next instruction' } }],
  [EXIT.MSR, { info1: { name: 'access', fields: [bit('WRITE', 0, 'Direction', { 0: 'RDMSR', 1: 'WRMSR' })] } }],
  [
    EXIT.TASK_SWITCH,
    {
      info1: { name: 'selector of the new TSS', fields: [{ name: 'SELECTOR', high: 15, low: 0 }] },
      info2: { name: 'task switch', fields: TASK_FIELDS },
    },
  ],
  [EXIT.NPF, { info1: { name: 'error code', fields: NPF_FIELDS }, info2: { name: 'guest physical address' } }],
]);

/** What the two words hold at the exit of a code. */
export const exitInfos = (code: number): ExitInfos => {
  const row = INFOS.get(code);
  if (row !== undefined) return row;
  if (code < EXIT.DR_READ) return CR;
  if (code < EXIT.EXCP) return DR;
  return {};
};

const hex = (value: bigint): string => `0x${value.toString(16)}`;

const GENERAL = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;
const register = (info: bigint): string => {
  const number = Number(info & 15n);
  return GENERAL[number] ?? `r${number}`;
};

const ioText = (info1: bigint, info2: bigint): string => {
  const isIn = (info1 & IOIO.in) !== 0n;
  const isString = (info1 & IOIO.string) !== 0n;
  const bytes = fieldOf({ name: 'SZ', high: 6, low: 4 }, info1);
  const name = `${info1 & IOIO.rep ? 'REP ' : ''}${isIn ? 'IN' : 'OUT'}${isString ? 'S' : ''}`;
  return `${name} port ${hex((info1 >> IOIO.portAt) & 0xffffn)}, ${bytes} ${bytes === 1n ? 'byte' : 'bytes'}, next ${hex(info2)}`;
};

const faultText = (info1: bigint, fetches: bigint): string => {
  const access = info1 & fetches ? 'fetch' : info1 & NPF.write ? 'write' : 'read';
  const why = info1 & NPF.reserved ? 'reserved bit' : info1 & NPF.present ? 'not permitted' : 'not present';
  return `${access}, ${why}`;
};

/** A nested page fault's EXITINFO1 in words. */
export const nestedFaultText = (info1: bigint): string =>
  `${faultText(info1, NPF.fetch)}, ${info1 & NPF.table ? "while the guest's table was walked" : 'of the final address'}`;

/** The two words of an exit in a line; empty where they say nothing. */
export const exitInfoText = (code: number, info1: bigint, info2: bigint): string => {
  if (code === EXIT.IOIO) return ioText(info1, info2);
  if (code === EXIT.MSR) return info1 === 0n ? 'RDMSR' : 'WRMSR';
  if (code === EXIT.NPF) return `${nestedFaultText(info1)}, guest physical ${hex(info2)}`;
  if (code === EXIT.EXCP + VECTOR.PF) return `${faultText(info1, NPF.fetch)}, address ${hex(info2)}`;
  if (code < EXIT.DR_READ || code === EXIT.CR0_SEL_WRITE) return info1 & MOV_CR ? `MOV with ${register(info1)}` : '';
  if (code < EXIT.EXCP) return `MOV with ${register(info1)}`;
  const { info1: row } = exitInfos(code);
  return row === undefined ? '' : `${row.name} ${hex(info1)}`;
};
