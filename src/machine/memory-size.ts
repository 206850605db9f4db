/** How much RAM a user may ask for, and how sizes are written in messages. */
import { t } from '../base/l10n';
import { bytesOf } from '../base/size';
import { LoadError } from './boot/load-error';

const PAGE = 4096;
const MEBIBYTE = 1024 * 1024;
/** Largest RAM, bytes: the engine's memory is one 32-bit address space and holds more than RAM. */
export const MAX_MEMORY = 3 * 1024 * MEBIBYTE;

/** Accepts `128M`, `1G`, `65536K`, plain bytes; throws {@link LoadError} for what is no usable RAM size. */
export function parseMemorySize(text: string, subject = '--memory'): number {
  const bytes = bytesOf(text);
  if (bytes !== undefined) return checkMemorySize(bytes, subject, text);
  throw new LoadError(subject, t`"${text}" is not a memory size`, t`Give a size such as 128M or 1G.`);
}

/** Returns `bytes` when the machine can have that much RAM. */
export function checkMemorySize(bytes: number, subject = '--memory', shown = t`${bytes} bytes`): number {
  if (!(bytes > 0)) {
    throw new LoadError(subject, t`${shown} is no memory at all`, t`Give a size such as 128M.`);
  }
  if (bytes > MAX_MEMORY) {
    throw new LoadError(
      subject,
      t`${shown} is more than the 3 GiB the machine can have`,
      t`Give at most 3G; 128M is usual.`,
    );
  }
  if (bytes % PAGE !== 0) {
    throw new LoadError(
      subject,
      t`${shown} is not a multiple of the page size, ${PAGE} bytes`,
      t`Give a size such as 128M.`,
    );
  }
  return bytes;
}

/** A size as a user would write it. */
export const sizeOf = (bytes: number): string =>
  bytes % MEBIBYTE === 0 ? `${bytes / MEBIBYTE} MiB` : bytes % 1024 === 0 ? `${bytes / 1024} KiB` : t`${bytes} bytes`;
