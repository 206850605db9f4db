/** A host in 64-bit mode with a legal VMCB in memory, for what SVM does to both. */
import { CPUS } from '../../../../src/isa/x86_64/cpus';
import { setRflags } from '../../../../src/isa/x86_64/flags';
import { resetState } from '../../../../src/isa/x86_64/reset';
import { setSegment } from '../../../../src/isa/x86_64/segments';
import { SEG, STATE } from '../../../../src/isa/x86_64/state';
import { SVM_HELPERS } from '../../../../src/isa/x86_64/svm/instructions';
import { vmcbReader, writeVmcb } from '../../../../src/isa/x86_64/svm/vmcb';
import { FakeHart } from '../../../support/fake-hart';

export const VMCB = 0x40_0000n;
export const HSAVE = 0x41_0000n;
export const IOPM = 0x42_0000n;
export const MSRPM = 0x43_0000n;
/** Where the host executes VMRUN, which has 3 bytes. */
export const HOST_PC = 0xffff_8000_0010_0000n;
export const AFTER_VMRUN = HOST_PC + 3n;
export const GUEST_RIP = 0x1000n;

export type Fields = Readonly<Record<string, bigint>>;

/** A guest in flat 32-bit protected mode without paging. */
export const LEGAL: Fields = {
  INTERCEPT_4: 1n,
  IOPM_BASE_PA: IOPM,
  MSRPM_BASE_PA: MSRPM,
  GUEST_ASID: 1n,
  'ES.selector': 0x10n,
  'ES.attrib': 0xc93n,
  'ES.limit': 0xffff_ffffn,
  'CS.selector': 0x8n,
  'CS.attrib': 0xc9bn,
  'CS.limit': 0xffff_ffffn,
  'SS.selector': 0x18n,
  'SS.attrib': 0xc93n,
  'SS.limit': 0xffff_ffffn,
  'DS.selector': 0x20n,
  'DS.attrib': 0xc93n,
  'DS.limit': 0xffff_ffffn,
  'GDTR.base': 0x5000n,
  'GDTR.limit': 0x27n,
  'IDTR.base': 0x6000n,
  'IDTR.limit': 0xfffn,
  EFER: 0x1000n,
  CR0: 0x11n,
  DR6: 0xffff_0ff0n,
  DR7: 0x400n,
  RFLAGS: 0x2n,
  RIP: GUEST_RIP,
  RSP: 0x8000n,
  RAX: 0x1234n,
  G_PAT: 0x0007_0406_0007_0406n,
};
/** The same in 64-bit mode. */
export const LONG: Fields = { EFER: 0x1d01n, CR0: 0x8000_0011n, CR3: 0x9000n, CR4: 0x20n, 'CS.attrib': 0xa9bn };

export const HOST_RFLAGS = 0x246n;

const CODE_64 = { selector: 0x10n, base: 0n, limit: 0xffff_ffffn, attributes: 0xa9bn };
const DATA = { selector: 0x18n, base: 0n, limit: 0xffff_ffffn, attributes: 0xc93n };

/** @param model name of a processor, `EPYC` when absent */
export const host = (fields: Fields = {}, slots: Fields = {}, model = 'EPYC'): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { cpu: CPUS.findIndex(({ name }) => name === model) });
  const own = { efer: 0x1d01n, cr0: 0x8001_0033n, cr3: 0x2000n, cr4: 0xa0n, VM_HSAVE_PA: HSAVE, dr7: 0x403n };
  for (const [slot, value] of Object.entries(own)) hart.set(slot, value);
  setSegment(hart, SEG.cs, CODE_64);
  for (const seg of [SEG.ss, SEG.ds, SEG.es]) setSegment(hart, seg, DATA);
  setRflags(hart, HOST_RFLAGS);
  hart.write('r', 0, VMCB);
  hart.write('r', 4, 0xffff_8000_0020_0000n);
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  for (const [name, value] of Object.entries({ ...LEGAL, ...fields })) writeVmcb(hart, VMCB, name, value);
  hart.pc = HOST_PC;
  hart.length = 3;
  return hart;
};

/** Executes an instruction of SVM with 64-bit addresses. */
export const execute = (hart: FakeHart, name: string, mask = 0): void => {
  const helper = SVM_HELPERS[name];
  if (helper === undefined) throw new Error(`no helper ${name}`);
  hart.target = undefined;
  helper(hart, (field) => (field === 'mask' ? mask : 0));
};

/** Goes on where the last helper or exit said. */
export const goOn = (hart: FakeHart): void => {
  hart.pc = hart.target ?? hart.pc + BigInt(hart.length);
};

/** In the guest, in front of its first instruction. */
export const guest = (fields: Fields = {}, slots: Fields = {}, model = 'EPYC'): FakeHart => {
  const hart = host(fields, slots, model);
  execute(hart, 'vmrun');
  goOn(hart);
  return hart;
};

export const fieldOf = (hart: FakeHart, name: string): bigint => vmcbReader(hart, VMCB)(name);
