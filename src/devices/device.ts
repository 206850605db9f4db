/**
 * What a device is. A device knows its own registers and state and nothing else: it sees offsets into its window,
 * never the bus, and reaches the rest of the machine only through its {@link DeviceContext}.
 * One file a device, in a folder by function. Start with `uart/ns16550.ts`.
 */
import type { FieldSpec } from '../base/fields';
import type { Plain } from '../base/plain';

export interface DeviceRegister {
  /** The datasheet's name. */
  readonly name: string;
  /** Bytes from the start of the window. */
  readonly offset: number;
  readonly width: 1 | 2 | 4 | 8;
  readonly doc?: string;
  readonly fields?: readonly FieldSpec[];
}

/** How a machine stopped for good. */
export interface PowerEvent {
  readonly kind: 'off' | 'reset' | 'fail';
  /** Exit code the guest gave with `fail`, else 0. */
  readonly code: number;
}

/** A device's way to guest memory, past the CPU and its translation. */
export interface BusMaster {
  /** Bytes of RAM; `undefined` when some of them are not RAM. */
  readMemory(at: bigint, length: number): Uint8Array | undefined;
  /**
   * Bytes to RAM, or one aligned word of 4 bytes to a device: a message-signalled interrupt. False, with nothing written, elsewhere.
   * @param requester who writes, as its bus numbers it
   */
  writeMemory(at: bigint, bytes: Uint8Array, requester?: number): boolean;
}

export interface DeviceContext {
  /** Guest nanoseconds since reset. */
  now(): bigint;
  /** Drives this device's interrupt output `line` (0 unless it has several). Level, not edge. */
  irq(level: boolean, line?: number): void;
  /** Asks for `fired(tag)` at guest time `at` (ns); replaces an earlier alarm with that tag; `undefined` drops it. */
  alarm(tag: string, at: bigint | undefined): void;
  /** Sends bytes to the device's host stream (a console's output). */
  output(bytes: Uint8Array): void;
  /** Tells whoever debugs the guest what it got wrong; the same text once. */
  remark(text: string): void;
  /** Powers the machine off, resets it or reports failure. Takes effect after the current instruction. */
  power(event: PowerEvent): void;
}

export interface Device<S extends Plain = Plain> {
  /** Unique on its board, e.g. `uart0`. */
  readonly id: string;
  /** Device-tree compatible string. */
  readonly compatible: string;
  /** Bytes of address space. */
  readonly size: number;
  readonly registers: readonly DeviceRegister[];
  /** Everything that changes, replaced as a whole by restore. */
  state: S;
  /**
   * Reads `width` bytes; the result is an unsigned number. The bus splits 8-byte accesses in two, low half first.
   * @param by the processor that accesses, for registers that each has its own of; undefined for a bus master
   */
  read(offset: number, width: 1 | 2 | 4, by?: number): number;
  write(offset: number, width: 1 | 2 | 4, value: number, by?: number): void;
  /** Reads without side effects, for debuggers; absent where the register cannot be looked at quietly. */
  peek(offset: number, width: 1 | 2 | 4): number | undefined;
  reset(): void;
  /** An alarm asked for with {@link DeviceContext.alarm} is due. */
  fired?(tag: string): void;
  /** Bytes arrive from the host stream (already logged by the machine). Returns how many were taken; the rest is offered again later. */
  input?(bytes: Uint8Array): number;
}
