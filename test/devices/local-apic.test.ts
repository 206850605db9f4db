/** The local APICs, by AMD's manual. */
import { beforeEach, describe, expect, it } from 'vitest';
import { IoApic } from '../../src/devices/intc/ioapic';
import { APIC_SPACE, LocalApics } from '../../src/devices/intc/local-apic';
import { FakeContext } from './fake-context';

const XAPIC = 0xfee0_0800n;
const X2APIC = 0xfee0_0c00n;
const PROCESSORS = 4;

/** Registers by their offset in the page. */
const R = {
  id: 0x20,
  version: 0x30,
  tpr: 0x80,
  apr: 0x90,
  ppr: 0xa0,
  eoi: 0xb0,
  ldr: 0xd0,
  dfr: 0xe0,
  svr: 0xf0,
  isr: 0x100,
  tmr: 0x180,
  irr: 0x200,
  esr: 0x280,
  icr: 0x300,
  icrHigh: 0x310,
  timer: 0x320,
  lint0: 0x350,
  lint1: 0x360,
  error: 0x370,
  initial: 0x380,
  current: 0x390,
  divide: 0x3e0,
} as const;

let context: FakeContext;
let bases: bigint[];
let events: string[];
let external: number;
let apics: LocalApics;

beforeEach(() => {
  context = new FakeContext();
  bases = new Array<bigint>(PROCESSORS).fill(XAPIC);
  events = [];
  external = 0x20;
  apics = new LocalApics('lapic0', context, PROCESSORS, {
    nmi: (processor) => events.push(`nmi ${processor}`),
    init: (processor) => events.push(`init ${processor}`),
    holdsInit: () => false,
    startup: (processor, vector) => events.push(`startup ${processor} ${vector.toString(16)}`),
    externalVector: () => external,
    endOfInterrupt: (vector) => events.push(`end ${vector.toString(16)}`),
    apicBase: (processor) => bases[processor] ?? 0n,
  });
});

const read = (register: number, by = 0): number => apics.read(register, 4, by);
const write = (register: number, value: number, by = 0): void => apics.write(register, 4, value >>> 0, by);
const enable = (...processors: number[]): void => {
  for (const processor of processors) write(R.svr, 0x1ff, processor);
};
/** As a device sends it: to a physical id by an edge, unless bits say otherwise. */
const message = (destination: number, data: number, bits = 0): void => apics.write((destination << 12) | bits, 4, data);
const asking = (): number[] => [...context.lines].flatMap(([line, level]) => (level ? [line] : [])).sort();
const vectorsAt = (first: number, by = 0): number[] =>
  Array.from({ length: 256 }, (_, vector) => vector).filter(
    (vector) => (read(first + 16 * (vector >> 5), by) >>> (vector & 31)) & 1,
  );

describe('registers', () => {
  it('says who it is, and has its values of reset', () => {
    const registers = [R.id, R.version, R.tpr, R.ppr, R.ldr, R.dfr, R.svr, R.lint0, R.timer].map((at) => read(at, 2));
    expect(registers).toEqual([0x0200_0000, 0x0005_0014, 0, 0, 0, 0xffff_ffff, 0xff, 0x1_0000, 0x1_0000]);
  });

  it('lets the PIC through to the first processor at reset, and to no other', () => {
    expect([0, 1].map((processor) => read(R.lint0, processor))).toEqual([0x700, 0x1_0000]);
    apics.setExternal(true);
    expect(asking()).toEqual([0]);
    expect(apics.acknowledge(0)).toBe(0x20);
  });

  it('notes an illegal register, and shows it when ESR is written', () => {
    enable(0);
    write(R.error, 0x30);
    read(0x2f0);
    expect([read(R.esr), vectorsAt(R.irr)]).toEqual([0, [0x30]]);
    write(R.esr, 0);
    expect(read(R.esr)).toBe(0x80);
    write(R.esr, 0);
    expect(read(R.esr)).toBe(0);
  });

  it('masks its own interrupts while software has it disabled', () => {
    enable(0);
    write(R.timer, 0x40);
    write(R.svr, 0xff);
    expect(read(R.timer)).toBe(0x1_0040);
    write(R.timer, 0x40);
    expect(read(R.timer)).toBe(0x1_0040);
  });
});

describe('priorities', () => {
  beforeEach(() => enable(0));

  it('takes the highest request above what is in service, and the lower one after its end', () => {
    message(0, 0x51);
    expect(apics.acknowledge(0)).toBe(0x51);
    message(0, 0x5f);
    message(0, 0x41);
    // The same class waits.
    expect([asking(), read(R.ppr)]).toEqual([[], 0x50]);
    message(0, 0x61);
    expect(asking()).toEqual([0]);
    expect(apics.acknowledge(0)).toBe(0x61);
    expect([vectorsAt(R.isr), vectorsAt(R.irr)]).toEqual([
      [0x51, 0x61],
      [0x41, 0x5f],
    ]);
    write(R.eoi, 0);
    expect(asking()).toEqual([]);
    write(R.eoi, 0);
    expect(apics.acknowledge(0)).toBe(0x5f);
  });

  it('holds back what is not above the task priority', () => {
    write(R.tpr, 0x50);
    message(0, 0x5f);
    expect([asking(), read(R.ppr), read(R.apr)]).toEqual([[], 0x50, 0x50]);
    write(R.tpr, 0x4f);
    expect([asking(), read(R.ppr), read(R.apr)]).toEqual([[0], 0x4f, 0x50]);
  });

  it('gives the spurious vector when a request has gone meanwhile', () => {
    message(0, 0x51);
    write(R.tpr, 0xf0);
    expect([apics.acknowledge(0), vectorsAt(R.isr), vectorsAt(R.irr)]).toEqual([0xff, [], [0x51]]);
  });

  it('takes no vector below 16, and notes that it was sent one', () => {
    message(0, 0x0f);
    write(R.esr, 0);
    expect([vectorsAt(R.irr), read(R.esr)]).toEqual([[], 0x40]);
  });

  it('keeps one more request of the vector that is in service', () => {
    message(0, 0x51);
    apics.acknowledge(0);
    message(0, 0x51);
    expect(asking()).toEqual([]);
    write(R.eoi, 0);
    expect(asking()).toEqual([0]);
  });
});

describe('messages between processors', () => {
  const send = (destination: number, low: number, by = 0): void => {
    write(R.icrHigh, destination << 24, by);
    write(R.icr, low, by);
  };
  beforeEach(() => enable(0, 1, 2, 3));

  it.each([
    ['a physical id', 2, 0x4061, [2]],
    ['the physical id of all', 0xff, 0x4061, [0, 1, 2, 3]],
    ['itself', 0, 0x4_4061, [0]],
    ['all', 0, 0x8_4061, [0, 1, 2, 3]],
    ['all others', 0, 0xc_4061, [1, 2, 3]],
    ['logical ids of the flat model', 0x0a, 0x4861, [1, 3]],
  ])('reach %s', (_, destination, low, expected) => {
    for (let processor = 0; processor < PROCESSORS; processor++) write(R.ldr, 1 << (24 + processor), processor);
    send(destination, low);
    expect(asking()).toEqual(expected);
  });

  it('reach logical ids of the cluster model, and all clusters', () => {
    for (const [processor, id] of [0x11, 0x12, 0x21, 0x22].entries()) {
      write(R.dfr, 0, processor);
      write(R.ldr, id << 24, processor);
    }
    send(0x23, 0x4861);
    expect(asking()).toEqual([2, 3]);
    send(0xf1, 0x4871);
    expect([0, 1].map((processor) => vectorsAt(R.irr, processor))).toEqual([[0x71], []]);
  });

  it('with the lowest priority reach the one that has the least to do', () => {
    write(R.tpr, 0x40, 0);
    write(R.tpr, 0x20, 1);
    write(R.tpr, 0x30, 2);
    write(R.tpr, 0x90, 3);
    send(0xff, 0x4161);
    expect([0, 1, 2, 3].filter((processor) => vectorsAt(R.irr, processor).length > 0)).toEqual([1]);
  });

  it('initialise and start, also a processor whose APIC software has disabled', () => {
    write(R.svr, 0xff, 1);
    write(R.tpr, 0x30, 1);
    send(1, 0x4500);
    send(1, 0x8500);
    send(1, 0x4608);
    send(1, 0x0400);
    expect(events).toEqual(['init 1', 'startup 1 8', 'nmi 1']);
    expect(read(R.tpr, 1)).toBe(0);
  });

  it('with an illegal vector are not sent', () => {
    send(1, 0x4005);
    write(R.esr, 0);
    expect([read(R.esr), vectorsAt(R.irr, 1)]).toEqual([0x20, []]);
  });
});

describe('the timer', () => {
  beforeEach(() => enable(0));

  it.each([
    [0b1011, 1n],
    [0b0000, 2n],
    [0b0001, 4n],
    [0b0011, 16n],
    [0b1000, 32n],
    [0b1010, 128n],
  ])('divides by what %i says', (divide, divisor) => {
    write(R.divide, divide);
    write(R.initial, 1000);
    context.time = 10n * divisor;
    expect(read(R.current)).toBe(990);
  });

  it('interrupts once when the count is 0, and stands', () => {
    write(R.divide, 0b1011);
    write(R.timer, 0x40);
    write(R.initial, 1000);
    context.pass(apics, 999n);
    expect([read(R.current), asking()]).toEqual([1, []]);
    context.pass(apics, 1n);
    expect([read(R.current), asking(), [...context.alarms]]).toEqual([0, [0], []]);
    expect(apics.acknowledge(0)).toBe(0x40);
  });

  it('begins anew where it is periodic, without losing time to late alarms', () => {
    write(R.divide, 0b1011);
    write(R.timer, 0x2_0040);
    write(R.initial, 1000);
    context.pass(apics, 1000n);
    expect([apics.acknowledge(0), read(R.current)]).toEqual([0x40, 1000]);
    context.time = 2250n;
    context.alarms.delete('0');
    apics.fired('0');
    expect([read(R.current), [...context.alarms]]).toEqual([750, [['0', 3000n]]]);
  });

  it('counts though it is masked, and an initial count of 0 stops it', () => {
    write(R.divide, 0b1011);
    write(R.initial, 1000);
    context.pass(apics, 1000n);
    expect(vectorsAt(R.irr)).toEqual([]);
    write(R.initial, 1000);
    write(R.initial, 0);
    expect([...context.alarms]).toEqual([]);
  });

  it('goes on from its count when divisor or mode change', () => {
    write(R.divide, 0b1011);
    write(R.initial, 1000);
    context.time = 400n;
    write(R.divide, 0b0000);
    context.time = 500n;
    expect(read(R.current)).toBe(550);
    write(R.timer, 0x2_0040);
    context.time = 500n + 1100n + 200n;
    expect(read(R.current)).toBe(900);
  });

  it('waits for a time in deadline mode, in which the counts say nothing', () => {
    write(R.timer, 0x4_0040);
    write(R.initial, 1000);
    expect([read(R.initial), [...context.alarms]]).toEqual([0, []]);
    apics.writeSpace(APIC_SPACE.deadline, 5000n, 0);
    context.pass(apics, 4999n);
    expect(asking()).toEqual([]);
    context.pass(apics, 1n);
    expect([asking(), apics.readSpace(APIC_SPACE.deadline, 0)]).toEqual([[0], 0n]);
  });
});

describe('pins', () => {
  it('LINT1 is an NMI where its entry says so, by edges', () => {
    enable(0);
    write(R.lint1, 0x400);
    apics.setNmi(true);
    apics.setNmi(true);
    expect(events).toEqual(['nmi 0']);
  });

  it('LINT0 can be an interrupt by level, which comes again after its end while it is high', () => {
    enable(0);
    write(R.lint0, 0x8055);
    apics.setExternal(true);
    expect([apics.acknowledge(0), read(R.lint0)]).toEqual([0x55, 0xc055]);
    write(R.eoi, 0);
    expect(apics.acknowledge(0)).toBe(0x55);
    apics.setExternal(false);
    write(R.eoi, 0);
    expect([asking(), read(R.lint0)]).toEqual([[], 0x8055]);
  });

  it('an external interrupt is not in service, and waits for those of the APIC’s own', () => {
    enable(0);
    write(R.lint0, 0x700);
    apics.setExternal(true);
    message(0, 0x31);
    expect([apics.acknowledge(0), apics.acknowledge(0), vectorsAt(R.isr)]).toEqual([0x31, 0x20, [0x31]]);
  });

  it('a processor without its APIC has the pins themselves', () => {
    bases[1] = 0xfee0_0000n;
    apics.baseChanged(1);
    apics.setExternal(true);
    apics.setNmi(true);
    expect([asking(), events]).toEqual([[0, 1], ['nmi 1']]);
  });
});

describe('x2APIC', () => {
  beforeEach(() => {
    bases = new Array<bigint>(PROCESSORS).fill(X2APIC);
    for (let processor = 0; processor < PROCESSORS; processor++) apics.writeSpace(0x0f, 0x1ffn, processor);
  });

  it('has ids of 32 bits, and logical ones that follow from them', () => {
    expect([apics.readSpace(0x02, 3), apics.readSpace(0x0d, 3)]).toEqual([3n, 8n]);
  });

  it('sends with one write of 64 bits', () => {
    apics.writeSpace(0x30, (0xaan << 32n) | 0x61n, 0);
    expect(asking()).toEqual([]);
    apics.writeSpace(0x30, (2n << 32n) | 0x61n, 0);
    apics.writeSpace(0x30, (0b1010n << 32n) | 0x871n, 0);
    const requested = [0, 1, 2, 3].map((processor) => apics.readSpace(0x20 + 3, processor));
    expect(requested).toEqual([0n, 1n << 0x11n, 1n << 1n, 1n << 0x11n]);
    expect(apics.readSpace(0x30, 0)).toBe((0b1010n << 32n) | 0x871n);
  });

  it('has no registers in memory, where a store is a message like any other', () => {
    expect([read(R.svr), asking()]).toEqual([0xffff_ffff, []]);
    write(0, 0x61);
    expect(asking()).toEqual([0]);
  });

  it('interrupts itself', () => {
    expect(apics.writeSpace(0x3f, 0x44n, 1)).toBe(true);
    expect(asking()).toEqual([1]);
  });

  it.each([
    ['the destination format', 0x0e, 0n],
    ['the logical id', 0x0d, 1n],
    ['the version', 0x03, 0n],
    ['the current count', 0x39, 0n],
    ['an end that is not 0', 0x0b, 1n],
    ['a reserved bit of the task priority', 0x08, 0x100n],
    ['a reserved bit of the spurious vector', 0x0f, 0x1_0000n],
    ['more than 32 bits', 0x38, 1n << 32n],
    ['a register that is not there', 0x3a, 0n],
  ])('refuses to write %s', (_, register, value) => {
    expect(apics.writeSpace(register, value, 0)).toBe(false);
  });

  it('refuses to read what is only written, and everything but the task priority while it is off', () => {
    expect([0x0b, 0x0e, 0x31, 0x3f].map((register) => apics.readSpace(register, 0))).toEqual(
      new Array(4).fill(undefined),
    );
    bases[0] = XAPIC;
    expect([apics.readSpace(0x02, 0), apics.readSpace(0x08, 0)]).toEqual([undefined, 0n]);
  });
});

describe('the I/O APIC with them', () => {
  let ioapic: IoApic;
  const entry = (input: number, low: number, destination = 0): void => {
    for (const [index, value] of [
      [1, (destination << 24) >>> 0],
      [0, low],
    ] as const) {
      ioapic.write(0, 4, 0x10 + 2 * input + index);
      ioapic.write(0x10, 4, value);
    }
  };
  const lowOf = (input: number): number => Number(BigInt.asUintN(32, ioapic.entry(input)));
  beforeEach(() => {
    ioapic = new IoApic('ioapic0', (sent) => apics.deliver(sent));
    apics = new LocalApics('lapic0', context, PROCESSORS, {
      nmi: () => {},
      init: () => {},
      holdsInit: () => false,
      startup: () => {},
      externalVector: () => 0x20,
      endOfInterrupt: (vector) => ioapic.endOfInterrupt(vector),
      apicBase: () => XAPIC,
    });
    enable(0, 1);
  });

  it('passes an edge on once, and none that comes while it is masked', () => {
    entry(4, 0x1_0034, 1);
    ioapic.setLine(4, true);
    entry(4, 0x34, 1);
    expect(asking()).toEqual([]);
    ioapic.setLine(4, false);
    ioapic.setLine(4, true);
    expect([apics.acknowledge(1), asking()]).toEqual([0x34, []]);
  });

  it('passes a level on until it is low, each time after the end', () => {
    entry(16, 0xa050);
    ioapic.setLine(16, true);
    expect([apics.acknowledge(0), vectorsAt(R.tmr), lowOf(16)]).toEqual([0x50, [0x50], 0xe050]);
    write(R.eoi, 0);
    expect(apics.acknowledge(0)).toBe(0x50);
    ioapic.setLine(16, false);
    write(R.eoi, 0);
    expect([asking(), lowOf(16)]).toEqual([[], 0xa050]);
  });

  it('takes an end by its own register', () => {
    entry(16, 0xa050);
    ioapic.setLine(16, true);
    ioapic.setLine(16, false);
    ioapic.write(0x40, 4, 0x50);
    expect(lowOf(16)).toBe(0xa050);
  });

  it('asks the PIC for the vector of an external interrupt', () => {
    entry(0, 0x700);
    ioapic.setLine(0, true);
    expect([apics.acknowledge(0), vectorsAt(R.isr)]).toEqual([0x20, []]);
  });
});
