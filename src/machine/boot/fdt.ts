/**
 * Flattened device trees, version 17: a tree as data becomes the bytes a kernel finds at boot.
 * See the Devicetree Specification 0.4, "Flattened Devicetree (DTB) Format".
 */

/** A property: strings become a string list, numbers 32-bit cells, bigints 64-bit cell pairs, `true` an empty value. */
export type FdtValue = true | string | number | bigint | Uint8Array | readonly (string | number | bigint)[];

export interface FdtNode {
  /** With its unit address, e.g. `serial@10000000`; empty for the root. */
  readonly name: string;
  readonly properties: Readonly<Record<string, FdtValue>>;
  readonly children?: readonly FdtNode[];
}

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_SIZE = 40;
/** The memory reservation block holds only its terminator. */
const RESERVATIONS_SIZE = 16;
const TOKEN = { BEGIN_NODE: 1, END_NODE: 2, PROP: 3, END: 9 } as const;

/** A growing big-endian byte buffer. */
class Writer {
  private readonly bytes: number[] = [];

  get length(): number {
    return this.bytes.length;
  }

  cell(value: number): void {
    this.bytes.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }

  data(bytes: Uint8Array): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  align(): void {
    while (this.bytes.length % 4 !== 0) this.bytes.push(0);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

const encodeString = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);

/** The bytes of one property value. */
function encodeValue(value: FdtValue): Uint8Array {
  if (value === true) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  const writer = new Writer();
  for (const item of Array.isArray(value) ? value : [value]) {
    if (typeof item === 'string') writer.data(encodeString(item));
    else if (typeof item === 'number') writer.cell(item);
    else {
      writer.cell(Number(BigInt.asUintN(32, item >> 32n)));
      writer.cell(Number(BigInt.asUintN(32, item)));
    }
  }
  return writer.finish();
}

/** Encodes the tree below `root`; `bootHart` is the physical id of the hart that boots. */
export function encodeFdt(root: FdtNode, bootHart = 0): Uint8Array {
  const structure = new Writer();
  const strings = new Writer();
  const stringOffsets = new Map<string, number>();

  const nameOffset = (name: string): number => {
    const known = stringOffsets.get(name);
    if (known !== undefined) return known;
    const offset = strings.length;
    stringOffsets.set(name, offset);
    strings.data(encodeString(name));
    return offset;
  };

  const putNode = (node: FdtNode): void => {
    structure.cell(TOKEN.BEGIN_NODE);
    structure.data(encodeString(node.name));
    structure.align();
    for (const [name, value] of Object.entries(node.properties)) {
      const bytes = encodeValue(value);
      structure.cell(TOKEN.PROP);
      structure.cell(bytes.length);
      structure.cell(nameOffset(name));
      structure.data(bytes);
      structure.align();
    }
    for (const child of node.children ?? []) putNode(child);
    structure.cell(TOKEN.END_NODE);
  };

  putNode(root);
  structure.cell(TOKEN.END);

  const structureOffset = HEADER_SIZE + RESERVATIONS_SIZE;
  const stringsOffset = structureOffset + structure.length;
  const blob = new Writer();
  for (const field of [
    MAGIC,
    stringsOffset + strings.length,
    structureOffset,
    stringsOffset,
    HEADER_SIZE,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    bootHart,
    strings.length,
    structure.length,
  ]) {
    blob.cell(field);
  }
  blob.data(new Uint8Array(RESERVATIONS_SIZE));
  blob.data(structure.finish());
  blob.data(strings.finish());
  return blob.finish();
}
