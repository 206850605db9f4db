/** A hart in plain JavaScript objects, for testing what an ISA's TypeScript does to one. Records what it was told. */
import { type BusWidth, type HartState, type TranslationScope, Trap } from '../../src/isa/core/privileged';
import type { Access } from '../../src/isa/core/translation';
import { PlainState } from './plain-state';

export class FakeHart extends PlainState implements HartState {
  readonly hart = 0;
  pc = 0x8000_0000n;
  length = 4;
  word = 0;
  time = 0n;
  cycles = 0n;
  retired = 0n;
  /** Where the last helper jumped, if it did. */
  target: bigint | undefined;
  /** Calls to the engine in order: `translations` (or `host`, `guest translations`), `code`, `context`, `interrupts`, `timers`, `wait`. */
  readonly calls: string[] = [];
  readonly memory = new Map<bigint, number>();

  called(): void {}
  /** Cause of what was taken for what was asked for. */
  instead: number | undefined;
  tookInstead(cause: number): void {
    this.instead = cause;
  }
  jump(target: bigint): void {
    this.target = target;
  }
  flushTranslations(scope: TranslationScope = 'all'): void {
    this.calls.push(scope === 'all' ? 'translations' : `${scope} translations`);
  }
  flushCode(): void {
    this.calls.push('code');
  }
  contextChanged(): void {
    this.calls.push('context');
  }
  interruptsChanged(): void {
    this.calls.push('interrupts');
  }
  timersChanged(): void {
    this.calls.push('timers');
  }
  wait(): void {
    this.calls.push('wait');
  }
  shutDown(why: string): void {
    this.calls.push(`shutdown: ${why}`);
  }
  load(address: bigint, bytes: 1 | 2 | 4 | 8): bigint {
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.memory.get(address + BigInt(i)) ?? 0);
    return value;
  }
  store(address: bigint, bytes: 1 | 2 | 4 | 8, value: bigint): void {
    for (let i = 0; i < bytes; i++) this.memory.set(address + BigInt(i), Number((value >> BigInt(8 * i)) & 0xffn));
  }
  check(_address: bigint, _access: Access): void {}
  loadPhysical(address: bigint, bytes: BusWidth): bigint {
    return this.load(address, bytes);
  }
  storePhysical(address: bigint, bytes: BusWidth, value: bigint): boolean {
    this.store(address, bytes, value);
    return true;
  }
  readSpace(): bigint | undefined {
    return undefined;
  }
  writeSpace(): boolean {
    return false;
  }
}

/** The trap an action raises; fails when it raises none. */
export const trapOf = (action: () => void): { cause: number; tval: bigint } => {
  try {
    action();
  } catch (error) {
    if (error instanceof Trap) return { cause: error.trapCause, tval: error.tval };
    throw error;
  }
  throw new Error('no trap was raised');
};
