/** What VMRUN loads and #VMEXIT stores. @see AMD64 APM volume 2, 15.5, 15.6 */
import { describe, expect, it } from 'vitest';
import { rflagsOf, setRflags } from '../../../../src/isa/x86_64/flags';
import { segmentOf } from '../../../../src/isa/x86_64/segments';
import { SEG } from '../../../../src/isa/x86_64/state';
import { leaveGuest } from '../../../../src/isa/x86_64/svm/exit';
import { EXIT } from '../../../../src/isa/x86_64/svm/exit-codes';
import { writeVmcb } from '../../../../src/isa/x86_64/svm/vmcb';
import type { FakeHart } from '../../../support/fake-hart';
import {
  AFTER_VMRUN,
  execute,
  type Fields,
  fieldOf,
  GUEST_RIP,
  goOn,
  guest,
  HOST_RFLAGS,
  HSAVE,
  host,
  LONG,
  VMCB,
} from './guest';

const leave = (hart: FakeHart, code: number = EXIT.HLT, info1 = 0n, info2 = 0n): boolean => {
  const isLegal = leaveGuest(hart, { code, info1, info2, pc: hart.pc });
  goOn(hart);
  return isLegal;
};

describe('VMRUN', () => {
  it('loads general registers, flags and control registers', () => {
    const hart = guest({ ...LONG, RFLAGS: 0x8d5n, CR2: 0x77n, DR6: 0xffff_4ff1n, DR7: 0x455n });
    expect(hart.pc).toBe(GUEST_RIP);
    expect([hart.read('r', 0), hart.read('r', 4)]).toEqual([0x1234n, 0x8000n]);
    expect(rflagsOf(hart)).toBe(0x8d7n);
    expect(['cr0', 'cr2', 'cr3', 'cr4', 'efer', 'dr6', 'dr7'].map((slot) => hart.get(slot))).toEqual([
      0x8000_0011n,
      0x77n,
      0x9000n,
      0x20n,
      0x1d01n,
      0xffff_4ff1n,
      0x455n,
    ]);
  });

  it('leaves registers alone that are not in the VMCB', () => {
    const hart = host();
    hart.write('r', 3, 0x33n);
    hart.write('r', 15, 0xffn);
    execute(hart, 'vmrun');
    expect([hart.read('r', 3), hart.read('r', 15)]).toEqual([0x33n, 0xffn]);
  });

  it('loads segments with their hidden parts, and not those of VMLOAD', () => {
    const hart = guest({ 'CS.base': 0x1_0000_2000n, 'FS.selector': 0x77n, 'TR.selector': 0x88n });
    expect(segmentOf(hart, SEG.cs)).toEqual({
      selector: 8n,
      base: 0x2000n,
      limit: 0xffff_ffffn,
      attributes: 0xc9bn,
    });
    expect(hart.pc).toBe(0x3000n);
    expect([hart.read('selector', SEG.fs), hart.read('selector', SEG.tr)]).toEqual([0n, 0n]);
    expect(['gdtrBase', 'gdtrLimit', 'idtrBase', 'idtrLimit'].map((slot) => hart.get(slot))).toEqual([
      0x5000n,
      0x27n,
      0x6000n,
      0xfffn,
    ]);
  });

  it.each<[string, Fields, bigint]>([
    ['as the VMCB says', { CPL: 3n }, 3n],
    ['0 in real mode', { CPL: 3n, CR0: 0x10n }, 0n],
    ['3 in virtual-8086 mode', { CPL: 0n, RFLAGS: 0x2_0002n }, 3n],
  ])('runs the guest at a level: %s', (_, fields, cpl) => {
    expect(guest(fields).get('cpl')).toBe(cpl);
  });

  it('has long mode active where EFER.LME and paging are on, whatever LMA says', () => {
    expect(guest({ ...LONG, EFER: 0x1900n }).get('efer')).toBe(0x1d00n);
    expect(guest({ EFER: 0x1500n }).get('efer')).toBe(0x1100n);
  });

  it('sign-extends bases of descriptor tables', () => {
    expect(guest({ 'GDTR.base': 0x8000_0000_0000n }).get('gdtrBase')).toBe(0xffff_8000_0000_0000n);
  });

  it('holds off interrupts before the first instruction where the VMCB has a shadow', () => {
    const hart = guest({ INTERRUPT_STATE: 1n });
    expect([hart.get('isShadowed'), hart.get('shadow')]).toEqual([1n, GUEST_RIP]);
    expect(guest().get('isShadowed')).toBe(0n);
  });

  it('has a PAT of the guest with nested paging only', () => {
    const pat = 0x0606_0606_0606_0606n;
    expect(guest({ G_PAT: pat }).get('PAT')).not.toBe(pat);
    const hart = guest({ G_PAT: pat, NP_CONTROL: 1n, N_CR3: 0xa000n });
    expect([hart.get('PAT'), hart.get('isNested'), hart.get('nestedCr3')]).toEqual([pat, 1n, 0xa000n]);
    hart.set('PAT', 0x0404_0404_0404_0404n);
    leave(hart);
    expect(fieldOf(hart, 'G_PAT')).toBe(0x0404_0404_0404_0404n);
    expect(hart.get('PAT')).toBe(0x0007_0406_0007_0406n);
  });

  it('gives the guest last branches of its own where the VMCB asks for it', () => {
    const own = { DBGCTL: 1n, BR_FROM: 0x11n, BR_TO: 0x22n, LASTEXCPFROM: 0x33n, LASTEXCPTO: 0x44n };
    const slots = { DEBUGCTL: 2n };
    expect(guest(own, slots).get('DEBUGCTL')).toBe(2n);
    const hart = guest({ ...own, VIRTUAL_EXTENSIONS: 1n }, slots);
    expect(hart.get('DEBUGCTL')).toBe(1n);
    hart.set('DEBUGCTL', 3n);
    leave(hart);
    expect([hart.get('DEBUGCTL'), fieldOf(hart, 'DBGCTL'), fieldOf(hart, 'BR_TO')]).toEqual([2n, 3n, 0x22n]);
  });

  it.each<[string, Fields, string[]]>([
    ['nothing', {}, []],
    ['everything', { TLB_CONTROL: 1n }, ['translations']],
    ["the guest's", { TLB_CONTROL: 3n }, ['guest translations']],
    ["the guest's that are not global", { TLB_CONTROL: 7n }, ['guest translations']],
    ["the guest's where its ASID is another", { GUEST_ASID: 2n }, ['guest translations']],
    ["the guest's where its tables are others", { CR3: 0x1000n }, ['guest translations']],
    ["the guest's where nested tables are others", { NP_CONTROL: 1n, N_CR3: 0x1000n }, ['guest translations']],
  ])('drops translations at the second entry: %s', (_, fields, calls) => {
    const hart = guest({});
    leave(hart);
    hart.calls.length = 0;
    for (const [name, value] of Object.entries(fields)) writeVmcb(hart, VMCB, name, value);
    execute(hart, 'vmrun');
    expect(hart.calls.filter((call) => call.endsWith('translations'))).toEqual(calls);
  });
});

describe('#VMEXIT', () => {
  it('brings back the host behind VMRUN, with interrupts of all kinds off and without breakpoints', () => {
    const hart = guest({ ...LONG, CPL: 3n });
    hart.write('r', 0, 0x99n);
    hart.write('r', 4, 0x55n);
    expect(leave(hart)).toBe(true);
    expect(hart.pc).toBe(AFTER_VMRUN);
    expect([hart.read('r', 0), hart.read('r', 4)]).toEqual([VMCB, 0xffff_8000_0020_0000n]);
    expect(rflagsOf(hart)).toBe(HOST_RFLAGS);
    expect(['cpl', 'gif', 'isGuest', 'dr7', 'efer', 'cr0', 'cr3', 'cr4'].map((slot) => hart.get(slot))).toEqual([
      0n,
      0n,
      0n,
      0x400n,
      0x1d01n,
      0x8001_0033n,
      0x2000n,
      0xa0n,
    ]);
    expect(segmentOf(hart, SEG.cs)).toEqual({ selector: 0x10n, base: 0n, limit: 0xffff_ffffn, attributes: 0xa9bn });
  });

  it('stores the guest', () => {
    const hart = guest(LONG);
    hart.write('r', 0, 0x99n);
    hart.write('r', 4, 0x55n);
    hart.pc = 0x1_2340n;
    setRflags(hart, 0x10ad7n);
    for (const [slot, value] of [
      ['cr2', 0x22n],
      ['cr3', 0x3000n],
      ['dr6', 0xffff_0ff1n],
      ['cpl', 2n],
    ] as const)
      hart.set(slot, value);
    hart.write('selector', SEG.ds, 0x2bn);
    leave(hart, EXIT.MSR, 1n);
    const names = [
      'RAX',
      'RSP',
      'RIP',
      'RFLAGS',
      'CR0',
      'CR2',
      'CR3',
      'CR4',
      'EFER',
      'DR6',
      'DR7',
      'CPL',
      'DS.selector',
    ];
    expect(names.map((name) => fieldOf(hart, name))).toEqual([
      ...[0x99n, 0x55n, 0x1_2340n, 0x10ad7n, 0x8000_0011n, 0x22n, 0x3000n, 0x20n, 0x1d01n, 0xffff_0ff1n, 0x400n, 2n],
      0x2bn,
    ]);
    expect([fieldOf(hart, 'EXITCODE'), fieldOf(hart, 'EXITINFO1')]).toEqual([0x7cn, 1n]);
  });

  it('stores RIP of a code segment that does not begin at 0', () => {
    const hart = guest({ 'CS.base': 0x2000n });
    hart.pc = 0x3010n;
    leave(hart);
    expect(fieldOf(hart, 'RIP')).toBe(0x1010n);
  });

  it('tells of an interrupt shadow', () => {
    const hart = guest();
    hart.set('isShadowed', 1n);
    hart.set('shadow', hart.pc);
    leave(hart);
    expect([fieldOf(hart, 'INTERRUPT_STATE'), hart.get('isShadowed')]).toEqual([1n, 0n]);
    const other = guest({ INTERRUPT_STATE: 1n });
    other.pc += 1n;
    leave(other);
    expect(fieldOf(other, 'INTERRUPT_STATE')).toBe(0n);
  });

  it.each<[string, Partial<Record<'cr0' | 'efer' | 'cr4' | 'cr3', bigint>>]>([
    ['CR0.NW without CR0.CD', { cr0: 0xa001_0033n }],
    ['a bit of CR4 that there is not', { cr4: 0x80_0000_00a0n }],
    ['long mode without CR4.PAE', { cr4: 0x80n }],
    ['a bit of EFER that there is not', { efer: 0x11d01n }],
  ])('cannot bring back a host with %s: it shuts down', (_, slots) => {
    const hart = guest();
    for (const [slot, value] of Object.entries(slots)) writeVmcb(hart, HSAVE, slot.toUpperCase(), value);
    expect(leave(hart)).toBe(false);
  });

  it.each<[string, number, bigint]>([
    ['HLT', EXIT.HLT, GUEST_RIP + 2n],
    ['MOV from CR3', EXIT.CR_READ + 3, GUEST_RIP + 2n],
    ['MOV to DR7', EXIT.DR_WRITE + 7, GUEST_RIP + 2n],
    ['IOIO', EXIT.IOIO, GUEST_RIP + 2n],
    ['VMMCALL', EXIT.VMMCALL, GUEST_RIP + 2n],
    ['XSETBV', EXIT.XSETBV, GUEST_RIP + 2n],
    ['INT3', EXIT.EXCP + 3, GUEST_RIP + 2n],
    ['INTO', EXIT.EXCP + 4, GUEST_RIP + 2n],
    ['a page fault', EXIT.EXCP + 14, 0n],
    ['#DB', EXIT.EXCP + 1, 0n],
    ['an interrupt', EXIT.INTR, 0n],
    ['a nested page fault', EXIT.NPF, 0n],
    ['a task switch', EXIT.TASK_SWITCH, 0n],
    ['shutdown', EXIT.SHUTDOWN, 0n],
  ])('stores nRIP of instructions: %s', (_, code, next) => {
    const hart = guest();
    hart.length = 2;
    leave(hart, code);
    expect(fieldOf(hart, 'nRIP')).toBe(next);
  });

  it('stores no nRIP on processors that have none', () => {
    const hart = guest({}, {}, 'qemu64');
    hart.length = 2;
    leave(hart);
    expect(fieldOf(hart, 'nRIP')).toBe(0n);
  });

  const BYTES = [0x48, 0x8b, 0x04, 0x25, 0x00, 0x00, 0xe0, 0xfe, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96];
  it.each<[string, number, bigint, string, number]>([
    ['a nested page fault of data', EXIT.NPF, 0x1_0000_0006n, 'EPYC', 15],
    ['a page fault of data', EXIT.EXCP + 14, 2n, 'EPYC', 15],
    ['a nested page fault of a fetch', EXIT.NPF, 0x1_0000_0014n, 'EPYC', 0],
    ['HLT', EXIT.HLT, 0n, 'EPYC', 0],
    ['a nested page fault on a processor without decode assists', EXIT.NPF, 0x1_0000_0006n, 'qemu64', 0],
  ])('stores the bytes of the instruction: %s', (_, code, info1, model, count) => {
    const hart = guest({}, {}, model);
    for (const [n, byte] of BYTES.entries()) hart.memory.set(GUEST_RIP + BigInt(n), byte);
    leave(hart, code, info1);
    expect(fieldOf(hart, 'NUMBER_OF_BYTES_FETCHED')).toBe(BigInt(count));
    expect(fieldOf(hart, 'GUEST_INSTRUCTION_BYTES')).toBe(count === 0 ? 0n : 0xfee0_0000_2504_8b48n);
    expect(fieldOf(hart, 'GUEST_INSTRUCTION_BYTES_8')).toBe(count === 0 ? 0n : 0x96_9594_9392_9190n);
  });

  it.each([EXIT.CR_WRITE, EXIT.DR_READ + 7, EXIT.SWINT, EXIT.INVLPG])(
    'tells nothing in EXITINFO1 of exit %i without decode assists',
    (code) => {
      const [with_, without] = [guest(), guest({}, {}, 'qemu64')];
      leave(with_, code, 0x55n);
      leave(without, code, 0x55n);
      expect([fieldOf(with_, 'EXITINFO1'), fieldOf(without, 'EXITINFO1')]).toEqual([0x55n, 0n]);
    },
  );
});
