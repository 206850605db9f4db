/**
 * The memory map of a PC as its firmware tells it, and the forms in which boot protocols hand it on.
 * @see ACPI Specification 6.5, section 15 "System Address Map Interfaces"
 */

/** Kinds of memory by their numbers in all of the forms. */
export const MEMORY = { usable: 1, reserved: 2, acpi: 3 } as const;

export interface MemoryRange {
  readonly start: number;
  /** Bytes. */
  readonly size: number;
  /** Of {@link MEMORY}. */
  readonly type: number;
}

/** How an entry of a form is laid out: bytes, and where its fields are. */
interface EntryForm {
  readonly bytes: number;
  /** The size of what follows, in entries that begin with it. */
  readonly size?: number;
  readonly start: number;
}

/**
 * `e820`: what INT 15h, function E820h gives, and Linux's and fw_cfg's. `multiboot` has each entry's length before it.
 * `padded`: Multiboot 2's and PVH's, with four bytes of zero behind.
 */
const FORMS = {
  e820: { bytes: 20, start: 0 },
  multiboot: { bytes: 24, size: 20, start: 4 },
  padded: { bytes: 24, start: 0 },
} as const satisfies Readonly<Record<string, EntryForm>>;

/** A map in one of the forms. */
export function memoryMapBytes(map: readonly MemoryRange[], name: keyof typeof FORMS): Uint8Array {
  const form: EntryForm = FORMS[name];
  const bytes = new Uint8Array(map.length * form.bytes);
  const view = new DataView(bytes.buffer);
  for (const [index, { start, size, type }] of map.entries()) {
    const at = index * form.bytes;
    if (form.size !== undefined) view.setUint32(at, form.size, true);
    view.setBigUint64(at + form.start, BigInt(start), true);
    view.setBigUint64(at + form.start + 8, BigInt(size), true);
    view.setUint32(at + form.start + 16, type, true);
  }
  return bytes;
}

const KIBIBYTE = 1024;
const UPPER = 0x10_0000;

/** What BIOS calls give as the sizes of the memory from 0 and from 1 MiB up to the first hole, KiB. */
export const basicMemory = (map: readonly MemoryRange[]): { readonly lower: number; readonly upper: number } => {
  const kibibytesAt = (start: number): number => {
    const range = map.find((one) => one.type === MEMORY.usable && one.start === start);
    return range ? Math.floor(range.size / KIBIBYTE) : 0;
  };
  return { lower: kibibytesAt(0), upper: kibibytesAt(UPPER) };
};
