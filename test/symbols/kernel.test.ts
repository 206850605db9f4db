import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { locateStatic } from '../../src/symbols/locate';
import { reader } from './built-programs';

/** The bundled kernel: Rust, release build, full debug information for its own and ArceOS's crates. */
const kernel = reader.read(
  'msgqueue-riscv64.elf',
  new Uint8Array(gunzipSync(readFileSync('kernels/prebuilt/msgqueue-riscv64.elf.gz'))),
);
const main = kernel.sources().find((s) => s.path.endsWith('kernels/msgqueue/src/main.rs'));
const mainText = readFileSync('kernels/msgqueue/src/main.rs', 'utf8').split('\n');

describe('the msgqueue kernel', () => {
  it('is read without problems', () => {
    expect(kernel.elf.machine).toBe('riscv64');
    expect(kernel.hasLines && kernel.hasDebugInfo).toBe(true);
    expect(kernel.problems).toEqual([]);
  });

  it('names its sources without the folder it was built in', () => {
    expect(main).toBeDefined();
    expect(kernel.sources().filter((s) => s.path.includes('/home/') || s.path.startsWith('/work'))).toEqual([]);
  });

  it('has functions behind whose prologue a breakpoint lies', () => {
    const functions = kernel.functions('msgqueue::*').filter((f) => f.source?.id === main?.id);
    expect(functions.length).toBeGreaterThan(1);
    for (const f of functions) {
      for (const { address } of f.addresses) {
        expect(kernel.framesAt(address).some((frame) => frame.name === f.name)).toBe(true);
      }
    }
  });

  it('stops on every line that has code, in that line', () => {
    for (const line of kernel.linesOf(main!)) {
      const stops = kernel.addressesOf(main!, line);
      expect(stops.length, `line ${line}: ${mainText[line - 1]}`).toBeGreaterThan(0);
      for (const stop of stops) expect(stop.source?.id).toBe(main!.id);
    }
  });

  it('has the queue type, with its element', () => {
    const [queue] = kernel.types('VecDeque').filter((t) => t.kind === 'struct' && t.shortName.startsWith('VecDeque<'));
    expect(queue?.name).toMatch(/^alloc::collections::vec_deque::VecDeque</);
    const names = queue?.kind === 'struct' ? queue.members.map((m) => m.name).sort() : [];
    expect(names).toEqual(['buf', 'head', 'len']);
  });

  it('finds statics where the symbol table has them', () => {
    let compared = 0;
    for (const variable of kernel.globals('*')) {
      const symbol = variable.linkageName && kernel.lookup(variable.linkageName)[0];
      const at = locateStatic(kernel, variable);
      if (!symbol || at.kind !== 'memory' || symbol.address === 0n) continue;
      expect(at.address).toBe(symbol.address);
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
  });

  it('answers for every address of its code, with frames that contain it', () => {
    const text = kernel.elf.sections.find((s) => s.name === '.text')!;
    let covered = 0;
    let asked = 0;
    for (let at = text.address as bigint; at < text.address + text.size; at += 0x6en, asked++) {
      const frames = kernel.framesAt(va(at));
      if (frames.length > 0) covered++;
      for (const frame of frames) expect(frame.lo <= at && at < frame.hi).toBe(true);
      const scopes = kernel.scopesAt(va(at));
      expect(scopes.every((s) => s.frame < frames.length)).toBe(true);
    }
    expect(covered / asked).toBeGreaterThan(0.9);
  });

  it('can be unwound from nearly all of its functions', () => {
    const functions = kernel.elf.symbols.filter((s) => s.kind === 'function' && s.size > 0n && s.section === '.text');
    const unwindable = functions.filter((s) => kernel.unwind(va(s.address + (s.size / 4n) * 2n)) !== undefined);
    expect(unwindable.length / functions.length).toBeGreaterThan(0.9);
  });
});
