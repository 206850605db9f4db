/** Values of options of `worldstep image`. */
import { UsageError } from '../command';

/** Bytes from text such as `64M`, `1G`, `65536`. */
export function byteCount(option: string, text: string): number {
  const match = /^(\d{1,15})\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
  const bytes = Number(match?.[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf((match?.[2] ?? '').toUpperCase());
  if (match && bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${option}: "${text}" is not a size. Give bytes or a size such as 64M.`);
}

/** Splits `OFFSET=TEXT`. */
export function offsetText(option: string, text: string): { readonly offset: number; readonly text: string } {
  const match = /^(0x[0-9a-f]{1,8}|\d{1,10})=(.+)$/is.exec(text);
  if (match?.[1] && match[2]) return { offset: Number(match[1]), text: match[2] };
  throw new UsageError(`${option}: "${text}" is not an offset and a text. Write for example ${option} 0=PFLA.`);
}
