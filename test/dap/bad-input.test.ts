/** What users get wrong, and what they read then. The golden lists input and message; the sessions must survive. */
import { describe, expect, it } from 'vitest';
import { check, newClient, type Talk, trapsLaunch, trapsSource } from '../support/conversation';

const LAUNCHES: readonly object[] = [
  { program: undefined },
  { program: '' },
  { program: '/not/there.elf' },
  { program: '/usr' },
  { program: 'bundled:msgqeue' },
  { program: trapsSource },
  { program: 'test:truncated' },
  { program: 'test:header' },
  { program: 'test:empty' },
  { program: 'test:x86' },
  { program: 'test:not-gzip.gz' },
  { programm: 'x' },
  { stopOnEntri: true },
  { memory: '1G' },
  { machine: { memory: '10G' } },
  { machine: { memory: '3G' } },
  { machine: { memory: 'much' } },
  { machine: { memory: '4K' } },
  { machine: { memory: '-1M' } },
  { machine: { memory: 128 } },
  { machine: { hartz: 2 } },
  { machine: { harts: 0 } },
  { machine: { harts: 99 } },
  { machine: { harts: 1.5 } },
  { machine: { harts: 'two' } },
  { machine: 'big' },
  { arch: 'mips' },
  { arch: 'aarch64' },
  { stopOnEntry: 'yes' },
  { images: 'a.elf' },
  { images: [{}] },
  { images: [{ path: 'a.elf', address: 'here' }] },
  { images: [{ adress: '0x1' }] },
  { images: [{ path: '/not/there.elf' }] },
  { images: [{ path: 'test:empty' }] },
  { images: [{ path: 'test:truncated' }] },
  { images: [{ path: 'test:x86' }] },
  { images: [{ path: trapsSource }] },
  { sourceMap: { '/a': 1 } },
  { images: [{ path: 'a.elf', world: 'guest' }] },
  { images: [{ path: 'a.elf', world: 'usr' }] },
  { images: [{ path: 'a.elf', world: 1 }] },
  { images: [{ path: 'a.elf', load: 'low' }] },
  { images: [{ path: 'a.elf', world: 'guest user', load: '0x1000' }] },
  { images: [{ path: 'a.elf', address: '0x_' }] },
  { images: [{ path: 'a.elf', address: '0x1ffffffffffffffff' }] },
  { program: 'bundled:lazymaping' },
  { program: 'bundled:guestmonolithic' },
  { mode: 'stage2' },
  { mode: 2 },
  { program: 'bundled:msgqueue', mode: 'stage2' },
  { program: 'bundled:guestmonolithickernel', arch: 'riscv64', mode: 'stage2' },
  { disk: '/not/there.img' },
  { disk: '/usr' },
  { disk: 'test:empty' },
  { disk: 'test:qcow2' },
  { disk: ['a.img'] },
  { disk: 5 },
  { disk: [5] },
  { disk: '' },
  { disk: 'test:zeros,bus=virtio-mmoi' },
  { disk: 'test:zeros,size=8' },
  { disk: 'test:zeros,format=raw' },
  { disk: { path: 'test:zeros', bus: 'scsi' } },
  { disk: { path: 'test:zeros', readOnly: true } },
  { disk: { bus: 'virtio-mmio' } },
  { disk: [{ size: 'huge' }] },
  { disk: [{ size: '1M' }, { path: 'test:qcow2' }] },
  { initrd: '/not/there.img' },
  { load: '' },
  { load: 'k.bin@0x' },
  { load: ['0x80000000', '@0x80000000'] },
  { load: { path: 'k.bin' } },
  { load: ['/not/there.bin@0x84000000'] },
  { load: 'test:zeros' },
  { load: 'test:zeros@0x1000' },
  { entry: 'main' },
  { entry: '0x80000001' },
  { disk: 'test:zeros', stopOnEntry: true },
  { pflash1: '/not/there.bin' },
  { pflash1: 'test:big-flash' },
  { bios: '/usr' },
  { console: 'window' },
];

/** Asks for a launch, records what was wrong with it and what was said. */
async function refuse(talk: Talk, more: object): Promise<void> {
  const answer = await talk.client.ask('launch', { ...trapsLaunch(), ...more });
  talk.note(JSON.stringify(more));
  talk.note(answer.ok ? '  accepted' : `  ${answer.id}: ${answer.message}`);
}

describe('bad input', () => {
  it('is refused with what is wrong, where, and the next step', () =>
    check('bad-input', async (talk) => {
      await talk.client.request('initialize', { adapterID: 'worldstep' });
      for (const more of LAUNCHES) {
        await refuse(talk, more);
        if (talk.client.taken('initialized').length > 0) await talk.client.request('terminate');
      }
      await talk.ask('launch', trapsLaunch({ stopOnEntry: true }));
      talk.note('The session survived all that.');
      await refuse(talk, {});
    }));

  it('in the guest stops it with an explanation', () =>
    check('bad-guests', async (talk) => {
      for (const program of ['test:jumps-to-0', 'test:trap-loop']) {
        talk.note(program);
        await (program === 'test:jumps-to-0'
          ? talk.launch({ program })
          : talk.ask('restart', { arguments: { program } }));
        await talk.hear('stopped');
        await talk.where();
        await talk.client.request('continue', { threadId: 1 });
        await talk.hear('stopped');
      }
      await talk.ask('terminate');
      await talk.hear('terminated');
    }));

  it('says which keys of images have no effect, and which folders of sourceMap are not there', () =>
    check('remarks', async (talk) => {
      const { program } = trapsLaunch();
      const images = [{ path: program, world: 'user', symbolsOnly: false }];
      const sourceMap = { '/fixture': '/not/there' };
      await talk.launch(trapsLaunch({ images, sourceMap, stopOnEntry: true }));
      await talk.hear('stopped');
      for (const { output } of talk.client.taken('output')) talk.note(output.trimEnd());
    }));
});

describe('every state of a session', () => {
  const traps = { program: 'test:trap-again' };
  it('ends on terminate and disconnect: before launch, standing, running, waiting, stuck, after the end', async () => {
    for (const command of ['terminate', 'disconnect']) {
      const fresh = newClient();
      await fresh.request('initialize', {});
      await fresh.request(command);
      await fresh.event('terminated');
      fresh.dispose();
      for (const more of [trapsLaunch({ stopOnEntry: true }), trapsLaunch(), traps, { program: 'test:jumps-to-0' }]) {
        const client = newClient();
        await client.launch(more);
        await client.request(command);
        await client.event('terminated');
        expect((await client.request('threads')).threads).toEqual([]);
        // Once more is harmless and says nothing new.
        await client.request(command);
        expect(client.taken('terminated')).toEqual([]);
        client.dispose();
      }
    }
  });

  it('pauses a guest that traps for ever, each time with some instructions in between', async () => {
    const client = newClient();
    await client.launch(traps);
    await client.request('pause', { threadId: 1 });
    expect((await client.event('stopped')).reason).toBe('pause');
    client.dispose();
  });
});
