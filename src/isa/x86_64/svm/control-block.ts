/** The VMCB as a debugger shows it. */
import type { ControlBlock, ControlReader, ControlRemark } from '../../core/control-block';
import { cpuOf } from '../cpus';
import { exitName } from './exit-codes';
import { exitInfos, exitInfoText } from './exit-info';
import { brokenRules, GUEST_RULES } from './guest-rules';
import { VMCB_BYTES, VMCB_FIELDS } from './vmcb';
import { TLB_CONTROL } from './vmcb-control';

const MANUAL = 'AMD64 APM volume 2';

type Registers = (name: string) => bigint;

/** What is legal and yet seldom meant. */
const REMARKS: readonly (Omit<ControlRemark, 'isIllegal'> & {
  applies(read: ControlReader, get: Registers): boolean;
})[] = [
  {
    text: 'The ASID is none of those that CPUID says there are',
    fields: ['GUEST_ASID'],
    ref: `${MANUAL}, 15.16`,
    applies: (read, get) => read('GUEST_ASID') >= BigInt(cpuOf({ get }).asids),
  },
  {
    text: 'TLB_CONTROL has a reserved value',
    fields: ['TLB_CONTROL'],
    ref: `${MANUAL}, 15.16.1`,
    applies: (read) => !(Object.values(TLB_CONTROL) as number[]).includes(Number(read('TLB_CONTROL'))),
  },
  {
    text: 'Nested paging is on and N_CR3 is 0: the nested tables would lie at address 0',
    fields: ['N_CR3'],
    ref: `${MANUAL}, 15.25`,
    applies: (read) => (read('NP_CONTROL') & 1n) !== 0n && read('N_CR3') === 0n,
  },
];

const broken = (read: ControlReader, get: Registers): ControlRemark[] => {
  const hostCr0 = get(get('isGuest') === 0n ? 'cr0' : 'hostCr0');
  return brokenRules(read, { state: { get }, hostCr0 }).map(({ text, fields, section }) => ({
    ...{ text, fields, isIllegal: true },
    ref: `${MANUAL}, ${section}`,
  }));
};

/** No codes of exits are as large. */
const codeOf = (read: ControlReader): number => Number(BigInt.asUintN(32, read('EXITCODE')));

/** Fields with words of their own. */
const MEANINGS: Readonly<Record<string, (read: ControlReader) => string | undefined>> = {
  EXITCODE: (read) => exitName(read('EXITCODE')),
  EXITINFO1: (read) => exitInfoText(codeOf(read), read('EXITINFO1'), read('EXITINFO2')) || undefined,
  EXITINFO2: (read) => exitInfos(codeOf(read)).info2?.name,
};

/** Implements {@link Isa.controlBlock}. */
export const VMCB_BLOCK: ControlBlock = {
  name: 'VMCB',
  bytes: VMCB_BYTES,
  register: 'lastVmcb',
  entry: { mnemonic: 'vmrun', register: 'rax' },
  fields: VMCB_FIELDS,
  texts: [...GUEST_RULES, ...REMARKS].map(({ text }) => text),
  reason: (read) => {
    const info = exitInfoText(codeOf(read), read('EXITINFO1'), read('EXITINFO2'));
    return [exitName(read('EXITCODE')) ?? `exit ${read('EXITCODE')}`, ...(info === '' ? [] : [info])].join(': ');
  },
  meaning: (field, read) => MEANINGS[field]?.(read),
  fieldsOf: (field, read) => {
    if (field === 'EXITINFO1') return exitInfos(codeOf(read)).info1?.fields;
    return field === 'EXITINFO2' ? exitInfos(codeOf(read)).info2?.fields : undefined;
  },
  remarks: (read, get) => [
    ...broken(read, get),
    ...REMARKS.filter(({ applies }) => applies(read, get)).map(({ text, fields, ref }) => ({
      ...{ text, fields, ref },
      isIllegal: false,
    })),
  ],
};
