/** Values of options of `worldstep image`. */
import { bytesOf } from '../../../base/size';
import { UsageError } from '../command';

/** Bytes from text such as `64M`, `1G`, `65536`. */
export function byteCount(option: string, text: string): number {
  const bytes = bytesOf(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError(`${option}: "${text}" is not a size. Give bytes or a size such as 64M.`);
}

/** Splits `OFFSET=TEXT`. */
export function offsetText(option: string, text: string): { readonly offset: number; readonly text: string } {
  const match = /^(0x[0-9a-f]{1,8}|\d{1,10})=(.+)$/is.exec(text);
  if (match?.[1] && match[2]) return { offset: Number(match[1]), text: match[2] };
  throw new UsageError(`${option}: "${text}" is not an offset and a text. Write for example ${option} 0=PFLA.`);
}
