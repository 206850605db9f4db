/**
 * The text mode of a VGA as a plain text: its memory at 0xB8000 and its ports 0x3C0 to 0x3DF, which keep what is written. It begins
 * in mode 3, 80 columns and 25 rows. There are no graphics.
 * @see IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import { characterOf } from './code-page-437';

/** Offsets of ports from 0x3C0. */
const PORT = {
  ATTRIBUTE: 0x00,
  ATTRIBUTE_READ: 0x01,
  MISC_WRITE: 0x02,
  SEQUENCER: 0x04,
  PALETTE_MASK: 0x06,
  PALETTE_READ: 0x07,
  PALETTE_WRITE: 0x08,
  PALETTE_DATA: 0x09,
  MISC: 0x0c,
  GRAPHICS: 0x0e,
  CRTC: 0x14,
  STATUS: 0x1a,
} as const;
const PORTS = 0x20;
const MEMORY = 0x1_0000;
const MEMORY_BYTES = 0x8000;
/** Where the pieces of its registers lie in it: ports at 0x3C0, memory at 0xB8000. */
export const VGA_PIECES = { ports: { first: 0, size: PORTS }, memory: { first: MEMORY, size: MEMORY_BYTES } } as const;

/** Registers of the CRT controller. */
const CRTC = { END: 0x01, OVERFLOW: 0x07, CELL_HEIGHT: 0x09, START: 0x0c, CURSOR: 0x0e, VERTICAL_END: 0x12 } as const;
/** What the video BIOS writes for mode 3. */
const MODE3 = {
  misc: 0x67,
  sequencer: [0x03, 0x00, 0x03, 0x00, 0x02],
  crtc: [
    ...[0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00],
    ...[0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff],
  ],
  graphics: [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff],
  attribute: [
    ...[0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f],
    ...[0x0c, 0x00, 0x0f, 0x08, 0x00],
  ],
} as const;
const STATUS = { BLANK: 0x01, RETRACE: 0x08 } as const;
/** Nanoseconds of a frame at 70 Hz, and of the vertical retrace at its end. */
const FRAME = 14_268_000n;
const RETRACE = 64_000n;
/** Nanoseconds of a line, and of its visible part. */
const LINE = 31_778n;
const VISIBLE_LINE = 25_422n;
/** Bytes of a cell: the character and its colours. */
const CELL = 2;

export type VgaTextState = {
  memory: Uint8Array;
  misc: number;
  /** Which register the index of each group names, and what they hold. */
  index: { sequencer: number; graphics: number; crtc: number; attribute: number };
  sequencer: number[];
  graphics: number[];
  crtc: number[];
  attribute: number[];
  /** The next write of the attribute port is an index. */
  isAttributeIndex: boolean;
  palette: number[];
  paletteMask: number;
  /** Components of colours, three a colour, where reads and writes go on. */
  paletteRead: number;
  paletteWrite: number;
};

const GROUPS = { [PORT.SEQUENCER]: 'sequencer', [PORT.GRAPHICS]: 'graphics', [PORT.CRTC]: 'crtc' } as const;
type Group = (typeof GROUPS)[keyof typeof GROUPS];

const groupAt = (offset: number): { readonly name: Group; readonly isData: boolean } | undefined => {
  const name = GROUPS[(offset & ~1) as keyof typeof GROUPS];
  return name && { name, isData: (offset & 1) === 1 };
};

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'ATTRIBUTE', offset: PORT.ATTRIBUTE, width: 1 },
  { name: 'MISC', offset: PORT.MISC, width: 1 },
  { name: 'SEQUENCER_INDEX', offset: PORT.SEQUENCER, width: 1 },
  { name: 'SEQUENCER', offset: PORT.SEQUENCER + 1, width: 1 },
  { name: 'GRAPHICS_INDEX', offset: PORT.GRAPHICS, width: 1 },
  { name: 'GRAPHICS', offset: PORT.GRAPHICS + 1, width: 1 },
  { name: 'CRTC_INDEX', offset: PORT.CRTC, width: 1 },
  { name: 'CRTC', offset: PORT.CRTC + 1, width: 1 },
];

export class VgaText implements Device<VgaTextState> {
  readonly compatible = 'ibm,vga';
  readonly size = MEMORY + MEMORY_BYTES;
  readonly registers = REGISTERS;
  state: VgaTextState = resetState();

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {
    this.state = resetState();
  }

  read(offset: number, width: 1 | 2 | 4): number {
    const { state } = this;
    const value = this.peek(offset, width);
    // Looking at the status makes the attribute port wait for an index.
    if (offset === PORT.STATUS) state.isAttributeIndex = true;
    if (offset === PORT.PALETTE_DATA) state.paletteRead = (state.paletteRead + 1) % state.palette.length;
    return value;
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { state } = this;
    if (offset >= MEMORY) return this.#memory(offset - MEMORY, width);
    if (width === 2 && offset < PORTS - 1) return this.peek(offset, 1) | (this.peek(offset + 1, 1) << 8);
    const group = groupAt(offset);
    if (group) return group.isData ? (state[group.name][state.index[group.name]] ?? 0) : state.index[group.name];
    switch (offset) {
      case PORT.ATTRIBUTE:
        return state.index.attribute;
      case PORT.ATTRIBUTE_READ:
        return state.attribute[state.index.attribute & 0x1f] ?? 0;
      case PORT.PALETTE_MASK:
        return state.paletteMask;
      case PORT.PALETTE_WRITE:
        return Math.floor(state.paletteWrite / 3);
      case PORT.PALETTE_DATA:
        return state.palette[state.paletteRead] ?? 0;
      case PORT.MISC:
        return state.misc;
      case PORT.STATUS:
        return this.#status();
      default:
        return 0xff;
    }
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    if (offset >= MEMORY) {
      for (let byte = 0; byte < width; byte++) this.state.memory[offset - MEMORY + byte] = value >>> (8 * byte);
      return;
    }
    // An index and its register in one store.
    for (let byte = 0; byte < width; byte++) this.#writePort(offset + byte, (value >>> (8 * byte)) & 0xff);
  }

  #writePort(offset: number, value: number): void {
    const { state } = this;
    const group = groupAt(offset);
    if (group?.isData) {
      const registers = state[group.name];
      const index = state.index[group.name];
      if (index < registers.length) registers[index] = value;
      return;
    }
    if (group) {
      state.index[group.name] = value;
      return;
    }
    switch (offset) {
      case PORT.ATTRIBUTE:
        if (state.isAttributeIndex) state.index.attribute = value & 0x3f;
        else if ((state.index.attribute & 0x1f) < state.attribute.length)
          state.attribute[state.index.attribute & 0x1f] = value;
        state.isAttributeIndex = !state.isAttributeIndex;
        return;
      case PORT.MISC_WRITE:
        state.misc = value;
        return;
      case PORT.PALETTE_MASK:
        state.paletteMask = value;
        return;
      case PORT.PALETTE_READ:
        state.paletteRead = 3 * value;
        return;
      case PORT.PALETTE_WRITE:
        state.paletteWrite = 3 * value;
        return;
      case PORT.PALETTE_DATA:
        state.palette[state.paletteWrite] = value & 0x3f;
        state.paletteWrite = (state.paletteWrite + 1) % state.palette.length;
        return;
    }
  }

  #memory(offset: number, width: 1 | 2 | 4): number {
    let value = 0;
    for (let byte = width - 1; byte >= 0; byte--) value = value * 256 + (this.state.memory[offset + byte] ?? 0);
    return value;
  }

  #status(): number {
    const now = this.context.now();
    if (now % FRAME >= FRAME - RETRACE) return STATUS.RETRACE | STATUS.BLANK;
    return now % LINE >= VISIBLE_LINE ? STATUS.BLANK : 0;
  }
}

/** The screen as rows of text, and where the cursor is on it. */
export interface TextScreen {
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number };
}

/** What stands on the screen. */
export const textOf = ({ memory, crtc }: Pick<VgaTextState, 'memory' | 'crtc'>): TextScreen => {
  const of = (index: number): number => crtc[index] ?? 0;
  const word = (index: number): number => (of(index) << 8) | of(index + 1);
  const columns = of(CRTC.END) + 1;
  const overflow = of(CRTC.OVERFLOW);
  const lines = (of(CRTC.VERTICAL_END) | ((overflow & 2) << 7) | ((overflow & 0x40) << 3)) + 1;
  const count = Math.floor(lines / ((of(CRTC.CELL_HEIGHT) & 0x1f) + 1));
  const start = word(CRTC.START);
  const byteAt = (cell: number): number => memory[(CELL * (start + cell)) % memory.length] ?? 0;
  const rows = Array.from({ length: count }, (_, row) =>
    Array.from({ length: columns }, (__, column) => characterOf(byteAt(row * columns + column)))
      .join('')
      .trimEnd(),
  );
  const cursor = Math.max(word(CRTC.CURSOR) - start, 0);
  return { rows, cursor: { row: Math.floor(cursor / columns), column: cursor % columns } };
};

const COLOURS = 256;

const resetState = (): VgaTextState => ({
  memory: new Uint8Array(MEMORY_BYTES),
  misc: MODE3.misc,
  index: { sequencer: 0, graphics: 0, crtc: 0, attribute: 0x20 },
  sequencer: [...MODE3.sequencer],
  graphics: [...MODE3.graphics],
  crtc: [...MODE3.crtc],
  attribute: [...MODE3.attribute],
  isAttributeIndex: true,
  palette: new Array<number>(3 * COLOURS).fill(0),
  paletteMask: 0xff,
  paletteRead: 0,
  paletteWrite: 0,
});
