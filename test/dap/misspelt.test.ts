/** Functions that there are not: the answer names the one that may be meant. */
import { describe, expect, it } from 'vitest';
import { newClient, trapsLaunch } from '../support/conversation';
import type { Json } from '../support/dap-client';

it.each([
  ['kernel_mian', 'Did you mean "kernel_main"?'],
  ['Twice', 'Did you mean "twice"?'],
  ['something_else_entirely', 'Check the name'],
])('runTo %s stops at the entry and says what to write', async (runTo, next) => {
  const client = newClient();
  await client.launch(trapsLaunch({ runTo }));
  expect((await client.event('stopped')).reason).toBe('entry');
  const said = client.taken('output').map(({ output }: Json) => output);
  expect(said.join('')).toContain(`"runTo": No function matches "${runTo}". ${next}`);
  client.dispose();
});

describe('a function breakpoint', () => {
  it.each([
    ['handle_trp', 'Did you mean "handle_trap"?'],
    ['something_else_entirely', 'Use a name, a path'],
  ])('on %s says so, too', async (name, next) => {
    const client = newClient();
    await client.launch(trapsLaunch({ stopOnEntry: true }));
    const { breakpoints } = await client.request('setFunctionBreakpoints', { breakpoints: [{ name }] });
    expect(breakpoints[0]).toMatchObject({ verified: false, message: expect.stringContaining(next) });
    client.dispose();
  });

  it('takes as much of a path as was written', async () => {
    const client = newClient();
    await client.launch({ program: 'bundled:msgqueue', arch: 'riscv64', stopOnEntry: true });
    const { breakpoints } = await client.request('setFunctionBreakpoints', {
      breakpoints: [{ name: 'tsk::yield_now' }, { name: 'yield_nwo' }],
    });
    for (const { message } of breakpoints) expect(message).toMatch(/Did you mean "(\w+::)?yield_now"\?/);
    client.dispose();
  });
});
