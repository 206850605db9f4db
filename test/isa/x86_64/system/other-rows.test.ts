/** BMI, ADX, MOVBE, decimal digits, frames and CMPXCHG8B on the engine. @see AMD64 APM volume 3 */
import { describe, expect, it } from 'vitest';
import { Engine, type TakenTrap } from '../../../../src/engine/engine';
import { X86_64_ENGINE } from '../../../../src/isa/x86_64/engine-isa';
import { rflagsOf, setRflags } from '../../../../src/isa/x86_64/flags';
import { engineHost } from '../../../support/engine-host';
import { enterMode } from './hart';

const [RAX, RCX, RDX, RBX, RSP, RBP] = [0, 1, 2, 3, 4, 5];
const DATA = 0xa000n;
const [CF, ZF, SF, OF] = [1n, 0x40n, 0x80n, 0x800n];
const traps: TakenTrap[] = [];
const engine = new Engine(
  X86_64_ENGINE,
  engineHost({
    trapTaken: (_, taken) => {
      traps.push(taken);
      return 'trapStop';
    },
  }),
  { ram: [{ base: 0, size: 0x10_0000 }], harts: 1 },
);
engine.wantsTrapContext = true;

type Registers = Readonly<Record<number, bigint>>;

/** Executes an instruction without paging: in 32-bit mode, or with 64-bit code though there is none without paging. */
const run = (
  code: string,
  registers: Registers,
  { flags = 0n, is64 = true, memory = [] as readonly bigint[] } = {},
) => {
  const view = engine.harts[0]!;
  traps.length = 0;
  engine.memory.activate(0);
  enterMode(view, is64 ? '64' : '32');
  view.set('cr0', view.get('cr0') & 0x7fff_ffffn);
  setRflags(view, 2n | flags);
  for (const [register, value] of Object.entries(registers)) view.write('r', Number(register), value);
  for (const [n, value] of memory.entries()) view.storePhysical(DATA + BigInt(8 * n), 8, value);
  engine.writeRam(0x8000, Uint8Array.from(code.split(' ').map((byte) => Number.parseInt(byte, 16))));
  view.pc = 0x8000n;
  engine.dropDerived();
  engine.run(0, 1, 1);
  expect(traps.map(({ cause }) => cause)).toEqual([]);
  return {
    r: (register: number) => view.read('r', register),
    flags: rflagsOf(view),
    at: (n: bigint) => view.loadPhysical(DATA + n, 8),
  };
};

describe('bits', () => {
  it.each<[string, string, Registers, bigint, bigint]>([
    ['andn', 'c4 e2 f0 f2 c2', { [RCX]: 0xff00n, [RDX]: 0xfff0n }, 0xf0n, 0n],
    ['blsr', 'c4 e2 f8 f3 ca', { [RDX]: 0x58n }, 0x50n, 0n],
    ['blsr of 0', 'c4 e2 f8 f3 ca', { [RDX]: 0n }, 0n, CF | ZF],
    ['blsmsk', 'c4 e2 f8 f3 d2', { [RDX]: 0x58n }, 0xfn, 0n],
    ['blsi', 'c4 e2 f8 f3 da', { [RDX]: 0x58n }, 8n, CF],
    ['bextr', 'c4 e2 f0 f7 c2', { [RDX]: 0x1234_5678n, [RCX]: 0x0804n }, 0x67n, 0n],
    ['bextr beyond the end', 'c4 e2 f0 f7 c2', { [RDX]: -1n & 0xffff_ffff_ffff_ffffn, [RCX]: 0x0840n }, 0n, ZF],
    ['bzhi', 'c4 e2 f0 f5 c2', { [RDX]: 0xffffn, [RCX]: 5n }, 0x1fn, 0n],
    ['bzhi of 32 bits beyond the end', 'c4 e2 70 f5 c2', { [RDX]: 0x8000_0001n, [RCX]: 40n }, 0x8000_0001n, CF | SF],
    ['pext', 'c4 e2 ea f5 c1', { [RDX]: 0x1234_5678n, [RCX]: 0xff00_ff00n }, 0x1256n, 0n],
    ['pdep', 'c4 e2 eb f5 c1', { [RDX]: 0x1256n, [RCX]: 0xff00_ff00n }, 0x1200_5600n, 0n],
    ['rorx', 'c4 e3 7b f0 c2 08', { [RDX]: 0x1234_5678n }, 0x7812_3456n, 0n],
    ['sarx', 'c4 e2 72 f7 c2', { [RDX]: 0x8000_0000n, [RCX]: 36n }, 0xf800_0000n, 0n],
    ['shlx', 'c4 e2 f1 f7 c2', { [RDX]: 1n, [RCX]: 63n }, 1n << 63n, 0n],
    ['shrx', 'c4 e2 73 f7 c2', { [RDX]: 0x8000_0000n, [RCX]: 31n }, 1n, 0n],
  ])('%s', (_, code, registers, value, flags) => {
    const after = run(code, { [RAX]: -1n & 0xffff_ffff_ffff_ffffn, ...registers });
    expect([after.r(RAX), after.flags & (CF | ZF | SF | OF)]).toEqual([value, flags]);
  });
  it('mulx multiplies rdx, and leaves the upper half where both results are one register', () => {
    const both = run('c4 e2 f3 f6 c3', { [RDX]: 1n << 63n, [RBX]: 6n });
    expect([both.r(RAX), both.r(RCX)]).toEqual([3n, 0n]);
    expect(run('c4 e2 fb f6 c3', { [RDX]: 1n << 63n, [RBX]: 6n }).r(RAX)).toBe(3n);
  });
  it.each<[string, string, bigint, bigint, bigint]>([
    ['adcx with CF', '66 48 0f 38 f6 c1', CF | OF, 0n, CF | OF],
    ['adcx without', '66 48 0f 38 f6 c1', OF, -1n & 0xffff_ffff_ffff_ffffn, OF],
    ['adox with OF', 'f3 48 0f 38 f6 c1', OF, 0n, OF],
    ['adox without', 'f3 48 0f 38 f6 c1', CF, -1n & 0xffff_ffff_ffff_ffffn, CF],
  ])('%s', (_, code, flags, value, expected) => {
    const after = run(code, { [RAX]: 0xffff_ffff_ffff_fff0n, [RCX]: 0xfn }, { flags });
    expect([after.r(RAX), after.flags & (CF | OF)]).toEqual([value, expected]);
  });
  it('movbe', () => {
    const memory = [0x1122_3344_5566_7788n];
    expect(run('48 0f 38 f0 03', { [RBX]: DATA }, { memory }).r(RAX)).toBe(0x8877_6655_4433_2211n);
    expect(run('66 0f 38 f0 03', { [RBX]: DATA, [RAX]: 0xffff_0000n }, { memory }).r(RAX)).toBe(0xffff_8877n);
    expect(run('0f 38 f1 03', { [RBX]: DATA, [RAX]: 0xaabb_ccddn }, { memory }).at(0n)).toBe(0x1122_3344_ddcc_bbaan);
  });
});

describe('decimal digits', () => {
  it.each<[string, string, bigint, bigint, bigint, bigint]>([
    ['daa', '27', 0xaen, 0n, 0x14n, CF],
    ['daa with CF', '27', 0x2en, CF, 0x94n, CF | SF],
    ['das', '2f', 0xeen, 0n, 0x88n, CF | SF],
    ['das that borrows', '2f', 0x05n, 0x10n, 0xffn, CF | SF],
    ['aam', 'd4 0a', 0x39n, 0n, 0x507n, 0n],
    ['aad', 'd5 0a', 0x507n, 0n, 0x39n, 0n],
    ['aaa', '37', 0x20en, 0n, 0x304n, CF],
    ['aas', '3f', 0x20en, 0n, 0x108n, CF],
  ])('%s', (name, code, ax, flags, value, expected) => {
    const after = run(code, { [RAX]: ax }, { flags, is64: false });
    const known = name.startsWith('aaa') || name.startsWith('aas') ? CF : CF | ZF | SF;
    expect([after.r(RAX), after.flags & known]).toEqual([value, expected]);
  });
});

describe('the stack', () => {
  it('enter and its outer frames', () => {
    const plain = run('c8 20 00 00', { [RSP]: DATA + 0x40n, [RBP]: 0x77n });
    expect([plain.r(RBP), plain.r(RSP), plain.at(0x38n)]).toEqual([DATA + 0x38n, DATA + 0x18n, 0x77n]);
    const nested = run('c8 08 00 02', { [RSP]: DATA + 0x40n, [RBP]: DATA + 0x10n }, { memory: [0n, 0x99n] });
    expect([nested.at(0x38n), nested.at(0x30n), nested.at(0x28n)]).toEqual([DATA + 0x10n, 0x99n, DATA + 0x38n]);
    expect([nested.r(RBP), nested.r(RSP)]).toEqual([DATA + 0x38n, DATA + 0x20n]);
  });
  it('pusha and popa', () => {
    const pushed = run(
      '60',
      { [RAX]: 1n, [RCX]: 2n, [RDX]: 3n, [RBX]: 4n, [RSP]: DATA + 0x20n, [RBP]: 5n },
      { is64: false },
    );
    expect([pushed.r(RSP), pushed.at(0x18n), pushed.at(0x10n)]).toEqual([DATA, 0x1_0000_0002n, 0x3_0000_0004n]);
    expect(pushed.at(8n)).toBe(0xa020_0000_0005n);
    const popped = run(
      '61',
      { [RSP]: DATA },
      { is64: false, memory: [0x7_0000_0008n, 0x6_0000_0005n, 0x3_0000_0004n, 0x1_0000_0002n] },
    );
    expect([RAX, RCX, RDX, RBX, RSP, RBP].map(popped.r)).toEqual([1n, 2n, 3n, 4n, DATA + 0x20n, 5n]);
  });
});

describe('compare and exchange', () => {
  it('of 8 bytes', () => {
    const memory = [0x1111_1111_2222_2222n];
    const same = run(
      '0f c7 0f',
      { 7: DATA, [RDX]: 0x1111_1111n, [RAX]: 0x2222_2222n, [RCX]: 3n, [RBX]: 4n },
      { memory },
    );
    expect([same.at(0n), same.flags & ZF]).toEqual([0x3_0000_0004n, ZF]);
    const other = run('0f c7 0f', { 7: DATA }, { memory });
    expect([other.at(0n), other.r(RDX), other.r(RAX), other.flags & ZF]).toEqual([
      memory[0],
      0x1111_1111n,
      0x2222_2222n,
      0n,
    ]);
  });
  it('of 16 bytes', () => {
    const memory = [5n, 6n];
    const same = run('f0 48 0f c7 0f', { 7: DATA, [RDX]: 6n, [RAX]: 5n, [RCX]: 3n, [RBX]: 4n }, { memory });
    expect([same.at(0n), same.at(8n), same.flags & ZF]).toEqual([4n, 3n, ZF]);
    const other = run('48 0f c7 0f', { 7: DATA }, { memory });
    expect([other.at(8n), other.r(RDX), other.r(RAX), other.flags & ZF]).toEqual([6n, 6n, 5n, 0n]);
  });
});
