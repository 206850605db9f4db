/** Builds small ELF files for tests: what readers insist on is there, such as tables at multiples of 8. */
export interface BuildSegment {
  readonly vaddr: bigint;
  readonly paddr?: bigint;
  readonly bytes: Uint8Array;
  readonly memsz?: bigint;
  /** `p_type`; PT_LOAD if absent. */
  readonly type?: number;
}

export interface BuildElf {
  readonly segments: readonly BuildSegment[];
  readonly entry?: bigint;
  readonly machine?: number;
  readonly type?: number;
  readonly symbols?: Readonly<Record<string, bigint>>;
}

export function buildElf({ segments, entry, machine = 243, type = 2, symbols = {} }: BuildElf): Uint8Array {
  const chunks: Uint8Array[] = [];
  let at = 64 + 56 * segments.length;
  const append = (bytes: Uint8Array): number => {
    const start = at;
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    chunks.push(padded);
    at += padded.length;
    return start;
  };
  const offsets = segments.map(({ bytes }) => append(bytes));
  const names = Object.keys(symbols);
  const strings = new TextEncoder().encode(`\0${names.map((name) => `${name}\0`).join('')}`);
  const table = new DataView(new ArrayBuffer(24 * (names.length + 1)));
  let nameAt = 1;
  names.forEach((name, index) => {
    table.setUint32(24 * (index + 1), nameAt, true);
    table.setUint16(24 * (index + 1) + 6, 1, true);
    table.setBigUint64(24 * (index + 1) + 8, symbols[name] ?? 0n, true);
    nameAt += name.length + 1;
  });
  const stringsAt = append(strings);
  const tableAt = append(new Uint8Array(table.buffer));
  const sections = new DataView(new ArrayBuffer(64 * 3));
  const section = (index: number, kind: number, start: number, size: number, link: number, each = 0): void => {
    sections.setUint32(64 * index + 4, kind, true);
    sections.setBigUint64(64 * index + 24, BigInt(start), true);
    sections.setBigUint64(64 * index + 32, BigInt(size), true);
    sections.setUint32(64 * index + 40, link, true);
    sections.setBigUint64(64 * index + 56, BigInt(each), true);
  };
  section(1, 2, tableAt, table.byteLength, 2, 24);
  section(2, 3, stringsAt, strings.length, 0);
  const sectionsAt = append(new Uint8Array(sections.buffer));

  const file = new Uint8Array(at);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, type, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, entry ?? segments[0]?.vaddr ?? 0n, true);
  view.setBigUint64(32, 64n, true);
  view.setBigUint64(40, BigInt(sectionsAt), true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, segments.length, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 3, true);
  // The sections have no names; the empty one is in this table as well.
  view.setUint16(62, 2, true);
  segments.forEach(({ vaddr, paddr, bytes, memsz, type = 1 }, index) => {
    const header = 64 + 56 * index;
    view.setUint32(header, type, true);
    view.setUint32(header + 4, 7, true);
    view.setBigUint64(header + 8, BigInt(offsets[index] ?? 0), true);
    view.setBigUint64(header + 16, vaddr, true);
    view.setBigUint64(header + 24, paddr ?? vaddr, true);
    view.setBigUint64(header + 32, BigInt(bytes.length), true);
    view.setBigUint64(header + 40, memsz ?? BigInt(bytes.length), true);
  });
  let start = 64 + 56 * segments.length;
  for (const chunk of chunks) {
    file.set(chunk, start);
    start += chunk.length;
  }
  return file;
}
