/**
 * The virtio console, with one port: what the guest sends goes to the host's stream, and what is typed goes to buffers
 * that the guest has given.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 5.3 "Console Device"
 */
import type { BusMaster } from '../device';
import type { VirtioKind } from './function';
import { type Chain, gather, scatter } from './virtqueue';

/** Queues of port 0. */
const RECEIVE = 0;
const TRANSMIT = 1;

export type ConsoleState = {
  /** Typed, and not yet given to the guest. */
  typed: Uint8Array;
};

export class VirtioConsole implements VirtioKind {
  readonly deviceId = 3;
  readonly name = 'virtio-console';
  readonly pciClass = 0x07_80_00;
  readonly queueSizes = [64, 64];
  readonly features = 0n;
  readonly inputQueue = RECEIVE;
  state: ConsoleState = { typed: new Uint8Array() };

  /** @param output takes what the guest sends */
  constructor(readonly output: (bytes: Uint8Array) => void) {}

  /** Without the features for size and several ports there is nothing in it. */
  configuration(): Uint8Array {
    return new Uint8Array(12);
  }

  reset(): void {
    this.state = { typed: new Uint8Array() };
  }

  /** Keeps all of it: a limit would make what the guest sees depend on when it is asked. */
  receive(bytes: Uint8Array): void {
    const typed = new Uint8Array(this.state.typed.length + bytes.length);
    typed.set(this.state.typed);
    typed.set(bytes, this.state.typed.length);
    this.state = { typed };
  }

  handle(queue: number, chain: Chain, memory: BusMaster): number | undefined {
    if (queue === TRANSMIT) {
      this.output(gather(memory, chain.readable));
      return 0;
    }
    const { typed } = this.state;
    // The buffer stays with the device until there is something to put into it.
    if (typed.length === 0) return undefined;
    const written = scatter(memory, chain.writable, typed);
    this.state = { typed: typed.slice(written) };
    return written;
  }
}
