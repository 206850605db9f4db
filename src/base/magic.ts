/** What files begin with. */

/** Whether the bytes at `at` are these letters, each one byte; false where they end before. */
export const hasText = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
