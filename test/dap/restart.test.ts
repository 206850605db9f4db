/** Restart from every state, with the same and with other arguments; disconnect while the guest runs. */
import { expect, it } from 'vitest';
import { newClient, trapsLaunch } from '../support/conversation';
import { guestLines, guestSource, userModeLaunch } from './fixtures/guests';

const hello = guestSource('hello.c');
const marked = (mark: string) => ({ [hello]: guestLines('hello.c', mark) });

it('a restart runs the guest again from the start and keeps breakpoints, as often as wanted', async () => {
  const client = newClient();
  await client.launch(userModeLaunch(), marked('main'));
  for (let round = 0; round < 3; round++) {
    const stop = await client.event('stopped');
    expect(stop.description).toBe('Paused on breakpoint (U mode)');
    const { result } = await client.request('evaluate', { expression: 'faults', context: 'watch' });
    expect(result).toBe('0');
    await client.request('restart');
  }
  client.dispose();
});

it('a restart while running and while stuck starts anew', async () => {
  const client = newClient();
  await client.launch({ program: 'test:trap-again' });
  await client.request('restart', { arguments: { program: 'test:jumps-to-0' } });
  expect((await client.event('stopped')).description).toBe('The guest is stuck');
  await client.request('restart', { arguments: trapsLaunch({ stopOnEntry: true }) });
  expect((await client.event('stopped')).reason).toBe('entry');
  client.dispose();
});

it('a restart that cannot work is refused and leaves the guest as it stands', async () => {
  const client = newClient();
  await client.launch(userModeLaunch(), marked('main'));
  await client.event('stopped');
  const answer = await client.ask('restart', { arguments: { program: '/not/there.elf' } });
  expect(answer).toMatchObject({ ok: false, id: 1125 });
  const { stackFrames } = await client.request('stackTrace', { threadId: 1 });
  expect(stackFrames[0]).toMatchObject({ name: 'main' });
  await client.request('continue', { threadId: 1 });
  await client.event('exited');
  client.dispose();
});

it('a restart with other arguments uses them, and the next one too', async () => {
  const client = newClient();
  await client.launch(trapsLaunch({ stopOnEntry: true }));
  await client.event('stopped');
  const machine = { memory: '16M', harts: 2 };
  await client.request('restart', { arguments: trapsLaunch({ stopOnEntry: true, machine }) });
  await client.event('stopped');
  expect((await client.request('threads')).threads).toHaveLength(2);
  await client.request('restart');
  await client.event('stopped');
  expect((await client.request('threads')).threads).toHaveLength(2);
  client.dispose();
});

it('after the guest switched off, a restart boots it again', async () => {
  const client = newClient();
  await client.launch(userModeLaunch());
  expect((await client.event('exited')).exitCode).toBe(0);
  await client.event('terminated');
  const [first] = client.taken('output').filter((one) => one.category === 'stdout');
  expect(first.output).toContain('hello, kernel');
  await client.request('setBreakpoints', { source: { path: hello }, breakpoints: guestLines('hello.c', 'main') });
  await client.request('restart');
  expect((await client.event('stopped')).reason).toBe('breakpoint');
  await client.request('continue', { threadId: 1 });
  await client.event('exited');
  await client.event('terminated');
  client.dispose();
});

it('disconnecting while the guest runs ends it, and nothing comes after', async () => {
  const client = newClient();
  await client.launch({ program: 'test:trap-again' });
  await client.request('disconnect');
  await client.event('terminated');
  const before = client.messages.length;
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
  expect(client.messages.length).toBe(before);
  client.dispose();
});
