/** What the Disassembly view is told about sources: VS Code cannot show the row of a source that it cannot open. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';

const source = resolve('kernels/msgqueue/src/main.rs');
const text = readFileSync(source, 'utf8').split('\n');
const push = text.findIndex((line) => line.includes('queue.lock().push_back(message);')) + 1;

/** Stopped in the producer. */
async function started(sourceMap: Record<string, string>): Promise<DapClient> {
  const client = newClient();
  const launch = { program: 'bundled:msgqueue', arch: 'riscv64', sourceMap };
  await client.launch(launch, { [source]: [{ line: push }] });
  await client.event('stopped');
  return client;
}

/** The rows around a place, an answer a request, as a view asks that is scrolled up and down. */
async function scrolled(client: DapClient, memoryReference: string): Promise<Json[]> {
  const rows = new Map<string, Json>();
  for (const [instructionOffset, instructionCount] of [
    [-200, 400],
    [-250, 50],
    [200, 50],
  ]) {
    const asked = { memoryReference, instructionOffset, instructionCount, resolveSymbols: true };
    const { instructions } = await client.request('disassemble', asked);
    expect(instructions).toHaveLength(instructionCount as number);
    for (const row of instructions) rows.set(row.address, row);
  }
  return [...rows.values()];
}

describe('rows of disassembly', () => {
  it('name a source only where it can be read', async () => {
    const client = await started({ '/worldstep/kernels/msgqueue': resolve('kernels/msgqueue') });
    const places = (await client.request('stackTrace', { threadId: 1 })).stackFrames.map(
      (frame: Json) => frame.instructionPointerReference,
    );
    const named = (await Promise.all(places.map((place: string) => scrolled(client, place))))
      .flat()
      .flatMap((row: Json) => (row.location === undefined ? [] : [row.location]));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ path }: Json) => !existsSync(path))).toEqual([]);
    client.dispose();
  });

  it('show what is inlined from a source that is absent under the line that it was called from', async () => {
    const client = await started({ '/worldstep/kernels/msgqueue': resolve('kernels/msgqueue') });
    const { targets } = await client.request('gotoTargets', { source: { path: source }, line: push });
    const { instructions } = await client.request('disassemble', {
      memoryReference: targets[0].instructionPointerReference,
      instructionCount: 40,
    });
    const lines = instructions.flatMap((row: Json) => (row.location === undefined ? [] : [row.line]));
    expect(lines[0]).toBe(push);
    // Nothing but lines of this function, each under its own file.
    expect(instructions.filter((row: Json) => row.location && row.location.path !== source)).toEqual([]);
    client.dispose();
  });

  it('name sources inside Worldstep by the reference that gives their text, not by a path', async () => {
    const client = await started({});
    const { stackFrames } = await client.request('stackTrace', { threadId: 1, levels: 1 });
    const rows = await scrolled(client, stackFrames[0].instructionPointerReference);
    const named = rows.filter(({ location }) => location !== undefined);
    expect(named.length).toBeGreaterThan(0);
    for (const { location } of named) {
      expect(location.path).toBeUndefined();
      const { content } = await client.request('source', {
        source: location,
        sourceReference: location.sourceReference,
      });
      expect(content).toContain('fn ');
    }
    client.dispose();
  });
});
