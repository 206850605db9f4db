/** Attributes that say how much is listed and in which radix. */
import { afterEach, expect, it } from 'vitest';
import { newClient, trapsLaunch } from '../support/conversation';
import type { DapClient } from '../support/dap-client';

const clients: DapClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

const launched = async (more: object): Promise<DapClient> => {
  const client = newClient();
  clients.push(client);
  await client.launch(trapsLaunch({ runTo: 'main', ...more }));
  await client.event('stopped');
  return client;
};

const evaluate = async (client: DapClient, more: object): Promise<string> =>
  (await client.request('evaluate', { expression: '300', context: 'watch', ...more })).result;

it('numbers are decimal, hexadecimal when the launch says so, and as each request wants them', async () => {
  const plain = await launched({});
  expect(await evaluate(plain, {})).toBe('300');
  expect(await evaluate(plain, { format: { hex: true } })).toBe('0x12c');
  const hexadecimal = await launched({ numbers: 'hexadecimal' });
  expect(await evaluate(hexadecimal, {})).toBe('0x12c');
  expect(await evaluate(hexadecimal, { format: { hex: false } })).toBe('300');
  expect(await evaluate(hexadecimal, { format: {} })).toBe('0x12c');
  expect(await evaluate(hexadecimal, { expression: '300,d' })).toBe('300');
});

it('as many children are listed as the launch says, when the client asks for all', async () => {
  const count = async (more: object): Promise<number> => {
    const client = await launched(more);
    const root = await client.request('evaluate', { expression: 'root', context: 'watch' });
    const { variables } = await client.request('variables', { variablesReference: root.variablesReference });
    return variables.length;
  };
  expect(await count({})).toBe(512);
  expect(await count({ limits: { children: 150 } })).toBe(150);
});
