/** What is copied is the whole value, however long its row is. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient } from '../support/dap-client';

let client: DapClient;
let frameId: number;
beforeAll(async () => {
  client = newClient();
  await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('fault') }] });
  await client.event('stopped');
  frameId = (await client.request('stackTrace', { threadId: 1, levels: 1 })).stackFrames[0].id;
});
afterAll(() => client.dispose());

const evaluate = async (expression: string, context: string, more: object = {}): Promise<string> =>
  (await client.request('evaluate', { expression, context, frameId, ...more })).result;

it('an array has all its elements', async () => {
  expect(await evaluate('root', 'watch')).toMatch(/…}$/);
  const whole = await evaluate('root', 'clipboard');
  expect(whole).not.toContain('…');
  expect(whole.split(', ')).toHaveLength(512);
});

it('a struct has all its members', async () => {
  const whole = await evaluate('*tf', 'clipboard');
  expect(whole).toContain('sepc: ');
  expect(whole).toContain('pad: ');
  expect(whole).not.toContain('…');
});

it.each(['cause', '$sp', '&ticks', '1 + 1'])('%s is what its row says', async (expression) => {
  expect(await evaluate(expression, 'clipboard')).toBe(await evaluate(expression, 'watch'));
});

it('a number is in the base that was asked for', async () => {
  const format = { hex: true };
  expect(await evaluate('cause', 'clipboard', { format })).toBe('0xd');
  expect(await evaluate('cause,b', 'clipboard')).toBe('0b1101');
});
