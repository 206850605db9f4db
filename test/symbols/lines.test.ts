import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import type { CodeAddress, Program, SourceFile } from '../../src/symbols/types';
import { cBuilds, markedLine, programOf, rustBuilds } from './built-programs';

const RUST = 'rust/src/main.rs';
const C = 'c/main.c';

function sourceOf(program: Program, name: string): SourceFile {
  const found = program.sources().find((s) => s.path === `/fixture/${name}`);
  if (found === undefined) throw new Error(`${program.path} does not name ${name}`);
  return found;
}

const where = (a: CodeAddress): string => `${a.line} ${a.functionName}`;

/** Where the marked line of a source stops, `line function` each. */
function stops(program: Program, source: typeof RUST | typeof C, mark: string): string[] {
  return program.addressesOf(sourceOf(program, source), markedLine(source, mark)).map(where);
}

for (const build of rustBuilds) {
  describe(`lines of ${build}`, () => {
    const program = programOf(build);
    const source = sourceOf(program, RUST);

    it('stop in each monomorphised copy', () => {
      const line = markedLine(RUST, 'store');
      expect(stops(program, RUST, 'store')).toEqual([`${line} shapes::store::<u32>`, `${line} shapes::store::<u64>`]);
    });

    it('stop in each inlined copy', () => {
      const line = markedLine(RUST, 'square');
      expect(stops(program, RUST, 'square')).toEqual([`${line} shapes::square`, `${line} shapes::square`]);
    });

    it('stop in closures', () => {
      const line = markedLine(RUST, 'closure');
      expect(stops(program, RUST, 'closure')).toEqual([`${line} shapes::rust_main::{closure#0}`]);
    });

    it('stop where an inlined call is all a line has, at the position of the call', () => {
      const line = markedLine(RUST, 'call');
      expect(stops(program, RUST, 'call')).toEqual([`${line} shapes::each`]);
    });

    it('slide over blank and comment lines within the function', () => {
      const after = markedLine(RUST, 'after');
      for (const line of [after - 1, after - 2, after - 3]) {
        expect(program.addressesOf(source, line).map(where)).toEqual([`${after} shapes::deepest`]);
      }
    });

    it('do not slide into another function, nor beyond the end of the file', () => {
      const between = markedLine(RUST, 'store') - 3;
      expect(program.addressesOf(source, between)).toEqual([]);
      expect(program.addressesOf(source, 5000)).toEqual([]);
      expect(program.addressesOf(source, 0)).toEqual([]);
    });

    it('skip the prologue when the line is the one of the function', () => {
      const [stop] = program.functions('shapes::stop');
      const [address] = program.addressesOf(source, stop!.line);
      expect(address!.address).toBe(stop!.addresses[0]!.address);
    });

    it('are the same rows looked up by address', () => {
      for (const line of program.linesOf(source)) {
        for (const { address, line: found, functionName } of program.addressesOf(source, line)) {
          const row = program.lineAt(address);
          const [innermost] = program.framesAt(address);
          if (innermost?.name === functionName) expect(row!.line).toBe(found);
          expect(row!.lo <= address && address < row!.hi).toBe(true);
        }
      }
    });
  });
}

for (const build of cBuilds) {
  describe(`lines of ${build}`, () => {
    const program = programOf(build);

    it('stop at the line asked for', () => {
      for (const [mark, name] of [
        ['stop', 'stop'],
        ['leaf', 'leaf'],
        ['bottom', 'recurse'],
        ['main', 'c_main'],
      ] as const) {
        expect(stops(program, C, mark)).toEqual([`${markedLine(C, mark)} ${name}`]);
      }
    });

    it('cover a function without holes', () => {
      const [leaf] = program.functions('leaf');
      const rows = program.linesIn(leaf!.ranges[0]!);
      expect(rows[0]!.lo).toBe(leaf!.ranges[0]!.lo);
      expect(rows.at(-1)!.hi).toBe(leaf!.ranges[0]!.hi);
      for (let i = 1; i < rows.length; i++) expect(rows[i]!.lo).toBe(rows[i - 1]!.hi);
    });
  });
}

describe('function breakpoints', () => {
  it('land behind the prologue of each copy', () => {
    const program = programOf('rust-debug-dwarf5');
    const copies = program.functions('shapes::store');
    expect(copies.map((f) => f.name)).toEqual(['shapes::store::<u32>', 'shapes::store::<u64>']);
    for (const { ranges, addresses, line } of copies) {
      expect(addresses).toHaveLength(1);
      expect(addresses[0]!.address > ranges[0]!.lo && addresses[0]!.address < ranges[0]!.hi).toBe(true);
      expect(addresses[0]!.line).toBe(line + 1);
    }
  });

  it('land in every inlined copy of a function that has no code of its own', () => {
    const [square] = programOf('rust-release-dwarf4').functions('square');
    expect(square!.ranges).toEqual([]);
    expect(square!.addresses).toHaveLength(2);
  });

  it('are found by pattern, and by the name of a trait', () => {
    const program = programOf('rust-release-dwarf5');
    expect(program.functions('Area::area').map((f) => f.name)).toEqual(['<shapes::Shape as shapes::Area>::area']);
    expect(program.functions('shapes::st*').map((f) => f.name)).toEqual([
      'shapes::store::<u32>',
      'shapes::store::<u64>',
      'shapes::stop',
    ]);
  });

  it('know functions of assembly by their symbol', () => {
    const [start] = programOf('c-o0-dwarf5').functions('_start');
    expect(start).toMatchObject({ name: '_start', line: 0, addresses: [{ address: 0x80000000n }] });
  });

  it('do not leave the opening of an optimised C function for an inlined call', () => {
    const [leaf] = programOf('c-o2-dwarf5').functions('leaf');
    expect(leaf!.addresses[0]!.functionName).toBe('leaf');
  });
});

describe('a program without lines', () => {
  it('answers with nothing', () => {
    const program = programOf('c-o0-dwarf4');
    expect(program.lineAt(va(0x12n))).toBeUndefined();
    expect(program.framesAt(va(0x12n))).toEqual([]);
    expect(program.scopesAt(va(0x12n))).toEqual([]);
    expect(program.unwind(va(0x12n))).toBeUndefined();
    expect(program.linesIn({ lo: va(0n), hi: va(0x1000n) })).toEqual([]);
  });
});
