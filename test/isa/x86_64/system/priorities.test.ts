/**
 * What comes first where an instruction could raise several exceptions, and what it leaves behind: as an AMD EPYC does it, which
 * the manual leaves open in part. Found by `test/machine/lockstep/native-x86_64.ts`.
 */
import { describe, expect, it } from 'vitest';
import { Engine, type TakenTrap } from '../../../../src/engine/engine';
import { errorCodeOf, PF, VECTOR, vectorOf } from '../../../../src/isa/x86_64/causes';
import { X86_64_ENGINE } from '../../../../src/isa/x86_64/engine-isa';
import { setRflags } from '../../../../src/isa/x86_64/flags';
import { SEG } from '../../../../src/isa/x86_64/state';
import { engineHost } from '../../../support/engine-host';
import { enterMode, type Mode } from './hart';

const [RAX, RCX, RDX, RSI, RDI] = [0, 1, 2, 6, 7];
const CODE = 0x8000n;
const TABLES = 0x2_0000;
/** Pages of 2 MiB: memory, nothing, memory that programs may only read. */
const ABSENT = 0x20_0000n;
const READ_ONLY = 0x40_0000n;

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

interface Before {
  readonly registers?: Readonly<Record<number, bigint>>;
  readonly slots?: Readonly<Record<string, bigint>>;
  /** Highest offset of DS. */
  readonly limit?: bigint;
}

/** Executes an instruction at level 3. */
const run = (mode: Mode, code: string, { registers = {}, slots = {}, limit }: Before) => {
  const view = engine.harts[0]!;
  traps.length = 0;
  engine.memory.activate(0);
  enterMode(view, mode, { cpl: 3, model: 'max' });
  const tables = new DataView(new ArrayBuffer(0x3000));
  tables.setBigUint64(0, BigInt(TABLES + 0x1007), true);
  tables.setBigUint64(0x1000, BigInt(TABLES + 0x2007), true);
  for (const [at, entry] of [0x87n, 0n, 0x85n].entries()) tables.setBigUint64(0x2000 + 8 * at, entry, true);
  engine.writeRam(TABLES, new Uint8Array(tables.buffer));
  view.set('cr3', BigInt(TABLES));
  view.set('cr0', view.get('cr0') | 0x1_0000n);
  view.set('cr4', view.get('cr4') | 0x600n);
  view.set('mxcsr', 0x1f80n);
  view.set('fcw', 0x37fn);
  view.write('limit', SEG.tr, 0x67n);
  setRflags(view, 2n);
  for (const [slot, value] of Object.entries(slots)) view.set(slot, value);
  for (const [register, value] of Object.entries(registers)) view.write('r', Number(register), value);
  if (limit !== undefined) {
    view.write('limit', SEG.ds, limit);
    for (const file of ['readEnd', 'writeEnd']) view.write(file, SEG.ds, limit);
  }
  engine.writeRam(Number(CODE), Uint8Array.from(code.split(' ').map((byte) => Number.parseInt(byte, 16))));
  view.pc = CODE;
  view.activity = 0;
  engine.dropDerived();
  engine.run(0, 1, 1);
  const [trap] = traps;
  return {
    view,
    raised: trap && { vector: vectorOf(trap.cause), code: errorCodeOf(trap.cause), tval: trap.tval },
  };
};
const pageFault = (code: number, tval: bigint) => ({ vector: VECTOR.PF, code, tval });
const GP = { vector: VECTOR.GP, code: 0, tval: 0n };

describe('which exception comes first', () => {
  it.each<[string, Mode, string, Before, ReturnType<typeof run>['raised']]>([
    ['ports are asked for before the count: rep outsb of none', '64', 'f3 6e', { registers: { [RCX]: 0n } }, GP],
    ['rep insw of none', '64', 'f3 66 6d', { registers: { [RCX]: 0n } }, GP],
    [
      'and before the operand: outsb beyond the limit',
      'compatibility',
      '6e',
      { registers: { [RSI]: 0x9000n }, limit: 0xfffn },
      GP,
    ],
    ['lldt does not read its operand', '64', '0f 00 16', { registers: { [RSI]: ABSENT } }, GP],
    ['nor does ltr', '64', '0f 00 1e', { registers: { [RSI]: ABSENT } }, GP],
    ['nor does lmsw', '64', '0f 01 36', { registers: { [RSI]: ABSENT } }, GP],
    [
      'cmpsb reads where rdi points first',
      '64',
      'a6',
      { registers: { [RSI]: ABSENT, [RDI]: ABSENT + 8n } },
      pageFault(PF.user, ABSENT + 8n),
    ],
    [
      'fistp of what no integer is stores nothing, and yet must be able to',
      '64',
      'db 1e',
      { registers: { [RSI]: READ_ONLY }, slots: { fcw: 0x37en } },
      pageFault(PF.present | PF.write | PF.user, READ_ONLY),
    ],
    [
      'fstp of ten bytes faults at the first',
      '64',
      'db 3e',
      { registers: { [RSI]: ABSENT + 8n } },
      pageFault(PF.write | PF.user, ABSENT + 8n),
    ],
    ['maskmovdqu has a segment', 'compatibility', '66 0f f7 c1', { registers: { [RDI]: 0xff1n }, limit: 0xfffn }, GP],
    ['so has maskmovq', 'compatibility', '0f f7 c1', { registers: { [RDI]: 0xff9n }, limit: 0xfffn }, GP],
  ])('%s', (_, mode, code, before, raised) => {
    expect(run(mode, code, before).raised).toEqual(raised);
  });
});

describe('what is left as it was', () => {
  it('the upper half of a register that cmpxchg does not write', () => {
    const registers = { [RAX]: 1n, [RCX]: 5n, [RDX]: 0x1234_5678_0000_0002n };
    const { view } = run('64', '0f b1 ca', { registers });
    expect([view.read('r', RDX), view.read('r', RAX)]).toEqual([0x1234_5678_0000_0002n, 2n]);
  });

  it('C2 by fxtract, and C2 is cleared by fsin', () => {
    const slots = { fsw: 0x400n, ftw: 1n };
    expect(run('64', 'd9 f4', { slots }).view.get('fsw') & 0x400n).toBe(0x400n);
    expect(run('64', 'd9 fe', { slots }).view.get('fsw') & 0x400n).toBe(0n);
  });

  it.each([
    ['cvtpi2ps', '0f 2a 0e'],
    ['cvtpi2pd', '66 0f 2a 0e'],
  ])('the stack of the x87 by %s of memory', (_, code) => {
    const { view } = run('64', code, { registers: { [RSI]: CODE }, slots: { top87: 3n, ftw: 0n } });
    expect([view.get('top87'), view.get('ftw')]).toEqual([3n, 0n]);
  });

  it('but not the stack of the x87, where a conversion to MMX raises #XF', () => {
    // Its operand is a denormal number.
    const { view, raised } = run('64', '0f 2d 0e', {
      registers: { [RSI]: CODE },
      slots: { mxcsr: 0n, top87: 3n, ftw: 0n },
    });
    expect(raised).toMatchObject({ vector: VECTOR.XF });
    expect([view.get('top87'), view.get('ftw')]).toEqual([0n, 0xffn]);
  });
});
