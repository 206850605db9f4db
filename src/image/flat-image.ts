const ELF_MAGIC = 0x7f454c46;
const PT_LOAD = 1;

/** Whether `bytes` start like an ELF file. */
import { t } from '../base/l10n';

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === ELF_MAGIC;
}

/**
 * The flat image of a 64-bit little-endian ELF, as `objcopy -O binary` makes it: the file bytes of every loadable segment
 * at its physical address, counted from the lowest one; gaps are zero and memory beyond the file bytes (.bss) is left out.
 * Physical addresses are only compared with each other, so it does not matter that ArceOS states them as virtual ones.
 * @throws Error that says what is wrong with the file
 * @see System V ABI, "Program Header"
 */
export function flatImage(elf: Uint8Array): Uint8Array {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  if (!isElf(elf) || elf.length < 64) throw new Error(t`not an ELF file`);
  if (elf[4] !== 2 || elf[5] !== 1) throw new Error(t`not a 64-bit little-endian ELF file`);
  const table = Number(view.getBigUint64(32, true));
  const entrySize = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  if (table + entrySize * count > elf.length || (count > 0 && entrySize < 56)) throw new Error(t`ELF file cut short`);

  const segments = Array.from({ length: count }, (_, index) => table + index * entrySize)
    .filter((header) => view.getUint32(header, true) === PT_LOAD)
    .map((header) => ({
      offset: Number(view.getBigUint64(header + 8, true)),
      at: view.getBigUint64(header + 24, true),
      size: Number(view.getBigUint64(header + 32, true)),
    }))
    .filter(({ size }) => size > 0);
  if (segments.length === 0) throw new Error(t`ELF file without anything to load`);
  if (segments.some(({ offset, size }) => offset + size > elf.length)) throw new Error(t`ELF file cut short`);

  const lowest = segments.map(({ at }) => at).sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;
  const placed = segments.map(({ offset, at, size }) => ({ offset, size, from: Number(at - lowest) }));
  const length = Math.max(...placed.map(({ from, size }) => from + size));
  // Two segments at far ends of the address space are not an image of one piece of memory.
  if (length > 1 << 30) throw new Error(t`ELF file whose segments lie more than 1 GiB apart`);
  const image = new Uint8Array(length);
  for (const { offset, size, from } of placed) image.set(elf.subarray(offset, offset + size), from);
  return image;
}
