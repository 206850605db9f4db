/** In which base numbers are shown: by default, as the user chooses while debugging, for all and for single rows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

describe('numbers', () => {
  let client: DapClient;
  beforeAll(async () => {
    client = newClient();
    await client.launch(
      trapsLaunch(),
      { [trapsSource]: [{ line: trapsLine('fault') }] },
      { supportsInvalidatedEvent: true },
    );
    await client.event('stopped');
  });
  afterAll(() => client.dispose());

  const frame = async () => (await client.request('stackTrace', { threadId: 1, levels: 1 })).stackFrames[0].id;
  const value = async (expression: string, more: object = {}) =>
    (await client.request('evaluate', { expression, frameId: await frame(), context: 'watch', ...more })).result;
  const rows = async (variablesReference: number): Promise<Json[]> =>
    (await client.request('variables', { variablesReference })).variables;
  const locals = async () => {
    const { scopes } = await client.request('scopes', { frameId: await frame() });
    return rows(scopes[0].variablesReference);
  };
  const local = async (name: string) => (await locals()).find((one) => one.name === name);
  const choose = async (format: string, expression?: string) => {
    await client.request('numbers/choose', { format, expression });
    expect(await client.event('invalidated')).toEqual({ areas: ['variables'] });
    expect((await client.request('machine/status', {})).numbers).toBe(expression === undefined ? format : 'decimal');
  };

  it('are in decimal, but addresses are not, and neither are sums of addresses and numbers', async () => {
    expect(await value('cause')).toBe('13');
    expect(await value('tf->sepc')).toMatch(/^0xffffffc0/);
    const [sp, next] = [await value('$sp'), await value('$sp + 16')];
    expect(BigInt(next)).toBe(BigInt(sp) + 16n);
    expect(next).toMatch(/^0x/);
    expect(await value('tf->regs.sp - tf->regs.s0')).toMatch(/^-?\d+$/);
    expect(await value('cause + 1')).toBe('14');
  });

  it('are in hexadecimal everywhere when that is chosen, and only as they are asked for otherwise', async () => {
    await choose('hexadecimal');
    expect(await value('cause')).toBe('0xd');
    expect((await local('cause')).value).toBe('0xd');
    expect(await value('cause,d')).toBe('13');
    expect(await value('*tf')).toMatch(/^\{regs: \{ra: 0x/);
    expect(await value('tf')).toMatch(/^0x[0-9a-f]+ → \{regs/);
    expect(await value('cause', { format: { hex: false } })).toBe('13');
    await choose('decimal');
    expect((await local('cause')).value).toBe('13');
  });

  it('are in another base in one row and its parts', async () => {
    const { evaluateName } = await local('cause');
    await choose('hexadecimal', evaluateName);
    expect((await local('cause')).value).toBe('0xd');
    expect(await value('faults')).toMatch(/^\d+$/);
    await choose('decimal', '*tf');
    const tf = await client.request('evaluate', { expression: '*tf', frameId: await frame(), context: 'watch' });
    expect(tf.result).toMatch(/^\{regs: \{ra: \d{20}/);
    const [regs] = await rows(tf.variablesReference);
    const [ra] = await rows(regs?.variablesReference);
    expect([regs?.value, ra?.value]).toEqual([
      expect.stringMatching(/^\{ra: \d{20}/),
      expect.stringMatching(/^\d{20}$/),
    ]);
    await choose('hexadecimal', ra?.evaluateName);
    expect((await rows(regs?.variablesReference))[0]?.value).toMatch(/^0x/);
    await choose('decimal', evaluateName);
  });

  it('keep their base when the session restarts', async () => {
    await choose('hexadecimal');
    await client.request('restart', { arguments: trapsLaunch() });
    await client.event('stopped');
    expect(await value('faults')).toBe('0x0');
    await choose('decimal');
  });

  it('tell VS Code, and only that, how they are shown, so that its menus offer the other base', async () => {
    expect((await locals()).some((row) => '__vscodeVariableMenuContext' in row)).toBe(false);
    const initialize = { clientID: 'vscode', adapterID: 'worldstep', supportsInvalidatedEvent: true };
    await client.request('initialize', initialize);
    const shown = async (name: string) => (await local(name)).__vscodeVariableMenuContext;
    expect(await shown('cause')).toBe('decimal');
    await choose('hexadecimal', 'cause');
    expect(await shown('cause')).toBe('hexadecimal');
  });

  it('refuse another base than these two', async () => {
    await expect(client.request('numbers/choose', { format: 'roman' })).rejects.toThrow(/format/);
  });
});
