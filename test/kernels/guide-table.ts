/** The tables *Where to stop* and *To try* of a kernel's README, as data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row: where to break, or what to try there; and what is said about it. */
export interface GuideRow {
  /** `break at` or `to try`. */
  readonly kind: string;
  /** The architecture whose section the table is in; absent in those for all. */
  readonly arch: string | undefined;
  /** The mode of the architecture that the section is about. */
  readonly mode: string | undefined;
  /** The cells by their columns' titles. */
  readonly cells: Readonly<Record<string, string>>;
  /** The first code in the first cell: a line of a source, or a part of it; `…` stands for any text. */
  readonly code: string;
  /** The file that it is in, relative to the kernel's folder. */
  readonly file: string;
}

const KIND = /^(break at|to try)\b/;
const SECTIONS = /^## .*\b(riscv64|aarch64|x86_64|loongarch64)\b(?:, mode ([a-z0-9-]+))?/;

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map((cell) => cell.trim());

/** The rows of a kernel's guide, in their order. Throws for a row that names no code in a file. */
export function guideRows(kernel: string): GuideRow[] {
  const lines = readFileSync(join('kernels', kernel, 'README.md'), 'utf8').split('\n');
  const rows: GuideRow[] = [];
  let section: Pick<GuideRow, 'arch' | 'mode'> = { arch: undefined, mode: undefined };
  let titles: string[] = [];
  for (const line of lines) {
    if (line.startsWith('## ')) {
      const [, arch, mode] = SECTIONS.exec(line) ?? [];
      section = { arch, mode };
    }
    if (!line.startsWith('|')) {
      titles = [];
      continue;
    }
    const cells = cellsOf(line);
    const [first = ''] = cells;
    if (titles.length === 0) titles = cells;
    else if (KIND.test(titles[0] ?? '') && !/^-+$/.test(first)) rows.push(rowOf(titles, cells, section));
  }
  return rows;
}

function rowOf(
  titles: readonly string[],
  cells: readonly string[],
  section: Pick<GuideRow, 'arch' | 'mode'>,
): GuideRow {
  const [first = ''] = cells;
  const place = /`([^`]+)` in `([^`]+)`/.exec(first);
  if (place?.[1] === undefined || place[2] === undefined)
    throw new Error(`the row "${first}" names no \`code\` in \`file\``);
  return {
    kind: KIND.exec(titles[0] ?? '')?.[1] ?? '',
    ...section,
    cells: Object.fromEntries(titles.map((title, at) => [title, cells[at] ?? ''])),
    code: place[1],
    file: place[2],
  };
}

/** The number of the one line of a source that has the code of a row. */
export function lineOf(kernel: string, { file, code }: Pick<GuideRow, 'file' | 'code'>): number {
  const parts = code.split('…').map((part) => part.trim());
  const lines = readFileSync(join('kernels', kernel, file), 'utf8').split('\n');
  const found = lines.flatMap((line, at) => {
    let from = 0;
    const isIn = parts.every((part) => {
      const next = line.indexOf(part, from);
      from = next + part.length;
      return next >= 0;
    });
    return isIn ? [at + 1] : [];
  });
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} lines of ${file} have "${code}"`);
  return found[0];
}
