/** A guest that traps for ever stops by itself, with the reason. */
import { expect, it } from 'vitest';
import { newClient } from '../support/conversation';

it('a handler that returns to the faulting access and has mended nothing stops the session, and again after Continue', async () => {
  const client = newClient();
  await client.launch({ program: 'test:trap-again' });
  for (let time = 0; time < 2; time++) {
    const stopped = await client.event('stopped');
    expect(stopped.description).toBe('The guest is stuck');
    expect(stopped.text).toMatch(
      /^hart 0 takes Load access fault at 0x8020000c again and again \(tval 0x0\): its trap handler returns to the same instruction and has changed nothing\b/,
    );
    await client.request('continue', { threadId: 1 });
  }
  client.dispose();
});
