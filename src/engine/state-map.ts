/** Where the registers of an instruction set lie in a hart's state, from its {@link StateLayout}. */
import type { RegisterFile, RegisterView, StateLayout } from '../isa/core/state-layout';
import { HART_STATE_BYTES, STATE } from './layout';

/** A file, or a view of one, as addresses. */
export interface PlacedFile {
  readonly name: string;
  readonly count: number;
  /** Of register 0 (of its part), in bytes from the start of the hart's state. */
  readonly offset: number;
  /** Bytes from one register to the next: a power of two. */
  readonly stride: 8 | 16;
  /** Width of one access. */
  readonly bits: 8 | 16 | 32 | 64 | 128;
  readonly zero?: number;
  /** Registers that lie elsewhere: bytes from `offset`. */
  readonly moved: ReadonlyMap<number, number>;
  /** Bytes from `offset` to the cell that swallows writes to `zero`. */
  readonly scratch: number;
}

export interface StateMap {
  readonly files: ReadonlyMap<string, PlacedFile>;
  /** Byte offsets in the hart's state. */
  readonly slots: ReadonlyMap<string, number>;
}

/** @throws Error when the layout contradicts itself or needs more than a hart's state has: mistakes of ours. */
export const mapState = ({ files, views = [], slots }: StateLayout): StateMap => {
  let end: number = STATE.registers;
  const take = (bytes: number): number => {
    const at = end;
    end += bytes;
    return at;
  };
  const starts = files.map((file) => take((file.count + (file.zero === undefined ? 0 : 1)) * (file.bits / 8)));
  const slotOffsets = new Map(slots.map((name) => [name, take(8)]));
  if (end > HART_STATE_BYTES) throw new Error(`a hart's state of ${end} bytes does not fit ${HART_STATE_BYTES}`);
  const placed = new Map<string, PlacedFile>();
  const place = (file: PlacedFile): void => {
    if (placed.has(file.name)) throw new Error(`two register files named ${file.name}`);
    placed.set(file.name, file);
  };
  for (const [index, file] of files.entries()) place(placeFile(file, starts[index] ?? 0));
  for (const view of views) place(placeView(view, placed.get(view.of), slotOffsets));
  return { files: placed, slots: slotOffsets };
};

const placeFile = ({ name, count, bits, zero }: RegisterFile, offset: number): PlacedFile => {
  const stride = bits === 128 ? 16 : 8;
  return {
    name,
    count,
    offset,
    stride,
    bits,
    moved: new Map(),
    scratch: count * stride,
    ...(zero !== undefined && { zero }),
  };
};

const placeView = (
  { name, of, bits, byte = 0, zero, slots, parts }: RegisterView,
  file: PlacedFile | undefined,
  slotOffsets: ReadonlyMap<string, number>,
): PlacedFile => {
  if (!file) throw new Error(`${name} is a view of ${of}, which is no register file`);
  if (zero !== undefined && file.zero === undefined) throw new Error(`${name}: ${of} has no cell for writes to a zero`);
  if (file.zero !== undefined && zero !== file.zero && slots?.[file.zero] === undefined) {
    throw new Error(`${name} must say what number ${file.zero} is, which ${of} has no register for`);
  }
  const moved = Object.entries(slots ?? {}).map(([index, slot]): [number, number] => {
    const at = slotOffsets.get(slot);
    if (at === undefined) throw new Error(`${name} names the slot ${slot}, which there is not`);
    return [Number(index), at - file.offset - byte];
  });
  const inParts = Object.entries(parts ?? {}).map(([index, part]): [number, number] => [
    Number(index),
    part.register * file.stride + part.byte - byte,
  ]);
  return {
    name,
    count: file.count,
    offset: file.offset + byte,
    stride: file.stride,
    bits: bits ?? file.bits,
    moved: new Map([...moved, ...inParts]),
    scratch: file.scratch,
    ...(zero !== undefined && { zero }),
  };
};

/** Bytes from the file's `offset` to a register. A write to the zero register goes to the scratch cell. */
export const cellOf = (file: PlacedFile, index: number, use: 'read' | 'write'): number =>
  use === 'write' && index === file.zero ? file.scratch : (file.moved.get(index) ?? index * file.stride);
