/** Identification registers that Arm's PrimeCell peripherals have at the end of their page, a byte a word. */

const FIRST = 0xfe0;
/** The last four are the same in all of them. */
const CELL_ID = [0x0d, 0xf0, 0x05, 0xb1];

/** A part's identification at an offset; undefined below the first such register. @param part its own four bytes */
export const primecellId = (part: readonly [number, number, number, number], offset: number): number | undefined =>
  offset < FIRST || offset > 0xfff ? undefined : ([...part, ...CELL_ID][(offset - FIRST) >> 2] ?? 0);
