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
 * The bytes of a whole bank.
 * @throws RangeError if a text does not fit into the bank
 */
export function flashImage(bank: FlashBank): Uint8Array {
  const bytes = new Uint8Array(bank.size).fill(ERASED);
  for (const { offset, text } of bank.at) bytes.set(programmed(text), offset);
  return bytes;
}
