/** Long lists in a tree: the first rows, then one row for each further piece. */
import { t } from '../base/l10n';
import type { InspectorNode } from './contract';
import { counted, grouped, type Noun } from './text';

/** Rows shown at once. */
export const PIECE = 256;

/** The top of a list: its first rows and, when there are more, a row `PREFIX@START` for each further piece. */
export function firstPiece<T>(
  all: readonly T[],
  prefix: string,
  noun: Noun,
  row: (one: T, index: number) => InspectorNode,
): InspectorNode[] {
  const rows = all.slice(0, PIECE).map(row);
  for (let start = PIECE; start < all.length; start += PIECE) {
    const end = Math.min(all.length, start + PIECE);
    rows.push({
      key: `${prefix}@${start}`,
      label: t`more: ${grouped(start + 1)} to ${grouped(end)}`,
      description: t`of ${counted(all.length, noun)}`,
      icon: 'ellipsis',
      hasChildren: true,
    });
  }
  return rows;
}

/** The rows of one further piece. */
export function pieceAt<T>(
  all: readonly T[],
  start: number,
  row: (one: T, index: number) => InspectorNode,
): InspectorNode[] {
  return all.slice(start, start + PIECE).map((one, index) => row(one, start + index));
}

/** Splits `PREFIX@START`; `start` is undefined for other keys. */
export function splitPiece(key: string): { readonly prefix: string; readonly start: number | undefined } {
  const match = /^(.*)@(\d{1,9})$/s.exec(key);
  return match === null ? { prefix: key, start: undefined } : { prefix: match[1] ?? '', start: Number(match[2]) };
}
