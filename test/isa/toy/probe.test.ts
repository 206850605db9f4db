/** What other instruction sets ask of the description language, one small case each, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { Engine, type TakenTrap } from '../../../src/engine/engine';
import { MAX_INSTRUCTIONS, STATUS } from '../../../src/engine/layout';
import { mapState } from '../../../src/engine/state-map';
import { createDecoder } from '../../../src/isa/core/decoder';
import { createDisassembler, type Spelling } from '../../../src/isa/core/disassembler';
import type { PatternEncoding } from '../../../src/isa/core/encoding';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { recordGraph } from '../../../src/isa/core/record-graph';
import { engineHost } from '../../support/engine-host';
import { bareIsa, CAUSE, DATA, RAM_BASE, RAM_SIZE } from './bare-isa';
import { encodeX, TOY_24, TOY_32, TOY_X } from './toys';
import { insn, row, STATE, type ToyFields, type ToyOps } from './words';

const FOUR_BYTES: PatternEncoding = { kind: 'patterns', unit: 4, lengths: [{ mask: 0, match: 0, bytes: 4 }] };

const isaOf = (...insns: PatternInsn[]): EngineIsa =>
  bareIsa({ name: 'probe', encoding: FOUR_BYTES, state: STATE, insns });

const drive = (isa: EngineIsa) => {
  const traps: TakenTrap[] = [];
  const host = engineHost({
    trapTaken: (_, trap) => {
      traps.push(trap);
      return 'trapStop';
    },
  });
  const engine = new Engine(isa, host, { ram: [{ base: RAM_BASE, size: RAM_SIZE }], harts: 2 });
  return { engine, traps, view: engine.harts[0]! };
};

/** Executes bytes at the start of RAM: `budget` says by which interpreter. */
const execute = (isa: EngineIsa, bytes: Uint8Array, before: Readonly<Record<number, bigint>>, budget: number) => {
  const { engine, traps, view } = drive(isa);
  engine.writeRam(RAM_BASE, bytes);
  for (const [index, value] of Object.entries(before)) view.write('r', Number(index), value);
  view.pc = BigInt(RAM_BASE);
  engine.run(0, budget, 2);
  return { engine, view, trap: traps[0] };
};

const wordBytes = (...words: number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);
const BUDGETS = { exact: 1, counted: 100, fast: 100_000 };

describe('AArch64’s add (shifted register)', () => {
  // The manual's pattern, with registers of the toy: the low bits are the destination's.
  const add = insn(
    'add',
    '10001011 00 0 -- Rb:3 ------ -- Ra:3 -- Rd:3',
    row('{Rd}, {Ra}, {Rb}', (o, f) => {
      o.setR(f.Rd, o.add(o.r(f.Ra), o.r(f.Rb)));
    }),
  );
  for (const [interpreter, budget] of Object.entries(BUDGETS)) {
    it(`is found whatever its low two bits are, on the ${interpreter} interpreter`, () => {
      for (const word of [0x8b01_0000, 0x8b01_0001, 0x8b01_0002, 0x8b01_0003]) {
        const rd = word & 7;
        const { view, trap } = execute(isaOf(add), wordBytes(word, 0), { 1: 5n, 2: 7n }, budget);
        expect({ word, value: view.read('r', rd) }).toEqual({ word, value: rd === 0 ? 0n : 5n });
        // The word behind it is none.
        expect(budget === 1 ? undefined : trap?.cause).toBe(budget === 1 ? undefined : CAUSE.illegal);
      }
    });
  }
});

describe('a row may', () => {
  it('be a pattern of three bytes', () => {
    expect(TOY_24.insns[1]?.pattern).toMatchObject({ length: 3, mask: 0xff_0000, match: 0x02_0000 });
  });

  it('name fields as its manual does', () => {
    expect([
      ...(isaOf(
        insn(
          'x',
          `Rd:3 Ra:3 Rb:3 ${'0'.repeat(23)}`,
          row('', () => {}),
        ),
      ).insns[0]?.fields.keys() ?? []),
    ]).toEqual(['Rd', 'Ra', 'Rb']);
  });

  const compareAndSwap = insn(
    'swap',
    `Rd:3 Ra:3 Rb:3 ${'0'.repeat(22)}1`,
    row('', (o, f) => {
      const expected = o.r(f.Rd);
      const wanted = o.r(f.Rb);
      o.setR(
        f.Rd,
        o.update(
          8,
          false,
          o.r(f.Ra),
          () => wanted,
          (old) => o.eq(old, expected),
        ),
      );
    }),
  );
  for (const [interpreter, budget] of Object.entries(BUDGETS)) {
    it(`compare a register with memory and write both, the zero register too, on the ${interpreter} interpreter`, () => {
      // swap r0, r2, (r1): r0 is compared as 0 and stays 0.
      const word = (0 << 29) | (1 << 26) | (2 << 23) | 1;
      const { engine, view } = execute(isaOf(compareAndSwap), wordBytes(word, 0), { 1: BigInt(DATA), 2: 9n }, budget);
      expect(view.read('r', 0)).toBe(0n);
      expect(engine.memory.view.getBigUint64(engine.memory.offsetOf(DATA, 8), true)).toBe(9n);
    });
  }
});

describe('a row is refused, by name, when it', () => {
  const refused = (sem: (o: ToyOps, f: ToyFields) => void) => () =>
    recordGraph(insn('bad', `Rd:3 Ra:3 Rb:3 ${'0'.repeat(23)}`, row('', sem)));

  it('reads a register after writing one, before an access that may fault', () => {
    expect(
      refused((o, f) => {
        o.setR(f.Rd, o.c(1));
        o.setR(f.Ra, o.load(8, false, o.r(f.Rb)));
      }),
    ).toThrow('bad: a register is read after a write, which waits for what may still fault; describe it before');
  });
  it('reads a slot that it has written', () => {
    expect(
      refused((o, f) => {
        o.setSlot('sp', o.c(1));
        o.store(8, o.slot('sp'), o.r(f.Rd));
      }),
    ).toThrow('bad: the slot is read after a setSlot');
  });
  it('loads after a store', () => {
    expect(
      refused((o, f) => {
        const address = o.r(f.Rd);
        o.store(8, address, o.c(1));
        o.setR(f.Ra, o.load(8, false, address));
      }),
    ).toThrow('bad: a load after a store');
  });
  it('does more that may fault after an update', () => {
    expect(
      refused((o, f) => {
        const address = o.r(f.Rd);
        o.update(8, false, address, () => o.c(1));
        o.trapIf(o.c32(1), CAUSE.asked);
      }),
    ).toThrow('bad: an update must be the last effect that may fault');
  });
  it('ends early after it has written and before it may fault', () => {
    expect(
      refused((o, f) => {
        const address = o.r(f.Ra);
        o.setR(f.Rd, o.c(1));
        o.doneIf(o.c32(1));
        o.store(8, address, o.c(1));
      }),
    ).toThrow('bad: doneIf after a write');
  });
  it('asks for a field that it has not', () => {
    expect(refused((o, f) => o.setR(f.Vd, o.c(1)))).toThrow('bad: no field "Vd"');
  });
  it('may jump where no instruction begins', () => {
    const jump = insn(
      'jump',
      'imm[31:0]',
      row('', (o, f) => o.jump(o.pcRel(f.imm))),
    );
    expect(() => drive(isaOf(jump))).toThrow('jump: it may jump into an instruction');
  });
  it('needs more than a record holds', () => {
    const wide = insn(
      'wide',
      `Rd:3 Ra:3 Rb:3 imm[9:0] imm2[9:0] 000`,
      row('', (o, f) => {
        const sum = o.add(o.add(o.r(f.Ra), o.r(f.Rb)), o.add(o.imm(f.imm), o.imm(f.imm2)));
        o.setR(f.Rd, o.add(sum, o.read('base', f.Rd)));
        o.write('half', f.Ra, sum);
        o.write('low', f.Rb, sum);
      }),
    );
    expect(() => drive(isaOf(wide))).toThrow('wide: its operands do not fit a record');
  });
  it('is one of more than the engine has room for', () => {
    const nop = row('', () => {});
    const many = Array.from({ length: MAX_INSTRUCTIONS + 1 }, (_, at) => insn(`nop${at}`, '0000000000000000', nop));
    expect(() => drive(isaOf(...many))).toThrow(`has ${MAX_INSTRUCTIONS + 1} instructions`);
  });
  it('has another length than its encoding says', () => {
    const short = insn(
      'short',
      '0000000000000000',
      row('', () => {}),
    );
    expect(() => createDecoder([short], FOUR_BYTES)).toThrow('short: its pattern has 2 bytes, but the encoding says 4');
  });
});

describe('a layout of registers is refused when', () => {
  it('a view leaves open what the zero register is', () => {
    const views = [{ name: 'view', of: 'r' }];
    expect(() => mapState({ ...STATE, views })).toThrow('view must say what number 0 is, which r has no register for');
  });
  it('it needs more than what is copied when harts take turns', () => {
    const files = [{ name: 'z', count: 300, bits: 128 } as const];
    expect(() => mapState({ files, slots: [] })).toThrow("a hart's state of 4928 bytes does not fit 4096");
  });
});

describe('harts', () => {
  it('have banks of their own beside what is copied', () => {
    const { engine } = drive(TOY_32);
    const [first, second] = engine.harts;
    first!.bank('big')[999] = 7n;
    engine.memory.activate(1);
    expect([first!.bank('big')[999], second!.bank('big')[999], second!.bank('big').length]).toEqual([7n, 0n, 1000]);
    expect(() => first!.bank('small')).toThrow('no state bank "small"');
  });

  it('trap at a pc where no instruction begins', () => {
    const { engine, view, traps } = drive(TOY_32);
    view.pc = BigInt(RAM_BASE + 2);
    expect(engine.run(0, 100_000, 2).status).toBe(STATUS.trapStop);
    expect(traps[0]).toMatchObject({ cause: CAUSE.misaligned, tval: BigInt(RAM_BASE + 2), epc: BigInt(RAM_BASE + 2) });
  });

  it('trap in the next page when an instruction runs into one that is not there', () => {
    for (const budget of Object.values(BUDGETS)) {
      const { engine, view, traps } = drive(TOY_X);
      const end = RAM_BASE + RAM_SIZE;
      engine.writeRam(end - 2, encodeX('li', { Rd: 1, imm: 5 }, 0).subarray(0, 2));
      view.pc = BigInt(end - 2);
      engine.run(0, budget, 2);
      expect(traps[0]).toMatchObject({ cause: CAUSE.fetch, tval: BigInt(end), epc: BigInt(end - 2) });
    }
  });

  it('stop at breakpoints between instructions of any length, and go on behind them', () => {
    const { engine, view } = drive(TOY_X);
    const parts = [
      encodeX('li', { Rd: 1, imm: 5 }, 3),
      encodeX('adds', { Rd: 2, Ra: 1, Rb: 1 }, 0),
      encodeX('halt', {}, 0),
    ];
    engine.writeRam(RAM_BASE, Uint8Array.from(parts.flatMap((part) => [...part])));
    const second = RAM_BASE + (parts[0]?.length ?? 0);
    engine.setBreakpoints([second], []);
    view.pc = BigInt(RAM_BASE);
    expect(engine.run(0, 100_000, 2).status).toBe(STATUS.breakpoint);
    expect([view.pc, view.read('r', 1), view.read('r', 2)]).toEqual([BigInt(second), 5n, 0n]);
    expect(engine.run(0, 100_000, 1).status).toBe(STATUS.wait);
    expect(view.read('r', 2)).toBe(10n);
  });

  it('execute what is stored over an instruction, of any length', () => {
    const { engine, view } = drive(TOY_X);
    const run = (...parts: Uint8Array[]) => {
      engine.writeRam(RAM_BASE, Uint8Array.from(parts.flatMap((part) => [...part])));
      view.pc = BigInt(RAM_BASE);
      view.activity = 0;
      engine.run(0, 100_000, 2);
      return view.read('r', 1);
    };
    const halt = encodeX('halt', {}, 0);
    expect(run(encodeX('li', { Rd: 1, imm: 5 }, 2), halt)).toBe(5n);
    expect(run(encodeX('li', { Rd: 1, imm: 6 }, 2), halt)).toBe(6n);
    expect(run(encodeX('li', { Rd: 1, imm: 7 }, 0), halt)).toBe(7n);
  });
});

describe('the disassembler', () => {
  const spelling: Spelling = {
    operand: (_, name, format) =>
      /^[RV]/.test(name) && !format ? ({ fields }) => `${name[0]?.toLowerCase()}${fields[name]}` : undefined,
    stackPointer: { file: 'none', index: 0 },
    aliases: [{ of: 'li', when: { imm: 0 }, as: 'clear', asm: '{Rd}' }],
    undecodable: (bytes) => ({ mnemonic: '.bytes', operands: `${bytes.length}` }),
  };
  const text = (isa: EngineIsa, bytes: readonly number[]) => {
    const disassemble = createDisassembler(isa.insns, isa.encoding, spelling);
    const { mnemonic, operands, length, target } = disassemble(Uint8Array.from(bytes), 0x1000n);
    return `${length}: ${mnemonic} ${operands}${target === undefined ? '' : ` -> ${target.toString(16)}`}`;
  };

  it('prints instructions of three bytes', () => {
    expect(text(TOY_24, [0x05, 0x20, 0x02, 0xff])).toBe('3: li r1, 5');
    expect(text(TOY_24, [0x00, 0x20, 0x02])).toBe('3: clear r1');
    expect(text(TOY_24, [0x10, 0x00, 0x08])).toBe('3: call 0x1010 -> 1010');
    expect(text(TOY_24, [0x00, 0x22, 0x18])).toBe('3: masked r1, 0x404040404040404');
    expect(text(TOY_24, [0x00, 0x24, 0x18])).toBe('3: .bytes 3');
    expect(text(TOY_24, [0x05, 0x20])).toBe('2: .bytes 2');
  });
  it('prints instructions that a program takes apart', () => {
    expect(text(TOY_X, [...encodeX('li', { Rd: 1, imm: -2 }, 0), 0xff])).toBe('3: li r1, -2');
    expect(text(TOY_X, [...encodeX('li', { Rd: 1, imm: 100_000 }, 2)])).toBe('8: li r1, 100000');
    expect(text(TOY_X, [...encodeX('call', { imm: 4 }, 0)])).toBe('2: call 0x1006 -> 1006');
    expect(text(TOY_X, [0xf0, 0x01])).toBe('2: .bytes 2');
    expect(text(TOY_X, [0xff])).toBe('1: .bytes 1');
  });
});
