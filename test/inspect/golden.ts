import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { InspectorTable } from '../../src/inspect/contract';
import type { OpenInspector } from '../../src/inspect/open';

/** Compares with the golden of that name; `UPDATE_GOLDEN=1` rewrites it, a failure leaves `.actual`. */
export function matchGolden(name: string, text: string): void {
  const golden = new URL(`goldens/${name}.txt`, import.meta.url);
  const actual = new URL(`goldens/${name}.txt.actual`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, text);
  const expected = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
  if (expected !== text) writeFileSync(actual, text);
  else rmSync(actual, { force: true });
  expect(text).toBe(expected);
}

/** What of a tree goes into its golden. */
export interface OutlineOptions {
  readonly depth: number;
  /** Rows of one parent; the middle of longer lists is left out. */
  readonly width?: number;
  readonly hasTooltips?: boolean;
}

/** A tree as indented text: label, value, marks. */
export function outline(inspector: OpenInspector, options: OutlineOptions, key?: string, indent = ''): string[] {
  const nodes = inspector.children(key, 0);
  const width = options.width ?? Number.POSITIVE_INFINITY;
  return nodes.flatMap((node, index) => {
    if (nodes.length > width && index === width - 1) return [`${indent}… ${nodes.length - width} rows`];
    if (nodes.length > width && index >= width && index < nodes.length - 1) return [];
    const marks = [
      node.isOpen ? '(open)' : '',
      node.isChanged ? '(changed)' : '',
      node.memoryReference === undefined ? '' : `@${node.memoryReference}`,
      node.editable === undefined ? '' : `set ${node.editable}`,
      node.source === undefined ? '' : `${node.source.path.replace(/.*\//, '')}:${node.source.line}`,
    ].filter((mark) => mark !== '');
    const text = node.description === undefined || node.description === '' ? '' : `: ${node.description}`;
    const line = `${indent}${node.hasChildren ? '+' : '-'} ${node.label}${text}${marks.map((mark) => ` ${mark}`).join('')}`;
    const tooltip = options.hasTooltips ? (node.tooltip ?? '').split('\n').map((one) => `${indent}    | ${one}`) : [];
    const isOpen = node.hasChildren && options.depth > 1;
    const below = isOpen ? outline(inspector, { ...options, depth: options.depth - 1 }, node.key, `${indent}  `) : [];
    return [line, ...tooltip, ...below];
  });
}

/** A table as text, one line a row. */
export const tableText = ({ columns, rows, summary }: InspectorTable): string =>
  [summary, ...[columns, ...rows].map((row) => row.join(' | '))].join('\n');

/** Every row that can be reached, `depth` levels deep. */
export function visitAll(inspector: OpenInspector, depth: number, key?: string): string[] {
  return inspector
    .children(key, 0)
    .flatMap((node) => [node.key, ...(node.hasChildren && depth > 1 ? visitAll(inspector, depth - 1, node.key) : [])]);
}
