/** An instruction set on which accesses must be aligned in some states: `EngineIsa.mustAlign`. */
import { describe, expect, it } from 'vitest';
import { Engine, type TakenTrap } from '../../../src/engine/engine';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { Trap } from '../../../src/isa/core/privileged';
import { engineHost } from '../../support/engine-host';
import { bareIsa, CAUSE, DATA, RAM_BASE, RAM_SIZE } from './bare-isa';
import { insn, row, STATE } from './words';

const SIZES = [1, 2, 4, 8] as const;
/** Load and store of each size at Ra. */
const ROWS = SIZES.flatMap((bytes, index) => {
  const size = index.toString(2).padStart(2, '0');
  return [
    insn(
      `load${bytes}`,
      `${size}01 Rd:3 Ra:3 ${'0'.repeat(22)}`,
      row('', (o, f) => o.setR(f.Rd, o.load(bytes, false, o.r(f.Ra)))),
    ),
    insn(
      `store${bytes}`,
      `${size}10 Rd:3 Ra:3 ${'0'.repeat(22)}`,
      row('', (o, f) => o.store(bytes, o.r(f.Ra), o.r(f.Rd))),
    ),
  ];
});
const word = (index: number, isStore: boolean, Rd: number, Ra: number): number =>
  ((index << 30) | ((isStore ? 2 : 1) << 28) | (Rd << 25) | (Ra << 22)) >>> 0;

const plain = bareIsa({
  name: 'aligned',
  encoding: { kind: 'patterns', unit: 4, lengths: [{ mask: 0, match: 0, bytes: 4 }] },
  state: STATE,
  insns: ROWS,
});
const isStrict: NonNullable<EngineIsa['mustAlign']> = (state) => state.get('isOpen') !== 0n;
const ISA: EngineIsa = {
  ...plain,
  mustAlign: isStrict,
  cpuTranslate: (state, memory, va, access, as, bytes = 1) => {
    const misaligned = isStrict(state) ? CAUSE.misaligned : undefined;
    if (misaligned !== undefined && access !== 'execute' && va % BigInt(bytes) !== 0n) throw new Trap(misaligned, va);
    return { ...plain.cpuTranslate(state, memory, va, access, as, bytes), ...(misaligned && { misaligned }) };
  },
};

const traps: TakenTrap[] = [];
const host = engineHost({
  trapTaken: (_, trap) => {
    traps.push(trap);
    return 'trapStop';
  },
});
const engine = new Engine(ISA, host, { ram: [{ base: RAM_BASE, size: RAM_SIZE }], harts: 1 });

/** An aligned access fills the TLB; then one `offset` bytes further. The trap of the first or second. */
const accesses = (index: number, isStore: boolean, strict: boolean, offset: number, budget: number) => {
  const view = engine.harts[0]!;
  const code = Uint32Array.of(word(index, isStore, 3, 1), word(index, isStore, 3, 2), 0);
  engine.writeRam(RAM_BASE, new Uint8Array(code.buffer));
  view.write('r', 1, BigInt(DATA));
  view.write('r', 2, BigInt(DATA + offset));
  view.set('isOpen', strict ? 1n : 0n);
  view.pc = BigInt(RAM_BASE);
  view.flushTranslations();
  engine.contextChanged(view);
  traps.length = 0;
  engine.run(0, budget, 2);
  if (budget === 1) engine.run(0, budget, 2);
  return traps[0];
};

describe.each([
  ['exact', 1],
  ['counted', 100],
  ['fast', 100_000],
] as const)('on the %s interpreter', (_, budget) => {
  it.each(SIZES.map((bytes, index) => [bytes, index] as const))('accesses of %i bytes', (bytes, index) => {
    for (const isStore of [false, true]) {
      for (let offset = 0; offset < 16; offset++) {
        const isAligned = offset % bytes === 0;
        const at = { bytes, isStore, offset };
        const strict = accesses(index, isStore, true, offset, budget);
        const expected = isAligned ? 'none' : `${CAUSE.misaligned} at ${offset}`;
        const told = strict?.cause === CAUSE.misaligned ? `${strict.cause} at ${Number(strict.tval) - DATA}` : 'none';
        expect({ ...at, told }).toEqual({ ...at, told: expected });
        const free = accesses(index, isStore, false, offset, budget);
        expect({ ...at, cause: free?.cause === CAUSE.misaligned }).toEqual({ ...at, cause: false });
      }
    }
  });
});

describe('aligned accesses while they must be', () => {
  it('go through the TLB', () => {
    let translated = 0;
    const counting: EngineIsa = {
      ...ISA,
      cpuTranslate: (...args) => {
        if (args[3] !== 'execute') translated++;
        return ISA.cpuTranslate(...args);
      },
    };
    const counted = new Engine(counting, host, { ram: [{ base: RAM_BASE, size: RAM_SIZE }], harts: 1 });
    const view = counted.harts[0]!;
    const load = word(3, false, 3, 1);
    counted.writeRam(RAM_BASE, new Uint8Array(new Uint32Array(100).fill(load).buffer));
    view.write('r', 1, BigInt(DATA));
    view.set('isOpen', 1n);
    view.pc = BigInt(RAM_BASE);
    counted.contextChanged(view);
    counted.run(0, 100, 2);
    expect(translated).toBe(1);
  });
});
