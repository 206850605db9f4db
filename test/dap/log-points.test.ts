/** What log points say, and where. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const line = trapsLine('twice');
const logMessage = 'value {value}';

/** The first line that log points of traps.c say, set by this request. */
async function firstOutput(command: string, args: object, can: object = {}): Promise<Json> {
  const client = newClient();
  await client.launch(trapsLaunch({ stopOnEntry: true }), {}, can);
  await client.event('stopped');
  client.taken('output');
  await client.request(command, args);
  await client.request('continue', { threadId: 1 });
  const said = await client.event('output');
  client.dispose();
  return said;
}

const source = { path: trapsSource };
const ways: readonly (readonly [kind: string, command: string, args: object])[] = [
  ['source line', 'setBreakpoints', { source, breakpoints: [{ line, logMessage }] }],
  ['function', 'setFunctionBreakpoints', { breakpoints: [{ name: 'twice', logMessage }] }],
];

describe('a log point', () => {
  it.each(ways)('on a %s says on which line it stands', async (_, command, args) => {
    expect(await firstOutput(command, args)).toEqual({
      category: 'console',
      output: 'value 20\n',
      source: { name: 'traps.c', path: trapsSource },
      line,
      column: expect.any(Number),
    });
  });

  it('counts lines and columns as its client does', async () => {
    const args = { source, breakpoints: [{ line: line - 1, logMessage }] };
    const [{ column }, fromZero] = [
      await firstOutput('setBreakpoints', { source, breakpoints: [{ line, logMessage }] }),
      await firstOutput('setBreakpoints', args, { linesStartAt1: false, columnsStartAt1: false }),
    ];
    expect(fromZero).toMatchObject({ line: line - 1, column: column - 1 });
  });

  it('speaks in turn with the guest', async () => {
    const path = resolve('kernels/msgqueue/src/main.rs');
    const at =
      readFileSync(path, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('worker2 [{message}]')) + 1;
    const client: DapClient = newClient();
    const launch = { program: 'bundled:msgqueue', arch: 'riscv64' };
    await client.launch(launch, { [path]: [{ line: at, logMessage: 'got {message}' }] });
    await client.event('exited');
    const text = client
      .taken('output')
      .map(({ output }: Json) => output)
      .join('');
    for (let message = 0; message <= 64; message++)
      expect(text).toMatch(new RegExp(`got ${message}\\n.{0,200}worker2 \\[${message}\\]`, 's'));
    client.dispose();
  });
});
