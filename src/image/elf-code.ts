/** The machine code in an ELF file, for those who look for an instruction without running anything. */
import { isElf } from './flat-image';

const SHT_PROGBITS = 1;
const SHF_EXECINSTR = 4n;
const PT_LOAD = 1;
const PF_X = 1;

/** A table of the file header: where it is, how long an entry is, how many there are. */
interface Table {
  readonly at: number;
  readonly size: number;
  readonly count: number;
}

/**
 * The executable sections of a 64-bit little-endian ELF; where it has no section headers, its executable segments, in
 * which data may lie. Empty for anything else: what is cut short is left out.
 * @see System V ABI, "Sections" and "Program Header"
 */
export function elfCode(elf: Uint8Array): Uint8Array[] {
  if (!isElf(elf) || elf.length < 64 || elf[4] !== 2 || elf[5] !== 1) return [];
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const entries = ({ at, size, count }: Table, least: number): number[] =>
    size < least || at + size * count > elf.length
      ? []
      : Array.from({ length: count }, (_, index) => at + index * size);
  const word = (at: number): number => Number(view.getBigUint64(at, true));
  const part = (offset: number, length: number): Uint8Array[] =>
    offset + length > elf.length ? [] : [elf.subarray(offset, offset + length)];
  const table = (at: number, sizes: number): Table => ({
    at: word(at),
    size: view.getUint16(sizes, true),
    count: view.getUint16(sizes + 2, true),
  });
  const sections = entries(table(40, 58), 64)
    .filter((at) => view.getUint32(at + 4, true) === SHT_PROGBITS)
    .filter((at) => (view.getBigUint64(at + 8, true) & SHF_EXECINSTR) !== 0n)
    .flatMap((at) => part(word(at + 24), word(at + 32)));
  if (sections.length > 0) return sections;
  return entries(table(32, 54), 56)
    .filter((at) => view.getUint32(at, true) === PT_LOAD && (view.getUint32(at + 4, true) & PF_X) !== 0)
    .flatMap((at) => part(word(at + 8), word(at + 32)));
}
