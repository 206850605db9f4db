/** Kernel files that are not ELF: the Linux Image header, formats to refuse by name, and OpenSBI's boot information. */
import { LoadError } from './load-error';

export interface LinuxHeader {
  /** Bytes from the start of RAM. */
  readonly textOffset: number;
  /** Bytes in memory, zero-initialised data included; 0 when the header does not say. */
  readonly imageSize: number;
}

const HEADER_SIZE = 64;
const BIG_ENDIAN = 1;

const startsWith = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((char, index) => bytes[at + index] === char.charCodeAt(0));

/** Reads the header of a RISC-V Linux Image; `undefined` for a file that has none. See Linux, "Boot image header in RISC-V Linux". */
export function readLinuxHeader(name: string, bytes: Uint8Array): LinuxHeader | undefined {
  if (bytes.length < HEADER_SIZE || !startsWith(bytes, 0x38, 'RSC\x05')) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const textOffset = view.getBigUint64(0x08, true);
  const imageSize = view.getBigUint64(0x10, true);
  if ((view.getUint32(0x18, true) & BIG_ENDIAN) !== 0) {
    throw new LoadError(name, 'this is a big-endian Linux Image', 'Build it little-endian.');
  }
  if (textOffset >= 1n << 40n || imageSize >= 1n << 40n) {
    throw new LoadError(name, 'its Linux Image header has impossible sizes', 'Build the file again.');
  }
  return { textOffset: Number(textOffset), imageSize: Number(imageSize) };
}

/** Throws for files that are certainly not RISC-V machine code; silent for anything that may be. */
export function refuseForeign(name: string, bytes: Uint8Array): void {
  const refuse = (problem: string, nextStep: string): never => {
    throw new LoadError(name, problem, nextStep);
  };
  if (startsWith(bytes, 0x38, 'ARM\x64')) {
    refuse(
      'this is an AArch64 Linux Image, and the machine is riscv64',
      'Build it for riscv64; aarch64 machines come with a later version.',
    );
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    refuse('the file is compressed with gzip', 'Unpack it with gunzip first.');
  if (startsWith(bytes, 0, '\xfd7zXZ')) refuse('the file is compressed with xz', 'Unpack it with unxz first.');
  if (startsWith(bytes, 0, '\x28\xb5\x2f\xfd'))
    refuse('the file is compressed with zstd', 'Unpack it with unzstd first.');
  if (startsWith(bytes, 0, '!<arch>\n')) refuse('this is a static library', 'Link it and load the result.');
  if (startsWith(bytes, 0, '\xd0\x0d\xfe\xed'))
    refuse('this is a device tree', 'Name a kernel; the tree is made for it.');
  if (startsWith(bytes, 0, '\x27\x05\x19\x56')) refuse('this is a U-Boot image', 'Give the kernel it was made from.');
  if (startsWith(bytes, 0, 'MZ') && !startsWith(bytes, 0x38, 'RSC\x05')) {
    refuse('this is a Windows or EFI program', 'Give an ELF, a Linux Image or a flat binary for riscv64.');
  }
}

const INFO_MAGIC = 0x4942_534fn;
const INFO_VERSION = 2n;
const MODE_S = 1n;

/** OpenSBI's `struct fw_dynamic_info`: what its dynamic firmware finds through a2. Here it leads to S-mode at `next`. */
export function encodeDynamicInfo(next: number): Uint8Array {
  const words = new BigUint64Array([INFO_MAGIC, INFO_VERSION, BigInt(next), MODE_S, 0n, 0n]);
  return new Uint8Array(words.buffer);
}
