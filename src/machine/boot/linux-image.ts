/** The header of a Linux Image, which the architectures with a device tree share but for its magic word. */

import { ARCHITECTURE_NAMES, ARCHITECTURES, type Architecture } from '../../base/architectures';
import { t } from '../../base/l10n';
import { hasText } from '../../base/magic';
import { LoadError } from './load-error';
import { isZboot } from './zboot';

export interface LinuxHeader {
  /** Bytes from where the board puts kernels of this kind. */
  readonly textOffset: number;
  /** Bytes in memory, zero-initialised data included; 0 when the header does not say. */
  readonly imageSize: number;
  /** Bytes from the start of the image to its first instruction. */
  readonly entryOffset: number;
}

const HEADER_SIZE = 64;
const MAGIC_AT = 0x38;
const BIG_ENDIAN = 1;

/** The word at 0x38. See Linux, Documentation/arch/{riscv/boot-image-header,arm64/booting,loongarch/booting}. */
const MAGICS: Readonly<Partial<Record<Architecture, string>>> = {
  riscv64: 'RSC\x05',
  aarch64: 'ARM\x64',
  loongarch64: '\xcd\x23\x82\x81',
};

const PE_AT = 0x3c;
const PE_SIGNATURE = 'PE\0\0';

/** What a PE header says the code is for: an architecture's name, `other`, or `undefined` where there is no such header. */
function peArchitecture(bytes: Uint8Array): Architecture | 'other' | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = view.getUint32(PE_AT, true);
  if (at + 6 > bytes.length || !hasText(bytes, at, PE_SIGNATURE)) return undefined;
  const machine = view.getUint16(at + 4, true);
  return ARCHITECTURE_NAMES.find((name) => ARCHITECTURES[name].peMachine === machine) ?? 'other';
}

/**
 * The architecture of a Linux Image, or of one that unpacks itself as an EFI program; `undefined` for a file that is neither.
 * LoongArch's magic word is that of all EFI programs made by Linux, so that a PE header, where there is one, says what
 * the file is for.
 */
export function linuxArchitecture(bytes: Uint8Array): Architecture | undefined {
  if (bytes.length < HEADER_SIZE) return undefined;
  if (isZboot(bytes) || hasText(bytes, MAGIC_AT, MAGICS.loongarch64 ?? '')) {
    const found = peArchitecture(bytes);
    if (found !== undefined) return found === 'other' ? undefined : found;
  }
  for (const [name, magic] of Object.entries(MAGICS)) {
    if (hasText(bytes, MAGIC_AT, magic)) return name as Architecture;
  }
  return undefined;
}

/** Reads the header of a Linux Image for `architecture`; `undefined` for a file that has none. */
export function readLinuxHeader(name: string, bytes: Uint8Array, architecture: Architecture): LinuxHeader | undefined {
  if (linuxArchitecture(bytes) !== architecture) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const isLoongArch = architecture === 'loongarch64';
  // LoongArch's has the entry where the others have the text offset, and that behind the size.
  const textOffset = view.getBigUint64(isLoongArch ? 0x18 : 0x08, true);
  const imageSize = view.getBigUint64(0x10, true);
  const entryOffset = isLoongArch ? BigInt.asUintN(48, view.getBigUint64(0x08, true)) - textOffset : 0n;
  if (!isLoongArch && (view.getUint32(0x18, true) & BIG_ENDIAN) !== 0) {
    throw new LoadError(name, t`this is a big-endian Linux Image`, t`Build it little-endian.`);
  }
  if (textOffset >= 1n << 40n || imageSize >= 1n << 40n || entryOffset < 0n || entryOffset >= BigInt(bytes.length)) {
    throw new LoadError(name, t`its Linux Image header has impossible sizes`, t`Build the file again.`);
  }
  return { textOffset: Number(textOffset), imageSize: Number(imageSize), entryOffset: Number(entryOffset) };
}
