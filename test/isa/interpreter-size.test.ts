/** How large the emitted fast interpreters are, which decides how well V8 compiles them. */
import { describe, expect, it } from 'vitest';
import { compileInterpreter } from '../../src/engine/interpreter';
import { BOARDS } from '../../src/machine/boards/all';

/** Bytes from which Node 20 gives a function its quick register allocator, which costs more than fused runs gain. */
const LIMIT = 40_500;

const EXPORTS = 7;
const CODE = 10;

/** The sizes of a module's exported functions. @see WebAssembly Core Specification 2.0, "Modules" of "Binary Format" */
const exportedSizes = (module: Uint8Array<ArrayBuffer>): ReadonlyMap<string, number> => {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const skip = (length: number): Uint8Array => {
    at += length;
    return module.subarray(at - length, at);
  };
  const list = <T>(item: () => T): T[] => Array.from({ length: number() }, item);
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(module)).filter(({ kind }) => kind === 'function');
  let exported: { readonly name: string; readonly index: number }[] = [];
  let sizes: number[] = [];
  while (at < module.length) {
    const id = module[at++];
    const end = number() + at;
    if (id === EXPORTS) {
      exported = list(() => {
        const name = new TextDecoder().decode(skip(number()));
        skip(1);
        return { name, index: number() - imported.length };
      });
    }
    if (id === CODE) sizes = list(() => skip(number()).length);
    at = end;
  }
  return new Map(exported.map(({ name, index }) => [name, sizes[index] ?? Number.NaN]));
};

describe('the fast interpreters are not so large that V8 compiles them badly', () => {
  for (const { engineIsa } of BOARDS) {
    it(`of ${engineIsa.name}`, () => {
      const sizes = exportedSizes(compileInterpreter(engineIsa).module);
      for (const name of ['fast', 'counted']) expect(sizes.get(name), name).toBeLessThan(LIMIT);
    });
  }
});
