/** Which refusals a client shows in a message box (`showUser`): those that the user asked for and sees nowhere else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient } from '../support/dap-client';

/** Sent by the client itself, or shown where they were asked for. */
const QUIET: readonly (readonly [string, object])[] = [
  ...['hover', 'watch', 'repl', 'variables', 'clipboard'].flatMap((context) =>
    ['nobody', 'Two tasks pass messages', '1 +', 'let', '"text', ''].map(
      (expression) => ['evaluate', { expression, context }] as const,
    ),
  ),
  ['evaluate', { expression: 'faults = 1', context: 'watch' }],
  ['evaluate', { expression: 'explain nobody', context: 'repl' }],
  ['evaluate', {}],
  ['stackTrace', { threadId: 9 }],
  ['scopes', { frameId: 1 }],
  ['variables', { variablesReference: 99 }],
  ['exceptionInfo', { threadId: 1 }],
  ['completions', { text: 'a' }],
  ['source', { sourceReference: 99 }],
  ['readMemory', { memoryReference: 'junk', count: 1 }],
  ['disassemble', { memoryReference: 'junk', instructionCount: 1 }],
  ['locations', { locationReference: 1 }],
  ['dataBreakpointInfo', { name: 'faults', bytes: -1 }],
  ['inspect/children', { inspector: 'nobody' }],
  ['address/explain', { address: 'nobody', access: 'read' }],
  ['run/to', { goal: 'nowhere' }],
  ['nobodyKnows', {}],
];

/** What the user did by hand, and whose failure no view shows. */
const SHOWN: readonly (readonly [string, object])[] = [
  ['setExpression', { expression: 'nobody', value: '1' }],
  ['setExpression', { expression: 'faults', value: 'a lot' }],
  ['goto', { threadId: 1, targetId: 99 }],
  ['writeMemory', { memoryReference: '0x1000', data: 'AQ==' }],
  ['setBreakpoints', { source: {}, breakpoints: [{ line: 'one' }] }],
  ['next', { threadId: 9 }],
  ['restart', { arguments: trapsLaunch({ memory: '1' }) }],
];

describe('a refusal', () => {
  let client: DapClient;
  beforeAll(async () => {
    client = newClient();
    await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('fault') }] });
    await client.event('stopped');
  });
  afterAll(() => client.dispose());

  const shown = async (rows: typeof QUIET) =>
    Promise.all(
      rows.map(async ([command, args]) => {
        const answer = await client.ask(command, args);
        return `${command} ${JSON.stringify(args)}: ${answer.ok ? 'answered' : `shown ${answer.isShown}`}`;
      }),
    );
  const all = (rows: typeof QUIET, how: boolean) =>
    rows.map(([command, args]) => `${command} ${JSON.stringify(args)}: shown ${how}`);

  it('is no message box where the client shows it in place, or asked by itself', async () => {
    expect(await shown(QUIET)).toEqual(all(QUIET, false));
  });

  it('is what a hover on a word of C gets that is a register elsewhere', async () => {
    const hover = async (expression: string, path?: string) => {
      const source = path === undefined ? {} : { source: { path } };
      const answer = await client.ask('evaluate', { expression, context: 'hover', ...source });
      return answer.ok ? answer.body.result : answer.message;
    };
    expect(await hover('sp', '/kernel/trap.c')).toMatch(/^Nothing is called "sp" here/);
    const value = await hover('$sp', '/kernel/trap.c');
    expect(value).toMatch(/^0x/);
    expect(await hover('sp', '/kernel/entry.S')).toBe(value);
    expect(await hover('sp')).toBe(value);
  });

  it('is a message box where the user asked for it and sees it nowhere else', async () => {
    expect(await shown(SHOWN)).toEqual(all(SHOWN, true));
  });
});
