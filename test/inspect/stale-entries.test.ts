import { beforeEach, describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { DebugTarget } from '../../src/debug/target';
import { type Inspection, openInspectors } from '../../src/inspect/open';
import { createMachine } from '../../src/machine/create';
import { assemble, type Line } from '../support/assemble';
import { BundledTarget } from '../support/bundled-target';

const BASE = 0x80200000n;
const ROOT = BASE + 0x1000n;
const MIDDLE = BASE + 0x2000n;
const LAST = BASE + 0x3000n;
const FIRST_PAGE = BASE + 0x4000n;
const OTHER_PAGE = BASE + 0x5000n;

const pointer = (table: bigint) => ((table >> 12n) << 10n) | 1n;
const leaf = (page: bigint) => ((page >> 12n) << 10n) | 0xc7n;

const load = (rd: number): Line => ['ld', { rd, rs1: 6, imm: 0 }];
const store = (rs2: number): Line => ['sd', { rs1: 8, rs2, imm: 0 }];
const fence = (rs1: number): Line => ['sfence.vma', { rs1, rs2: 0 }];

/** x5 satp, x6 the page at 0x1000, x7 its other entry, x8 where the entry lies, x9 no entry, x14 another page. */
const PROGRAM: readonly Line[] = [
  ['csrrw', { rd: 0, rs1: 5, csr: 0x180 }],
  fence(0),
  load(10),
  store(7),
  load(11),
  fence(0),
  load(12),
  store(9),
  fence(6),
  store(7),
  load(13),
  store(9),
  fence(14),
  load(15),
  ['addi', { rd: 0, rs1: 0, imm: 0 }],
  ['jal', { rd: 0, imm: 0 }],
];

/** A kernel that turns an entry to another page and takes it away, with and without fences, and a debugger on it. */
class Guest {
  readonly target: DebugTarget;
  readonly inspection: Inspection;
  readonly warnings: string[] = [];

  constructor() {
    const image = new Uint8Array(0x6000);
    image.set(assemble(PROGRAM));
    const words = new DataView(image.buffer);
    const put = (at: bigint, value: bigint) => words.setBigUint64(Number(at - BASE), value, true);
    put(ROOT, pointer(MIDDLE));
    put(ROOT + 16n, leaf(0x80000000n) | 8n);
    put(MIDDLE, pointer(LAST));
    put(LAST + 8n, leaf(FIRST_PAGE));
    put(FIRST_PAGE, 0xaan);
    put(OTHER_PAGE, 0xbbn);
    const { machine } = createMachine({
      memory: 4 << 20,
      kernel: { name: 'stale', bytes: image },
      loadAddress: Number(BASE),
    });
    this.target = new DebugTarget(machine, []);
    this.target.halt({ kind: 'entry', hart: 0 });
    this.inspection = openInspectors(this.target);
    this.inspection.onWarning = (text) => this.warnings.push(text);
    const registers = {
      x5: (8n << 60n) | (ROOT >> 12n),
      x6: 0x1000n,
      x7: leaf(OTHER_PAGE),
      x8: LAST + 8n,
      x14: 0x5000n,
    };
    for (const [name, value] of Object.entries(registers)) machine.cpus[0]?.writeRegister(name, value);
    machine.cpus[0]?.writeRegister('stvec', BASE + 4n * BigInt(PROGRAM.length - 1));
  }

  /** The rows of the Page Tables view; to look at them switches the warnings on. */
  look(key?: string): string[] {
    const view = this.inspection.inspectors.find(({ info }) => info.id === 'pageTables');
    return view?.children(key, 0).map(({ label, description }) => `${label}: ${description}`) ?? [];
  }

  /** Executes so many instructions; a trap is none. */
  steps(count: number): void {
    this.target.machine.run({ budget: BigInt(count) });
    this.target.halt({ kind: 'pause', hart: 0 });
  }

  explain(): string[] {
    return this.inspection
      .explain(0, { space: 'va', address: va(0x1000n) }, 'read')
      .filter((line) => /fence/.test(line));
  }
}

const CHANGE =
  'the entry at pa 0x80203008 was 0x00000000200810c7 (V R W A D PPN=0x80204) and is now 0x00000000200814c7 (V R W A D PPN=0x80205); stored at pc 0x8020000c, instruction 3; no fence on hart 0 since: it may still use the old entry';
const REMOVAL =
  'the entry at pa 0x80203008 was 0x00000000200814c7 (V R W A D PPN=0x80205) and is now not valid; stored at pc 0x8020002c, instruction 11; no fence on hart 0 since: it may still use the old entry';

describe('an entry that is changed without a fence', () => {
  let guest: Guest;

  beforeEach(() => {
    guest = new Guest();
  });

  it('is told of at its use, once, and not where a fence came before', () => {
    guest.look();
    guest.steps(4);
    expect(guest.warnings).toEqual([]);
    guest.steps(7);
    expect(guest.warnings).toEqual([
      `Stale translation: hart 0 uses 0x1000 to read, at 0x80200010, after a page-table entry had changed without a fence: ${CHANGE}.`,
    ]);
    guest.steps(3);
    expect(guest.warnings.slice(1)).toEqual([
      `Stale translation: hart 0 uses 0x1000 to read, at 0x80200034, after a page-table entry had changed without a fence: ${REMOVAL}.`,
    ]);
  });

  it('is in the view and in the explanation of its addresses until the fence', () => {
    guest.look();
    guest.steps(12);
    expect(guest.look()[0]).toBe('1 entry changed without a fence: the processor may still use what they were');
    expect(guest.look('stale')).toEqual([
      `changed without a fence: 0x0000000000001000 – 0x0000000000001fff: ${REMOVAL}`,
    ]);
    expect(guest.explain()).toEqual([`changed without a fence: ${REMOVAL}`]);
    guest.steps(1);
    expect(guest.explain()).toHaveLength(1);
  });

  it('is gone from both behind the fence of its address', () => {
    guest.look();
    guest.steps(8);
    expect(guest.explain()).toHaveLength(1);
    guest.steps(1);
    expect(guest.explain()).toEqual([]);
    expect(guest.look('stale')).toEqual([]);
  });

  it('is told from what the hart still holds, when nobody had looked before', () => {
    guest.steps(4);
    expect(guest.explain()).toEqual([
      'hart 0 still holds a translation to pa 0x80204000: the tables were changed without a fence since it was made',
    ]);
    guest.steps(1);
    expect(guest.target.cpu(0).readRegister('x11')).toBe(0xaan);
    guest.steps(1);
    expect(guest.explain()).toEqual([]);
    expect(guest.warnings).toEqual([]);
  });
});

describe('a kernel that fences what it changes', () => {
  it('gets no warning, and runs as if nobody looked', async () => {
    const run = async (isLookedAt: boolean) => {
      const { target } = await BundledTarget.open('msgqueue');
      const inspection = openInspectors(target);
      const warnings: string[] = [];
      inspection.onWarning = (text) => warnings.push(text);
      const view = inspection.inspectors.find(({ info }) => info.id === 'pageTables');
      if (isLookedAt) view?.children(undefined, 0);
      expect(target.machine.run({ budget: 100_000_000n }).kind).toBe('power');
      expect(warnings).toEqual([]);
      return target.machine.stateHash();
    };
    expect(await run(true)).toBe(await run(false));
  });
});

/** x5 hgatp, x7 another entry, x8 where the entry lies, x16 SPV, x17 SPP, x18 the guest's first instruction. */
const hypervisor = (between: Line): readonly Line[] => [
  ['csrrw', { rd: 0, rs1: 5, csr: 0x680 }],
  ['csrrs', { rd: 0, rs1: 16, csr: 0x600 }],
  ['csrrs', { rd: 0, rs1: 17, csr: 0x100 }],
  ['csrrw', { rd: 0, rs1: 18, csr: 0x141 }],
  ['sret', {}],
  ['sd', { rs1: 8, rs2: 7, imm: 0 }],
  between,
  ['csrrw', { rd: 0, rs1: 18, csr: 0x141 }],
  ['sret', {}],
];

/** A guest of one page that calls its hypervisor at once, which then gives it another page; the warnings about it. */
function guestOfTwoPages(between: Line): string[] {
  const [root, middle, last, first, other] = [0x4000n, 0x8000n, 0x9000n, 0xa000n, 0xb000n].map((at) => BASE + at);
  if (!root || !middle || !last || !first || !other) throw new Error('five pages');
  const image = new Uint8Array(0xc000);
  const call = assemble([['ecall', {}]]);
  image.set(assemble(hypervisor(between)));
  image.set(call, Number(first - BASE));
  image.set(call, Number(other - BASE));
  const words = new DataView(image.buffer);
  const put = (at: bigint, value: bigint) => words.setBigUint64(Number(at - BASE), value, true);
  put(root, pointer(middle));
  put(middle, pointer(last));
  put(last + 8n, leaf(first) | 0x18n);
  const kernel = { name: 'two-pages', bytes: image };
  const { machine } = createMachine({ memory: 4 << 20, kernel, loadAddress: Number(BASE) });
  const target = new DebugTarget(machine, []);
  target.halt({ kind: 'entry', hart: 0 });
  const inspection = openInspectors(target);
  const warnings: string[] = [];
  inspection.onWarning = (text) => warnings.push(text);
  const x5 = (8n << 60n) | (root >> 12n);
  const registers = { x5, x7: leaf(other) | 0x18n, x8: last + 8n, x16: 0x80n, x17: 0x100n, x18: 0x1000n };
  for (const [name, value] of Object.entries(registers)) machine.cpus[0]?.writeRegister(name, value);
  machine.cpus[0]?.writeRegister('stvec', BASE + 20n);
  inspection.inspectors.find(({ info }) => info.id === 'pageTables')?.children(undefined, 0);
  machine.run({ budget: 5n });
  expect(machine.cpus[0]?.world).toMatchObject({ mode: 'VS', roots: [{ stage: 2, table: root }] });
  machine.run({ budget: 20n });
  return warnings;
}

describe('an entry of the second stage that is changed without a fence', () => {
  it('is told of when the guest is entered', () => {
    expect(guestOfTwoPages(['addi', { rd: 0, rs1: 0, imm: 0 }])).toEqual([
      'Stale translation: hart 0 enters the guest at 0x80200020 after a page-table entry had changed without a fence: the entry at pa 0x80209008 was 0x00000000200828df (V R W X U A D PPN=0x8020a) and is now 0x0000000020082cdf (V R W X U A D PPN=0x8020b); stored at pc 0x80200014, instruction 5; no fence on hart 0 since: it may still use the old entry.',
    ]);
  });

  it('is not told of behind its fence, but is behind one of another address, guest or stage', () => {
    expect(guestOfTwoPages(['hfence.gvma', { rs1: 0, rs2: 0 }])).toEqual([]);
    // rs1 is shifted: x18 names guest physical 0x4000.
    expect(guestOfTwoPages(['hfence.gvma', { rs1: 18, rs2: 0 }])).toHaveLength(1);
    expect(guestOfTwoPages(['hfence.gvma', { rs1: 0, rs2: 16 }])).toHaveLength(1);
    expect(guestOfTwoPages(['hfence.vvma', { rs1: 0, rs2: 0 }])).toHaveLength(1);
  });
});
