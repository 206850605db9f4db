/** What a flash bank holds at power-on. */
export interface FlashBank {
  /** Bytes. */
  readonly size: number;
  /** Text (UTF-8) by byte offset; everything else is erased. */
  readonly at: readonly { readonly offset: number; readonly text: string }[];
}

/** What NOR flash reads where nothing was programmed. */
const ERASED = 0xff;

/** The bytes that `text` takes in a bank. */
export const programmed = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * The bytes of a bank up to the last programmed one: what a machine needs, as everything behind them is erased.
 * @throws RangeError if a text does not fit into the bank
 */
export function flashContents(bank: FlashBank): Uint8Array {
  const texts = bank.at.map(({ offset, text }) => ({ offset, bytes: programmed(text) }));
  const end = Math.max(0, ...texts.map(({ offset, bytes }) => offset + bytes.length));
  if (end > bank.size) throw new RangeError(`a text ends at ${end}, behind the bank's ${bank.size} bytes`);
  const contents = new Uint8Array(end).fill(ERASED);
  for (const { offset, bytes } of texts) contents.set(bytes, offset);
  return contents;
}

/**
 * The bytes of a whole bank, as a file for other emulators.
 * @throws RangeError if a text does not fit into the bank
 */
export function flashImage(bank: FlashBank): Uint8Array {
  const image = new Uint8Array(bank.size).fill(ERASED);
  image.set(flashContents(bank));
  return image;
}
