/**
 * Which message of MSI-X a virtio device over PCI sends for which of its interrupts.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 4.1.5.1.2 "MSI-X Vector Configuration"
 */
import type { BusMaster } from '../device';
import { Msix, type MsixState } from '../pci/msix';

/** No message for it. */
export const NO_VECTOR = 0xffff;

export type MessageState = {
  msix: MsixState;
  /** Vector of changes of the configuration, then those of the queues. */
  vectors: number[];
};

export class VirtioMessages {
  readonly msix: Msix;
  #vectors: number[];

  /** A vector for each queue, and one for the configuration. @param control the capability's switches */
  constructor(
    private readonly queues: number,
    memory: BusMaster,
    control: () => number,
  ) {
    this.msix = new Msix(queues + 1, memory, control);
    this.#vectors = this.#fresh();
  }

  get state(): MessageState {
    return { msix: this.msix.state, vectors: this.#vectors };
  }
  set state({ msix, vectors }: MessageState) {
    this.msix.state = msix;
    this.#vectors = vectors;
  }

  /** @param queue without, the configuration's */
  vectorOf(queue?: number): number {
    return this.#vectors[placeOf(queue)] ?? NO_VECTOR;
  }

  /** A vector that there is not reads as none. */
  setVector(vector: number, queue?: number): void {
    const place = placeOf(queue);
    if (place < this.#vectors.length) this.#vectors[place] = vector < this.msix.vectors ? vector : NO_VECTOR;
  }

  /** Takes an interrupt; false where messages are off and the wire is to be used. */
  take(queue?: number): boolean {
    if (!this.msix.isOn) return false;
    this.msix.send(this.vectorOf(queue));
    return true;
  }

  /** The driver has reset the device: its vectors are forgotten, the table is the function's. */
  forget(): void {
    this.#vectors = this.#fresh();
  }

  #fresh(): number[] {
    return new Array<number>(this.queues + 1).fill(NO_VECTOR);
  }
}

const placeOf = (queue: number | undefined): number => (queue === undefined ? 0 : queue + 1);
