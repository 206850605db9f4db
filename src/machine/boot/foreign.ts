/** Kernel files that no machine can take: they are refused by name rather than executed as data. */

import { ARCHITECTURES, type Architecture } from '../../base/architectures';
import { t } from '../../base/l10n';
import { hasText } from '../../base/magic';
import { linuxArchitecture } from './linux-image';
import { LoadError } from './load-error';

/** Throws for files that are certainly no machine code of `architecture`; silent for anything that may be. */
export function refuseForeign(name: string, bytes: Uint8Array, architecture: Architecture): void {
  const refuse = (problem: string, nextStep: string): never => {
    throw new LoadError(name, problem, nextStep);
  };
  const linux = linuxArchitecture(bytes);
  if (linux !== undefined && linux !== architecture) {
    refuse(
      t`this is a Linux Image for ${ARCHITECTURES[linux].title}, and the machine is ${architecture}`,
      t`Build it for ${architecture}, or choose a machine for ${linux}.`,
    );
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    refuse(t`the file is compressed with gzip`, t`Unpack it with gunzip first.`);
  if (hasText(bytes, 0, '\xfd7zXZ')) refuse(t`the file is compressed with xz`, t`Unpack it with unxz first.`);
  if (hasText(bytes, 0, '\x28\xb5\x2f\xfd'))
    refuse(t`the file is compressed with zstd`, t`Unpack it with unzstd first.`);
  if (hasText(bytes, 0, '!<arch>\n')) refuse(t`this is a static library`, t`Link it and load the result.`);
  if (hasText(bytes, 0, '\xd0\x0d\xfe\xed'))
    refuse(t`this is a device tree`, t`Name a kernel; the tree is made for it.`);
  if (hasText(bytes, 0, '\x27\x05\x19\x56')) refuse(t`this is a U-Boot image`, t`Give the kernel it was made from.`);
  if (hasText(bytes, 0, 'MZ') && linux === undefined) {
    refuse(t`this is a Windows or EFI program`, t`Give an ELF, a Linux Image or a flat binary for ${architecture}.`);
  }
}
