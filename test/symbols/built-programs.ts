import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { va } from '../../src/base/address';
import { lookupAddress } from '../../src/symbols/locate';
import { type SymbolReader, symbolReader } from '../../src/symbols/reader';
import type { FrameState, Program, ReadMemory } from '../../src/symbols/types';
import { unwindStep } from '../../src/symbols/unwind';

const here = 'test/symbols/fixtures';
const RAM = 0x80000000n;

/** The reader under test. */
export const reader: SymbolReader = symbolReader(new WebAssembly.Module(readFileSync('src/symbols/symbols.wasm')));

export const rustBuilds = [
  'rust-debug-dwarf4',
  'rust-debug-dwarf5',
  'rust-release-dwarf4',
  'rust-release-dwarf5',
] as const;
export const cBuilds = ['c-o0-dwarf4', 'c-o0-dwarf5', 'c-o2-dwarf4', 'c-o2-dwarf5'] as const;
export const macroBuilds = ['macros-debug', 'macros-release'] as const;
export type Build = (typeof rustBuilds | typeof cBuilds | typeof macroBuilds)[number];

/** The bytes of a built fixture. */
export function elfBytes(build: Build): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(join(here, `${build}.elf.gz`))));
}

/** A fixture's program. */
export function programOf(build: Build): Program {
  return reader.read(`${build}.elf`, elfBytes(build));
}

/** The number of the line of a fixture's source that carries the comment `@name`. */
export function markedLine(source: 'rust/src/main.rs' | 'c/main.c' | 'macros/src/main.rs', name: string): number {
  const lines = readFileSync(join(here, source), 'utf8').split('\n');
  const at = lines.findIndex((line) => new RegExp(`@${name}\\b`).test(line));
  if (at < 0) throw new Error(`no line of ${source} is marked @${name}`);
  return at + 1;
}

/** A fixture where QEMU stopped it. */
export interface Stopped {
  readonly program: Program;
  readonly readMemory: ReadMemory;
  /** Physical frames, innermost first. */
  readonly frames: readonly FrameState[];
  /** Why the walk ended. */
  readonly end: string;
}

/** Reads a fixture's dump and walks its stack. */
export function stopped(build: Build): Stopped {
  const program = programOf(build);
  const ram = new Uint8Array(gunzipSync(readFileSync(join(here, `${build}.ram.gz`))));
  const state = JSON.parse(readFileSync(join(here, `${build}.registers.json`), 'utf8')) as {
    pc: string;
    registers: string[];
  };
  const readMemory: ReadMemory = (address, length) => {
    const from = Number(address - RAM);
    return from < 0 || from + length > ram.length ? undefined : ram.slice(from, from + length);
  };
  const frames: FrameState[] = [];
  const top: FrameState = {
    pc: va(BigInt(`0x${state.pc}`)),
    isCaller: false,
    registers: new Map(state.registers.map((digits, i) => [i, BigInt(`0x${digits}`)])),
    caller: () => frames[1],
  };
  frames.push(top);
  for (;;) {
    const step = unwindStep(program, frames[frames.length - 1]!, readMemory);
    if (step.kind !== 'frame') return { program, readMemory, frames, end: step.kind };
    const at = frames.length + 1;
    frames.push({ ...step.frame, caller: () => frames[at] });
  }
}

/** The names of all logical frames, innermost first. */
export function backtrace({ program, frames }: Stopped): string[] {
  return frames.flatMap((frame) => program.framesAt(va(lookupAddress(frame))).map((f) => f.name));
}
