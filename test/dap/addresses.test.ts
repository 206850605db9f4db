/** Addresses as the protocol lets clients write them, and as it wants to have them back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient } from '../support/dap-client';

let client: DapClient;
/** Where `ticks` lies. */
let ticks: string;

beforeAll(async () => {
  client = newClient();
  await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('twice') }] });
  await client.event('stopped');
  const { result } = await client.request('evaluate', { expression: '&ticks', context: 'watch' });
  ticks = /0x[0-9a-f]+/.exec(result)?.[0] ?? '';
});
afterAll(() => client.dispose());

const read = (memoryReference: unknown, more: object = {}) =>
  client.ask('readMemory', { memoryReference, count: 8, ...more });

describe('a memoryReference', () => {
  it('may be a number, in JSON or as decimal text', async () => {
    const hexadecimal = await read('0x80200000');
    expect(hexadecimal).toMatchObject({ ok: true, body: { address: '0x80200000' } });
    expect(await read(0x80200000)).toEqual(hexadecimal);
    expect(await read(String(0x80200000))).toEqual(hexadecimal);
    const rows = (memoryReference: unknown) => client.request('disassemble', { memoryReference, instructionCount: 4 });
    expect(await rows(0x80200000)).toEqual(await rows('0x80200000'));
  });

  it('may be an expression', async () => {
    const there = await read(ticks);
    for (const expression of ['&ticks', '&(ticks)', `${ticks} + 8 - 8`])
      expect(await read(expression), expression).toEqual(there);
    expect(await read('$pc')).toMatchObject({ ok: true });
    const { instructions } = await client.request('disassemble', { memoryReference: 'busy', instructionCount: 2 });
    expect(instructions[0].symbol).toBe('busy');
    expect(await read('pa:0x80200000 ')).toEqual(await read('pa:0x80200000'));
  });

  it('that is written to may be an expression, too', async () => {
    const before = await client.request('readMemory', { memoryReference: '&ticks', count: 8 });
    await client.request('writeMemory', { memoryReference: '&ticks', data: 'BwAAAAAAAAA=' });
    const { result } = await client.request('evaluate', { expression: 'ticks', context: 'watch' });
    expect(result).toBe('7');
    await client.request('writeMemory', { memoryReference: '&ticks', data: before.data });
  });

  it.each([
    ['nobody', 1202, 'Nothing is called "nobody"'],
    [-1, 1001, 'must be an address'],
    [0.5, 1001, 'must be an address'],
    [2 ** 63, 1212, 'not exact in JSON'],
    ['1 +', 1202, 'ends too early'],
    [null, 1001, 'must be a string'],
  ])('%j is refused with the reason', async (memoryReference, id, message) => {
    const answer = await read(memoryReference);
    expect(answer).toMatchObject({ ok: false, id });
    expect(answer.ok ? '' : answer.message).toContain(message);
  });
});

describe('an address in an answer', () => {
  it('is a number, whatever space it is in', async () => {
    for (const memoryReference of ['pa:0x80200000', 'kernel:0xffffffc080200000', '0x80200000', 'busy']) {
      const answer = await client.request('readMemory', { memoryReference, count: 4, offset: 4 });
      expect(() => BigInt(answer.address), answer.address).not.toThrow();
      const { instructions } = await client.request('disassemble', {
        memoryReference,
        instructionOffset: -4,
        instructionCount: 8,
      });
      for (const { address } of instructions) expect(() => BigInt(address), address).not.toThrow();
    }
  });
});

describe('an instructionReference', () => {
  it('may be a number or an expression', async () => {
    const { breakpoints } = await client.request('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference: 0x80200000 }, { instructionReference: 'busy' }],
    });
    expect(breakpoints).toMatchObject([
      { verified: true, instructionReference: expect.stringMatching(/^0x/) },
      { verified: true },
    ]);
    await client.request('setInstructionBreakpoints', { breakpoints: [] });
  });
});

describe('a bare address', () => {
  it('is a data id', async () => {
    const info = await client.request('dataBreakpointInfo', { name: ticks, asAddress: true, bytes: 4 });
    expect(info).toMatchObject({
      dataId: expect.stringContaining(ticks),
      description: expect.stringContaining('4 bytes'),
    });
    const { breakpoints } = await client.request('setDataBreakpoints', {
      breakpoints: [{ dataId: ticks }, { dataId: 0x80201000 }, { dataId: `${ticks}/4` }, { dataId: 'pa:0x80201000' }],
    });
    expect(breakpoints).toMatchObject([{ verified: true }, { verified: true }, { verified: true }, { verified: true }]);
    await client.request('setDataBreakpoints', { breakpoints: [{ dataId: ticks, accessType: 'write' }] });
    await client.request('setBreakpoints', { source: { path: trapsSource }, breakpoints: [] });
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('continue', { threadId: 1 });
    const { reason, text } = await client.event('stopped');
    expect({ reason, text }).toMatchObject({ reason: 'data breakpoint', text: expect.stringContaining(ticks) });
  });

  it('is what dataBreakpointInfo may be asked about, as text, number or expression', async () => {
    const named = (name: unknown, more: object = {}) => client.request('dataBreakpointInfo', { name, ...more });
    expect((await named('&ticks', { asAddress: true })).dataId).toContain(`${ticks}/8/`);
    expect((await named(0x80201000, { asAddress: true })).dataId).toContain('va:0x80201000/8/');
    expect((await named('0x80201000')).dataId).toContain('va:0x80201000/8/');
    expect((await named('pa:0x80201000', { asAddress: true, bytes: 2 })).dataId).toContain('pa:0x80201000/2/');
  });
});
