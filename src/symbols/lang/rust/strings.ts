import { hex } from '../../../base/address';
import { madeUp } from '../layout';
import { escaped } from '../scalar';
import type { Value } from '../value';
import { at, type Shape, strided, type View } from '../view';

/** A shape that says why the bytes make no sense; the raw fields are offered. */
export const invalid = (why: string): Shape => ({
  text: `<invalid: ${why}>`,
  named: [],
  indexedCount: 0,
  hidesFields: true,
});

/** The bytes of a `str`, quoted. Bytes that are not UTF-8 read `\xNN`. */
export function stringShape(value: Value, address: bigint, length: bigint, view: View): Shape {
  const problem = implausible(address, length, 1n, view);
  if (problem !== undefined) return invalid(`string, ${problem}`);
  const count = Number(length);
  const bytes = count === 0 ? new Uint8Array(0) : view.read(address, Math.min(count, view.limits.string));
  if (bytes === undefined) return invalid(`no memory at ${hex(address)} for a string of ${length} bytes`);
  const cut = count > view.limits.string;
  const byte = madeUp('u8', 1, 'unsigned');
  return {
    text: `"${quoted(bytes, cut)}${cut ? '…' : ''}"${cut ? ` (len: ${count})` : ''}`,
    named: [],
    ...strided(value, byte, count, (i) => at(value, byte, address + BigInt(i))),
    points: address,
    hidesFields: true,
  };
}

function quoted(bytes: Uint8Array, isCut: boolean): string {
  let text = '';
  let start = 0;
  while (start < bytes.length) {
    const length = utf8Length(bytes, start);
    // A sequence that the cut went through is not the guest's mistake.
    if (length === 0 && isCut && bytes.length - start < 4 && (bytes[start] ?? 0) >= 0xc0) break;
    if (length === 0) text += `\\x${(bytes[start] ?? 0).toString(16).padStart(2, '0')}`;
    else text += escaped(decoder.decode(bytes.subarray(start, start + length)), '"');
    start += Math.max(1, length);
  }
  return text;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes of the well-formed UTF-8 sequence at `start`, or 0. */
function utf8Length(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (start + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) if (((bytes[start + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[start + 1] ?? 0;
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second >= 0xa0)) return 0;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second >= 0x90)) return 0;
  return length;
}

/** Why `count` elements cannot lie at `address`, if so. */
export function implausible(address: bigint, count: bigint, size: bigint, view: View): string | undefined {
  const space = 1n << BigInt(8 * view.context.addressSize);
  if (count * size >= space / 2n) return `len ${count} is larger than memory`;
  if (count >= 1n << 48n) return `len ${count} is absurd`;
  if (count > 0n && size > 0n && address === 0n) return `len ${count} at a null pointer`;
  if (address + count * size > space) return `len ${count} at ${hex(address)} goes beyond the address space`;
  return undefined;
}

/** Whether a pointer's or container's name says that it leads to a `str`. */
export const isStr = (name: string): boolean => /^(?:&(?:mut )?|\*(?:const|mut) )str$|^[\w:]+<str[,>]/.test(name);
