/** Where "View Memory…" looks for an expression: what is read there is what belongs to it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

describe('the memory of an expression', () => {
  let client: DapClient;
  let frames: Json[];
  beforeAll(async () => {
    client = newClient();
    await client.launch(trapsLaunch(), { [trapsSource]: [{ line: trapsLine('fault') }] });
    await client.event('stopped');
    frames = (await client.request('stackTrace', { threadId: 1 })).stackFrames;
  });
  afterAll(() => client.dispose());

  const place = async (expression: string, frame: Json = frames[0]): Promise<Json> =>
    client.request('memory/place', { expression, frameId: frame.id });
  const value = async (expression: string): Promise<string> =>
    (await client.request('evaluate', { expression, frameId: frames[0].id, context: 'watch' })).result;
  /** The first word at the place. */
  const word = async (expression: string): Promise<bigint> => {
    const { memoryReference } = await place(expression);
    const { data } = await client.request('readMemory', { memoryReference, count: 8 });
    return Buffer.from(data, 'base64').readBigUInt64LE();
  };

  it('is where a variable lies, with its size', async () => {
    const { memoryReference, length } = await place('faults');
    expect([memoryReference, length]).toEqual([(await value('&faults')).split(' ')[0], 8]);
    expect(await word('tf->sepc')).toBe(BigInt(await value('tf->sepc')));
    expect((await place('*tf')).length).toBe(34 * 8);
    expect((await place('root')).length).toBe(4096);
  });

  it('is what a pointer leads to', async () => {
    expect((await place('tf')).memoryReference).toBe((await place('*tf')).memoryReference);
    expect(await word('tf')).toBe(BigInt(await value('tf->regs.ra')));
  });

  it('is at what an address says: a number, a register, a reference with its space', async () => {
    expect(await place('0x80200000')).toEqual({ memoryReference: '0x80200000', length: 0 });
    expect(await place('pa:0x80200000')).toEqual({ memoryReference: 'pa:0x80200000', length: 0 });
    const [sp] = [BigInt(await value('$sp'))];
    expect(await place('$sp')).toEqual({ memoryReference: `0x${sp.toString(16)}`, length: 0 });
    expect(await place('$sp + 16')).toEqual({ memoryReference: `0x${(sp + 16n).toString(16)}`, length: 0 });
    expect((await place('kernel_main')).memoryReference).toMatch(/^0xffffffc0802/);
  });

  it('is that of the frame which is selected', async () => {
    const caller = frames.find(({ name }) => name.startsWith('touch'));
    await expect(place('value')).rejects.toThrow('Nothing is called "value"');
    const { memoryReference, length } = await place('value', caller);
    expect(length).toBe(8);
    const { data } = await client.request('readMemory', { memoryReference, count: 8 });
    expect(Buffer.from(data, 'base64').readBigUInt64LE()).toBe(7n);
  });

  it('is none for what is computed, with the reason', async () => {
    await expect(place('"text"')).rejects.toThrow('"text" is in no memory now');
    await expect(place('1 == 1')).rejects.toThrow('1 == 1 is in no memory now');
    await expect(place('1 +')).rejects.toThrow('The expression ends too early.');
  });
});
