/**
 * `npm run demo`: the message queue runs as on the command line; then a debug session stops inside its producer and shows
 * the queue as the debugger sees it. The session is the one VS Code talks to, in process.
 * `npm run demo -- --arch loongarch64` does the same on another instruction set.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { main } from '../src/entry/commands/main';
import { sessionServices } from '../src/entry/session-services';
import { parseKernelPackage } from '../src/image/kernel-json';
import { breakpointLine, packagePath, suggestionsOf } from '../src/image/kernel-package';
import type { InspectorNode, InspectorTable } from '../src/inspect/contract';
import { nodeHost } from '../src/platform/node/host';
import { DapClient } from './support/dap-client';

const root = resolve(__dirname, '..');
const KERNEL = 'msgqueue';
const { arch } = parseArgs({ options: { arch: { type: 'string', default: 'riscv64' } } }).values;
/** By then messages have gone through every slot at least once. */
const HIT = 13;

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const title = (text: string): void => say(`\n── ${text} ${'─'.repeat(Math.max(0, 100 - text.length))}\n`);

async function showRun(): Promise<void> {
  title(`worldstep run ${KERNEL} --arch ${arch} --stats`);
  const code = await main(['run', KERNEL, '--arch', arch, '--stats'], root);
  say(`exit code ${code}`);
  if (code !== 0) throw new Error('the kernel did not end well');
}

async function showQueue(): Promise<void> {
  const kernelJson = join(root, 'kernels', KERNEL, 'kernel.json');
  const parsed = parseKernelPackage(readFileSync(kernelJson, 'utf8'), kernelJson);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  const [breakpoint] = suggestionsOf(parsed.kernel, arch).breakpoints;
  if (!breakpoint) throw new Error('kernel.json suggests no breakpoint');
  const path = packagePath(kernelJson, breakpoint.file);
  const source = readFileSync(path, 'utf8');
  const line = breakpointLine(source, breakpoint);
  if (line === undefined) throw new Error(`"${breakpoint.at}" is not in ${path}`);

  title(`the debugger: breakpoint at ${breakpoint.file}:${line}, hit ${HIT}`);
  const session = new DapClient(sessionServices(nodeHost({ root })));
  await session.launch({ program: `bundled:${KERNEL}`, arch }, { [path]: [{ line, hitCondition: `== ${HIT}` }] });
  await session.event('stopped');
  await showStop(session, source);

  title('step over: the number is in the queue');
  await session.request('next', { threadId: 1 });
  await session.event('stopped');
  await showStop(session, source);
  await session.request('disconnect', { terminateDebuggee: true });
  session.dispose();
}

async function showStop(session: DapClient, source: string): Promise<void> {
  const { stackFrames }: { stackFrames: Frame[] } = await session.request('stackTrace', { threadId: 1, levels: 2 });
  const [top] = stackFrames;
  for (const { name, source: file, line } of stackFrames) say(`  ${name.padEnd(40)} ${file?.name ?? ''}:${line}`);
  say();
  const lines = source.split('\n');
  for (let at = (top?.line ?? 3) - 2; at <= (top?.line ?? 3) + 1; at++) {
    say(`${at === top?.line ? '▶' : ' '} ${String(at).padStart(3)}  ${lines[at - 1] ?? ''}`);
  }
  say();
  const { nodes }: { nodes: InspectorNode[] } = await session.request('inspect/children', { inspector: 'queues' });
  for (const node of nodes) {
    say(`${node.label}  ${node.description ?? ''}`);
    const { table }: { table: InspectorTable } = await session.request('inspect/table', {
      inspector: 'queues',
      key: node.key,
    });
    showTable(table);
  }
  if (nodes.length === 0) throw new Error('the debugger sees no queue');
}

interface Frame {
  readonly name: string;
  readonly line: number;
  readonly source?: { readonly name?: string };
}

function showTable({ columns, rows, summary }: InspectorTable): void {
  const width = (column: number): number => Math.max(...[columns, ...rows].map((row) => row[column]?.length ?? 0));
  for (const row of [columns, ...rows]) {
    say(`  ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd());
  }
  say();
  say(summary);
}

showRun()
  .then(showQueue)
  .then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
