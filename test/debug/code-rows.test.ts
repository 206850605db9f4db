/** Rows of call frame information that are read off functions' first instructions, beside those that the compiler wrote. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { rowsOfCode } from '../../src/debug/code-rows';
import { instructionsIn } from '../../src/debug/instructions';
import { X86_64 } from '../../src/isa/x86_64';
import { reader } from '../symbols/built-programs';

const SAVED = 'offset';

describe('the frame of a function of x86_64, up to its first branch', () => {
  it('is what the compiler says that it is, at each instruction', () => {
    const isa = X86_64;
    const name = `msgqueue-${isa.name}.elf`;
    const program = reader.read(name, new Uint8Array(gunzipSync(readFileSync(`kernels/prebuilt/${name}.gz`))));
    const rowOf = rowsOfCode(program, isa);
    const wrong: string[] = [];
    let looks = 0;
    for (const { kind, address, size, name: symbol } of program.elf.symbols) {
      if (kind !== 'function' || size === 0n) continue;
      const code = program.bytesAt(address, Number(size));
      for (const insn of code === undefined ? [] : instructionsIn(isa, code, address)) {
        const at = va(insn.address);
        const [ours, theirs] = [rowOf?.(at), program.unwind(at)];
        if (ours === undefined || theirs?.cfa.kind !== 'registerOffset') break;
        looks++;
        const place = `${symbol} at 0x${at.toString(16)}`;
        if (JSON.stringify([ours.cfa], withBigInts) !== JSON.stringify([theirs.cfa], withBigInts)) wrong.push(place);
        for (const [register, rule] of ours.registers) {
          const other = theirs.registers.get(register);
          if (rule.kind === SAVED && other?.kind === SAVED && rule.offset !== other.offset)
            wrong.push(`${place}: ${register}`);
        }
        // Of what inline assembly pushes compilers' rows know nothing.
        if (!insn.isValid || insn.kind !== 'plain' || insn.mnemonic === 'pushfq') break;
      }
    }
    expect(wrong).toEqual([]);
    expect(looks).toBeGreaterThan(500);
  });
});

const withBigInts = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
