/**
 * DAP conversations as golden text. `check(name, talk)` records what `talk` asks and hears and compares it with
 * test/dap/NAME.golden; UPDATE_GOLDEN=1 rewrites the file, a difference leaves NAME.actual beside it.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Host } from '../../src/base/host';
import { sessionServices } from '../../src/entry/session-services';
import { nodeHost } from '../../src/platform/node/host';
import { type Answer, DapClient, type Json } from './dap-client';

const root = resolve('.');
const folder = 'test/dap';

/** A host whose clock stands still between calls, so that nothing depends on how fast the test machine is. */
export function steadyHost(): Host {
  let clock = 0;
  const host = nodeHost({ root });
  return {
    ...host,
    wallClock: () => {
      clock += 5;
      return clock;
    },
    readFile: async (uri) => (uri.startsWith('test:') ? damaged(uri.slice(5)) : host.readFile(uri)),
  };
}

/** Kernels that nobody can start, and a flash bank without its magic. */
function damaged(name: string): Uint8Array {
  const good = new Uint8Array(gunzipSync(readFileSync('test/debug/fixtures/traps.elf.gz')));
  switch (name) {
    case 'truncated':
      return good.subarray(0, 0x1100);
    case 'header':
      return good.subarray(0, 40);
    case 'x86': {
      const other = good.slice();
      other[18] = 62;
      return other;
    }
    case 'zeros':
      return new Uint8Array(4096);
    case 'noise':
      // A disk of sectors that look like nothing.
      return Uint8Array.from({ length: 1 << 20 }, (_, at) => (at * 2654435761) >>> 24);
    case 'qcow2':
      return new Uint8Array([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]);
    case 'not-gzip.gz':
      return good;
    case 'jumps-to-0':
      return words(0x00000067); // jr zero
    case 'trap-loop':
      // stvec at an instruction that does not exist, and the same instruction before it.
      return words(0x00000297, 0x01028293, 0x10529073, 0, 0);
    case 'trap-again':
      // A handler that returns to the access to address 0 without having done anything.
      return words(0x00000297, 0x01428293, 0x10529073, 0x00003503, 0x0000006f, 0x10200073);
    case 'big-flash':
      return new Uint8Array(33 * 1024 ** 2);
    default:
      return new Uint8Array();
  }
}

/** A flat kernel of these instructions. */
const words = (...code: number[]): Uint8Array => new Uint8Array(new Uint32Array(code).buffer);

/** A client of a session over the real machine. */
export const newClient = (): DapClient =>
  new DapClient(sessionServices(steadyHost(), { symbolsWasm: 'asset:src/symbols/symbols.wasm' }));

/** The launch arguments of the traps kernel. */
export const trapsLaunch = (more: object = {}) => ({
  program: join(root, 'test/debug/fixtures/traps.elf.gz'),
  sourceMap: { '/fixture/traps': join(root, 'test/debug/fixtures') },
  machine: { memory: '16M' },
  ...more,
});

export const trapsSource = join(root, 'test/debug/fixtures/traps.c');

/** The line of traps.c that carries the comment `@name`. */
export const trapsLine = (name: string): number => markedLine(trapsSource, name);

/** The line of a source that carries the comment `@name`. */
export function markedLine(path: string, name: string): number {
  const at = readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((line) => new RegExp(`@${name}\\b`).test(line));
  if (at < 0) throw new Error(`no line is marked @${name}`);
  return at + 1;
}

/** A conversation being recorded. */
export class Talk {
  readonly client = newClient();
  private readonly lines: string[] = [];

  /** A request and its answer, both recorded. */
  async ask(command: string, args?: object): Promise<Json> {
    this.lines.push(`→ ${command}${args === undefined ? '' : ` ${JSON.stringify(args)}`}`);
    const answer: Answer = await this.client.ask(command, args);
    this.lines.push(answer.ok ? `← ${render(answer.body)}` : `← error ${answer.id}: ${answer.message}`);
    return answer.ok ? answer.body : undefined;
  }

  /** Records a line of the test's own. */
  note(text: string): void {
    this.lines.push(text);
  }

  /** Records all that was sent either way, in its order. What is declared has a golden of its own. */
  noteMessages(): void {
    const marks: Readonly<Record<string, string>> = { request: '→', response: '←', event: '⚡' };
    for (const { type, command, event, arguments: args, success, message, body } of this.client.messages as Json[]) {
      const isDeclared = type === 'event' ? event === 'capabilities' : type === 'response' && command === 'initialize';
      const content = isDeclared ? '…' : success === false ? message : (args ?? body);
      const text = typeof content === 'object' ? render(content) : (content ?? '');
      this.lines.push(`${marks[type]} ${event ?? command} ${text}`.trimEnd());
    }
  }

  /** Waits for an event and records it. */
  async hear(name: string): Promise<Json> {
    const body = await this.client.event(name);
    this.lines.push(`⚡ ${name} ${render(body)}`);
    return body;
  }

  /** Initialize to configurationDone, not recorded. */
  launch(args: object, breakpoints: Record<string, object[]> = {}): Promise<void> {
    return this.client.launch(args, breakpoints);
  }

  /** Runs a step or continue and hears the stop; records where it is. */
  async move(command: string, args: object = {}): Promise<void> {
    await this.ask(command, { threadId: 1, ...args });
    await this.where((await this.hear('stopped')).threadId);
  }

  /** Records the innermost code frame. */
  async where(threadId = 1): Promise<void> {
    const { stackFrames } = await this.client.request('stackTrace', { threadId, levels: 5 });
    const frame = stackFrames.find((one: Json) => one.presentationHint !== 'label');
    this.lines.push(`  at ${frame.name} ${frame.source?.name ?? '?'}:${frame.line}`);
  }

  /** Records the whole stack of a thread, a frame a line. */
  async stack(threadId = 1): Promise<void> {
    const { stackFrames } = await this.client.request('stackTrace', { threadId });
    for (const frame of stackFrames) {
      const isLabel = frame.presentationHint === 'label';
      this.lines.push(isLabel ? `  — ${frame.name}` : `  ${frame.name} ${frame.source?.name ?? '?'}:${frame.line}`);
    }
  }

  /** The id of the nth frame. */
  async frame(index = 0): Promise<number> {
    return (await this.client.request('stackTrace', { threadId: 1, levels: index + 1 })).stackFrames[index].id;
  }

  get text(): string {
    return unrooted(`${this.lines.join('\n')}\n`);
  }
}

const SHORT = 140;

/** Paths below the repository as goldens have them. */
const unrooted = (text: string): string => text.replaceAll(root, 'ROOT').replaceAll(encodeURI(root), 'ROOT');

/** JSON with a line per element where it is long. */
function render(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value);
  if (flat === undefined) return 'nothing';
  // As it will be recorded, wherever the repository is.
  const { length } = unrooted(flat);
  if (length + indent.length <= SHORT || typeof value !== 'object' || value === null) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((one) => inner + render(one, inner)).join(',\n')}\n${indent}]`;
  const rows = Object.entries(value).map(([key, one]) => `${inner}${JSON.stringify(key)}: ${render(one, inner)}`);
  return `{\n${rows.join(',\n')}\n${indent}}`;
}

/** Ids count up over a session: they are replaced by what they stand for in order of appearance. */
function withoutIds(text: string): string {
  return text.replace(
    /"(variablesReference|frameId|id|targetId|hitBreakpointIds)":\s?(\d+|\[[\d,]+\])/g,
    (whole, name: string, value: string) =>
      value === '0' ? whole : `"${name}":<${value.startsWith('[') ? 'ids' : 'id'}>`,
  );
}

/** Records a conversation and compares it with its golden. */
export async function check(name: string, converse: (talk: Talk) => Promise<void>): Promise<void> {
  const talk = new Talk();
  try {
    await converse(talk);
  } finally {
    talk.client.dispose();
  }
  // Loaded here: not every conversation is recorded.
  const { messageProblems } = await import('./dap-schema');
  const adapters = talk.client.messages.filter(({ type }) => type !== 'request');
  expect(adapters.flatMap(messageProblems), 'messages against the protocol').toEqual([]);
  const actual = withoutIds(talk.text);
  const golden = join(folder, `${name}.golden`);
  const rejected = join(folder, `${name}.actual`);
  if (process.env.UPDATE_GOLDEN === '1') {
    writeFileSync(golden, actual);
    rmSync(rejected, { force: true });
    return;
  }
  const wanted = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
  if (wanted === actual) return rmSync(rejected, { force: true });
  writeFileSync(rejected, actual);
  expect(actual, `differs from ${golden}; UPDATE_GOLDEN=1 accepts it`).toBe(wanted);
}
