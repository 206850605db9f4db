/**
 * The virtio entropy device. Its numbers come from a seed, so a run that is repeated sees the same ones.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 5.4 "Entropy Device"
 */
import type { BusMaster } from '../device';
import type { VirtioKind } from './function';
import { type Chain, scatter } from './virtqueue';

/** Given at once at most; the driver asks again for more. */
const MOST = 65536;

export type EntropyState = {
  /** The generator's 64 bits of state. */
  next: bigint;
};

export class VirtioEntropy implements VirtioKind {
  readonly deviceId = 4;
  readonly name = 'virtio-rng';
  readonly pciClass = 0x00_ff_00;
  readonly queueSizes = [8];
  readonly features = 0n;
  state: EntropyState;

  constructor(readonly seed: bigint) {
    this.state = { next: seed };
  }

  configuration(): Uint8Array {
    return new Uint8Array(0);
  }

  reset(): void {}

  handle(_queue: number, chain: Chain, memory: BusMaster): number {
    const room = chain.writable.reduce((sum, { length }) => sum + length, 0);
    const bytes = new Uint8Array(Math.min(room, MOST));
    const view = new DataView(new ArrayBuffer(8));
    for (let at = 0; at < bytes.length; at += 8) {
      view.setBigUint64(0, this.#draw(), true);
      bytes.set(new Uint8Array(view.buffer).subarray(0, bytes.length - at), at);
    }
    return scatter(memory, chain.writable, bytes);
  }

  /** SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix; every 64-bit value comes once in a period. */
  #draw(): bigint {
    this.state = { next: BigInt.asUintN(64, this.state.next + 0x9e37_79b9_7f4a_7c15n) };
    let mixed = this.state.next;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return mixed ^ (mixed >> 31n);
  }
}
