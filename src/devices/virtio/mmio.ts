/**
 * Virtio over memory-mapped registers: the transport that boards offer at fixed addresses. Version 2 is VIRTIO 1.x;
 * version 1 is the legacy interface that older kernels expect. A transport without a device has device number 0.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 4.2 "Virtio Over MMIO"
 */
import type { BusMaster, Device, DeviceContext, DeviceRegister } from '../device';
import { ISR, VirtioFunction, type VirtioKind, type VirtioState } from './function';

/** "virt", little-endian. */
const MAGIC = 0x7472_6976;
/** "WSTP": whom the device is from. */
const VENDOR = 0x5054_5357;
const CONFIGURATION = 0x100;

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'MagicValue', offset: 0x000, width: 4 },
  { name: 'Version', offset: 0x004, width: 4, doc: '2, or 1 for the legacy interface.' },
  { name: 'DeviceID', offset: 0x008, width: 4, doc: '0 where there is no device.' },
  { name: 'VendorID', offset: 0x00c, width: 4 },
  { name: 'DeviceFeatures', offset: 0x010, width: 4 },
  { name: 'DeviceFeaturesSel', offset: 0x014, width: 4 },
  { name: 'DriverFeatures', offset: 0x020, width: 4 },
  { name: 'DriverFeaturesSel', offset: 0x024, width: 4 },
  { name: 'GuestPageSize', offset: 0x028, width: 4, doc: 'Legacy only.' },
  { name: 'QueueSel', offset: 0x030, width: 4 },
  { name: 'QueueNumMax', offset: 0x034, width: 4 },
  { name: 'QueueNum', offset: 0x038, width: 4 },
  { name: 'QueueAlign', offset: 0x03c, width: 4, doc: 'Legacy only.' },
  { name: 'QueuePFN', offset: 0x040, width: 4, doc: 'Legacy only.' },
  { name: 'QueueReady', offset: 0x044, width: 4 },
  { name: 'QueueNotify', offset: 0x050, width: 4 },
  { name: 'InterruptStatus', offset: 0x060, width: 4 },
  { name: 'InterruptACK', offset: 0x064, width: 4 },
  { name: 'Status', offset: 0x070, width: 4 },
  { name: 'QueueDescLow', offset: 0x080, width: 4 },
  { name: 'QueueDescHigh', offset: 0x084, width: 4 },
  { name: 'QueueDriverLow', offset: 0x090, width: 4 },
  { name: 'QueueDriverHigh', offset: 0x094, width: 4 },
  { name: 'QueueDeviceLow', offset: 0x0a0, width: 4 },
  { name: 'QueueDeviceHigh', offset: 0x0a4, width: 4 },
  { name: 'ConfigGeneration', offset: 0x0fc, width: 4 },
];

const QUEUE_ADDRESS = { 128: 'descriptors', 144: 'avail', 160: 'used' } as const;

export type VirtioMmioState = {
  /** Legacy: bytes of a guest page, and alignment of the used ring. */
  pageSize: number;
  queueAlign: number;
  virtio: VirtioState | null;
};

export interface VirtioMmioOptions {
  /** What is behind the transport; nothing by default. */
  readonly kind?: VirtioKind;
  readonly isLegacy?: boolean;
}

export class VirtioMmio implements Device<VirtioMmioState> {
  readonly compatible = 'virtio,mmio';
  readonly size = 0x200;
  readonly registers = REGISTERS;
  readonly virtio: VirtioFunction | undefined;
  readonly #isLegacy: boolean;
  #pageSize = 0;
  #queueAlign = 0;

  constructor(
    readonly id: string,
    context: DeviceContext,
    memory: BusMaster,
    { kind, isLegacy = false }: VirtioMmioOptions,
  ) {
    this.#isLegacy = isLegacy;
    this.virtio = kind && new VirtioFunction(kind, memory, (level) => context.irq(level), isLegacy);
  }

  get state(): VirtioMmioState {
    return { pageSize: this.#pageSize, queueAlign: this.#queueAlign, virtio: this.virtio?.state ?? null };
  }
  set state(saved: VirtioMmioState) {
    this.#pageSize = saved.pageSize;
    this.#queueAlign = saved.queueAlign;
    if (this.virtio && saved.virtio) this.virtio.state = saved.virtio;
  }

  reset(): void {
    this.#pageSize = 0;
    this.#queueAlign = 0;
    this.virtio?.reset();
  }

  input(bytes: Uint8Array): number {
    return this.virtio?.input(bytes) ?? 0;
  }

  /** No register changes by being read. */
  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { virtio } = this;
    if (virtio && offset >= CONFIGURATION) return virtio.readConfiguration(offset - CONFIGURATION, width);
    if (width !== 4) return 0;
    switch (offset) {
      case 0x000:
        return MAGIC;
      case 0x004:
        return this.#isLegacy ? 1 : 2;
      case 0x008:
        return virtio?.kind.deviceId ?? 0;
      case 0x00c:
        return VENDOR;
      default:
        return virtio ? this.#peek(virtio, offset) : 0;
    }
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { virtio } = this;
    if (!virtio || width !== 4 || offset >= CONFIGURATION) return;
    if (this.#isLegacy ? this.#writeLegacy(virtio, offset, value) : this.#writeQueue(virtio, offset, value)) return;
    const { registers } = virtio;
    switch (offset) {
      case 0x014:
        registers.deviceFeaturesSelect = value;
        return;
      case 0x020:
        virtio.acceptFeatures(registers.driverFeaturesSelect, value);
        return;
      case 0x024:
        registers.driverFeaturesSelect = value;
        return;
      case 0x030:
        registers.queueSelect = value;
        return;
      case 0x038:
        if (virtio.queue && value <= virtio.queueLimit) virtio.queue.size = value;
        return;
      case 0x050:
        virtio.notify(value);
        return;
      case 0x064:
        virtio.clear(value & (ISR.queue | ISR.configuration));
        return;
      case 0x070:
        virtio.setStatus(value & 0xff);
        return;
      default:
        return;
    }
  }

  #peek(virtio: VirtioFunction, offset: number): number {
    const { registers, queue } = virtio;
    switch (offset) {
      case 0x010:
        return virtio.featureWord(registers.deviceFeaturesSelect);
      case 0x034:
        return virtio.queueLimit;
      case 0x040:
        return this.#isLegacy && queue && this.#pageSize > 0 ? Number(queue.descriptors / BigInt(this.#pageSize)) : 0;
      case 0x044:
        return !this.#isLegacy && queue?.isReady ? 1 : 0;
      case 0x060:
        return registers.isr;
      case 0x070:
        return registers.status;
      case 0x0fc:
        return registers.generation;
      default:
        return 0;
    }
  }

  /** Registers of version 2 that version 1 does not have. Returns whether `offset` is one. */
  #writeQueue({ queue }: VirtioFunction, offset: number, value: number): boolean {
    if (offset === 0x044) {
      if (queue) queue.isReady = (value & 1) !== 0;
      return true;
    }
    const name = QUEUE_ADDRESS[(offset & ~4) as keyof typeof QUEUE_ADDRESS];
    if (name === undefined) return false;
    if (!queue) return true;
    const isHigh = (offset & 4) !== 0;
    const half = BigInt(value >>> 0);
    queue[name] = isHigh ? (queue[name] & 0xffff_ffffn) | (half << 32n) : (queue[name] & ~0xffff_ffffn) | half;
    return true;
  }

  /** Registers of version 1 that version 2 does not have. Returns whether `offset` is one. */
  #writeLegacy({ queue }: VirtioFunction, offset: number, value: number): boolean {
    switch (offset) {
      case 0x028:
        this.#pageSize = value >>> 0;
        return true;
      case 0x03c:
        this.#queueAlign = value >>> 0;
        return true;
      case 0x040: {
        if (!queue) return true;
        // Section 2.7.2: the three parts lie one behind the other, the used ring aligned.
        const align = BigInt(this.#queueAlign || 4096);
        queue.descriptors = BigInt(value >>> 0) * BigInt(this.#pageSize);
        queue.avail = queue.descriptors + 16n * BigInt(queue.size);
        queue.used = ((queue.avail + 6n + 2n * BigInt(queue.size) + align - 1n) / align) * align;
        queue.isReady = value !== 0;
        return true;
      }
      default:
        return false;
    }
  }
}
