import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { SymbolError } from '../../src/symbols/error';
import { locate } from '../../src/symbols/locate';
import type { FrameState, Program, Type } from '../../src/symbols/types';
import { unwindStep } from '../../src/symbols/unwind';
import { SEED } from '../support/random';
import { type Build, elfBytes, reader } from './built-programs';

const text = 0x80000000n;
const noMemory = () => undefined;

/** Asks everything there is to ask. */
function exercise(program: Program): void {
  for (const symbol of program.elf.symbols.slice(0, 20)) program.symbolAt(symbol.address);
  program.bytesAt(program.elf.entry, 64);
  for (const source of program.sources().slice(0, 4)) {
    const lines = program.linesOf(source).slice(0, 8);
    for (const line of lines) {
      program.addressesOf(source, line);
      program.columnsOf(source, line);
    }
    program.addressesOf(source, 113, 3);
  }
  for (let at = text; at < text + 0x300n; at += 0x26n) {
    const frame: FrameState = { pc: va(at), isCaller: false, registers: new Map([[2, 0x80003000n]]) };
    program.lineAt(frame.pc);
    program.framesAt(frame.pc);
    program.callSiteAt(frame.pc);
    unwindStep(program, frame, noMemory);
    for (const scope of program.scopesAt(frame.pc).slice(0, 3)) {
      for (const variable of scope.variables.slice(0, 6)) {
        locate(program, variable, frame, noMemory);
        touch(variable.type, 4);
      }
    }
  }
  program.functions('stop');
  program.functions(/e/);
  program.lookup('*r*');
  for (const variable of program.globals('*').slice(0, 4)) touch(variable.type, 4);
  for (const type of program.types('*').slice(0, 40)) touch(type, 3);
  program.typeNamed('shapes::Shape');
  program.globalAt(va(0x80002000n));
}

/** Follows a type's references so far. */
function touch(type: Type, depth: number): void {
  if (depth === 0) return;
  if (type.kind === 'pointer' || type.kind === 'alias') touch(type.target, depth - 1);
  if (type.kind === 'array') touch(type.element, depth - 1);
  if (type.kind === 'enumeration') void type.enumerators;
  if (type.kind === 'subroutine') touch(type.returns, depth - 1);
  if (type.kind === 'struct' || type.kind === 'union') {
    for (const member of type.members.slice(0, 4)) touch(member.type, depth - 1);
  }
  if (type.kind === 'struct') {
    for (const variant of type.variantPart?.variants.slice(0, 4) ?? []) void variant.values;
  }
}

/** Reads damaged bytes; a clear refusal is fine, anything else thrown is not. */
function readAndExercise(bytes: Uint8Array): 'refused' | 'read' {
  let program: Program;
  try {
    program = reader.read('damaged.elf', bytes);
  } catch (error) {
    if (!(error instanceof SymbolError)) throw error;
    return 'refused';
  }
  exercise(program);
  for (const problem of program.problems) expect(problem).toMatch(/\w/);
  return 'read';
}

const runs = Number(process.env.FUZZ_RUNS ?? 150);

/** Overwrites some bytes; mostly few, at places all over the file. */
const damages = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    value: fc.oneof(fc.constantFrom(0, 0xff, 0x80, 0x7f), fc.nat(255)),
  }),
  { minLength: 1, maxLength: 24 },
);

describe('a damaged symbol file', () => {
  for (const build of ['rust-release-dwarf5', 'c-o2-dwarf4'] satisfies Build[]) {
    it(`never throws anything but a SymbolError and never hangs: ${build}, WORLDSTEP_SEED=${SEED}`, () => {
      const whole = elfBytes(build);
      fc.assert(
        fc.property(damages, (damage) => {
          const bytes = whole.slice();
          for (const { at, value } of damage) bytes[Math.floor(at * bytes.length)] = value;
          readAndExercise(bytes);
        }),
        { seed: SEED, numRuns: runs, verbose: 1 },
      );
    });

    it(`may be cut off anywhere: ${build}, WORLDSTEP_SEED=${SEED}`, () => {
      const whole = elfBytes(build);
      fc.assert(
        fc.property(fc.nat(whole.length - 1), (length) => {
          readAndExercise(whole.slice(0, length));
        }),
        { seed: SEED, numRuns: Math.ceil(runs / 3), verbose: 1 },
      );
    });
  }
});
