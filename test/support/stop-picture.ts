/** A stop of the message queue, drawn with characters: README's picture, which shows wherever text does. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sessionServices } from '../../src/entry/session-services';
import type { InspectorNode } from '../../src/inspect/contract';
import { nodeHost } from '../../src/platform/node/host';
import { DapClient } from './dap-client';

const root = resolve(__dirname, '../..');
const SOURCE = join(root, 'kernels/msgqueue/src/main.rs');
const BREAKPOINT = 'queue.lock().push_back(message);';
/** By then messages have gone through every slot. */
const HIT = 7;
/** Columns of text: as many as a page of VS Code's Extensions view shows. */
const [LEFT, RIGHT] = [42, 40];

interface Frame {
  readonly name: string;
  readonly line: number;
  readonly source?: { readonly name?: string };
}

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly variablesReference: number;
}

/** Runs to the seventh message, steps over the push, and draws what the debugger then says. */
export async function stopPicture(): Promise<string> {
  const lines = readFileSync(SOURCE, 'utf8').split('\n');
  const line = lines.findIndex((each) => each.includes(BREAKPOINT)) + 1;
  const session = new DapClient(sessionServices(nodeHost({ root })));
  try {
    await session.launch({ program: 'bundled:msgqueue' }, { [SOURCE]: [{ line, hitCondition: `== ${HIT}` }] });
    await session.event('stopped');
    await session.request('next', { threadId: 1 });
    await session.event('stopped');
    const { stackFrames }: { stackFrames: (Frame & { id: number })[] } = await session.request('stackTrace', {
      threadId: 1,
      levels: 2,
    });
    const [top] = stackFrames;
    const { scopes } = await session.request('scopes', { frameId: top?.id });
    const { variables }: { variables: Variable[] } = await session.request('variables', scopes[0]);
    const children = async (key?: string): Promise<InspectorNode[]> =>
      (await session.request('inspect/children', { inspector: 'queues', ...(key && { key }) })).nodes;
    const [queue] = await children();
    const slots = await children(queue?.key);
    return drawn([
      [
        ['main.rs', sourceLines(lines, line, top?.line ?? 0)],
        ['Call Stack', stackFrames.map(({ name, source, line: at }) => apart(name, `${source?.name}:${at}`, LEFT))],
      ],
      [
        ['Variables', variables.map(({ name, value }) => `${name} = ${value}`)],
        ['Queues', [queue, ...slots.filter(({ label }) => label.startsWith('['))].map(nodeLine)],
      ],
    ]);
  } finally {
    session.dispose();
  }
}

const nodeLine = (node: InspectorNode | undefined): string => `${node?.label} ${node?.description ?? ''}`;

const sourceLines = (lines: readonly string[], breakpoint: number, stopped: number): string[] =>
  Array.from({ length: 4 }, (_, index) => {
    const at = breakpoint - 2 + index;
    const mark = at === stopped ? '▶' : at === breakpoint ? '●' : ' ';
    return `${mark} ${at}  ${lines[at - 1]?.slice(4)}`;
  });

const apart = (left: string, right: string, width: number): string =>
  `${left}${right.padStart(Math.max(1, width - left.length))}`;

/** A title and the lines below it. */
type Box = readonly [title: string, lines: readonly string[]];

/** Columns of boxes, all of one height. */
function drawn(columns: readonly (readonly Box[])[]): string {
  const widths = [LEFT, RIGHT];
  const texts = columns.map((boxes) => boxes.flatMap(([title, lines]) => [`─ ${title} `, ...lines]));
  const height = Math.max(...texts.map(({ length }) => length));
  const isTitle = (text: string): boolean => text.startsWith('─');
  const cell = (text: string, width: number): string => {
    if (isTitle(text)) return text.padEnd(width + 2, '─');
    return ` ${text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)} `;
  };
  const rows = Array.from({ length: height }, (_, row) =>
    texts.map((lines, column) => cell(lines[row] ?? '', widths[column] ?? 0)),
  );
  const between = (left: string, right: string): string => {
    if (isTitle(left)) return isTitle(right) ? '┼' : '┤';
    return isTitle(right) ? '├' : '│';
  };
  const body = rows
    .slice(1)
    .map(
      ([left = '', right = '']) => `${between('', left)}${left}${between(left, right)}${right}${between(right, '')}`,
    );
  const [left = '', right = ''] = rows[0] ?? [];
  const bottom = `└${'─'.repeat(LEFT + 2)}┴${'─'.repeat(RIGHT + 2)}┘`;
  return [`┌${left}┬${right}┐`, ...body, bottom].join('\n');
}
