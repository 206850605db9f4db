import { describe, expect, it } from 'vitest';
import { sessionServices } from '../../src/entry/session-services';
import { steadyHost } from '../support/conversation';
import { DapClient } from '../support/dap-client';

/** Starts lazymapping with breakpoints nowhere; `sourceMap` is the user's. */
async function loaded(sourceMap: Record<string, string>): Promise<{ path: string; sourceReference?: number }[]> {
  const client = new DapClient(sessionServices(steadyHost(), { symbolsWasm: 'asset:src/symbols/symbols.wasm' }));
  await client.request('initialize', { adapterID: 'worldstep' });
  const launched = client.request('launch', { program: 'bundled:lazymapping', arch: 'riscv64', sourceMap });
  await client.event('initialized');
  const { sources } = await client.request('loadedSources');
  const crates = sources.filter(({ path }: { path: string }) => path.includes('/riscv-0.16.1/'));
  if (Object.keys(sourceMap).length === 0) {
    const answer = await client.ask('source', { sourceReference: crates[0].sourceReference });
    expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('cargo fetch') });
  }
  await client.request('configurationDone');
  await launched;
  client.dispose();
  return crates;
}

describe('sources of published crates', () => {
  it('are asked of the session, which says how to get them, when nobody has mapped them', async () => {
    const crates = await loaded({});
    expect(crates.length).toBeGreaterThan(0);
    for (const { path, sourceReference } of crates) {
      expect(path).toMatch(/^\/worldstep\/crates\/riscv-0\.16\.1\//);
      expect(sourceReference).toBeGreaterThan(0);
    }
  });

  it('are opened by path where the source map says that they are', async () => {
    const crates = await loaded({
      '/worldstep/crates/riscv-0.16.1': '/home/me/.cargo/registry/src/index/riscv-0.16.1',
    });
    expect(crates.length).toBeGreaterThan(0);
    for (const { path, sourceReference } of crates) {
      expect(path).toMatch(/^\/home\/me\/\.cargo\/registry\/src\/index\/riscv-0\.16\.1\//);
      expect(sourceReference).toBeUndefined();
    }
  });
});
