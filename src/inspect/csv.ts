/** Tables as comma-separated values. */
import type { InspectorTable } from './contract';

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A table's columns and rows, without its summary. @see RFC 4180; lines end in LF alone, as every reader accepts. */
export const csvText = ({ columns, rows }: Pick<InspectorTable, 'columns' | 'rows'>): string =>
  [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
