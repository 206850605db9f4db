import { t } from '../base/l10n';
import { ImageError } from './image-error';

/** What a flash bank holds at power-on. */
export interface FlashBank {
  /** Bytes. */
  readonly size: number;
  /** Text (UTF-8) by byte offset; everything else is erased. */
  readonly at: readonly { readonly offset: number; readonly text: string }[];
  /** Firmware: its last byte is the bank's last byte, as a PC starts at the end of its flash. */
  readonly end?: Uint8Array;
}

/** What NOR flash reads where nothing was programmed. */
const ERASED = 0xff;

/** The bytes that `text` takes in a bank. */
export const programmed = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** What messages call it. */
  readonly name: string;
}

/**
 * The bytes of a bank up to the last programmed one: what a machine needs, as everything behind them is erased.
 * @throws ImageError if a piece does not fit into the bank, or two overlap
 */
export function flashContents(bank: FlashBank): Uint8Array {
  const pieces = checkedPieces(bank);
  const end = Math.max(0, ...pieces.map(({ offset, bytes }) => offset + bytes.length));
  const contents = new Uint8Array(end).fill(ERASED);
  for (const { offset, bytes } of pieces) contents.set(bytes, offset);
  return contents;
}

/**
 * The bytes of a whole bank, as a file for other emulators.
 * @throws ImageError if a piece does not fit into the bank, or two overlap
 */
export function flashImage(bank: FlashBank): Uint8Array {
  const contents = flashContents(bank);
  const image = new Uint8Array(bank.size).fill(ERASED);
  image.set(contents);
  return image;
}

function checkedPieces({ size, at, end }: FlashBank): readonly Piece[] {
  const pieces: Piece[] = at.map(({ offset, text }) => ({ offset, bytes: programmed(text), name: `"${text}"` }));
  if (end) pieces.push({ offset: size - end.length, bytes: end, name: t`the file at the end` });
  pieces.sort((a, b) => a.offset - b.offset);
  for (const [index, { offset, bytes, name }] of pieces.entries()) {
    const next = offset + bytes.length;
    if (offset < 0 || next > size) {
      const where = offset > 0 ? t` at offset ${offset}` : '';
      throw new ImageError(
        t`${name} has ${bytes.length} bytes and does not fit into a flash bank of ${size} bytes${where}. Make the bank larger.`,
      );
    }
    const other = pieces[index + 1];
    if (other && other.offset < next) {
      throw new ImageError(
        t`${name} ends at offset ${next} of the flash bank, where ${other.name} has begun at ${other.offset}. Move one of them.`,
      );
    }
  }
  return pieces;
}
