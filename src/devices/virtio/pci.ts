/**
 * Virtio over PCI, the modern interface: four structures in one BAR, found by vendor capabilities.
 * @see Virtual I/O Device (VIRTIO) 1.2, section 4.1 "Virtio Over PCI Bus"
 */
import type { BusMaster, Device, DeviceRegister } from '../device';
import {
  type CapabilitySpec,
  type ConfigurationSpace,
  configurationSpace,
  type PciIdentity,
} from '../pci/configuration';
import type { PciFunction } from '../pci/host';
import { MSIX_BAR_BYTES, msixCapability } from '../pci/msix';
import { VirtioFunction, type VirtioKind, type VirtioState } from './function';
import { type MessageState, NO_VECTOR, VirtioMessages } from './pci-messages';

type Width = 1 | 2 | 4;

const VENDOR = 0x1af4;
/** Modern device numbers start here. */
const FIRST_DEVICE = 0x1040;
const SUBSYSTEM = 0x1100;
const VENDOR_CAPABILITY = 9;
const BAR = 4;
const BAR_BYTES = 0x4000;
/** Of the table of messages, where there is one. */
const MESSAGE_BAR = 1;
const NOTIFY_STRIDE = 4;

/** `cfg_type` values and where each structure lies in the BAR. */
const STRUCTURE = {
  common: { type: 1, offset: 0x0000, length: 0x1000 },
  isr: { type: 3, offset: 0x1000, length: 0x1000 },
  device: { type: 4, offset: 0x2000, length: 0x1000 },
  notify: { type: 2, offset: 0x3000, length: 0x1000 },
} as const;
/** The window into the BAR through configuration space. */
const PCI_CFG = 5;

const COMMON: readonly DeviceRegister[] = [
  { name: 'device_feature_select', offset: 0, width: 4 },
  { name: 'device_feature', offset: 4, width: 4 },
  { name: 'driver_feature_select', offset: 8, width: 4 },
  { name: 'driver_feature', offset: 12, width: 4 },
  { name: 'config_msix_vector', offset: 16, width: 2 },
  { name: 'num_queues', offset: 18, width: 2 },
  { name: 'device_status', offset: 20, width: 1 },
  { name: 'config_generation', offset: 21, width: 1 },
  { name: 'queue_select', offset: 22, width: 2 },
  { name: 'queue_size', offset: 24, width: 2 },
  { name: 'queue_msix_vector', offset: 26, width: 2 },
  { name: 'queue_enable', offset: 28, width: 2 },
  { name: 'queue_notify_off', offset: 30, width: 2 },
  { name: 'queue_desc', offset: 32, width: 8 },
  { name: 'queue_driver', offset: 40, width: 8 },
  { name: 'queue_device', offset: 48, width: 8 },
];

const QUEUE_ADDRESS = { 32: 'descriptors', 40: 'avail', 48: 'used' } as const;

const capability = (type: number, offset: number, length: number, ...more: number[]): CapabilitySpec => {
  const body = new Uint8Array(14 + 4 * more.length);
  const view = new DataView(body.buffer);
  body[0] = body.length + 2;
  body[1] = type;
  body[2] = BAR;
  view.setUint32(6, offset, true);
  view.setUint32(10, length, true);
  for (const [index, word] of more.entries()) view.setUint32(14 + 4 * index, word, true);
  return { id: VENDOR_CAPABILITY, body };
};

/** BAR, offset, length and data are the driver's to write. */
const windowCapability = (): CapabilitySpec => {
  const { id, body } = capability(PCI_CFG, 0, 0, 0);
  return { id, body, writable: body.map((_, at) => (at === 2 || at >= 6 ? 0xff : 0)) };
};

const identityOf = (kind: VirtioKind, hasMessages: boolean): PciIdentity => ({
  vendor: VENDOR,
  device: FIRST_DEVICE + kind.deviceId,
  revision: 1,
  classCode: kind.pciClass,
  subsystemVendor: VENDOR,
  subsystem: SUBSYSTEM,
  interruptPin: 1,
  bars: [
    ...(hasMessages ? [{ index: MESSAGE_BAR, size: MSIX_BAR_BYTES, is64: false, isPrefetchable: false }] : []),
    { index: BAR, size: BAR_BYTES, is64: true, isPrefetchable: true },
  ],
  capabilities: [
    ...(hasMessages ? [msixCapability(kind.queueSizes.length + 1, MESSAGE_BAR)] : []),
    capability(STRUCTURE.common.type, STRUCTURE.common.offset, STRUCTURE.common.length),
    capability(STRUCTURE.isr.type, STRUCTURE.isr.offset, STRUCTURE.isr.length),
    capability(STRUCTURE.device.type, STRUCTURE.device.offset, STRUCTURE.device.length),
    capability(STRUCTURE.notify.type, STRUCTURE.notify.offset, STRUCTURE.notify.length, NOTIFY_STRIDE),
    windowCapability(),
  ],
});

/** What of it changes; messages only where it sends some. */
export type VirtioPciState = VirtioState & { messages?: MessageState };

/** A virtio device in a PCI slot. */
export class VirtioPci implements PciFunction, Device<VirtioPciState> {
  readonly compatible = 'virtio,pci';
  readonly size = BAR_BYTES;
  readonly registers = COMMON;
  readonly identity: PciIdentity;
  readonly virtio: VirtioFunction;
  readonly #messages: VirtioMessages | undefined;

  /** @param configuration its configuration space as it is, where it shall send messages (MSI-X) */
  constructor(
    readonly id: string,
    kind: VirtioKind,
    memory: BusMaster,
    irq: (level: boolean) => void,
    configuration?: () => Uint8Array,
  ) {
    this.identity = identityOf(kind, configuration !== undefined);
    if (configuration) {
      const [capability = 0] = configurationSpace(this.identity).capabilities;
      const control = (): number => {
        const bytes = configuration();
        return (bytes[capability + 2] ?? 0) | ((bytes[capability + 3] ?? 0) << 8);
      };
      this.#messages = new VirtioMessages(kind.queueSizes.length, memory, control);
    }
    this.virtio = new VirtioFunction(kind, memory, irq, false, (queue) => this.#messages?.take(queue) ?? false);
  }

  get device(): Device {
    return this;
  }
  get state(): VirtioPciState {
    return { ...this.virtio.state, ...(this.#messages && { messages: this.#messages.state }) };
  }
  set state({ messages, ...saved }: VirtioPciState) {
    this.virtio.state = saved;
    if (messages && this.#messages) this.#messages.state = messages;
  }

  reset(): void {
    this.virtio.reset();
    this.#messages?.forget();
    this.#messages?.msix.reset();
  }

  input(bytes: Uint8Array): number {
    return this.virtio.input(bytes);
  }

  read(offset: number, width: Width): number {
    const value = this.peek(offset, width);
    // Reading the interrupt status acknowledges it (section 4.1.4.5).
    if (structureAt(offset) === 'isr') this.virtio.clear(value);
    return value;
  }

  peek(offset: number, width: Width): number {
    switch (structureAt(offset)) {
      case 'common':
        return this.#common(offset);
      case 'isr':
        return this.virtio.registers.isr;
      case 'device':
        return this.virtio.readConfiguration(offset - STRUCTURE.device.offset, width);
      default:
        return 0;
    }
  }

  write(offset: number, _width: Width, value: number): void {
    const structure = structureAt(offset);
    if (structure === 'common') this.#writeCommon(offset, value);
    else if (structure === 'notify') this.virtio.notify((offset - STRUCTURE.notify.offset) / NOTIFY_STRIDE);
  }

  readBar(bar: number, offset: number, width: Width): number {
    return bar === BAR ? this.read(offset, width) : this.peekBar(bar, offset, width);
  }
  writeBar(bar: number, offset: number, width: Width, value: number): void {
    if (bar === BAR) this.write(offset, width, value);
    else this.#messages?.msix.write(offset, value);
  }
  peekBar(bar: number, offset: number, width: Width): number {
    return bar === BAR ? this.peek(offset, width) : (this.#messages?.msix.read(offset) ?? 0);
  }

  configurationRead(offset: number, _width: Width, config: Uint8Array, space: ConfigurationSpace): void {
    const window = windowOf(config, space);
    if (!isWindowData(offset, window) || !window) return;
    const value = this.read(window.offset, window.width);
    new DataView(config.buffer, config.byteOffset).setUint32(window.data, value, true);
  }

  configurationWritten(offset: number, _width: Width, config: Uint8Array, space: ConfigurationSpace): void {
    this.#messages?.msix.deliver();
    const window = windowOf(config, space);
    if (!isWindowData(offset, window) || !window) return;
    const value = new DataView(config.buffer, config.byteOffset).getUint32(window.data, true);
    this.write(window.offset, window.width, window.width === 4 ? value : value % 2 ** (8 * window.width));
  }

  #common(offset: number): number {
    const { registers, queue } = this.virtio;
    switch (offset) {
      case 0:
        return registers.deviceFeaturesSelect;
      case 4:
        return this.virtio.featureWord(registers.deviceFeaturesSelect);
      case 8:
        return registers.driverFeaturesSelect;
      case 12:
        return registers.driverFeaturesSelect > 1
          ? 0
          : Number(BigInt.asUintN(32, registers.driverFeatures >> BigInt(32 * registers.driverFeaturesSelect)));
      case 16:
        return this.#messages?.vectorOf() ?? NO_VECTOR;
      case 26:
        return this.#messages?.vectorOf(registers.queueSelect) ?? NO_VECTOR;
      case 18:
        return registers.queues.length;
      case 20:
        return registers.status;
      case 21:
        return registers.generation;
      case 22:
        return registers.queueSelect;
      case 24:
        return queue?.size ?? 0;
      case 28:
        return queue?.isReady ? 1 : 0;
      case 30:
        return queue ? registers.queueSelect : 0;
      default: {
        const name = QUEUE_ADDRESS[(offset & ~4) as keyof typeof QUEUE_ADDRESS];
        if (name === undefined || !queue) return 0;
        return Number(BigInt.asUintN(32, offset & 4 ? queue[name] >> 32n : queue[name]));
      }
    }
  }

  #writeCommon(offset: number, value: number): void {
    const { registers, queue } = this.virtio;
    switch (offset) {
      case 0:
        registers.deviceFeaturesSelect = value;
        return;
      case 8:
        registers.driverFeaturesSelect = value;
        return;
      case 12:
        this.virtio.acceptFeatures(registers.driverFeaturesSelect, value);
        return;
      case 20:
        this.virtio.setStatus(value & 0xff);
        if ((value & 0xff) === 0) this.#messages?.forget();
        return;
      case 16:
        this.#messages?.setVector(value);
        return;
      case 26:
        this.#messages?.setVector(value, registers.queueSelect);
        return;
      case 22:
        registers.queueSelect = value;
        return;
      case 24:
        if (queue && isPowerOfTwo(value) && value <= this.virtio.queueLimit) queue.size = value;
        return;
      case 28:
        // A queue that is on goes off only by a reset of the device.
        if (queue && value === 1) queue.isReady = true;
        return;
      default: {
        const name = QUEUE_ADDRESS[(offset & ~4) as keyof typeof QUEUE_ADDRESS];
        if (name === undefined || !queue) return;
        const half = BigInt(value >>> 0);
        const isHigh = (offset & 4) !== 0;
        queue[name] = isHigh ? (queue[name] & 0xffff_ffffn) | (half << 32n) : (queue[name] & ~0xffff_ffffn) | half;
      }
    }
  }
}

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

const structureAt = (offset: number): keyof typeof STRUCTURE | undefined =>
  (Object.keys(STRUCTURE) as (keyof typeof STRUCTURE)[]).find((name) => {
    const { offset: start, length } = STRUCTURE[name];
    return offset >= start && offset < start + length;
  });

interface Window {
  readonly data: number;
  readonly offset: number;
  readonly width: Width;
}

/** What the driver has set the configuration window to, where that is an access the BAR takes. */
const windowOf = (config: Uint8Array, { capabilities }: ConfigurationSpace): Window | undefined => {
  const at = capabilities.at(-1) ?? 0;
  const view = new DataView(config.buffer, config.byteOffset);
  const [offset, width] = [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
  const isAccess = (width === 1 || width === 2 || width === 4) && offset % width === 0 && offset < BAR_BYTES;
  return isAccess && config[at + 4] === BAR ? { data: at + 16, offset, width } : undefined;
};

const isWindowData = (offset: number, window: Window | undefined): boolean =>
  window !== undefined && offset >= window.data && offset < window.data + 4;
