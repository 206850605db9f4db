/** Delivery of exceptions and interrupts. @see AMD64 APM volume 2, 8.2.9, 8.4 to 8.9 and 15.12 */
import { describe, expect, it } from 'vitest';
import { CAUSE, causeOf, INTERRUPT, LINE, MARK, VECTOR, vmExitOf } from '../../../../src/isa/x86_64/causes';
import { takeTrap } from '../../../../src/isa/x86_64/exceptions';
import { rflagsOf, setRflags } from '../../../../src/isa/x86_64/flags';
import { acknowledge, holdsInterrupts, pendingInterrupt, wakesFromWait } from '../../../../src/isa/x86_64/interrupts';
import { segmentOf, setSegment } from '../../../../src/isa/x86_64/segments';
import { SEG } from '../../../../src/isa/x86_64/state';
import {
  define,
  defineGate,
  descriptorBytes,
  gateBytes,
  hartIn,
  IDT,
  type Mode,
  type TestHart,
  TSS,
  words,
} from './hart';

const RSP = 4;
const VMCB = 0xb000n;
const HSAVE = 0xc000n;
const CODE_32 = descriptorBytes(0n, 0xf_ffffn, 0xc9bn);
const CODE_64 = descriptorBytes(0n, 0xf_ffffn, 0xa9bn);
const DATA = descriptorBytes(0n, 0xf_ffffn, 0xc93n);
/** Selectors of the handlers' code and of level 0's stack. */
const KERNEL = 0x28n;
const STACK = 0x30n;
const INTERRUPT_GATE = 14n;
const TRAP_GATE = 15n;
const HANDLER = 0x20_0000n;

/** A processor with a handler for each vector: vector 32 by a trap gate, all others by interrupt gates. */
const ready = (mode: Mode, cpl = 0): TestHart => {
  const hart = hartIn(mode, { gdtrLimit: 0xffn }, { cpl });
  setRflags(hart, 0x202n | (mode === 'v86' ? 0x2_3000n : 0n));
  hart.write('r', RSP, 0x8000n);
  if (mode === 'real') {
    hart.store(0n, 8, 0n);
    for (let vector = 0; vector < 256; vector++) hart.store(BigInt(vector * 4), 4, 0xf000_0100n + BigInt(vector));
    hart.pc = 0x7c00n;
    setSegment(hart, SEG.cs, { selector: 0x7c0n, base: 0x7c00n, limit: 0xffffn, attributes: 0x9bn });
    setSegment(hart, SEG.ss, { selector: 0x900n, base: 0x9000n, limit: 0xffffn, attributes: 0x93n });
    return hart;
  }
  const isLong = mode === '64' || mode === 'compatibility';
  define(hart, KERNEL, isLong ? CODE_64 : CODE_32);
  define(hart, STACK, DATA);
  setSegment(hart, SEG.tr, { selector: 0x40n, base: TSS, limit: 0x67n, attributes: 0x8bn });
  if (isLong) {
    hart.store(TSS + 4n, 8, 0xffff_8000_0000_9008n);
    hart.store(TSS + 0x24n, 8, 0xa000n);
  } else {
    hart.store(TSS + 4n, 4, 0x9000n);
    hart.store(TSS + 8n, 2, STACK);
  }
  for (let vector = 0; vector < 64; vector++) {
    const type = vector === 32 ? TRAP_GATE : INTERRUPT_GATE;
    const raw = gateBytes(KERNEL, HANDLER + BigInt(vector), type, { dpl: vector === 33 ? 3n : 0n });
    defineGate(hart, vector, raw, isLong ? 0n : undefined);
  }
  return hart;
};

const take = (hart: TestHart, cause: number, { tval = 0n, isInterrupt = false, length = 2 } = {}): TestHart => {
  hart.length = length;
  takeTrap(hart, cause, isInterrupt, tval, hart.pc);
  return hart;
};

const PC = 0x10_0000n;

describe('in 64-bit mode', () => {
  it('an exception pushes five words and its error code on a stack that is aligned', () => {
    const hart = ready('64');
    hart.write('r', RSP, 0x8005n);
    take(hart, causeOf(VECTOR.GP, 0x18));
    expect(hart.read('r', RSP)).toBe(0x7fd0n);
    expect(words(hart, 0x7fd0n, 6, 8)).toEqual([0x18n, PC, 0x08n, 0x1_0202n, 0x8005n, 0x10n]);
    expect([hart.target, rflagsOf(hart), hart.read('selector', SEG.cs)]).toEqual([HANDLER + 13n, 0x2n, KERNEL]);
    expect(hart.calls).toEqual(['context', 'interrupts']);
  });
  it('a page fault leaves its address in CR2', () => {
    const hart = take(ready('64'), causeOf(VECTOR.PF, 6), { tval: 0x1234n });
    expect([hart.get('cr2'), hart.target, hart.load(hart.read('r', RSP), 8)]).toEqual([0x1234n, HANDLER + 14n, 6n]);
  });
  it('one from level 3 takes level 0’s stack from the TSS and a null stack segment', () => {
    const hart = take(ready('64', 3), VECTOR.DE);
    const top = 0xffff_8000_0000_9000n - 40n;
    expect(words(hart, top, 5, 8)).toEqual([PC, 0x1bn, 0x1_0202n, 0x8000n, 0x23n]);
    expect([hart.get('cpl'), hart.read('r', RSP), hart.read('selector', SEG.ss)]).toEqual([0n, top, 0n]);
    expect(hart.accesses.every((as) => as === 0)).toBe(false);
  });
  it('the processor’s own accesses are a supervisor’s', () => {
    const hart = ready('64', 3);
    hart.accesses.length = 0;
    take(hart, VECTOR.DE);
    expect(new Set(hart.accesses)).toEqual(new Set([0]));
  });
  it('an entry of the interrupt stack table is used at every level', () => {
    const hart = ready('64');
    defineGate(hart, 2, gateBytes(KERNEL, HANDLER, INTERRUPT_GATE, { more: 1n }), 0xffff_8000n);
    take(hart, INTERRUPT.nmi, { isInterrupt: true });
    expect([hart.read('r', RSP), hart.get('nmiBlocked')]).toEqual([0xa000n - 40n, 1n]);
    expect(hart.target).toBe(0xffff_8000_0020_0000n);
    expect(hart.read('selector', SEG.ss)).toBe(0x10n);
  });
  it('compatibility mode is left for 64-bit code', () => {
    const hart = take(ready('compatibility'), VECTOR.UD);
    expect(segmentOf(hart, SEG.cs).attributes & 0x200n).toBe(0x200n);
    expect([hart.get('codeMode'), hart.target]).toEqual([0n, HANDLER + 6n]);
  });
  it('a trap gate leaves IF', () => {
    expect(rflagsOf(take(ready('64'), 32, { isInterrupt: true }))).toBe(0x202n);
  });
});

describe('RF in the flags that are pushed', () => {
  it.each<[string, number, boolean, bigint]>([
    ['is set by faults', VECTOR.UD, false, 0x1_0202n],
    ['is not by #DB', VECTOR.DB, false, 0x202n],
    ['is not by interrupts', 40, true, 0x202n],
    ['is not by INT3', MARK.software | 33, false, 0x202n],
  ])('%s', (_, cause, isInterrupt, flags) => {
    const hart = take(ready('64', 3), cause, { isInterrupt });
    expect(hart.load(hart.read('r', RSP) + 16n, 8)).toBe(flags);
  });
});

describe('in legacy protected mode', () => {
  it('an exception of the same level stays on its stack, in words of 32 bits', () => {
    const hart = take(ready('32'), causeOf(VECTOR.NP, 0x50));
    expect(words(hart, 0x7ff0n, 4, 4)).toEqual([0x50n, PC, 8n, 0x1_0202n]);
    expect(hart.read('r', RSP)).toBe(0x7ff0n);
  });
  it('one from level 3 takes the stack and its segment from the TSS', () => {
    const hart = take(ready('32', 3), VECTOR.UD);
    expect(words(hart, 0x8fecn, 5, 4)).toEqual([PC, 0x1bn, 0x1_0202n, 0x8000n, 0x23n]);
    expect([hart.read('selector', SEG.ss), hart.get('cpl'), hart.read('r', RSP)]).toEqual([STACK, 0n, 0x8fecn]);
  });
  it('a gate of 16 bits pushes words of 16 and goes to an offset of 16', () => {
    const hart = ready('32');
    defineGate(hart, 6, gateBytes(KERNEL, 0x1234n, 6n));
    take(hart, VECTOR.UD);
    expect(words(hart, 0x7ffan, 3, 2)).toEqual([0n, 8n, 0x202n]);
    expect(hart.target).toBe(0x1234n);
  });
  it('virtual-8086 mode leaves all segments on the stack of level 0', () => {
    const hart = ready('32', 3);
    setRflags(hart, 0x2_3202n);
    for (const [seg, selector] of [
      [SEG.cs, 0x1000n],
      [SEG.ss, 0x2000n],
      [SEG.es, 0x3000n],
      [SEG.ds, 0x4000n],
      [SEG.fs, 0x5000n],
      [SEG.gs, 0x6000n],
    ] as const) {
      setSegment(hart, seg, { selector, base: selector << 4n, limit: 0xffffn, attributes: 0xf3n });
    }
    hart.pc = 0x1_0123n;
    take(hart, VECTOR.UD);
    expect(words(hart, 0x8fdcn, 9, 4)).toEqual([
      0x123n,
      0x1000n,
      0x3_3202n,
      0x8000n,
      0x2000n,
      0x3000n,
      0x4000n,
      0x5000n,
      0x6000n,
    ]);
    expect([rflagsOf(hart), hart.read('selector', SEG.ds), hart.get('cpl')]).toEqual([0x3002n, 0n, 0n]);
  });
});

describe('in real mode', () => {
  it('the vector table has segment and offset, and three words are pushed', () => {
    const hart = ready('real');
    hart.pc = 0x7c12n;
    take(hart, MARK.software | 0x10, { tval: 1n });
    expect(words(hart, 0x9000n + 0x7ffan, 3, 2)).toEqual([0x14n, 0x7c0n, 0x202n]);
    expect([hart.target, hart.read('selector', SEG.cs), rflagsOf(hart)]).toEqual([0xf_0110n, 0xf000n, 2n]);
  });
  it('no error code is pushed', () => {
    const hart = take(ready('real'), causeOf(VECTOR.GP, 0));
    expect(hart.read('r', RSP)).toBe(0x7ffan);
  });
  it('the stack wraps at 64 KiB', () => {
    const hart = ready('real');
    hart.write('r', RSP, 0x1_0002n);
    take(hart, VECTOR.UD);
    expect(hart.read('r', RSP)).toBe(0x1_fffcn);
  });
});

/** Where a vector's handler is. */
const at = (vector: number): bigint => HANDLER + BigInt(vector);

describe('what goes wrong on the way', () => {
  it('of a software interrupt is the program’s: its gate is for more privileged code', () => {
    const hart = take(ready('64', 3), MARK.software | 40, { tval: 1n });
    expect([hart.target, hart.load(hart.read('r', RSP), 8)]).toEqual([at(13), BigInt(40 * 8 + 2)]);
    expect(hart.load(hart.read('r', RSP) + 8n, 8)).toBe(PC);
  });
  it('of an interrupt is marked as external', () => {
    const hart = ready('64');
    hart.store(IDT + 40n * 16n, 8, 0n);
    take(hart, 40, { isInterrupt: true });
    expect([hart.target, hart.load(hart.read('r', RSP), 8)]).toEqual([at(13), BigInt(40 * 8 + 3)]);
  });
  it('is #NP where the gate is not present', () => {
    const hart = ready('64');
    defineGate(hart, 40, gateBytes(KERNEL, HANDLER, INTERRUPT_GATE, { isPresent: false }), 0n);
    take(hart, 40, { isInterrupt: true });
    expect([hart.target, hart.load(hart.read('r', RSP), 8)]).toEqual([at(11), BigInt(40 * 8 + 3)]);
  });
  it('is #GP where the gate leads to 32-bit code in long mode', () => {
    const hart = ready('64');
    define(hart, 0x38n, CODE_32);
    defineGate(hart, 40, gateBytes(0x38n, HANDLER, INTERRUPT_GATE), 0n);
    take(hart, 40, { isInterrupt: true });
    expect([hart.target, hart.load(hart.read('r', RSP), 8)]).toEqual([at(13), 0x39n]);
  });
  it('is #TS where the TSS is too short', () => {
    const hart = ready('32', 3);
    hart.write('limit', SEG.tr, 8n);
    // The handler of #TS needs no other stack: its code is conforming.
    define(hart, 0x38n, descriptorBytes(0n, 0xf_ffffn, 0xc9fn));
    defineGate(hart, 10, gateBytes(0x38n, at(10), INTERRUPT_GATE));
    take(hart, 40, { isInterrupt: true });
    expect([hart.target, hart.load(hart.read('r', RSP), 4)]).toEqual([at(10), 0x41n]);
  });
  it('of a benign exception is taken alone, of a fault it makes a double one', () => {
    const hart = ready('64');
    hart.store(IDT + 6n * 16n, 8, 0n);
    hart.store(IDT + 11n * 16n, 8, 0n);
    take(hart, VECTOR.UD);
    expect(hart.target).toBe(at(13));
    take(hart, causeOf(VECTOR.NP, 8));
    expect([hart.target, hart.load(hart.read('r', RSP), 8)]).toEqual([at(8), 0n]);
  });
  it('of a page fault is a double fault by a page fault, too', () => {
    const hart = ready('64');
    hart.write('r', RSP, 0x6_0000n);
    defineGate(hart, 8, gateBytes(KERNEL, at(8), INTERRUPT_GATE, { more: 1n }), 0n);
    hart.absent.add(0x5fn);
    take(hart, causeOf(VECTOR.PF, 2), { tval: 0x5_ff00n });
    expect([hart.target, hart.get('cr2')]).toEqual([at(8), 0x5_fff8n]);
    expect(hart.load(0xa000n - 40n, 8)).toBe(PC);
  });
  it('of a double fault is the end, and is told with what led there', () => {
    const hart = ready('64');
    hart.absent.add(0x7n);
    take(hart, causeOf(VECTOR.PF, 2), { tval: 0x7ff8n });
    expect(hart.calls[0]).toMatch(
      /^shutdown: triple fault at 0x100000: #PF \(error code 0x2, CR2 0x7ff8\) → #PF \(error code 0x2, CR2 0x7ff8\) → #DF \(error code 0x0\) → #PF/,
    );
  });
});

describe('#DB', () => {
  it('opens the debug registers', () => {
    const hart = ready('64');
    hart.set('dr7', 0x2400n);
    expect(take(hart, VECTOR.DB).get('dr7')).toBe(0x400n);
  });
  it('of INT1 returns behind it', () => {
    const hart = take(ready('64'), MARK.trap | VECTOR.DB, { length: 1 });
    expect(hart.load(hart.read('r', RSP), 8)).toBe(PC + 1n);
  });
});

const guest = (hart: TestHart, slots: Record<string, bigint>): TestHart => {
  for (const [slot, value] of Object.entries({ isGuest: 1n, vmcb: VMCB, VM_HSAVE_PA: HSAVE, ...slots }))
    hart.set(slot, value);
  // A host in 64-bit mode.
  for (const [offset, value] of [
    [0x558, 0x8000_0031n],
    [0x548, 0x20n],
    [0x4d0, 0x1500n],
    [0x570, 2n],
    [0x578, 0x7777n],
    [0x410, 0xa9b_0008n],
  ] as const) {
    hart.store(HSAVE + BigInt(offset), 8, value);
  }
  return hart;
};
const EXITCODE = VMCB + 0x70n;

describe('a guest is left', () => {
  it('by an exception that is intercepted, and its state is as before it', () => {
    const hart = guest(ready('64'), { interceptExceptions: 1n << 14n, cr2: 5n });
    take(hart, causeOf(VECTOR.PF, 6), { tval: 0x1234n });
    expect(words(hart, EXITCODE, 3, 8)).toEqual([0x4en, 6n, 0x1234n]);
    expect([hart.get('isGuest'), hart.target, hart.load(VMCB + 0x640n, 8)]).toEqual([0n, 0x7777n, 5n]);
  });
  it('by the exception in a delivery, and told what was delivered', () => {
    const hart = guest(ready('64'), { interceptExceptions: 1n << 13n });
    hart.store(IDT + 40n * 16n, 8, 0n);
    take(hart, 40, { isInterrupt: true });
    expect(words(hart, EXITCODE, 4, 8)).toEqual([0x4dn, BigInt(40 * 8 + 3), 0n, 0x8000_0028n]);
  });
  it('by a cause that says so', () => {
    const hart = take(guest(ready('64'), {}), vmExitOf(0x72));
    expect([hart.load(EXITCODE, 8), hart.target]).toEqual([0x72n, 0x7777n]);
  });
  it('by a shutdown that is intercepted', () => {
    const hart = guest(ready('64'), { intercept3: 1n << 31n });
    hart.absent.add(0x7n);
    take(hart, VECTOR.UD);
    expect(hart.load(EXITCODE, 8)).toBe(0x7fn);
  });
});

describe('interrupts', () => {
  const pending = (slots: Record<string, bigint>, flags = 0x202n, pc = PC) => {
    const hart = ready('64');
    setRflags(hart, flags);
    hart.pc = pc;
    for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
    return hart;
  };
  const { intr, nmi } = LINE;
  it.each<[string, Record<string, bigint>, bigint, number | undefined]>([
    ['are none without a line', {}, 0x202n, undefined],
    ['are external', { lines: intr }, 0x202n, INTERRUPT.external],
    ['are masked by IF', { lines: intr }, 0x2n, undefined],
    ['are not while GIF is 0', { lines: intr | nmi, gif: 0n }, 0x202n, undefined],
    ['are NMIs first, whatever IF is', { lines: intr | nmi }, 0x2n, INTERRUPT.nmi],
    ['are no NMI within one', { lines: nmi, nmiBlocked: 1n }, 0x202n, undefined],
    ['are held off behind STI', { lines: intr, isShadowed: 1n, shadow: PC }, 0x202n, undefined],
    ['are not held off elsewhere', { lines: intr, isShadowed: 1n, shadow: PC + 1n }, 0x202n, INTERRUPT.external],
    ['leave a guest that is intercepted', { lines: intr, isGuest: 1n, intercept3: 1n }, 0x202n, vmExitOf(0x60)],
    [
      'leave it whatever its own IF is',
      { lines: intr, isGuest: 1n, intercept3: 1n, vIntr: 1n << 24n, hostIf: 1n },
      0x2n,
      vmExitOf(0x60),
    ],
    ['are a guest’s own where nobody asks', { lines: intr, isGuest: 1n }, 0x202n, INTERRUPT.external],
    ['are virtual', { isGuest: 1n, vIntr: (0x41n << 32n) | (1n << 20n) | (1n << 8n) }, 0x202n, MARK.virtual | 0x41],
    ['are injected before all others', { lines: nmi, injected: 0x8000_0020n, gif: 0n }, 0x2n, MARK.injected | 0x20],
  ])('%s', (_, slots, flags, cause) => expect(pendingInterrupt(pending(slots, flags))).toBe(cause));
  it('that the next instruction holds off are told', () => {
    expect(holdsInterrupts(pending({ lines: intr, isShadowed: 1n, shadow: PC }))).toBe(true);
    expect(holdsInterrupts(pending({ lines: intr, isShadowed: 1n, shadow: PC }, 2n))).toBe(false);
    expect(holdsInterrupts(pending({ lines: intr }))).toBe(false);
  });
  it('get their vector from the controller, and an NMI is taken once', () => {
    const hart = pending({ lines: intr | nmi });
    hart.spaces.set('apic 1000', 0x31n);
    expect(acknowledge(hart, INTERRUPT.external)).toBe(0x31);
    expect([acknowledge(hart, INTERRUPT.nmi), hart.get('lines')]).toEqual([INTERRUPT.nmi, intr]);
  });
  it('end HLT where they are taken', () => {
    expect([wakesFromWait(pending({ lines: intr })), wakesFromWait(pending({ lines: intr }, 2n))]).toEqual([
      true,
      false,
    ]);
  });
  it('of a guest by injection are delivered with their error code', () => {
    const hart = guest(ready('64'), { injected: 0x7_8000_0b0dn });
    take(hart, MARK.injected | 13, { isInterrupt: true });
    expect([hart.target, hart.load(hart.read('r', RSP), 8), hart.get('injected')]).toEqual([at(13), 7n, 0n]);
  });
  it('that are virtual wait no longer once they are taken', () => {
    const hart = guest(ready('64'), { vIntr: (0x28n << 32n) | (1n << 20n) | (1n << 8n) });
    take(hart, MARK.virtual | 0x28, { isInterrupt: true });
    expect([hart.target, hart.get('vIntr') & 0x100n]).toEqual([at(0x28), 0n]);
  });
});

it('an instruction of a call is a cause of its own', () => expect(CAUSE.syscall).not.toBe(CAUSE.sysenter));
