/**
 * What a virtio device is behind its transport: features, queues, configuration space and what it does with a request.
 * The transports (mmio.ts, pci.ts) are registers in front of one {@link VirtioFunction}. A new kind of device is one
 * {@link VirtioKind}; start with `block.ts`.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 2 "Basic Facilities of a Virtio Device"
 */
import type { Plain } from '../../base/plain';
import type { BusMaster } from '../device';
import {
  BrokenQueue,
  type Chain,
  giveBack,
  publishAvailEvent,
  type QueueState,
  resetQueue,
  takeChain,
  wantsInterrupt,
} from './virtqueue';

/** Feature bits that concern the rings and the transport, section 6. */
export const FEATURE = {
  anyLayout: 1n << 27n,
  indirect: 1n << 28n,
  eventIndex: 1n << 29n,
  version1: 1n << 32n,
} as const;

export const STATUS = { acknowledge: 1, driver: 2, driverOk: 4, featuresOk: 8, needsReset: 64, failed: 128 } as const;

/** Bits of the interrupt status. */
export const ISR = { queue: 1, configuration: 2 } as const;

/** The part that differs between kinds of virtio device. */
export interface VirtioKind {
  /** Section 5's number: 2 is a block device. */
  readonly deviceId: number;
  readonly name: string;
  /** Class code for PCI, 24 bits. */
  readonly pciClass: number;
  /** Entries of each queue at most. */
  readonly queueSizes: readonly number[];
  /** Its own feature bits; those of the rings are added. */
  readonly features: bigint;
  /** Everything of its own that changes. */
  state: Plain;
  /** Configuration space as bytes. */
  configuration(): Uint8Array;
  /** Does what a request asks for. Returns how many bytes were written, or undefined to leave the request waiting. */
  handle(queue: number, chain: Chain, memory: BusMaster): number | undefined;
  reset(): void;
  /** Where it has a host stream: takes bytes from it, for requests that wait on {@link inputQueue}. */
  receive?(bytes: Uint8Array): void;
  readonly inputQueue?: number;
}

/** Everything of a virtio device that changes, transport registers included. */
export type VirtioState = {
  status: number;
  deviceFeaturesSelect: number;
  driverFeaturesSelect: number;
  driverFeatures: bigint;
  queueSelect: number;
  isr: number;
  generation: number;
  queues: QueueState[];
  /** Why it asked for a reset; for inspectors. */
  problem: string;
  kind: Plain;
};

export class VirtioFunction {
  #state: VirtioState;

  /** @param irq drives the device's interrupt; level */
  constructor(
    readonly kind: VirtioKind,
    private readonly memory: BusMaster,
    private readonly irq: (level: boolean) => void,
    /** Legacy drivers set features without FEATURES_OK and know no VERSION_1. */
    readonly isLegacy: boolean,
    /** Takes an interrupt of a queue, or of the configuration, as a message; false where there is none, and `irq` is driven. */
    private readonly message?: (queue?: number) => boolean,
  ) {
    this.#state = this.#fresh();
  }

  get state(): VirtioState {
    return { ...this.#state, kind: this.kind.state };
  }
  set state(saved: VirtioState) {
    this.#state = saved;
    this.kind.state = saved.kind;
  }

  /** Registers of the transport; `kind` in here is stale, see {@link state}. */
  get registers(): VirtioState {
    return this.#state;
  }

  get features(): bigint {
    const ring = FEATURE.indirect | FEATURE.eventIndex | (this.isLegacy ? FEATURE.anyLayout : FEATURE.version1);
    return this.kind.features | ring;
  }

  get queue(): QueueState | undefined {
    return this.#state.queues[this.#state.queueSelect];
  }

  /** Entries that the selected queue may have; 0 where there is no such queue. */
  get queueLimit(): number {
    return this.kind.queueSizes[this.#state.queueSelect] ?? 0;
  }

  /** 32 of the device's feature bits. */
  featureWord(select: number): number {
    return select > 1 ? 0 : Number(BigInt.asUintN(32, this.features >> BigInt(32 * select)));
  }

  /** Takes 32 feature bits from the driver; ignored once the features are settled. */
  acceptFeatures(select: number, value: number): void {
    if (select > 1 || this.#state.status & STATUS.featuresOk) return;
    const shift = BigInt(32 * select);
    const kept = this.#state.driverFeatures & ~(0xffff_ffffn << shift);
    this.#state.driverFeatures = kept | (BigInt(value >>> 0) << shift);
  }

  setStatus(value: number): void {
    const state = this.#state;
    if (value === 0) {
      this.reset();
      return;
    }
    const accepted = state.driverFeatures & ~this.features;
    const isAcceptable = accepted === 0n && (this.isLegacy || (state.driverFeatures & FEATURE.version1) !== 0n);
    state.status = (isAcceptable ? value : value & ~STATUS.featuresOk) | (state.status & STATUS.needsReset);
  }

  reset(): void {
    this.kind.reset();
    this.#state = this.#fresh();
    this.irq(false);
  }

  /** The driver says that there are requests in `queue`. They are done before its store completes. */
  notify(index: number): void {
    const state = this.#state;
    const queue = state.queues[index];
    if (!queue?.isReady || queue.size === 0 || !(state.status & STATUS.driverOk) || state.status & STATUS.needsReset)
      return;
    const before = queue.usedIndex;
    const hasEventIndex = (state.driverFeatures & FEATURE.eventIndex) !== 0n;
    try {
      this.#serve(index, queue);
      if (hasEventIndex) publishAvailEvent(queue, this.memory);
      if (wantsInterrupt(queue, this.memory, before, hasEventIndex)) this.raise(ISR.queue, index);
    } catch (error) {
      if (!(error instanceof BrokenQueue)) throw error;
      state.problem = `queue ${index}: ${error.message}`;
      state.status |= STATUS.needsReset;
      this.raise(ISR.configuration);
    }
  }

  /** The driver has set the device up and uses it. */
  get isLive(): boolean {
    return (this.#state.status & (STATUS.driverOk | STATUS.needsReset)) === STATUS.driverOk;
  }

  /** Bytes from the host stream. Returns how many were taken. */
  input(bytes: Uint8Array): number {
    const { kind } = this;
    if (!kind.receive || kind.inputQueue === undefined) return 0;
    kind.receive(bytes);
    this.notify(kind.inputQueue);
    return bytes.length;
  }

  /** @param queue whose interrupt it is; without, the configuration's */
  raise(bits: number, queue?: number): void {
    if (this.message?.(queue)) return;
    this.#state.isr |= bits;
    this.irq(this.#state.isr !== 0);
  }

  /** Acknowledges interrupts. */
  clear(bits: number): void {
    this.#state.isr &= ~bits;
    this.irq(this.#state.isr !== 0);
  }

  /** Bytes of the configuration space, 0 beyond its end. */
  readConfiguration(offset: number, width: number): number {
    const bytes = this.kind.configuration();
    let value = 0;
    for (let index = width - 1; index >= 0; index--) value = value * 256 + (bytes[offset + index] ?? 0);
    return value;
  }

  #serve(index: number, queue: QueueState): void {
    for (;;) {
      const taken = queue.nextAvail;
      const chain = takeChain(queue, this.memory);
      if (!chain) return;
      const written = this.kind.handle(index, chain, this.memory);
      if (written === undefined) {
        queue.nextAvail = taken;
        return;
      }
      giveBack(queue, this.memory, chain.head, written);
    }
  }

  #fresh(): VirtioState {
    return {
      status: 0,
      deviceFeaturesSelect: 0,
      driverFeaturesSelect: 0,
      driverFeatures: 0n,
      queueSelect: 0,
      isr: 0,
      generation: 0,
      queues: this.kind.queueSizes.map((size) => resetQueue(this.isLegacy ? 0 : size)),
      problem: '',
      kind: null,
    };
  }
}
