/**
 * The section headers of an ELF as boot loaders hand them to the kernel, with the sections that no segment has (symbols and
 * their names) put into memory behind it.
 */
import { t } from '../../base/l10n';
import type { LoadSegment, NamedFile } from './load-plan';
import { highMemory, lowestFree, noRoomFor, type PcSetting } from './pc-start';

/** Offsets in the header and in section headers of the two classes. */
const FORMS = {
  1: { table: 32, entrySize: 46, count: 48, names: 50, bytes: 40, address: 12, offset: 16, size: 20 },
  2: { table: 40, entrySize: 58, count: 60, names: 62, bytes: 64, address: 16, offset: 24, size: 32 },
} as const;
const TYPE_AT = 4;
/** Symbols and the names of symbols and sections. */
const LOADED: readonly number[] = [2, 3];

export interface ElfSections {
  /** Count, bytes of a header, index of the section names; then the headers. */
  readonly tag: Uint8Array;
  readonly segments: readonly LoadSegment[];
}

/** The sections of a file whose segments lie at `placed`; `undefined` where it has none that can be read. */
export function elfSectionsOf(
  { name, bytes }: NamedFile,
  placed: readonly LoadSegment[],
  setting: PcSetting,
): ElfSections | undefined {
  const form = bytes[4] === 1 ? FORMS[1] : FORMS[2];
  const is32 = form === FORMS[1];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (of: DataView, at: number): number =>
    is32 ? of.getUint32(at, true) : Number(of.getBigUint64(at, true));
  const table = word(view, form.table);
  const count = view.getUint16(form.count, true);
  const entrySize = view.getUint16(form.entrySize, true);
  if (table === 0 || count === 0 || entrySize !== form.bytes || table + count * entrySize > bytes.length)
    return undefined;
  const headers = bytes.slice(table, table + count * entrySize);
  const fields = new DataView(headers.buffer);
  const segments: LoadSegment[] = [];
  const end = Math.max(...placed.map(({ pa, memsz }) => pa + memsz));
  for (let index = 0; index < count; index++) {
    const at = index * entrySize;
    const [offset, size] = [word(fields, at + form.offset), word(fields, at + form.size)];
    if (word(fields, at + form.address) !== 0 || !LOADED.includes(fields.getUint32(at + TYPE_AT, true))) continue;
    if (size === 0 || offset + size > bytes.length) continue;
    const taken = [...setting.taken, ...placed, ...segments];
    const pa = lowestFree(taken, size, { start: end, end: highMemory(setting).end }, 8);
    if (pa === undefined) throw noRoomFor(t`the symbols`);
    segments.push({ pa, bytes: bytes.subarray(offset, offset + size), memsz: size, name: t`${name}, symbols` });
    if (is32) fields.setUint32(at + form.address, pa, true);
    else fields.setBigUint64(at + form.address, BigInt(pa), true);
  }
  const head = new Uint32Array([count, entrySize, view.getUint16(form.names, true)]);
  const tag = new Uint8Array(12 + headers.length);
  tag.set(new Uint8Array(head.buffer));
  tag.set(headers, 12);
  return { tag, segments };
}
