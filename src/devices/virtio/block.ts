/**
 * The virtio block device: a disk of 512-byte sectors. What the guest writes is kept beside the image, which never changes.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 5.2 "Block Device"
 */
import type { BusMaster } from '../device';
import type { VirtioKind } from './function';
import { BrokenQueue, type Chain, gather, scatter } from './virtqueue';

/** What a disk holds at power-on; never changed. */
export interface DiskImage {
  /** Bytes; what a last incomplete sector lacks reads as zeros. */
  readonly size: number;
  /** Fills `into` with what is at byte `at`; the caller stays within `size` rounded up to a sector. */
  read(at: number, into: Uint8Array): void;
}

/** A disk image that is all in memory. */
export const rawDisk = (bytes: Uint8Array): DiskImage => ({
  size: bytes.length,
  read: (at, into) => into.set(bytes.subarray(at, at + into.length)),
});

export const SECTOR = 512;
/** Unit in which written data is kept. */
const BLOCK = 4096;

const REQUEST = { in: 0, out: 1, flush: 4, getId: 8 } as const;
const RESULT = { ok: 0, ioError: 1, unsupported: 2 } as const;
const HEADER_BYTES = 16;
const ID_BYTES = 20;

const FEATURE = { segmentsMax: 1n << 2n, readOnly: 1n << 5n, blockSize: 1n << 6n, flush: 1n << 9n } as const;
const QUEUE_SIZE = 256;

export type BlockState = {
  /** Blocks of 4 KiB that differ from the image, by number. */
  blocks: { [block: string]: Uint8Array };
};

export interface BlockOptions {
  readonly image: DiskImage;
  readonly isReadOnly?: boolean;
  /** At most 20 characters that the guest can ask for. */
  readonly serial?: string;
}

export class VirtioBlock implements VirtioKind {
  readonly deviceId = 2;
  readonly name = 'virtio-blk';
  readonly pciClass = 0x01_00_00;
  readonly queueSizes = [QUEUE_SIZE];
  readonly features: bigint;
  state: BlockState = { blocks: {} };
  readonly #sectors: number;
  readonly #configuration = new Uint8Array(60);

  constructor(readonly options: BlockOptions) {
    const { isReadOnly = false, image } = options;
    this.features = FEATURE.segmentsMax | FEATURE.blockSize | FEATURE.flush | (isReadOnly ? FEATURE.readOnly : 0n);
    this.#sectors = Math.ceil(image.size / SECTOR);
    const view = new DataView(this.#configuration.buffer);
    view.setBigUint64(0, BigInt(this.#sectors), true);
    view.setUint32(12, QUEUE_SIZE - 2, true);
    view.setUint32(20, SECTOR, true);
  }

  configuration(): Uint8Array {
    return this.#configuration;
  }

  /** A reset of the device leaves what was written: it is a disk. */
  reset(): void {}

  handle(_queue: number, chain: Chain, memory: BusMaster): number {
    const request = gather(memory, chain.readable);
    const room = chain.writable.reduce((sum, { length }) => sum + length, 0);
    if (request.length < HEADER_BYTES || room < 1) {
      throw new BrokenQueue(
        `a request has ${request.length} readable and ${room} writable bytes; at least 16 and 1 belong to it`,
      );
    }
    const header = new DataView(request.buffer, request.byteOffset);
    const sector = header.getBigUint64(8, true);
    const answer = this.#answer(header.getUint32(0, true), sector, request.subarray(HEADER_BYTES), room - 1);
    if (answer.data) scatter(memory, chain.writable, answer.data);
    scatter(memory, chain.writable, Uint8Array.of(answer.result), room - 1);
    return (answer.data?.length ?? 0) + 1;
  }

  /** What the disk holds now, guest's writes included. */
  read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const block = Math.floor((at + done) / BLOCK);
      const from = at + done - block * BLOCK;
      const part = bytes.subarray(done, Math.min(length, done + BLOCK - from));
      const written = this.state.blocks[block];
      if (written) part.set(written.subarray(from, from + part.length));
      else this.options.image.read(at + done, part);
      done += part.length;
    }
    return bytes;
  }

  #answer(type: number, sector: bigint, data: Uint8Array, room: number): { result: number; data?: Uint8Array } {
    switch (type) {
      case REQUEST.in:
        if (!this.#isOnDisk(sector, room)) return { result: RESULT.ioError };
        return { result: RESULT.ok, data: this.read(Number(sector) * SECTOR, room) };
      case REQUEST.out:
        if (this.options.isReadOnly || !this.#isOnDisk(sector, data.length)) return { result: RESULT.ioError };
        this.#write(Number(sector) * SECTOR, data);
        return { result: RESULT.ok };
      case REQUEST.flush:
        return { result: RESULT.ok };
      case REQUEST.getId: {
        const id = new Uint8Array(Math.min(room, ID_BYTES));
        id.set(new TextEncoder().encode(this.options.serial ?? 'worldstep').subarray(0, id.length));
        return { result: RESULT.ok, data: id };
      }
      default:
        return { result: RESULT.unsupported };
    }
  }

  #isOnDisk(sector: bigint, length: number): boolean {
    return length % SECTOR === 0 && sector + BigInt(length / SECTOR) <= BigInt(this.#sectors);
  }

  #write(at: number, data: Uint8Array): void {
    for (let done = 0; done < data.length; ) {
      const block = Math.floor((at + done) / BLOCK);
      const from = at + done - block * BLOCK;
      const part = data.subarray(done, done + BLOCK - from);
      // A block beside the last sector has no bytes behind it in the image.
      const length = Math.min(BLOCK, this.#sectors * SECTOR - block * BLOCK);
      const changed = this.read(block * BLOCK, length);
      changed.set(part, from);
      this.state.blocks[block] = changed;
      done += part.length;
    }
  }
}
