/** Control blocks of guests as the view shows them: AMD's VMCB around a VMRUN and the exit behind it. */
import { describe, expect, it } from 'vitest';
import { pa, va } from '../../src/base/address';
import { controlBlocks } from '../../src/inspect/control-blocks';
import type { InspectContext } from '../../src/inspect/inspector';
import { Past } from '../../src/inspect/past';
import { readRegister, worldOf, X86_64 } from '../../src/isa/x86_64';
import { leaveGuest } from '../../src/isa/x86_64/svm/exit';
import { EXIT } from '../../src/isa/x86_64/svm/exit-codes';
import type { Machine, TraceEvent } from '../../src/machine/contract';
import { execute, type Fields, goOn, host, VMCB } from '../isa/x86_64/svm/guest';
import type { FakeHart } from '../support/fake-hart';

const VMRUN = [0x0f, 0x01, 0xd8];

/** A machine of one processor, whose addresses are physical. */
class OneCpu {
  readonly past = new Past();
  retired = 1000n;

  constructor(readonly hart: FakeHart) {
    for (const [n, byte] of VMRUN.entries()) hart.memory.set(hart.pc + BigInt(n), byte);
  }

  get context(): InspectContext {
    const { hart } = this;
    const cpu = {
      hart: 0,
      world: worldOf(hart),
      pc: va(hart.pc),
      readRegister: (name: string) => readRegister(hart, name) ?? 0n,
      translate: (at: bigint) => ({ result: { ok: true, pa: pa(at) } }),
    };
    const machine = {
      isa: X86_64,
      cpus: [cpu],
      retired: this.retired,
      readPhysical: (at: bigint, length: number) =>
        Uint8Array.from({ length }, (_, n) => hart.memory.get(at + BigInt(n)) ?? 0),
    } as unknown as Machine;
    return { machine, cpu, past: this.past } as unknown as InspectContext;
  }

  /** Executes VMRUN, as observers hear of it. */
  enter(): void {
    const from = worldOf(this.hart);
    execute(this.hart, 'vmrun');
    goOn(this.hart);
    this.hart.pc = this.hart.target ?? 0n;
    const event = { kind: 'crossing', by: 'instruction', hart: 0, from, to: worldOf(this.hart), at: this.retired };
    this.past.controlBlocks.note(this.context.machine, event as unknown as TraceEvent);
    this.retired += 500n;
  }

  leave(code: number, info1 = 0n, info2 = 0n): void {
    leaveGuest(this.hart, { code, info1, info2, pc: this.hart.pc });
    goOn(this.hart);
  }

  rows(key?: string): string[] {
    return controlBlocks.children(this.context, key).map(({ label, description }) => `${label}: ${description ?? ''}`);
  }
}

const machineWith = (fields: Fields = {}): OneCpu => new OneCpu(host(fields));
const AT = `0x${VMCB.toString(16)}`;

describe('the view of control blocks', () => {
  it('says where they will come from while there is none', () => {
    const one = machineWith();
    one.hart.pc = 0x7000n;
    expect(one.rows()).toEqual([
      'No VMCB yet: one appears here once vmrun has entered a guest, or is the next instruction.: ',
    ]);
  });

  it('shows the one that the next instruction enters by', () => {
    expect(machineWith().rows()).toEqual([`VMCB at ${AT}: the next instruction enters by it`]);
  });

  it('explains what is illegal before VMRUN fails', () => {
    const one = machineWith({ GUEST_ASID: 0n, CR0: 0x2000_0011n });
    expect(one.rows()).toEqual([`VMCB at ${AT}: the next instruction enters by it · illegal state`]);
    expect(one.rows(AT).slice(0, 2)).toEqual([
      'CR0.CD is 0 and CR0.NW is 1: illegal: the guest cannot be entered',
      "The ASID is 0, which is the host's: illegal: the guest cannot be entered",
    ]);
    const asid = controlBlocks.children(one.context, `${AT}/Control`).find(({ label }) => label === 'GUEST_ASID');
    expect([asid?.icon, asid?.tooltip?.includes('AMD64 APM volume 2, 15.5.1')]).toEqual(['warning', true]);
  });

  it('warns of what is legal and seldom meant', () => {
    const one = machineWith({ GUEST_ASID: 0x5000n, TLB_CONTROL: 2n });
    expect(one.rows(AT).slice(0, 2)).toEqual([
      'The ASID is none of those that CPUID says there are: seldom meant',
      'TLB_CONTROL has a reserved value: seldom meant',
    ]);
  });

  it('has the fields in groups, with their bits', () => {
    const one = machineWith({ INTERCEPT_3: 0x1100_0003n });
    expect(one.rows(AT)).toContain('Nested paging: 2 fields');
    expect(one.rows(`${AT}/Intercepts`)).toContain('INTERCEPT_3: 0x11000003 INTR NMI HLT MSR');
    expect(one.rows(`${AT}/Intercepts/INTERCEPT_3`)).toContain('HLT [24]: 1');
  });

  it('tells what has changed since the last entry', () => {
    const one = machineWith();
    one.enter();
    expect(one.rows()).toEqual([`VMCB at ${AT}: CPU 0 runs its guest`]);
    one.hart.pc = 0x1010n;
    one.leave(EXIT.IOIO, 0x0021_0210n, 0x1012n);
    expect(one.rows()).toEqual([
      `VMCB at ${AT}: the last one of CPU 0 · VMEXIT_IOIO: OUT port 0x21, 1 byte, next 0x1012`,
    ]);
    expect(one.rows(AT)).toContain('Changed since the last entry: 5 fields, entered 500 instructions ago');
    expect(one.rows(`${AT}/changed`)).toEqual([
      'EXITCODE: 0x000000000000007b VMEXIT_IOIO, was 0x0 at the last entry',
      'EXITINFO1: 0x0000000000210210 OUT port 0x21, 1 byte, next 0x1012, was 0x0 at the last entry',
      'EXITINFO2: 0x0000000000001012 rIP of the next instruction, was 0x0 at the last entry',
      'nRIP: 0x0000000000001013, was 0x0 at the last entry',
      'RIP: 0x0000000000001010, was 0x1000 at the last entry',
    ]);
    expect(one.rows(`${AT}/changed/EXITINFO1`)).toContain('PORT [31:16]: 0x21');
  });

  it('is a table of all fields, with a summary of what is wrong', () => {
    const table = controlBlocks.table(machineWith({ EFER: 0n }).context);
    expect(table.rows.find(([, name]) => name === 'EFER')).toEqual([
      ...[AT, 'EFER', '0x4d0', 'Control registers', '0x0000000000000000', '', ''],
    ]);
    expect(table.summary).toBe(`${AT}: EFER.SVME is 0 (AMD64 APM volume 2, 15.5.1).`);
  });

  it('is watched, so that stores to it make the view stale', () => {
    expect(controlBlocks.watches?.(machineWith().context)).toEqual([{ pa: VMCB, length: 4096 }]);
  });
});
