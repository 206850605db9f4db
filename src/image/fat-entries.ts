/** Directory entries of FAT, as far as FatFs has no call for them. */

/** Bytes of one directory entry. */
export const ENTRY_SIZE = 32;
/** The time stamp of everything we write: 1 January 1980, 0:00, the first that FAT knows. There is no clock here. */
export const FIXED_DATE = (1 << 5) | 1;
const FIXED_TIME = 0;

const ATTRIBUTES = 11;
const LONG_NAME = 0x0f;
const VOLUME_LABEL = 0x08;
const DELETED = 0xe5;
/** Offsets of tenths, time and date of creation, date of access, and time and date of the last change. */
const CREATED_TENTHS = 13;
const CREATED_TIME = 14;
const CREATED_DATE = 16;
const ACCESSED_DATE = 18;
const MODIFIED_TIME = 22;
const MODIFIED_DATE = 24;

/** Gives the entries of a directory sector that differ from `before` the fixed time stamp. */
export function stampEntries(before: Uint8Array, after: Uint8Array): void {
  for (let at = 0; at + ENTRY_SIZE <= after.length; at += ENTRY_SIZE) {
    const entry = after.subarray(at, at + ENTRY_SIZE);
    if (entry[0] === 0 || entry[0] === DELETED || entry[ATTRIBUTES] === LONG_NAME) continue;
    if (entry.some((byte, index) => byte !== before[at + index])) stamp(entry);
  }
}

/** The root directory's entry that holds the disk's label. */
export function labelEntry(label: string): Uint8Array {
  const entry = new Uint8Array(ENTRY_SIZE);
  entry.set(labelField(label));
  entry[ATTRIBUTES] = VOLUME_LABEL;
  stamp(entry);
  return entry;
}

/** A label as the boot sector and the root directory hold it: 11 bytes, padded with blanks. */
export const labelField = (label: string): Uint8Array => new TextEncoder().encode(label.padEnd(11));

function stamp(entry: Uint8Array): void {
  const view = new DataView(entry.buffer, entry.byteOffset, ENTRY_SIZE);
  view.setUint8(CREATED_TENTHS, 0);
  view.setUint16(CREATED_TIME, FIXED_TIME, true);
  view.setUint16(CREATED_DATE, FIXED_DATE, true);
  view.setUint16(ACCESSED_DATE, FIXED_DATE, true);
  view.setUint16(MODIFIED_TIME, FIXED_TIME, true);
  view.setUint16(MODIFIED_DATE, FIXED_DATE, true);
}
