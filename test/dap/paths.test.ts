/** Files in answers are called what the client calls them. */
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newClient, trapsLaunch, trapsLine, trapsSource } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const line = trapsLine('twice');

/** Stopped at a breakpoint that was set under this name, before or after the launch. */
async function stopped(path: string, can: object = {}): Promise<{ client: DapClient; set: Json; frames: Json[] }> {
  const client = newClient();
  await client.launch(trapsLaunch({ stopOnEntry: true }), {}, can);
  await client.event('stopped');
  const { breakpoints } = await client.request('setBreakpoints', { source: { path }, breakpoints: [{ line }] });
  await client.request('continue', { threadId: 1 });
  await client.event('stopped');
  const { stackFrames } = await client.request('stackTrace', { threadId: 1 });
  return { client, set: breakpoints[0], frames: stackFrames };
}

describe.each([
  ['a plain path', trapsSource],
  ['a URI', pathToFileURL(trapsSource).href],
  ['a URI with a host and escapes', `file://localhost${trapsSource.replace('traps.c', '%74raps.c')}`],
  ['a path with dots', trapsSource.replace('/debug/', '/debug/./x/../')],
])('%s', (_, path) => {
  it('comes back in breakpoints, frames and loaded sources', async () => {
    const { client, set, frames } = await stopped(path);
    expect(set).toMatchObject({ verified: true, line, source: { name: 'traps.c', path } });
    expect(frames[0]).toMatchObject({ name: 'twice', source: { name: 'traps.c', path } });
    const { sources } = await client.request('loadedSources');
    expect(sources.map((one: Json) => one.path)).toContain(path);
    client.dispose();
  });

  it('comes back in events of breakpoints that were set before the launch', async () => {
    const client = newClient();
    await client.launch(trapsLaunch(), { [path]: [{ line }] });
    await client.event('stopped');
    await client.request('restart');
    expect((await client.event('breakpoint')).breakpoint).toMatchObject({ verified: true, source: { path } });
    client.dispose();
  });
});

it.each(['/somewhere/else/fixtures/traps.c', 'C:\\work\\fixtures\\traps.c'])(
  'a breakpoint in a copy of a file that was built elsewhere stays in the copy: %s',
  async (path) => {
    const { client, set } = await stopped(path);
    expect(set).toMatchObject({ verified: true, source: { name: 'traps.c', path } });
    expect(set.source.sourceReference).toBeUndefined();
    client.dispose();
  },
);

it('a client that wants URIs gets them, also of files that it has not named', async () => {
  const { client, frames } = await stopped(trapsSource, { pathFormat: 'uri' });
  expect(frames[0].source.path).toBe(trapsSource);
  const other = newClient();
  await other.launch(trapsLaunch({ runTo: 'kernel_main' }), {}, { pathFormat: 'uri' });
  await other.event('stopped');
  const { stackFrames } = await other.request('stackTrace', { threadId: 1 });
  expect(stackFrames[0].source).toMatchObject({ name: 'traps.c', path: pathToFileURL(trapsSource).href });
  client.dispose();
  other.dispose();
});
