/**
 * QEMU's firmware configuration device: numbered items that firmware and kernels read by a selector and a data register, or by
 * DMA. Memory-mapped form: data at 0, selector (big-endian) at 8, DMA address (big-endian) at 16. Port form: selector at 0
 * (little-endian), data at 1, DMA address at 4.
 * @see QEMU, docs/specs/fw_cfg
 */
import type { BusMaster, Device, DeviceRegister } from '../device';

const KEY = { signature: 0x00, id: 0x01, ramSize: 0x03, processors: 0x05, maxProcessors: 0x0f, files: 0x19 } as const;
/** Keys of named files begin here. */
const FIRST_FILE = 0x20;
const NAME_BYTES = 56;
/** In the id item: the traditional interface, and DMA. */
const FEATURES = 3;
const DMA_SIGNATURE = [0x51, 0x45, 0x4d, 0x55, 0x20, 0x43, 0x46, 0x47];
const DMA = { error: 1, read: 2, skip: 4, select: 8, write: 16 } as const;
/** One transfer of DMA, at most: the largest item is smaller. */
const MOST_DMA = 1 << 26;

export interface FwCfgOptions {
  readonly processors: number;
  /** Bytes of RAM. */
  readonly memory: bigint;
  /** By name, such as `etc/e820`. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Where the registers are: memory-mapped, or x86's ports. */
  readonly form: 'memory' | 'ports';
}

export type FwCfgState = { key: number; offset: number; dmaHigh: number };

const LAYOUT = {
  memory: { size: 24, data: 0, dataEnd: 8, selector: 8, dma: 16 },
  ports: { size: 12, data: 1, dataEnd: 2, selector: 0, dma: 4 },
} as const;

export class FwCfg implements Device<FwCfgState> {
  readonly compatible = 'qemu,fw-cfg-mmio';
  readonly size: number;
  readonly registers: readonly DeviceRegister[];
  state: FwCfgState = { key: 0, offset: 0, dmaHigh: 0 };
  readonly #items: ReadonlyMap<number, Uint8Array>;
  readonly #layout: (typeof LAYOUT)[keyof typeof LAYOUT];

  constructor(
    readonly id: string,
    private readonly memory: BusMaster,
    private readonly options: FwCfgOptions,
  ) {
    this.#layout = LAYOUT[options.form];
    this.size = this.#layout.size;
    this.#items = itemsOf(options);
    this.registers = [
      { name: 'DATA', offset: this.#layout.data, width: 1 },
      { name: 'SELECTOR', offset: this.#layout.selector, width: 2 },
      { name: 'DMA', offset: this.#layout.dma, width: 8 },
    ];
  }

  reset(): void {
    this.state = { key: 0, offset: 0, dmaHigh: 0 };
  }

  read(offset: number, width: 1 | 2 | 4): number {
    const { data, dataEnd } = this.#layout;
    if (offset < data || offset >= dataEnd) return this.peek(offset, width) ?? 0;
    let value = 0;
    // Bytes come in the order of the item: the first is the most significant.
    for (let byte = 0; byte < width; byte++) value = value * 256 + this.#next();
    return this.options.form === 'memory' ? swapped(value, width) : value;
  }

  /** Data registers move on when they are read. */
  peek(offset: number, width: 1 | 2 | 4): number | undefined {
    const { data, dataEnd, dma } = this.#layout;
    if (offset >= data && offset < dataEnd) return undefined;
    let value = 0;
    for (let byte = width - 1; byte >= 0; byte--) value = value * 256 + (DMA_SIGNATURE[offset + byte - dma] ?? 0);
    return value;
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { selector, dma } = this.#layout;
    if (offset === selector && width === 2) {
      this.#select(this.options.form === 'memory' ? swapped(value, 2) : value);
    } else if (offset === dma && width === 4) {
      this.state.dmaHigh = swapped(value, 4);
    } else if (offset === dma + 4 && width === 4) {
      const at = (BigInt(this.state.dmaHigh) << 32n) | BigInt(swapped(value, 4));
      this.state.dmaHigh = 0;
      this.#transfer(at);
    }
  }

  #select(key: number): void {
    this.state.key = key;
    this.state.offset = 0;
  }

  #next(): number {
    const item = this.#items.get(this.state.key);
    const byte = item?.[this.state.offset];
    if (byte === undefined) return 0;
    this.state.offset++;
    return byte;
  }

  /** Does what the control block at `at` says, and writes back how it went. */
  #transfer(at: bigint): void {
    const block = this.memory.readMemory(at, 16);
    if (!block) return;
    const view = new DataView(block.buffer, block.byteOffset, 16);
    const control = view.getUint32(0);
    const length = view.getUint32(4);
    const address = view.getBigUint64(8);
    if (control & DMA.select) this.#select(control >>> 16);
    let isGood = (control & DMA.write) === 0 && length <= MOST_DMA;
    if (isGood && control & DMA.read) {
      const bytes = new Uint8Array(length);
      const rest = this.#items.get(this.state.key)?.subarray(this.state.offset, this.state.offset + length);
      if (rest) bytes.set(rest);
      isGood = this.memory.writeMemory(address, bytes);
    }
    if (isGood && control & (DMA.read | DMA.skip)) this.state.offset += length;
    const answer = new Uint8Array(4);
    new DataView(answer.buffer).setUint32(0, isGood ? 0 : DMA.error);
    this.memory.writeMemory(at, answer);
  }
}

const swapped = (value: number, width: 1 | 2 | 4): number => {
  const view = new DataView(new ArrayBuffer(4));
  if (width === 4) view.setUint32(0, value);
  else if (width === 2) view.setUint16(0, value);
  else return value;
  return width === 4 ? view.getUint32(0, true) : view.getUint16(0, true);
};

const word = (value: bigint, bytes: 2 | 4 | 8): Uint8Array =>
  new Uint8Array(new BigUint64Array([value]).buffer).slice(0, bytes);

function itemsOf({ processors, memory, files = new Map() }: FwCfgOptions): Map<number, Uint8Array> {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const directory = new Uint8Array(4 + sorted.length * 64);
  const view = new DataView(directory.buffer);
  view.setUint32(0, sorted.length);
  const items = new Map<number, Uint8Array>([
    [KEY.signature, new TextEncoder().encode('QEMU')],
    [KEY.id, word(BigInt(FEATURES), 4)],
    [KEY.ramSize, word(memory, 8)],
    [KEY.processors, word(BigInt(processors), 2)],
    [KEY.maxProcessors, word(BigInt(processors), 2)],
    [KEY.files, directory],
  ]);
  for (const [index, [name, bytes]] of sorted.entries()) {
    const at = 4 + index * 64;
    view.setUint32(at, bytes.length);
    view.setUint16(at + 4, FIRST_FILE + index);
    directory.set(new TextEncoder().encode(name).subarray(0, NAME_BYTES - 1), at + 8);
    items.set(FIRST_FILE + index, bytes);
  }
  return items;
}
