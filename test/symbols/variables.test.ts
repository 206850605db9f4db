import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { numberOfBytes } from '../../src/symbols/expression';
import { locate, locateStatic, lookupAddress } from '../../src/symbols/locate';
import type { FrameState, Located, Scope, Variable } from '../../src/symbols/types';
import { type Build, cBuilds, programOf, rustBuilds, type Stopped, stopped } from './built-programs';

/** The variables of the frame whose concrete function has that name, innermost scope first. */
function frameOf(state: Stopped, name: string): { frame: FrameState; scopes: readonly Scope[] } {
  for (const frame of state.frames) {
    const at = va(lookupAddress(frame));
    if (state.program.framesAt(at).some((f) => f.name === name)) {
      return { frame, scopes: state.program.scopesAt(at).filter((s) => s.functionName === name) };
    }
  }
  throw new Error(`${name} is not on the stack`);
}

/** A scalar where it is located; pieces are joined. */
function number(state: Stopped, frame: FrameState, at: Located, size: number): bigint | string {
  switch (at.kind) {
    case 'memory': {
      const bytes = state.readMemory(at.address, size);
      return bytes === undefined ? `no memory at ${at.address}` : numberOfBytes(bytes);
    }
    case 'register':
      return BigInt.asUintN(8 * size, frame.registers.get(at.dwarf) ?? 0n);
    case 'value':
      return numberOfBytes(at.bytes.slice(0, size));
    case 'pieces':
    case 'implicitPointer':
      return at.kind;
    case 'unavailable':
      return at.why;
  }
}

/** The value of a scalar variable of a function on the stack; `which` of several of one name, innermost first. */
function valueIn(build: Build, functionName: string, name: string, which = 0): bigint | string {
  const state = stopped(build);
  const { frame, scopes } = frameOf(state, functionName);
  const variable = scopes.flatMap((s) => s.variables).filter((v) => v.name === name)[which];
  if (variable === undefined) return 'no such variable';
  return number(state, frame, locate(state.program, variable, frame, state.readMemory), variable.type.size);
}

for (const build of ['rust-debug-dwarf4', 'rust-debug-dwarf5'] as const) {
  describe(`variables of ${build} where QEMU stopped it`, () => {
    it('have their values in every frame', () => {
      expect(valueIn(build, 'shapes::stop', 'depth')).toBe(17n);
      expect(valueIn(build, 'shapes::deepest', 'inner')).toBe(17n);
      expect(valueIn(build, 'shapes::deepest', 'answer')).toBe(2n);
      expect(valueIn(build, 'shapes::rust_main::{closure#0}', 'i')).toBe(1n);
      expect(valueIn(build, 'shapes::each', 'count')).toBe(2n);
      expect(valueIn(build, 'shapes::rust_main', 'wide')).toBe(20n);
      expect(valueIn(build, 'shapes::rust_main', 'narrow')).toBe(10n);
      expect(valueIn(build, 'shapes::rust_main', 'letter')).toBe(0xdfn);
      expect(valueIn(build, 'shapes::rust_main', 'total')).toBe(25n);
      expect(valueIn(build, 'shapes::rust_main', 'area')).toBe(117n);
    });

    it('that shadow each other are both there, the later one first', () => {
      expect(valueIn(build, 'shapes::deepest', 'first', 0)).toBe(16n);
      expect(valueIn(build, 'shapes::deepest', 'first', 1)).toBe(11n);
    });

    it('captured by a closure are found through it', () => {
      expect(valueIn(build, 'shapes::rust_main::{closure#0}', 'seen')).toBe(3n);
    });
  });
}

for (const build of ['rust-release-dwarf4', 'rust-release-dwarf5'] as const) {
  describe(`variables of ${build} where QEMU stopped it`, () => {
    it('live in registers, on the stack or in the debug information', () => {
      expect(valueIn(build, 'shapes::deepest', 'inner')).toBe(17n);
      expect(valueIn(build, 'shapes::deepest', 'first', 0)).toBe(16n);
      expect(valueIn(build, 'shapes::rust_main::{closure#0}', 'i')).toBe(1n);
      expect(valueIn(build, 'shapes::rust_main', 'area')).toBe(117n);
      expect(valueIn(build, 'shapes::rust_main', 'narrow')).toBe(10n);
    });

    it('that are gone say so, and where they were alive', () => {
      expect(valueIn(build, 'shapes::rust_main', 'total')).toMatch(
        /^optimised out at this point; it is alive at 0x[0-9a-f]+\.\.0x[0-9a-f]+/,
      );
      expect(valueIn(build, 'shapes::stop', 'depth')).toMatch(/function entry/);
    });

    it('of inlined calls belong to their frames', () => {
      const state = stopped(build);
      const { scopes } = frameOf(state, 'shapes::rust_main::{closure#0}');
      expect(scopes.map((s) => s.kind)).toContain('inlined');
      expect(scopes.every((s) => s.frame === 0)).toBe(true);
      const each = frameOf(state, 'shapes::each').scopes;
      expect(each.every((s) => s.frame === 1)).toBe(true);
    });
  });
}

for (const build of rustBuilds) {
  describe(`variables of ${build}`, () => {
    it('tell parameters from locals, with types and lines', () => {
      const { scopes } = frameOf(stopped(build), 'shapes::deepest');
      const parameters = scopes.flatMap((s) => s.variables).filter((v) => v.isParameter);
      expect(parameters.map((v) => `${v.name}: ${v.type.name}`)).toEqual([
        'text: &str',
        'items: &[u16]',
        'shape: core::option::Option<&shapes::Shape>',
      ]);
      expect(parameters[0]!.source?.path).toBe('/fixture/rust/src/main.rs');
      expect(scopes[0]!.variables[0]).toMatchObject({ name: 'answer', isParameter: false });
    });
  });
}

for (const build of cBuilds) {
  describe(`variables of ${build} where QEMU stopped it`, () => {
    const optimised = build.startsWith('c-o2');

    it('have their values', () => {
      expect(valueIn(build, 'stop', 'where')).toBe(50n);
      expect(valueIn(build, 'leaf', 'got')).toBe(50n);
      expect(valueIn(build, 'c_main', 'total')).toBe(2n);
      if (!optimised) expect(valueIn(build, 'recurse', 'depth')).toBe(0n);
    });

    it('overwritten since function entry are recovered from the caller', () => {
      expect(valueIn(build, 'leaf', 'unused_later')).toBe(77n);
    });

    it('that are global are found by name and by address', () => {
      const program = programOf(build);
      const [first] = program.globals('first');
      const at = locateStatic(program, first as Variable);
      const symbol = program.lookup('first')[0]!;
      expect(at).toEqual({ kind: 'memory', address: symbol.address });
      expect(program.globalAt(symbol.address)?.name).toBe('first');
      expect(locateStatic(program, first as Variable, 0x1000n)).toEqual({
        kind: 'memory',
        address: symbol.address + 0x1000n,
      });
    });
  });
}
