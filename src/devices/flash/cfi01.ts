/**
 * Parallel NOR flash with the Intel/Sharp command set (CFI primary set 0x0001): two 16-bit chips side by side on a
 * 32-bit bus, as QEMU's `virt` wires them. A 32-bit command word carries the same command for both chips; the model
 * keeps one state for both and takes the command from the low chip's lane.
 *
 * Programming clears bits and never sets them, and an erase happens at its confirm cycle, as the data sheet says
 * (QEMU overwrites, and erases one cycle earlier). Clear Status returns to array reads, as QEMU does.
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const COMMAND = {
  BLOCK_LOCK_CONFIRM: 0x01,
  PROGRAM_ALTERNATE: 0x10,
  BLOCK_ERASE: 0x20,
  ERASE_ALTERNATE: 0x28,
  PROGRAM: 0x40,
  CLEAR_STATUS: 0x50,
  LOCK_SETUP: 0x60,
  READ_STATUS: 0x70,
  READ_ID: 0x90,
  READ_QUERY: 0x98,
  SUSPEND: 0xb0,
  CONFIRM: 0xd0,
  WRITE_TO_BUFFER: 0xe8,
  READ_ARRAY: 0xff,
} as const;

/** Status register bits of one chip. */
export const CFI_STATUS = { READY: 0x80, ERASE_ERROR: 0x20, PROGRAM_ERROR: 0x10, LOCKED: 0x02 } as const;

const BANK_WIDTH = 4;
const MANUFACTURER = 0x89;
const DEVICE = 0x18;
/** log2 of the write buffer of one chip. */
const BUFFER_SHIFT = 11;
const BUFFER_SIZE = 2 << BUFFER_SHIFT;

export type Cfi01State = {
  mode: 'array' | 'status' | 'id' | 'query';
  /** What the next write means. */
  expects: 'command' | 'data' | 'eraseConfirm' | 'lockConfirm' | 'count' | 'bufferData' | 'bufferConfirm';
  status: number;
  /** Write-buffer program: where it goes, what it holds, how many words are still to come. */
  bufferBlock: number;
  buffer: { offset: number; width: number; value: number }[];
  wordsLeft: number;
  /** Locked block numbers. */
  locked: number[];
  /** Whole contents of each block that differs from the base image, by block number. */
  blocks: { [block: string]: Uint8Array };
};

export interface Cfi01Options {
  /** Bytes of both chips together. */
  readonly size: number;
  /** Bytes of an erase block over both chips. */
  readonly blockSize: number;
  /**
   * Initial contents from offset 0; what an image leaves out reads 0xff, as erased. Without one the whole bank reads 0: that
   * is QEMU's flash without a file, and guests tell by it that nothing is there.
   */
  readonly image?: Uint8Array;
}

const REGISTERS: readonly DeviceRegister[] = [
  {
    name: 'status',
    offset: 0,
    width: 4,
    doc: 'Both chips’ status, while the flash is in status mode.',
    fields: [
      { name: 'READY', high: 7, low: 7 },
      { name: 'ERASE_ERROR', high: 5, low: 5 },
      { name: 'PROGRAM_ERROR', high: 4, low: 4 },
      { name: 'LOCKED', high: 1, low: 1, doc: 'a locked block was to be changed' },
    ],
  },
];

const resetState = (): Cfi01State => ({
  mode: 'array',
  expects: 'command',
  status: CFI_STATUS.READY,
  bufferBlock: 0,
  buffer: [],
  wordsLeft: 0,
  locked: [],
  blocks: {},
});

/** One bank of flash. It has no interrupt. */
export class Cfi01 implements Device<Cfi01State> {
  readonly compatible = 'cfi-flash';
  readonly size: number;
  readonly registers = REGISTERS;
  state: Cfi01State = resetState();
  private readonly blockSize: number;
  private readonly image: Uint8Array;
  /** What bytes read that nobody has written. */
  private readonly blank: number;
  private readonly query: Uint8Array;

  constructor(
    readonly id: string,
    _context: DeviceContext,
    options: Cfi01Options,
  ) {
    this.size = options.size;
    this.blockSize = options.blockSize;
    this.blank = options.image ? 0xff : 0;
    this.image = (options.image ?? new Uint8Array()).subarray(0, options.size);
    this.query = queryTable(options);
  }

  /** True while reads see the contents, so that they may be served without asking the device. */
  get isArrayMode(): boolean {
    return this.state.mode === 'array';
  }

  /** A copy of the contents, whatever mode the flash is in; bytes past the end read as unwritten ones. */
  bytes(offset: number, length: number): Uint8Array {
    const result = new Uint8Array(length).fill(this.blank);
    let at = offset;
    while (at < Math.min(offset + length, this.size)) {
      const block = Math.floor(at / this.blockSize);
      const end = Math.min(offset + length, (block + 1) * this.blockSize);
      const dirty = this.state.blocks[block];
      const source = dirty ?? this.image;
      const base = dirty === undefined ? 0 : block * this.blockSize;
      result.set(source.subarray(at - base, end - base), at - offset);
      at = end;
    }
    return result;
  }

  /** Contents survive, as they do in the chip; mode, status and locks do not. */
  reset(): void {
    this.state = { ...resetState(), blocks: this.state.blocks };
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { state } = this;
    if (state.mode === 'array') return this.arrayWord(offset, width);
    const index = Math.floor(offset / BANK_WIDTH);
    const chip =
      state.mode === 'status' ? state.status : state.mode === 'id' ? this.identity(index) : (this.query[index] ?? 0);
    // Both chips answer alike, each on its 16 lanes.
    const word = (chip | (chip << 16)) >>> (8 * (offset & 3));
    return width === 4 ? word >>> 0 : word & (width === 2 ? 0xffff : 0xff);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { state } = this;
    const command = value & 0xff;
    const block = Math.floor(offset / this.blockSize);
    switch (state.expects) {
      case 'command':
        this.command(offset, command);
        return;
      case 'data':
        this.change(block, CFI_STATUS.PROGRAM_ERROR, (bytes) => program(bytes, offset % this.blockSize, width, value));
        this.finish();
        return;
      case 'eraseConfirm':
        if (command === COMMAND.READ_ARRAY) {
          this.readArray();
          return;
        }
        if (command === COMMAND.CONFIRM) this.change(block, CFI_STATUS.ERASE_ERROR, (bytes) => bytes.fill(0xff));
        else state.status |= CFI_STATUS.ERASE_ERROR | CFI_STATUS.PROGRAM_ERROR;
        this.finish();
        return;
      case 'lockConfirm':
        this.lock(block, command);
        return;
      case 'count':
        // Each chip takes count + 1 of its own words.
        state.wordsLeft = (value & 0xffff) + 1;
        state.buffer = [];
        state.bufferBlock = block;
        state.expects = 'bufferData';
        if (state.wordsLeft * BANK_WIDTH > BUFFER_SIZE) this.abortBuffer();
        return;
      case 'bufferData':
        if (block !== state.bufferBlock) {
          this.abortBuffer();
          return;
        }
        state.buffer.push({ offset: offset % this.blockSize, width, value });
        state.wordsLeft -= 1;
        if (state.wordsLeft === 0) state.expects = 'bufferConfirm';
        return;
      case 'bufferConfirm':
        if (command !== COMMAND.CONFIRM) {
          this.abortBuffer();
          return;
        }
        // At whatever address: EDK2 confirms at the start of the bank, and QEMU does not look at it either.
        this.change(state.bufferBlock, CFI_STATUS.PROGRAM_ERROR, (bytes) => {
          for (const word of state.buffer) program(bytes, word.offset, word.width, word.value);
        });
        state.buffer = [];
        this.finish();
        return;
    }
  }

  private command(offset: number, command: number): void {
    const { state } = this;
    switch (command) {
      case COMMAND.PROGRAM:
      case COMMAND.PROGRAM_ALTERNATE:
        this.expect('data');
        return;
      case COMMAND.BLOCK_ERASE:
      case COMMAND.ERASE_ALTERNATE:
        this.expect('eraseConfirm');
        return;
      case COMMAND.LOCK_SETUP:
        this.expect('lockConfirm');
        return;
      case COMMAND.WRITE_TO_BUFFER:
        state.bufferBlock = Math.floor(offset / this.blockSize);
        this.expect('count');
        return;
      case COMMAND.READ_STATUS:
      case COMMAND.SUSPEND: // Nothing is ever under way, so there is nothing to suspend.
      case COMMAND.CONFIRM:
        this.finish();
        return;
      case COMMAND.READ_ID:
        state.mode = 'id';
        return;
      case COMMAND.READ_QUERY:
        state.mode = 'query';
        return;
      case COMMAND.CLEAR_STATUS:
        state.status = CFI_STATUS.READY;
        this.readArray();
        return;
      default:
        this.readArray(); // Read Array, and what the chip does not know.
        return;
    }
  }

  private expect(expects: Cfi01State['expects']): void {
    this.state.expects = expects;
    this.state.mode = 'status';
  }

  private finish(): void {
    this.expect('command');
    this.state.status |= CFI_STATUS.READY;
  }

  private readArray(): void {
    this.state.expects = 'command';
    this.state.mode = 'array';
  }

  private abortBuffer(): void {
    this.state.buffer = [];
    this.state.wordsLeft = 0;
    this.state.status |= CFI_STATUS.PROGRAM_ERROR | CFI_STATUS.ERASE_ERROR;
    this.finish();
  }

  private lock(block: number, command: number): void {
    const { state } = this;
    if (command === COMMAND.BLOCK_LOCK_CONFIRM) {
      if (!state.locked.includes(block)) state.locked = [...state.locked, block].sort((a, b) => a - b);
    } else if (command === COMMAND.CONFIRM) {
      state.locked = state.locked.filter((other) => other !== block);
    } else if (command === COMMAND.READ_ARRAY) {
      this.readArray();
      return;
    } else {
      state.status |= CFI_STATUS.ERASE_ERROR | CFI_STATUS.PROGRAM_ERROR;
    }
    this.finish();
  }

  private change(block: number, error: number, apply: (bytes: Uint8Array) => void): void {
    const { state } = this;
    if (state.locked.includes(block)) {
      state.status |= error | CFI_STATUS.LOCKED;
      return;
    }
    let bytes = state.blocks[block];
    if (bytes === undefined) {
      bytes = this.bytes(block * this.blockSize, this.blockSize);
      state.blocks[block] = bytes;
    }
    apply(bytes);
  }

  private identity(index: number): number {
    const wordsPerBlock = this.blockSize / BANK_WIDTH;
    switch (index % wordsPerBlock) {
      case 0:
        return MANUFACTURER;
      case 1:
        return DEVICE;
      case 2:
        return this.state.locked.includes(Math.floor(index / wordsPerBlock)) ? 1 : 0;
      default:
        return 0;
    }
  }

  private arrayWord(offset: number, width: number): number {
    const block = Math.floor(offset / this.blockSize);
    const dirty = this.state.blocks[block];
    const bytes = dirty ?? this.image;
    const at = dirty === undefined ? offset : offset % this.blockSize;
    let value = 0;
    for (let index = width - 1; index >= 0; index--) value = (value << 8) | (bytes[at + index] ?? this.blank);
    return value >>> 0;
  }
}

const program = (bytes: Uint8Array, offset: number, width: number, value: number): void => {
  for (let index = 0; index < width; index++) {
    bytes[offset + index] = (bytes[offset + index] ?? 0xff) & (value >>> (8 * index));
  }
};

/** The CFI query structure of one chip, one entry a word. */
function queryTable({ size, blockSize }: Cfi01Options): Uint8Array {
  const table = new Uint8Array(0x52);
  const put = (at: number, ...bytes: number[]): void => table.set(bytes, at);
  const chipBlock = blockSize / 2;
  const blocks = size / blockSize;
  put(0x10, 0x51, 0x52, 0x59); // "QRY"
  put(0x13, 0x01, 0x00, 0x31, 0x00); // primary command set 1, its table at 0x31
  put(0x1b, 0x45, 0x55, 0x00, 0x00); // Vcc 4.5–5.5 V, no Vpp
  put(0x1f, 0x07, 0x07, 0x0a, 0x00); // typical times: word, buffer 2^7 µs, erase 2^10 ms
  put(0x23, 0x04, 0x04, 0x04, 0x00); // at most 2^4 times that
  put(0x27, 31 - Math.clz32(size / 2)); // bytes of a chip, log2
  put(0x28, 0x02, 0x00); // x8/x16 interface
  put(0x2a, BUFFER_SHIFT, 0x00);
  put(0x2c, 0x01); // one region of equal blocks
  put(0x2d, (blocks - 1) & 0xff, (blocks - 1) >> 8, (chipBlock >> 8) & 0xff, chipBlock >> 16);
  put(0x31, 0x50, 0x52, 0x49, 0x31, 0x30); // "PRI" version 1.0
  put(0x3f, 0x01); // one protection field
  return table;
}
