/**
 * Split virtqueues: a descriptor table, an avail ring that the driver fills and a used ring that the device fills, all
 * in guest memory. Here is only the walking of them; what the buffers mean is the device's business.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 2.7 "Split Virtqueues"
 */
import type { BusMaster } from '../device';

/** Where one queue stands. Addresses are guest-physical. */
export type QueueState = {
  /** Entries of its rings; 0 in a legacy device: the driver has not set the queue up. */
  size: number;
  isReady: boolean;
  descriptors: bigint;
  avail: bigint;
  used: bigint;
  /** Next entry of the avail ring to take, counted without wrapping at the size. */
  nextAvail: number;
  /** The used ring's index as last written. */
  usedIndex: number;
};

export const resetQueue = (size: number): QueueState => ({
  size,
  isReady: false,
  descriptors: 0n,
  avail: 0n,
  used: 0n,
  nextAvail: 0,
  usedIndex: 0,
});

export interface Buffer {
  readonly at: bigint;
  readonly length: number;
}

/** One request: buffers the device reads, then buffers it writes. */
export interface Chain {
  /** Index of the first descriptor, which names the request in the used ring. */
  readonly head: number;
  readonly readable: readonly Buffer[];
  readonly writable: readonly Buffer[];
}

/** The driver broke a rule of the queue; the message says which and where. The device needs a reset then. */
export class BrokenQueue extends Error {}

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const DESCRIPTOR_BYTES = 16;
const NO_INTERRUPT = 1;
/** Indirect tables may be longer than the queue; nobody makes them longer than this. */
const LONGEST_CHAIN = 1024;

const word = (memory: BusMaster, at: bigint, what: string): number => {
  const bytes = memory.readMemory(at, 2);
  if (!bytes) throw new BrokenQueue(`its ${what} is at 0x${at.toString(16)}, where there is no RAM`);
  return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
};

const store = (memory: BusMaster, at: bigint, bytes: readonly number[], what: string): void => {
  if (!memory.writeMemory(at, Uint8Array.from(bytes))) {
    throw new BrokenQueue(`its ${what} is at 0x${at.toString(16)}, where there is no RAM`);
  }
};

const half = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
const whole = (value: number): number[] => [...half(value & 0xffff), ...half(value >>> 16)];

/** Takes the next request that the driver made available. Throws {@link BrokenQueue}. */
export const takeChain = (queue: QueueState, memory: BusMaster): Chain | undefined => {
  const index = word(memory, queue.avail + 2n, 'avail ring');
  const waiting = (index - queue.nextAvail) & 0xffff;
  if (waiting === 0) return undefined;
  if (waiting > queue.size) {
    throw new BrokenQueue(
      `its avail index ${index} is ${waiting} ahead of the device, more than the ${queue.size} entries`,
    );
  }
  const slot = queue.nextAvail % queue.size;
  const head = word(memory, queue.avail + 4n + 2n * BigInt(slot), 'avail ring');
  queue.nextAvail = (queue.nextAvail + 1) & 0xffff;
  return readChain(queue, memory, head);
};

const readChain = (queue: QueueState, memory: BusMaster, head: number): Chain => {
  const readable: Buffer[] = [];
  const writable: Buffer[] = [];
  let table = queue.descriptors;
  let entries = queue.size;
  let index = head;
  let isIndirect = false;
  for (let count = 0; ; count++) {
    if (index >= entries) throw new BrokenQueue(`descriptor ${index} is beyond its table of ${entries}`);
    if (count > LONGEST_CHAIN || (!isIndirect && count > queue.size)) {
      throw new BrokenQueue(`the chain of descriptor ${head} runs in a circle`);
    }
    const { at, length, flags, next } = descriptor(memory, table + BigInt(index * DESCRIPTOR_BYTES));
    if (flags & INDIRECT) {
      if (isIndirect || flags & NEXT || length % DESCRIPTOR_BYTES !== 0 || length === 0) {
        throw new BrokenQueue(`descriptor ${index} is not a proper indirect one (flags ${flags}, ${length} bytes)`);
      }
      [table, entries, index, isIndirect] = [at, length / DESCRIPTOR_BYTES, 0, true];
      continue;
    }
    if (flags & WRITE) writable.push({ at, length });
    else if (writable.length > 0) {
      throw new BrokenQueue(`the chain of descriptor ${head} has a readable buffer behind a writable one`);
    } else readable.push({ at, length });
    if (!(flags & NEXT)) return { head, readable, writable };
    index = next;
  }
};

const descriptor = (memory: BusMaster, at: bigint) => {
  const bytes = memory.readMemory(at, DESCRIPTOR_BYTES);
  if (!bytes) throw new BrokenQueue(`a descriptor is at 0x${at.toString(16)}, where there is no RAM`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    at: view.getBigUint64(0, true),
    length: view.getUint32(8, true),
    flags: view.getUint16(12, true),
    next: view.getUint16(14, true),
  };
};

/** Gives a request back to the driver; `written` bytes of its writable buffers hold data. Throws {@link BrokenQueue}. */
export const giveBack = (queue: QueueState, memory: BusMaster, head: number, written: number): void => {
  const slot = queue.used + 4n + 8n * BigInt(queue.usedIndex % queue.size);
  store(memory, slot, [...whole(head), ...whole(written)], 'used ring');
  queue.usedIndex = (queue.usedIndex + 1) & 0xffff;
  store(memory, queue.used + 2n, half(queue.usedIndex), 'used ring');
};

/** Whether the driver wants an interrupt, the used index having been `before`. */
export const wantsInterrupt = (
  queue: QueueState,
  memory: BusMaster,
  before: number,
  hasEventIndex: boolean,
): boolean => {
  if (queue.usedIndex === before) return false;
  if (!hasEventIndex) return (word(memory, queue.avail, 'avail ring') & NO_INTERRUPT) === 0;
  const event = word(memory, queue.avail + 4n + 2n * BigInt(queue.size), 'avail ring');
  return ((queue.usedIndex - event - 1) & 0xffff) < ((queue.usedIndex - before) & 0xffff);
};

/** Tells the driver from which avail index on it shall notify (VIRTIO_F_EVENT_IDX). */
export const publishAvailEvent = (queue: QueueState, memory: BusMaster): void =>
  store(memory, queue.used + 4n + 8n * BigInt(queue.size), half(queue.nextAvail), 'used ring');

/** All bytes of some buffers, one behind the other. Throws {@link BrokenQueue} where one is not in RAM. */
export const gather = (memory: BusMaster, buffers: readonly Buffer[]): Uint8Array => {
  const total = buffers.reduce((sum, { length }) => sum + length, 0);
  // Lengths come from the guest: nothing larger than its memory could be read anyway.
  if (total > 2 ** 31) throw new BrokenQueue(`a request of ${total} bytes is larger than RAM`);
  const parts = buffers.map(({ at, length }) => {
    const bytes = memory.readMemory(at, length);
    if (!bytes) throw new BrokenQueue(`a buffer of ${length} bytes at 0x${at.toString(16)} is not in RAM`);
    return bytes;
  });
  const all = new Uint8Array(total);
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
};

/** Writes `bytes` into buffers from byte `from` of them on; what does not fit is left out. Returns the bytes written. */
export const scatter = (memory: BusMaster, buffers: readonly Buffer[], bytes: Uint8Array, from = 0): number => {
  let skip = from;
  let done = 0;
  for (const { at, length } of buffers) {
    const start = Math.min(skip, length);
    skip -= start;
    const part = bytes.subarray(done, done + length - start);
    if (part.length === 0) continue;
    if (!memory.writeMemory(at + BigInt(start), part)) {
      throw new BrokenQueue(`a buffer of ${length} bytes at 0x${at.toString(16)} is not in RAM`);
    }
    done += part.length;
  }
  return done;
};
