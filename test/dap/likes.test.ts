/** Exception filters that a view's row sets, beside those of the client, on the hypervisor's VM exits. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

let client: DapClient;

beforeEach(async () => {
  client = newClient();
  await client.launch({ program: 'bundled:guestmonolithickernel', arch: 'riscv64', stopOnEntry: true }, {});
  await client.event('stopped');
});

afterEach(() => client.dispose());

const row = async (find: (node: Json) => boolean, key?: string): Promise<Json> => {
  const { nodes } = await client.request('inspect/children', { inspector: 'vmExits', ...(key && { key }) });
  return nodes.find(find);
};

describe('break on its like', () => {
  it('stops at VM exits like a row, until it is taken back, whatever the client sets', async () => {
    const fault = { filter: 'vm-exit', condition: '!isInterrupt && cause == 23' };
    expect(await client.request('exceptions/addLike', fault)).toEqual({ likes: [fault] });
    // VS Code sends its own list whenever a checkbox changes.
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('continue', { threadId: 1 });
    expect(await client.event('stopped')).toMatchObject({ reason: 'exception' });

    const first = await row(({ label }) => label.startsWith('#1 '), 'all');
    expect(first.label).toBe('#1 Store/AMO guest-page fault');
    const { label, ...like } = first.breakOn.at(-1);
    expect(label).toBe('The same reason, guest physical 0x10000000');
    expect(like.condition).toBe('!isInterrupt && cause == 23 && guestPhysical == 0x10000000');

    await client.request('exceptions/removeLike', fault);
    const load = { filter: 'vm-exit', condition: '!isInterrupt && cause == 21 && guestPhysical == 0x22000000' };
    expect(await client.request('exceptions/addLike', load)).toEqual({ likes: [load] });
    await client.request('continue', { threadId: 1 });
    await client.event('stopped');
    expect((await row(({ label }) => label.startsWith('#'), 'all')).label).toBe('#6 Load guest-page fault');

    expect(await client.request('exceptions/removeLike', load)).toEqual({ likes: [] });
    await client.request('continue', { threadId: 1 });
    expect(await client.event('exited')).toEqual({ exitCode: 0 });
  });

  it('refuses a filter that the machine does not have, and keeps the others', async () => {
    const call = { filter: 'vm-exit', condition: '!isInterrupt && cause == 10 && $a7 == 0x53525354 && $a6 == 0x0' };
    await client.request('exceptions/addLike', call);
    await expect(client.request('exceptions/addLike', { filter: 'nonsense', condition: '' })).rejects.toThrow(
      'The exception filter "nonsense" cannot be set',
    );
    expect(await client.request('exceptions/likes', {})).toEqual({ likes: [call] });
    await client.request('continue', { threadId: 1 });
    await client.event('stopped');
    expect((await row(({ label }) => label.startsWith('#'), 'all')).label).toBe(
      '#13 Environment call from VS-mode: SBI SRST system_reset',
    );
  });
});
