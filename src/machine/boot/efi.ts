/**
 * The tables by which an EFI boot loader leads a kernel to its device tree and its initial RAM disk.
 * @see UEFI Specification 2.10, section 4.3 "EFI System Table", 4.6 "EFI Configuration Table"; Linux, `include/linux/efi.h` for the initrd's GUID
 */
import type { PhysicalRange } from './load-plan';

const SIGNATURE = 0x5453_5953_2049_4249n;
const REVISION = 0x0002_0064;
const SYSTEM_TABLE_BYTES = 120;
const COUNT_AT = 104;
const TABLES_AT = 112;
const ENTRY_BYTES = 24;

const DEVICE_TREE = 'b1b621d5-f19c-41a5-830b-d9152c69aae0';
const INITRD = '5568e427-68fc-4f3d-ac74-ca555231cc68';

/** A GUID as EFI keeps it: three little-endian numbers, then bytes. */
const guid = (text: string): Uint8Array => {
  const bytes = Uint8Array.from(text.replaceAll('-', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const swapped = (start: number, end: number): number[] => [...bytes.subarray(start, end)].reverse();
  return Uint8Array.from([...swapped(0, 4), ...swapped(4, 6), ...swapped(6, 8), ...bytes.subarray(8)]);
};

export interface EfiTables {
  /** Physical addresses that the tables get. */
  readonly at: { readonly systemTable: number; readonly tables: number; readonly initrd: number };
  readonly deviceTree: number;
  readonly initrd?: PhysicalRange;
}

/** The system table, the configuration tables that it names, and the description of the initial RAM disk. */
export function systemTable({
  at,
  deviceTree,
  initrd,
}: EfiTables): { readonly at: number; readonly bytes: Uint8Array }[] {
  const entries: (readonly [string, number])[] = [[DEVICE_TREE, deviceTree]];
  if (initrd) entries.push([INITRD, at.initrd]);

  const system = new Uint8Array(SYSTEM_TABLE_BYTES);
  const view = new DataView(system.buffer);
  view.setBigUint64(0, SIGNATURE, true);
  view.setUint32(8, REVISION, true);
  view.setUint32(12, SYSTEM_TABLE_BYTES, true);
  view.setBigUint64(COUNT_AT, BigInt(entries.length), true);
  view.setBigUint64(TABLES_AT, BigInt(at.tables), true);

  const tables = new Uint8Array(entries.length * ENTRY_BYTES);
  const tablesView = new DataView(tables.buffer);
  for (const [index, [name, address]] of entries.entries()) {
    tables.set(guid(name), index * ENTRY_BYTES);
    tablesView.setBigUint64(index * ENTRY_BYTES + 16, BigInt(address), true);
  }
  const parts = [
    { at: at.systemTable, bytes: system },
    { at: at.tables, bytes: tables },
  ];
  if (initrd) {
    const range = new BigUint64Array([BigInt(initrd.start), BigInt(initrd.end - initrd.start)]);
    parts.push({ at: at.initrd, bytes: new Uint8Array(range.buffer) });
  }
  return parts;
}
