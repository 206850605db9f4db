/** Rows of system instructions on the engine: that their bytes lead to what the other tests here ask about. */
import { describe, expect, it } from 'vitest';
import { Engine, type TakenTrap } from '../../../../src/engine/engine';
import { STATUS } from '../../../../src/engine/layout';
import { causeOf, MARK, VECTOR } from '../../../../src/isa/x86_64/causes';
import { X86_64_ENGINE } from '../../../../src/isa/x86_64/engine-isa';
import { rflagsOf, setRflags } from '../../../../src/isa/x86_64/flags';
import { SEG } from '../../../../src/isa/x86_64/state';
import { engineHost } from '../../../support/engine-host';
import { define, descriptorBytes, enterMode, GDT, type Mode, type Slots } from './hart';

const [RAX, RCX, RDX, RBX, RSP, RSI, RDI, R11] = [0, 1, 2, 3, 4, 6, 7, 11];
const CODE_AT = 0x8000n;
const DATA_AT = 0xa000n;
const TABLES = 0x2_0000;

const traps: TakenTrap[] = [];
const ports = new Map<number, bigint>();
const written: string[] = [];
const engine = new Engine(
  X86_64_ENGINE,
  engineHost({
    readSpace: (space, address) => (space === 'port' ? ports.get(address) : 0n),
    writeSpace: (space, address, width, value) => {
      written.push(`${space} ${address.toString(16)} ${width} ${value.toString(16)}`);
      return true;
    },
    trapTaken: (_, taken) => {
      traps.push(taken);
      return 'trapStop';
    },
  }),
  { ram: [{ base: 0, size: 0x10_0000 }], harts: 1 },
);
engine.wantsTrapContext = true;

interface Before {
  readonly slots?: Slots;
  readonly registers?: Readonly<Record<number, bigint>>;
  readonly memory?: readonly (readonly [bigint, bigint])[];
  readonly cpl?: number;
  readonly steps?: number;
  readonly model?: string;
  /** Limit of the task's TSS, which is at 5000h. */
  readonly tss?: bigint;
}

/** Executes the instructions of these bytes, one when `steps` does not say. */
const run = (
  mode: Mode,
  code: string,
  { slots = {}, registers = {}, memory = [], cpl = 0, steps = 1, model = 'max', tss = 0x67n }: Before = {},
) => {
  const view = engine.harts[0]!;
  traps.length = 0;
  written.length = 0;
  engine.memory.activate(0);
  engine.writeRam(0, new Uint8Array(0x3_0000));
  enterMode(view, mode, { cpl, model });
  if (mode === '64' || mode === 'compatibility') {
    // The first GiB by pages of 2 MiB, for programs, too.
    const bytes = new DataView(new ArrayBuffer(0x3000));
    bytes.setBigUint64(0, BigInt(TABLES + 0x1007), true);
    bytes.setBigUint64(0x1000, BigInt(TABLES + 0x2007), true);
    for (let n = 0; n < 512; n++) bytes.setBigUint64(0x2000 + 8 * n, BigInt(n * 0x20_0000 + 0x87), true);
    engine.writeRam(TABLES, new Uint8Array(bytes.buffer));
    view.set('cr3', BigInt(TABLES));
  }
  setRflags(view, 2n);
  view.set('gdtrBase', GDT);
  view.set('gdtrLimit', 0xffn);
  view.write('base', SEG.tr, 0x5000n);
  view.write('limit', SEG.tr, tss);
  view.write('r', RSP, 0x7000n);
  const store = { store: (at: bigint, _: number, value: bigint) => void view.storePhysical(at, 8, value) };
  define(store, 0x28n, descriptorBytes(0n, 0xf_ffffn, 0xc9bn));
  define(store, 0x30n, descriptorBytes(0n, 0xf_ffffn, 0xc93n));
  define(store, 0x38n, descriptorBytes(0n, 0xf_ffffn, 0xa9bn));
  define(store, 0x40n, descriptorBytes(0x5000n, 0x67n, 0x89n));
  for (const [at, value] of memory) view.storePhysical(at, 8, value);
  for (const [slot, value] of Object.entries(slots)) view.set(slot, value);
  for (const [register, value] of Object.entries(registers)) view.write('r', Number(register), value);
  const base = mode === 'real' ? 0x8000n : 0n;
  if (mode === 'real') {
    view.write('base', SEG.cs, base);
    view.write('selector', SEG.cs, 0x800n);
  }
  engine.writeRam(Number(CODE_AT), Uint8Array.from(code.split(' ').map((byte) => Number.parseInt(byte, 16))));
  view.pc = CODE_AT;
  view.activity = 0;
  engine.dropDerived();
  let status: number = STATUS.none;
  for (let step = 0; step < steps && traps.length === 0; step++) status = engine.run(0, 1, 1).status;
  const trap = traps[0];
  return { view, status, cause: trap?.cause, r: (register: number) => view.read('r', register) };
};

const bytes = (code: string): bigint => BigInt(code.split(' ').length);
const GP = causeOf(VECTOR.GP);
const UD = causeOf(VECTOR.UD);

describe('segment registers', () => {
  it.each<[string, Mode, string, number, bigint]>([
    ['mov ds, ax', '32', '8e d8', SEG.ds, 0x30n],
    ['mov fs, ax', '64', '8e e0', SEG.fs, 0x30n],
    ['mov ds, [rbx]', '32', '8e 1b', SEG.ds, 0x30n],
    ['mov es, ax in real mode', 'real', '8e c0', SEG.es, 0x30n],
    ['pop es', '32', '07', SEG.es, 0x30n],
    ['pop gs', '64', '0f a9', SEG.gs, 0x30n],
    ['lfs ecx, [ebx]', '32', '0f b4 0b', SEG.fs, 0x30n],
    ['les ecx, [ebx]', '32', 'c4 0b', SEG.es, 0x30n],
  ])('%s', (name, mode, code, seg, selector) => {
    const isFar = name.startsWith('l');
    const { view, r, cause } = run(mode, code, {
      registers: { [RAX]: 0xffff_0030n, [RBX]: DATA_AT },
      memory: [
        [DATA_AT, isFar ? 0x30_1234_5678n : 0x30n],
        [0x7000n, 0x30n],
      ],
    });
    expect([cause, view.read('selector', seg), view.pc]).toEqual([undefined, selector, CODE_AT + bytes(code)]);
    if (isFar) expect(r(RCX)).toBe(0x1234_5678n);
  });
  it('mov ss holds interrupts off until the instruction behind the next', () => {
    const { view } = run('32', '8e d0', { registers: { [RAX]: 0x30n } });
    expect([view.get('isShadowed'), view.get('shadow')]).toEqual([2n, CODE_AT + 2n]);
  });
  it('mov cs, ax and a seventh segment register are no instructions', () => {
    expect([run('32', '8e c8').cause, run('32', '8e f0').cause, run('64', '06').cause]).toEqual([UD, UD, UD]);
  });
  it.each<[string, Mode, string, bigint]>([
    ['mov ax, ds', '32', '66 8c d8', 0x1111_0010n],
    ['mov eax, ds', '32', '8c d8', 0x10n],
    ['mov rax, ds', '64', '48 8c d8', 0x10n],
    ['sldt eax', '32', '0f 00 c0', 0n],
    ['str ax', '64', '66 0f 00 c8', 0x1111_0000n],
    ['smsw rax', '64', '48 0f 01 e0', 0x8000_0031n],
  ])('%s', (_, mode, code, value) => {
    expect(run(mode, code, { registers: { [RAX]: 0x1111_1111n } }).r(RAX)).toBe(value);
  });
  it('mov [rbx], ds stores 16 bits whatever the operand size', () => {
    const { view } = run('64', '48 8c 1b', { registers: { [RBX]: DATA_AT }, memory: [[DATA_AT, -1n & 0xffff_ffffn]] });
    expect(view.loadPhysical(DATA_AT, 4)).toBe(0xffff_0010n);
  });
});

describe('descriptor tables', () => {
  const table: Before = {
    registers: { [RBX]: DATA_AT },
    memory: [
      [DATA_AT, 0x5566_7788_1234n],
      [DATA_AT + 8n, 0x1234n],
    ],
  };
  it.each<[string, Mode, string, bigint, bigint]>([
    ['lgdt of 24 bits', 'real', '0f 01 17', 0x1234n, 0x66_7788n],
    ['lgdt of 32 bits', '32', '0f 01 13', 0x1234n, 0x5566_7788n],
    ['lgdt of 64 bits, whatever the prefix', '64', '66 0f 01 13', 0x1234n, 0x1234_5566_7788n & 0xffff_ffffn],
  ])('%s', (name, mode, code, limit, base) => {
    const registers = { [RBX]: mode === 'real' ? 0xa000n : DATA_AT };
    const isWide = name.includes('64');
    const { view, cause } = run(mode, code, {
      ...table,
      registers,
      ...(isWide && {
        memory: [
          [DATA_AT, 0x5566_7788_1234n],
          [DATA_AT + 8n, 0n],
        ] as const,
      }),
    });
    expect([cause, view.get('gdtrLimit'), view.get('gdtrBase')]).toEqual([undefined, limit, base]);
  });
  it('sidt stores limit and base', () => {
    const { view } = run('64', '0f 01 0b', { registers: { [RBX]: DATA_AT }, slots: { idtrBase: 0x1122_3344_5566n } });
    expect([view.loadPhysical(DATA_AT, 2), view.loadPhysical(DATA_AT + 2n, 8)]).toEqual([0xfffn, 0x1122_3344_5566n]);
  });
  it('lgdt is for level 0', () => expect(run('32', '0f 01 13', { cpl: 3 }).cause).toBe(GP));
  it('ltr takes an available TSS and marks it', () => {
    const { view, cause } = run('32', '0f 00 d8', { registers: { [RAX]: 0x40n } });
    expect([cause, view.read('base', SEG.tr), view.loadPhysical(GDT + 0x45n, 1)]).toEqual([undefined, 0x5000n, 0x8bn]);
    expect(run('32', '0f 00 d8', { registers: { [RAX]: 0x30n } }).cause).toBe(causeOf(VECTOR.GP, 0x30));
    expect(run('real', '0f 00 d8').cause).toBe(UD);
  });
  it.each<[string, string, bigint, bigint, boolean]>([
    ['lar of code', '0f 02 c8', 0x28n, 0xc0_9b00n, true],
    ['lar of null', '0f 02 c8', 0n, 0x77n, false],
    ['lsl of data', '0f 03 c8', 0x30n, 0xffff_ffffn, true],
    ['lsl beyond the table', '0f 03 c8', 0x1000n, 0x77n, false],
    ['verr of code that can be read', '0f 00 e0', 0x28n, 0x77n, true],
    ['verw of code', '0f 00 e8', 0x28n, 0x77n, false],
  ])('%s', (_, code, selector, value, isGood) => {
    const { view, r } = run('32', code, { registers: { [RAX]: selector, [RCX]: 0x77n } });
    expect([r(RCX), (rflagsOf(view) & 0x40n) !== 0n]).toEqual([value, isGood]);
  });
  it('arpl raises an RPL', () => {
    const { view, r } = run('32', '63 c8', { registers: { [RAX]: 0x30n, [RCX]: 3n } });
    expect([r(RAX), rflagsOf(view) & 0x40n]).toEqual([0x33n, 0x40n]);
  });
});

describe('control registers', () => {
  it('mov cr3, rax and back', () => {
    const { r } = run('64', '0f 20 d9 0f 22 d9 0f 20 da', { steps: 3 });
    expect([r(RCX), r(RDX)]).toEqual([BigInt(TABLES), BigInt(TABLES)]);
  });
  it('mov dr0, rax and back', () => {
    const { r } = run('64', '0f 23 c0 0f 21 c1', { registers: { [RAX]: 0x1234_5678_9abcn }, steps: 2 });
    expect(r(RCX)).toBe(0x1234_5678_9abcn);
  });
  it('real mode becomes protected mode by LMSW and a far jump', () => {
    // lmsw ax; jmp far 28h:8008h
    const { view } = run('real', '0f 01 f0 ea 08 80 28 00', { registers: { [RAX]: 1n }, steps: 2 });
    expect([view.get('cr0') & 1n, view.read('selector', SEG.cs), view.get('codeMode'), view.pc]).toEqual([
      1n,
      0x28n,
      1n,
      0x8008n,
    ]);
  });
  it('the same by MOV CR0, with 32-bit registers in 16-bit code', () => {
    const { view } = run('real', '0f 20 c0 0c 01 0f 22 c0', { steps: 3 });
    expect(view.get('cr0') & 1n).toBe(1n);
  });
});

describe('far transfers', () => {
  it('jmp far [ebx], and relative to rip in 64-bit mode', () => {
    const memory = [[DATA_AT, 0x28_0000_9000n]] as const;
    const legacy = run('32', 'ff 2b', { registers: { [RBX]: DATA_AT }, memory });
    expect([legacy.view.pc, legacy.view.read('selector', SEG.cs)]).toEqual([0x9000n, 0x28n]);
    const long = run('64', 'ff 2d fa 1f 00 00', { memory });
    expect([long.view.pc, long.view.get('codeMode')]).toEqual([0x9000n, 1n]);
  });
  it('call far pushes cs and the next instruction, and retf comes back', () => {
    const called = run('32', '9a 00 90 00 00 28 00');
    expect([called.view.pc, called.r(RSP)]).toEqual([0x9000n, 0x6ff8n]);
    expect([called.view.loadPhysical(0x6ff8n, 4), called.view.loadPhysical(0x6ffcn, 4)]).toEqual([CODE_AT + 7n, 8n]);
    const returned = run('32', 'ca 04 00', { memory: [[0x7000n, 0x28_0000_9000n]] });
    expect([returned.view.pc, returned.r(RSP)]).toEqual([0x9000n, 0x700cn]);
  });
  it('rex.w retf pops words of 64 bits into 64-bit code', () => {
    const { view, r } = run('64', '48 cb', {
      memory: [
        [0x7000n, 0x9000n],
        [0x7008n, 0x38n],
      ],
    });
    expect([view.pc, r(RSP), view.read('selector', SEG.cs)]).toEqual([0x9000n, 0x7010n, 0x38n]);
  });
  it('iretq pops five words', () => {
    const { view, r } = run('64', '48 cf', {
      memory: [
        [0x7000n, 0x9000n],
        [0x7008n, 0x38n],
        [0x7010n, 0x202n],
        [0x7018n, 0x6000n],
        [0x7020n, 0x30n],
      ],
    });
    expect([view.pc, r(RSP), rflagsOf(view), view.read('selector', SEG.ss)]).toEqual([0x9000n, 0x6000n, 0x202n, 0x30n]);
  });
});

describe('interrupts by software', () => {
  it.each<[string, string, number]>([
    ['int 80h', 'cd 80', MARK.software | 0x80],
    ['int3', 'cc', MARK.software | 3],
    ['int1', 'f1', MARK.trap | 1],
    ['ud2', '0f 0b', UD],
    ['hlt at level 3', 'f4', GP],
    ['cli at level 3', 'fa', GP],
  ])('%s', (_, code, cause) => expect(run('64', code, { cpl: 3 }).cause).toBe(cause));
  it('into where OF = 1', () => {
    expect(run('32', 'ce').cause).toBeUndefined();
    // 7fffffffh + 1
    expect(run('32', '83 c0 01 ce', { registers: { [RAX]: 0x7fff_ffffn }, steps: 2 }).cause).toBe(MARK.software | 4);
  });
  it('bound outside of its bounds', () => {
    const memory = [[DATA_AT, 0x0000_0005_ffff_fffen]] as const;
    const of = (value: bigint) => run('32', '62 03', { registers: { [RAX]: value, [RBX]: DATA_AT }, memory }).cause;
    expect([of(5n), of(6n), of(0xffff_fffdn)]).toEqual([undefined, causeOf(VECTOR.BR), causeOf(VECTOR.BR)]);
  });
});

describe('flags', () => {
  it('pushf and popf', () => {
    // push 246h; popf; pushf; pop rax
    const { r, view } = run('64', '68 46 02 20 00 9d 9c 58', { steps: 4 });
    expect([r(RAX), rflagsOf(view)]).toEqual([0x20_0246n, 0x20_0246n]);
  });
  it('popf at level 3 changes neither IF nor IOPL', () => {
    const { view } = run('64', '68 46 32 00 00 9d', { cpl: 3, steps: 2 });
    expect(rflagsOf(view)).toBe(0x46n);
  });
  it('sti unmasks interrupts behind the next instruction', () => {
    const { view } = run('64', 'fb 90');
    expect([rflagsOf(view), view.get('shadow')]).toEqual([0x202n, CODE_AT + 1n]);
  });
  it('stac is for a supervisor', () => {
    expect(rflagsOf(run('64', '0f 01 cb').view)).toBe(0x4_0002n);
    expect(run('64', '0f 01 cb', { cpl: 3 }).cause).toBe(UD);
  });
});

describe('system calls', () => {
  it('syscall and sysret', () => {
    const slots = { STAR: 0x001b_0008_0000_0000n, LSTAR: 0x9000n, SFMASK: 0x200n };
    const called = run('64', '0f 05', { cpl: 3, slots });
    expect([called.view.pc, called.r(RCX), called.r(R11), called.view.get('cpl')]).toEqual([
      0x9000n,
      CODE_AT + 2n,
      2n,
      0n,
    ]);
    const returned = run('64', '48 0f 07', { slots, registers: { [RCX]: 0x9000n, [R11]: 0x246n } });
    expect([returned.view.pc, rflagsOf(returned.view), returned.view.read('selector', SEG.cs)]).toEqual([
      0x9000n,
      0x246n,
      0x2bn,
    ]);
    const short = run('64', '0f 07', { slots, registers: { [RCX]: 0x9000n, [R11]: 2n } });
    expect([short.view.get('codeMode'), short.view.read('selector', SEG.ss)]).toEqual([1n, 0x23n]);
  });
  it('syscall is none without EFER.SCE, sysenter none in long mode', () => {
    expect(run('64', '0f 05', { slots: { efer: 0x500n } }).cause).toBe(UD);
    expect(run('64', '0f 34').cause).toBe(UD);
  });
  it('sysenter', () => {
    const slots = { SYSENTER_CS: 8n, SYSENTER_ESP: 0x6000n, SYSENTER_EIP: 0x9000n };
    const { view, r } = run('32', '0f 34', { cpl: 3, slots });
    expect([view.pc, r(RSP), view.get('cpl')]).toEqual([0x9000n, 0x6000n, 0n]);
  });
  it('swapgs', () => {
    const { view } = run('64', '0f 01 f8', { slots: { KERNEL_GS_BASE: 0x1234n } });
    expect([view.read('base', SEG.gs), view.get('KERNEL_GS_BASE')]).toEqual([0x1234n, 0n]);
  });
});

describe('ports', () => {
  it('in and out', () => {
    ports.set(0x60, 0x8877_6655n);
    const registers = { [RAX]: 0x1122_3344_aabb_ccddn, [RDX]: 0x60n };
    expect(run('64', 'e4 60', { registers }).r(RAX)).toBe(0x1122_3344_aabb_cc55n);
    expect(run('64', 'ed', { registers }).r(RAX)).toBe(0x8877_6655n);
    run('64', '66 ef', { registers });
    expect(written).toEqual(['port 60 2 ccdd']);
  });
  it('nothing answers with ones', () => {
    expect(run('64', 'e5 61', { registers: { [RAX]: 0n } }).r(RAX)).toBe(0xffff_ffffn);
  });
  it('rep insb and rep outsw move their pointers, and are done when rcx is 0', () => {
    ports.set(0x60, 0x55n);
    const registers = { [RCX]: 3n, [RDX]: 0x60n, [RDI]: DATA_AT, [RSI]: DATA_AT };
    const read = run('64', 'f3 6c', { registers, steps: 3 });
    expect([read.r(RCX), read.r(RDI), read.view.loadPhysical(DATA_AT, 4), read.view.pc]).toEqual([
      0n,
      DATA_AT + 3n,
      0x55_5555n,
      CODE_AT + 2n,
    ]);
    const memory = [[DATA_AT, 0x3333_2222_1111n]] as const;
    run('64', 'f3 66 6f', { registers, memory, steps: 3 });
    expect(written).toEqual(['port 60 2 1111', 'port 60 2 2222', 'port 60 2 3333']);
  });
  it('are for programs as the map in the TSS says', () => {
    const of = (map: bigint) =>
      run('64', 'ec', {
        cpl: 3,
        registers: { [RDX]: 0x20n },
        memory: [
          [0x5060n, 0x68n << 48n],
          [0x5068n, map],
        ],
        tss: 0x6fn,
      }).cause;
    expect([of(0n), of(1n << 32n), of(1n << 33n)]).toEqual([undefined, GP, undefined]);
  });
});

describe('alignment', () => {
  const slots = { cr0: 0x8005_0031n, rflags: 0x4_0002n };
  const of = (address: bigint, code: string, more: Before = {}) =>
    run('64', code, { cpl: 3, slots, registers: { [RBX]: address }, ...more }).cause;
  const AC = causeOf(VECTOR.AC);
  it.each<[string, bigint, string, number | undefined]>([
    ['of a word is checked', DATA_AT + 1n, '66 8b 03', AC],
    ['of a write is checked', DATA_AT + 2n, '89 03', AC],
    ['of an update is checked', DATA_AT + 4n, '48 ff 03', AC],
    ['across a page is checked', 0xafffn, '8b 03', AC],
    ['of bytes is not', DATA_AT + 1n, '8a 03', undefined],
    ['that is right faults nothing', DATA_AT + 4n, '8b 03', undefined],
  ])('%s', (_, address, code, cause) => expect(of(address, code)).toBe(cause));
  it('is checked at level 3 alone, with CR0.AM and RFLAGS.AC', () => {
    expect(of(DATA_AT + 1n, '8b 03', { cpl: 0 })).toBeUndefined();
    expect(of(DATA_AT + 1n, '8b 03', { slots: { ...slots, rflags: 2n } })).toBeUndefined();
    expect(of(DATA_AT + 1n, '8b 03', { slots: { ...slots, cr0: 0x8001_0031n } })).toBeUndefined();
  });
});

describe('others', () => {
  it('rdfsbase and wrgsbase where CR4 permits them', () => {
    const cr4 = 0x1_0020n;
    expect(run('64', 'f3 48 0f ae c0', { cpl: 3, slots: { cr4 } }).r(RAX)).toBe(0n);
    expect(
      run('64', 'f3 48 0f ae d8', { slots: { cr4 }, registers: { [RAX]: 0x1234n } }).view.read('base', SEG.gs),
    ).toBe(0x1234n);
    expect(run('64', 'f3 48 0f ae d8', { slots: { cr4 }, registers: { [RAX]: 1n << 63n } }).cause).toBe(GP);
    expect(run('64', 'f3 48 0f ae c0').cause).toBe(UD);
  });
  it('rdrand sets CF, and is none where the model does not have it', () => {
    const { view, r } = run('64', '0f c7 f0');
    expect([rflagsOf(view), r(RAX) !== 0n]).toEqual([3n, true]);
    expect(run('64', '0f c7 f0', { model: 'qemu64' }).cause).toBe(UD);
  });
  it('hlt waits', () => expect(run('64', 'f4').view.activity).toBe(1));
  it('invlpg and invpcid', () => {
    expect(run('64', '0f 01 3b', { registers: { [RBX]: DATA_AT } }).cause).toBeUndefined();
    const all = { registers: { [RAX]: 3n, [RBX]: DATA_AT } };
    expect(run('64', '66 0f 38 82 03', all).cause).toBeUndefined();
    expect(run('64', '66 0f 38 82 03', { registers: { [RAX]: 4n, [RBX]: DATA_AT } }).cause).toBe(GP);
  });
  it('fences and cache lines do nothing', () => {
    const { view, cause } = run('64', '0f ae e8 0f ae f0 0f ae f8 0f ae 3b 0f 18 0b', {
      steps: 5,
      registers: { [RBX]: DATA_AT },
    });
    expect([cause, view.pc]).toEqual([undefined, CODE_AT + 15n]);
  });
});
