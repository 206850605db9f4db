import type { InspectorTable } from '../inspect/contract';

/** A table as aligned text, its summary first. */
export const tableText = ({ columns, rows, summary }: InspectorTable): string => {
  const widths = columns.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) => (cells[column] ?? '').padEnd(width))
      .join('  ')
      .trimEnd();
  return [
    ...wrapped(summary),
    '',
    line(columns),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
  ].join('\n');
};

/** Lines of at most about 100 characters, broken at blanks. */
const wrapped = (text: string): string[] =>
  text.split('\n').flatMap((line) => line.match(/\S.{0,98}\S(?=\s|$)|\S+/g) ?? ['']);

/** Bytes as rows of sixteen: address, hexadecimal, printable characters. */
export const hexText = (start: bigint, bytes: Uint8Array): string => {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.subarray(at, at + 16)];
    const digits = part.map((byte) => byte.toString(16).padStart(2, '0'));
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const halves = `${digits.slice(0, 8).join(' ').padEnd(23)}  ${digits.slice(8).join(' ').padEnd(23)}`;
    rows.push(`0x${(start + BigInt(at)).toString(16).padStart(16, '0')}  ${halves}  ${text}`);
  }
  return rows.join('\n');
};
