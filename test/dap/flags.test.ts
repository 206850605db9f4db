/** Values of flags types: their bits by name, as the crate bitflags prints them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const folder = mkdtempSync(join(tmpdir(), 'worldstep-flags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = resolve('kernels/lazymapping/src/stack.rs');
const line =
  readFileSync(source, 'utf8')
    .split('\n')
    .findIndex((text) => text.includes('aspace.map_linear')) + 1;

/** Where the kernel of lazymapping is about to map a page: `access` is what the user program wanted to do. */
async function atFault(sourceMap: Record<string, string> = {}): Promise<{ client: DapClient; frameId: number }> {
  const client = newClient();
  const kernel = { '/worldstep/kernels/lazymapping': resolve('kernels/lazymapping') };
  const launch = { program: 'bundled:lazymapping', arch: 'riscv64', sourceMap: { ...kernel, ...sourceMap } };
  await client.launch(launch, { [source]: [{ line }] });
  await client.event('stopped');
  const { stackFrames } = await client.request('stackTrace', { threadId: 1, levels: 1 });
  return { client, frameId: stackFrames[0].id };
}

const local = async ({ client, frameId }: { client: DapClient; frameId: number }, name: string): Promise<Json> => {
  const { scopes } = await client.request('scopes', { frameId });
  const reference = { variablesReference: scopes[0].variablesReference };
  const { variables } = await client.request('variables', reference);
  return { ...variables.find((one: Json) => one.name === name), reference };
};

describe('flags', () => {
  it('have the names that the program itself prints, where their source is not here', async () => {
    const stopped = await atFault();
    expect((await local(stopped, 'access')).value).toBe('MappingFlags(WRITE | USER)');
    stopped.client.dispose();
  });

  it('are set by name and by number', async () => {
    const stopped = await atFault();
    const { reference } = await local(stopped, 'access');
    const set = async (value: string) =>
      await stopped.client.ask('setVariable', { ...reference, name: 'access', value });
    expect(await set('READ | MappingFlags::EXECUTE | 0x100')).toMatchObject({
      body: { value: 'MappingFlags(READ | EXECUTE | 0x100)' },
    });
    expect(await set('MappingFlags(USER)')).toMatchObject({ body: { value: 'MappingFlags(USER)' } });
    expect(await set('0')).toMatchObject({ body: { value: 'MappingFlags(0x0)' } });
    expect(await set('RAED')).toMatchObject({ ok: false, message: expect.stringContaining('There are READ, WRITE') });
    stopped.client.dispose();
  });

  it('have the names of their source where that can be read', async () => {
    const crate = join(folder, 'page_table_entry-9.9.9');
    mkdirSync(join(crate, 'src'), { recursive: true });
    writeFileSync(
      join(crate, 'src/lib.rs'),
      'bitflags! { pub struct MappingFlags: usize { const FETCH = 1; const STORE = 1 << 1; const PEOPLE = 8; } }',
    );
    const recorded = readFileSync('kernels/lazymapping/Cargo.lock', 'utf8');
    const version = /name = "page_table_entry"\nversion = "([^"]+)"/.exec(recorded)?.[1];
    const stopped = await atFault({ [`/worldstep/crates/page_table_entry-${version}`]: crate });
    expect((await local(stopped, 'access')).value).toBe('MappingFlags(STORE | PEOPLE)');
    stopped.client.dispose();
  });
});
