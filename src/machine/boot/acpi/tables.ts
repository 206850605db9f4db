/**
 * System description tables as bytes that lie anywhere: where they point to each other and where they have checksums is noted, so
 * that either the machine or a firmware can put them in place.
 * @see ACPI Specification 6.5, section 5.2 "ACPI System Description Tables"
 */

/** A place that holds the address of another. */
export interface Pointer {
  /** Offset of the pointer. */
  readonly at: number;
  readonly bytes: 4 | 8;
}

/** A byte that makes the sum of a range 0. */
export interface Checksum {
  readonly at: number;
  readonly start: number;
  readonly length: number;
}

/** Tables, one behind the other; pointers hold offsets in the tables. */
export interface Tables {
  readonly bytes: Uint8Array;
  readonly pointers: readonly Pointer[];
  readonly checksums: readonly Checksum[];
}

const HEADER_BYTES = 36;
const CHECKSUM_AT = 9;
const OEM = 'WRLDST';
const OEM_TABLE = 'WRLDSTEP';

/** Text and numbers at their offsets in a table. */
export type Field = readonly [at: number, bytes: 1 | 2 | 4 | 8, value: number];

/** Writes numbers into a table. */
export const setFields = (bytes: Uint8Array, fields: readonly Field[]): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [at, width, value] of fields) {
    if (width === 8) view.setBigUint64(at, BigInt(value), true);
    else if (width === 4) view.setUint32(at, value, true);
    else if (width === 2) view.setUint16(at, value, true);
    else view.setUint8(at, value);
  }
};

/** The header that all tables but FACS and RSDP begin with, and what follows it. */
export const systemTable = (signature: string, revision: number, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  bytes.set(new TextEncoder().encode(signature));
  setFields(bytes, [
    [4, 4, bytes.length],
    [8, 1, revision],
    [24, 4, 1],
    [32, 4, 1],
  ]);
  bytes.set(new TextEncoder().encode(OEM + OEM_TABLE), 10);
  bytes.set(new TextEncoder().encode(OEM.slice(0, 4)), 28);
  bytes.set(body, HEADER_BYTES);
  return bytes;
};

/** Joins tables; who adds one learns its offset. */
export class TableList {
  readonly #parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  readonly #pointers: Pointer[] = [];
  readonly #checksums: Checksum[] = [];
  #end = 0;

  /**
   * Adds a table with a header.
   * @param pointers in the table: offset, bytes, and the offset of the table that is pointed to
   */
  add(bytes: Uint8Array, pointers: readonly Field[] = []): number {
    const at = this.addPlain(bytes, 8, pointers);
    this.#checksums.push({ at: at + CHECKSUM_AT, start: at, length: bytes.length });
    return at;
  }

  /** Adds one that has no checksum. */
  addPlain(bytes: Uint8Array, alignment: number, pointers: readonly Field[] = []): number {
    const at = Math.ceil(this.#end / alignment) * alignment;
    setFields(bytes, pointers);
    this.#parts.push({ at, bytes });
    for (const [offset, width] of pointers) {
      if (width === 4 || width === 8) this.#pointers.push({ at: at + offset, bytes: width });
    }
    this.#end = at + bytes.length;
    return at;
  }

  get tables(): Tables {
    const bytes = new Uint8Array(this.#end);
    for (const part of this.#parts) bytes.set(part.bytes, part.at);
    return { bytes, pointers: this.#pointers, checksums: this.#checksums };
  }
}

/** The tables as they are in memory. @param base what pointers count from */
export function placed({ bytes, pointers, checksums }: Tables, base: number): Uint8Array {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  for (const { at, bytes: width } of pointers) {
    if (width === 8) view.setBigUint64(at, view.getBigUint64(at, true) + BigInt(base), true);
    else view.setUint32(at, view.getUint32(at, true) + base, true);
  }
  for (const { at, start, length } of checksums) {
    result[at] = 0;
    const sum = result.subarray(start, start + length).reduce((all, byte) => all + byte, 0);
    result[at] = -sum & 0xff;
  }
  return result;
}
