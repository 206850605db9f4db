import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { present } from '../../../src/symbols/lang/present';
import { contextOf, type Value, valueAt } from '../../../src/symbols/lang/value';
import { locateStatic } from '../../../src/symbols/locate';
import { loadSymbolReader } from '../../../src/symbols/reader';
import type { Program, ReadMemory } from '../../../src/symbols/types';

/** The toolchains whose programs lie in fixture/prebuilt (made by fixture/build.sh). */
export const rustFixtures = ['rust-1.96-riscv64', 'rust-1.95-x86_64', 'rust-1.63-x86_64'] as const;
export type FixtureName = (typeof rustFixtures)[number] | 'c-x86_64';

export interface Fixture {
  readonly program: Program;
  /** The struct that holds one of everything. */
  readonly everything: Value;
}

const here = new URL('fixture/prebuilt/', import.meta.url);
const reader = loadSymbolReader(readFileSync(new URL('../../../src/symbols/symbols.wasm', import.meta.url)));

export async function openFixture(name: FixtureName): Promise<Fixture> {
  const program = (await reader).read(name, gunzipSync(readFileSync(new URL(`${name}.elf.gz`, here))));
  const records = name === 'c-x86_64' ? [] : parseDump(gunzipSync(readFileSync(new URL(`${name}.memory.gz`, here))));
  const read: ReadMemory = (address, length) => {
    for (const { start, bytes } of records) {
      const at = Number(address - start);
      if (address >= start && at + length <= bytes.length) return bytes.slice(at, at + length);
    }
    return program.bytesAt(address as Parameters<Program['bytesAt']>[0], length);
  };
  const variable = program.globals(name === 'c-x86_64' ? 'everything' : 'EVERYTHING').find((v) => v.type.size > 200);
  if (variable === undefined) throw new Error(`${name} has no variable to look at`);
  const everything = valueAt(variable.type, locateStatic(program, variable), undefined, contextOf(program, read));
  return { program, everything };
}

/** Records of address, length and bytes, as the fixture writes them. */
function parseDump(dump: Buffer): { start: bigint; bytes: Uint8Array }[] {
  const records = [];
  for (let at = 0; at < dump.length; ) {
    const length = Number(dump.readBigUInt64LE(at + 8));
    records.push({ start: dump.readBigUInt64LE(at), bytes: new Uint8Array(dump.subarray(at + 16, at + 16 + length)) });
    at += 16 + length;
  }
  return records;
}

/** The value as a tree of text, `depth` levels deep, at most `width` elements of each container. */
export function outline(name: string, value: Value, depth: number, width = 6, indent = ''): string[] {
  const shown = present(value);
  const lines = [`${indent}${name}: ${shown.type} = ${shown.text}`];
  if (depth === 0) return lines;
  for (const child of shown.childrenRange(0, shown.namedCount + Math.min(width, shown.indexedCount))) {
    if (child.name !== '[raw]') lines.push(...outline(child.name, child.value, depth - 1, width, `${indent}  `));
  }
  if (shown.indexedCount > width) lines.push(`${indent}  … ${shown.indexedCount - width} more`);
  return lines;
}
