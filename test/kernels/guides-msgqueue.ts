import { expect } from 'vitest';
import type { RowTests } from './row-tests';

/** The window on the flash: where the kernel sees it, and where it is. */
const FLASH: Readonly<Record<string, { virtual: string; physical: string; bank?: string }>> = {
  riscv64: { virtual: '0xffffffc022000000', physical: '0x22000000' },
  aarch64: { virtual: '0xffff000004000000', physical: '0x4000000' },
  x86_64: { virtual: '0xffff8000ffc00000', physical: '0xffc00000', bank: 'flash0' },
  loongarch64: { virtual: '0xffff80001d000000', physical: '0x1d000000' },
};

/** Rows of the guide of msgqueue. */
export const MSGQUEUE_ROWS: RowTests = {
  'break at: queue.lock().push_back(message);': async (session) => {
    expect(await session.rows('queues')).toEqual([expect.stringMatching(/MESSAGES empty, no buffer yet/)]);
    const heads: string[] = [];
    for (let push = 0; push < 6; push++) {
      await session.move('continue');
      const [row = ''] = await session.rows('queues');
      heads.push(/0 of 4 · head (\d)/.exec(row)?.[1] ?? row);
    }
    expect(heads).toEqual(['1', '2', '3', '0', '1', '2']);
    const slots = await session.rows('queues', 'MESSAGES');
    expect(slots.filter((slot) => /^\[\d\] free \(old bytes: /.test(slot))).toHaveLength(4);
  },

  'break at: queue.lock().pop_front();': async (session) => {
    const isEmpty = async () => /len: 0,/.test(await session.value('queue'));
    for (let stop = 0; !(await isEmpty()); stop++) {
      expect(stop).toBeLessThan(4);
      await session.move('continue');
    }
    await session.breakAt();
    const inConsumer = await session.place();
    await session.runTo('taskSwitch');
    expect(await session.stack()).toContain('producer · msgqueue');
    expect(await session.stack()).not.toContain('consumer · msgqueue');

    await session.breakAt({ file: 'src/main.rs', code: 'None => thread::yield_now(),' });
    await session.move('continue');
    await session.breakAt();
    await session.move('next');
    expect(await session.stack()).toContain('consumer · msgqueue');
    expect(inConsumer).toMatch(/^consumer · msgqueue/);

    await session.breakAt({ file: 'src/main.rs', code: 'None => thread::yield_now(),' });
    await session.move('continue');
    await session.breakAt();
    for (let step = 0; !(await session.stack()).includes('producer · msgqueue'); step++) {
      expect(step).toBeLessThan(200);
      await session.move('stepIn');
    }
  },

  'break at: *byte = unsafe { … }': async (session, arch) => {
    const flash = FLASH[arch];
    if (flash === undefined) throw new Error(`where is the flash of ${arch}?`);
    const { virtual, physical, bank = 'flash1' } = flash;
    const walk = await session.explain(virtual, 'read');
    expect(walk).toContain(`→ pa ${physical} (${bank}), 4 KiB page, RW-`);
    expect(walk).toMatch(/execute: .*((page|PTE) (is not |non-)executable|fetches are not allowed)/i);
    // What the view shows, the row says of riscv64.
    if (arch !== 'riscv64') return;
    const rows = await session.rows('pageTables');
    expect(rows.find((row) => row.startsWith(virtual))).toMatch(/RW- .*32 MiB in 4 KiB pages/);
    expect((32 << 20) / 4096).toBe(8192);
  },

  'to try: if message < LAST_MESSAGE {': async (session) => {
    const capacities: string[] = [];
    for (let message = 0; message < 10; message++) {
      capacities.push(/len: (\d+), capacity: \d+/.exec(await session.value('queue'))?.[0] ?? '');
      await session.set('message', '64');
      await session.move('continue');
    }
    expect(capacities.slice(3, 5)).toEqual(['len: 4, capacity: 4', 'len: 5, capacity: 8']);
    expect(capacities.slice(7, 9)).toEqual(['len: 8, capacity: 8', 'len: 9, capacity: 16']);
  },
};
