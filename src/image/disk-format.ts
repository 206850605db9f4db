/** Disk images that are not plain sectors. */

const FORMATS: readonly (readonly [start: string, format: string])[] = [
  ['QFI\xfb', 'qcow2'],
  ['KDMV', 'vmdk'],
  ['vhdxfile', 'vhdx'],
  ['conectix', 'vhd'],
  ['<<< ', 'vdi'],
];

/** The format's name when the first bytes of an image (8 are enough) are those of another one than raw. */
export function otherDiskFormat(start: Uint8Array): string | undefined {
  const text = String.fromCharCode(...start.subarray(0, 8));
  return FORMATS.find(([magic]) => text.startsWith(magic))?.[1];
}
