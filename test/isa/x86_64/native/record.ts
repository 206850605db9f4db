/** Writes results.txt: what the processor of this host makes of the cases. Linux on x86-64; `npx tsx test/isa/x86_64/native/record.ts` */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormTable } from '../../../../src/isa/x86_64/form';
import { INTEGERS } from '../../../../src/isa/x86_64/insns/all';
import { Random } from '../../../support/random';
import { CODE, DATA } from '../../driver';
import { DATA_BYTES, type NativeCase, nativeCases, stateOf } from './cases';
import { type NativeResult, writeLine } from './results';

const SEED = 20_261_130;
const EACH = 4;
const BREAKPOINT = 3;
/** Faults of accesses and of fetches: the case is none. */
const LOST = [11, 12, 13, 14];

const folder = mkdtempSync(join(tmpdir(), 'worldstep-native-'));
const program = join(folder, 'recorder');
execFileSync('cc', ['-O1', '-o', program, new URL('recorder.c', import.meta.url).pathname]);

const input = (one: NativeCase): Uint8Array => {
  const { values, flags, memory } = stateOf(one);
  const head = new Uint8Array(16 + 18 * 8).fill(0xcc, 0, 16);
  head.set(one.code);
  const view = new DataView(head.buffer);
  for (const [at, value] of [...values, flags, one.mode === 0 ? 0x33n : 0x23n].entries())
    view.setBigUint64(16 + 8 * at, value, true);
  return Uint8Array.from([...head, ...memory]);
};

const RESULT = 19 * 8 + DATA_BYTES;
const output = (one: NativeCase, bytes: Buffer): NativeResult | undefined => {
  const word = (at: number): bigint => bytes.readBigUInt64LE(8 * at);
  const vector = Number(word(18));
  if (LOST.includes(vector)) return undefined;
  const { values, memory } = stateOf(one);
  const cut = (value: bigint): bigint => (one.mode === 1 ? BigInt.asUintN(32, value) : value);
  const after = Array.from({ length: one.mode === 1 ? 8 : 16 }, (_, at) => cut(word(at)));
  const stored: [number, number][] = [];
  for (let at = 0; at < DATA_BYTES; at++) {
    const byte = bytes[19 * 8 + at] ?? 0;
    if (byte !== memory[at]) stored.push([at, byte]);
  }
  return {
    vector: vector === BREAKPOINT ? undefined : vector,
    next: vector === BREAKPOINT ? Number(word(17) - 1n - CODE) : 0,
    flags: word(16),
    registers: new Map(after.flatMap((value, at) => (value === values[at] ? [] : [[at, value] as const]))),
    memory: stored,
  };
};

const cases = [...nativeCases(new FormTable(INTEGERS).forms, new Random(SEED), EACH)];
const lines: string[] = [];
let lost = 0;
for (let at = 0; at < cases.length; at += 500) {
  const part = cases.slice(at, at + 500);
  const found = execFileSync(program, { input: Buffer.concat(part.map(input)), maxBuffer: 1 << 28 });
  for (const [index, one] of part.entries()) {
    const result = output(one, found.subarray(index * RESULT, (index + 1) * RESULT));
    if (result) lines.push(writeLine(one, result));
    else lost++;
  }
}
writeFileSync(new URL('results.txt', import.meta.url), `${lines.join('\n')}\n`);
console.log(`${lines.length} results, ${lost} cases left out that fault; code at ${CODE}, data at ${DATA}`);
