import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { lookupAddress } from '../../src/symbols/locate';
import type { FrameState, Program, UnwindRow } from '../../src/symbols/types';
import { framePointerStep, unwindStep } from '../../src/symbols/unwind';
import { backtrace, cBuilds, markedLine, rustBuilds, stopped } from './built-programs';

for (const build of rustBuilds) {
  describe(`the stack of ${build}, as QEMU left it`, () => {
    const state = stopped(build);

    it('reaches the entry and ends there', () => {
      expect(backtrace(state)).toEqual([
        'shapes::stop',
        'shapes::deepest',
        'shapes::rust_main::{closure#0}',
        'shapes::each',
        'shapes::rust_main',
      ]);
      expect(state.end).toBe('end');
    });

    it('shows each frame at its call', () => {
      const lines = state.frames.flatMap((frame) =>
        state.program.framesAt(va(lookupAddress(frame))).map((f) => `${f.name} ${f.line}`),
      );
      const line = (mark: string) => markedLine('rust/src/main.rs', mark);
      expect(lines[0]).toBe(`shapes::stop ${line('stop')}`);
      expect(lines[1]).toBe(`shapes::deepest ${line('deepest')}`);
      expect(lines[2]).toBe(`shapes::rust_main::{closure#0} ${line('closure') + 2}`);
      expect(lines[3]).toBe(`shapes::each ${line('call')}`);
    });
  });
}

describe('inlined frames', () => {
  it('share one physical frame, the concrete function last', () => {
    const { program } = stopped('rust-release-dwarf5');
    const [stop] = program.functions('square')[0]!.addresses;
    const frames = program.framesAt(stop!.address);
    expect(frames.map((f) => [f.name, f.isInlined])).toEqual([
      ['shapes::square', true],
      ['shapes::sum_of_squares', true],
      ['shapes::rust_main', false],
    ]);
    const sum = markedLine('rust/src/main.rs', 'sum');
    expect(frames.map((f) => f.line).slice(0, 2)).toEqual([markedLine('rust/src/main.rs', 'square'), sum]);
    expect(frames[2]!.lo <= frames[1]!.lo && frames[1]!.hi <= frames[2]!.hi).toBe(true);
    expect(frames[0]).toMatchObject({ language: 'rust', declLine: markedLine('rust/src/main.rs', 'square') - 1 });
    expect(frames[0]!.linkageName).toMatch(/^_R/);
  });
});

for (const build of cBuilds) {
  describe(`the stack of ${build}, as QEMU left it`, () => {
    it('has all calls the optimiser left', () => {
      const state = stopped(build);
      const recursions = build.startsWith('c-o0') ? 4 : 1;
      const names = ['stop', 'leaf', ...Array<string>(recursions).fill('recurse'), 'c_main'];
      expect(backtrace(state)).toEqual(names);
      expect(state.end).toBe('end');
    });
  });
}

/** A program of which only the unwind row matters. */
function withRow(row: UnwindRow | undefined): Program {
  return { elf: { machine: 'riscv64', addressSize: 8 }, unwind: () => row } as unknown as Program;
}

const row = (part: Partial<UnwindRow>): UnwindRow => ({
  lo: va(0x1000n),
  hi: va(0x2000n),
  cfa: { kind: 'registerOffset', register: 2, offset: 16n },
  registers: new Map([[1, { kind: 'offset', offset: -8n }]]),
  returnAddressRegister: 1,
  isSignalFrame: false,
  ...part,
});

const frame = (registers: [number, bigint][], part: Partial<FrameState> = {}): FrameState => ({
  pc: va(0x1100n),
  isCaller: false,
  registers: new Map(registers),
  ...part,
});

/** Memory of 64-bit words. */
const words = (content: Record<string, bigint>) => (address: bigint, length: number) => {
  const value = content[`0x${address.toString(16)}`];
  if (value === undefined || length !== 8) return undefined;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

describe('one step up the stack', () => {
  it('restores what was saved, keeps what callees keep and forgets the rest', () => {
    const rules = new Map([
      [1, { kind: 'offset', offset: -8n }],
      [8, { kind: 'offset', offset: -16n }],
      [9, { kind: 'register', register: 10 }],
      [18, { kind: 'valOffset', offset: 4n }],
      [19, { kind: 'undefined' }],
    ] as const);
    const step = unwindStep(
      withRow(row({ registers: rules })),
      frame([
        [2, 0x100n],
        [1, 0x55n],
        [8, 0n],
        [9, 1n],
        [10, 77n],
        [19, 5n],
        [20, 6n],
      ]),
      words({ '0x108': 0x4000n, '0x100': 0x888n }),
    );
    expect(step).toMatchObject({ kind: 'frame', cfa: 0x110n, frame: { pc: 0x4000n, isCaller: true } });
    const registers = step.kind === 'frame' ? [...step.frame.registers].sort((a, b) => a[0] - b[0]) : [];
    expect(registers).toEqual([
      [2, 0x110n],
      [8, 0x888n],
      [9, 77n],
      [18, 0x114n],
      [20, 6n],
    ]);
  });

  it('takes the return address from its register where nothing saved it yet', () => {
    const step = unwindStep(
      withRow(row({ registers: new Map() })),
      frame([
        [2, 0x100n],
        [1, 0x4004n],
      ]),
      () => undefined,
    );
    expect(step).toMatchObject({ kind: 'frame', frame: { pc: 0x4004n } });
  });

  it('keeps all registers of an interrupted context and its exact pc', () => {
    const registers = new Map([[64, { kind: 'offset', offset: 0n }]] as const);
    const signal = row({ registers, returnAddressRegister: 64, isSignalFrame: true });
    const step = unwindStep(
      withRow(signal),
      frame([
        [2, 0x100n],
        [5, 9n],
        [10, 8n],
      ]),
      words({ '0x110': 0x7000n }),
    );
    expect(step).toMatchObject({ kind: 'frame', frame: { pc: 0x7000n, isCaller: false } });
    expect(step.kind === 'frame' && step.frame.registers.get(10)).toBe(8n);
  });

  it('looks a caller up before its return address', () => {
    expect(lookupAddress(frame([], { isCaller: true }))).toBe(0x10ffn);
    expect(lookupAddress(frame([], { slide: 0x100n }))).toBe(0x1000n);
  });

  it('says why there is no caller', () => {
    expect(unwindStep(withRow(undefined), frame([]), () => undefined)).toEqual({
      kind: 'missing',
      why: 'there is no call frame information for 0x1100',
    });
    expect(unwindStep(withRow(row({})), frame([[2, 0x100n]]), () => undefined)).toEqual({
      kind: 'missing',
      why: 'the stack at 0x108 is not readable',
    });
    expect(unwindStep(withRow(row({})), frame([]), () => undefined)).toMatchObject({ kind: 'missing' });
  });

  it('does not go round for ever', () => {
    const still = row({ cfa: { kind: 'registerOffset', register: 2, offset: 0n }, registers: new Map() });
    const here = frame(
      [
        [2, 0x100n],
        [1, 0x1100n],
      ],
      { isCaller: false },
    );
    const first = unwindStep(withRow(still), here, () => undefined);
    expect(first.kind).toBe('frame');
    expect(first.kind === 'frame' && unwindStep(withRow(still), first.frame, () => undefined).kind).toBe('missing');
  });
});

describe('the frame pointer chain', () => {
  const program = withRow(undefined);

  it('gives caller and its frame pointer on RISC-V', () => {
    const step = framePointerStep(program, frame([[8, 0x200n]]), words({ '0x1f8': 0x4000n, '0x1f0': 0x240n }));
    expect(step).toMatchObject({ kind: 'frame', cfa: 0x200n, frame: { pc: 0x4000n, isCaller: true } });
    expect(step.kind === 'frame' && step.frame.registers.get(8)).toBe(0x240n);
  });

  it('ends at a zero and stops at what is no frame', () => {
    expect(framePointerStep(program, frame([[8, 0n]]), words({}))).toEqual({ kind: 'end' });
    expect(framePointerStep(program, frame([[8, 0x201n]]), words({})).kind).toBe('missing');
    expect(framePointerStep(program, frame([[8, 0x200n]]), words({})).kind).toBe('missing');
    expect(framePointerStep(program, frame([[8, 0x200n]]), words({ '0x1f8': 1n, '0x1f0': 0x100n })).kind).toBe(
      'missing',
    );
  });
});
