import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DebugTarget } from '../../src/debug/target';
import type { DeviceWindow } from '../../src/inspect/inspector';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { symbolReader } from '../../src/symbols/reader';

const elf = gunzipSync(readFileSync(new URL('../../kernels/prebuilt/msgqueue-riscv64.elf.gz', import.meta.url)));
const wasm = new WebAssembly.Module(readFileSync(new URL('../../src/symbols/symbols.wasm', import.meta.url)));
const flash = new TextEncoder().encode('PFLA');

/** The message queue's machine before its first instruction, with the debugger on it. */
export interface Session {
  readonly machine: EmulatedMachine;
  readonly target: DebugTarget;
  readonly windows: readonly DeviceWindow[];
}

/** A machine with the message queue in it. */
export function openMessageQueue(): Session {
  const { machine } = createMachine({
    kernel: { name: 'msgqueue', bytes: elf },
    pflash1: { name: 'pflash1', bytes: flash },
  });
  const program = symbolReader(wasm).read('msgqueue-riscv64.elf', elf);
  const target = new DebugTarget(machine, [{ name: 'msgqueue', program }]);
  const windows = machine.hardware.bus.all.map(({ device, base, size }) => ({
    name: device.id,
    base: BigInt(base),
    size: BigInt(size),
  }));
  return { machine, target, windows };
}

const SLICE = 50_000_000n;

/** Lets the guest run to its next stop. */
export function runOn(target: DebugTarget): void {
  let result = target.resume();
  while (result.kind === 'running') result = target.slice(SLICE);
}

/** Runs to the first entry of a function. */
export function runTo(target: DebugTarget, symbol: string): void {
  let result = target.runTo(symbol);
  if (typeof result === 'string') throw new Error(result);
  while (result.kind === 'running') result = target.slice(SLICE);
}

/** Sets a breakpoint where the line of that text is in the kernel's main.rs. */
export function breakAt(target: DebugTarget, text: string): void {
  const source = readFileSync(new URL('../../kernels/msgqueue/src/main.rs', import.meta.url), 'utf8');
  const line = source.split('\n').findIndex((one) => one.includes(text)) + 1;
  target.breakpoints.setSource('/worldstep/kernels/msgqueue/src/main.rs', [{ line }]);
}
