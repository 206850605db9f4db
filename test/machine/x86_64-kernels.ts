/** Kernels for x86_64-q35 as their makers would have them, byte by byte. */
import { type BuildElf, buildElf } from './elf-builder';

export const MIB = 1 << 20;
export const EM_X86_64 = 62;
/** Bytes that differ from their neighbours. */
export const code = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => 1 + (at % 251));

export const words = (...values: readonly number[]): Uint8Array => new Uint8Array(new Uint32Array(values).buffer);

/** Puts `parts` into zeros at their offsets. */
export const file = (length: number, parts: Readonly<Record<number, Uint8Array>>): Uint8Array => {
  const bytes = new Uint8Array(length);
  for (const [at, part] of Object.entries(parts)) bytes.set(part, Number(at));
  return bytes;
};

/** A Multiboot 1 header with these flags and further fields. */
export const multiboot = (flags: number, ...fields: readonly number[]): Uint8Array =>
  words(0x1bad_b002, flags, -(0x1bad_b002 + flags) >>> 0, ...fields);

/** A tag of a Multiboot 2 header. */
export const wish = (type: number, isOptional: boolean, ...fields: readonly number[]): Uint8Array => {
  const size = 8 + 4 * fields.length;
  const bytes = new Uint8Array((size + 7) & ~7);
  bytes.set(words(type | (isOptional ? 0x1_0000 : 0), size, ...fields));
  return bytes;
};

export const multiboot2 = (tags: readonly Uint8Array[], architecture = 0): Uint8Array => {
  const all = [...tags, wish(0, false)];
  const length = 16 + all.reduce((sum, { length: bytes }) => sum + bytes, 0);
  const parts = [words(0xe852_50d6, architecture, length, -(0xe852_50d6 + architecture + length) >>> 0), ...all];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
};

export const elf64 = (options: Omit<BuildElf, 'machine'>): Uint8Array => buildElf({ ...options, machine: EM_X86_64 });

/** A 32-bit ELF with one segment. */
export const elf32 = (paddr: number, vaddr: number, entry: number, contents: Uint8Array, memsz: number): Uint8Array =>
  file(0x80 + contents.length, {
    0: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1),
    16: Uint8Array.of(2, 0, 3, 0, 1, 0, 0, 0),
    24: words(entry, 52),
    40: Uint8Array.of(52, 0, 32, 0, 1, 0),
    52: words(1, 0x80, vaddr, paddr, contents.length, memsz, 7, 4096),
    128: contents,
  });

/** Contents of a note segment that names a PVH entry. */
export const pvhNote = (entry: number): Uint8Array =>
  file(20, { 0: words(4, 4, 18), 12: new TextEncoder().encode('Xen\0'), 16: words(entry) });

export interface BzImage {
  readonly version?: number;
  readonly flags?: number;
  readonly flags64?: number;
  readonly preferred?: number;
  readonly memory?: number;
  readonly commandLineMost?: number;
}

/** A Linux kernel of one setup sector and 16 KiB of code. */
export const bzImage = ({
  version = 0x20f,
  flags = 1,
  flags64 = 1,
  preferred = 0x100_0000,
  memory = 0x10_0000,
  commandLineMost = 2047,
}: BzImage = {}): Uint8Array => {
  const bytes = file(1024 + 0x4000, {
    497: Uint8Array.of(1),
    510: Uint8Array.of(0x55, 0xaa, 0xeb, 0x6a),
    514: new TextEncoder().encode('HdrS'),
    529: Uint8Array.of(flags),
    556: words(0x7fff_ffff),
    568: words(commandLineMost),
    600: words(preferred, 0, memory),
    1024: code(0x4000),
  });
  const view = new DataView(bytes.buffer);
  view.setUint16(0x206, version, true);
  view.setUint16(0x236, flags64, true);
  return bytes;
};
