import { describe, expect, it } from 'vitest';
import type { InspectContext, SuspendedFrame } from '../../src/inspect/inspector';
import type { Task } from '../../src/inspect/task-search';
import { waitReason } from '../../src/inspect/task-stack';
import type { Value } from '../../src/symbols/lang/value';
import type { Type } from '../../src/symbols/types';

const context = { images: { all: [], find: () => undefined } } as unknown as InspectContext;

/** A reference that points to this address. */
const reference = (address: bigint): Value => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, address, true);
  return {
    type: { kind: 'pointer', name: '&T', size: 8 } as Type,
    place: { kind: 'bytes', bytes },
    context: { read: () => undefined, addressSize: 8, isLittleEndian: true },
  };
};

const frame = (name: string, more: Partial<SuspendedFrame> = {}): SuspendedFrame => ({
  name,
  isOwn: false,
  isLabel: false,
  local: () => undefined,
  ...more,
});
const own = (name: string) => frame(name, { isOwn: true, source: { path: `/k/src/${name}.rs`, line: 7 } });
const waits = (frames: SuspendedFrame[], tasks: Partial<Task>[] = []) =>
  waitReason(context, frames, tasks as Task[])?.text;

describe('why a task waits', () => {
  it('is told by the function of ArceOS it waits in, and the place in the user code', () => {
    expect(waits([frame('axtask::api::sleep_until'), frame('axtask::api::sleep'), own('main')])).toBe(
      'sleeps, in main at main.rs:7',
    );
    expect(waits([frame('axtask::future::block_on::<Read>'), own('reader')])).toBe(
      'waits for a future, in reader at reader.rs:7',
    );
    expect(waits([frame('axtask::api::yield_now')])).toBe('yielded');
    expect(waits([frame('axtask::task::task_entry')])).toBe('has not run yet');
  });

  it('names what it waits on, where the frame of the wait still knows it', () => {
    const queue = frame('<axtask::wait_queue::WaitQueue>::wait_until::<f::{closure#0}>', {
      local: (name) => (name === 'self' ? reference(0xffffffc080001000n) : undefined),
    });
    const inner = frame('axtask::future::block_on::<<axtask::wait_queue::WaitQueue>::wait_until<f>::{closure#0}>');
    expect(waits([inner, queue, own('f')])).toBe('waits in a wait queue (0xffffffc080001000), in f at f.rs:7');
    const lock = frame('<axsync::mutex::Mutex<alloc::vec::Vec<u8>>>::lock', { local: () => reference(0x1000n) });
    expect(waits([inner, lock])).toMatch(/^waits for a mutex \(0x1000\)/);
  });

  it('names the task that a task joins', () => {
    const join = frame('<axtask::task::TaskInner>::join', { local: () => reference(0x5000n) });
    const tasks = [{ id: 4n, name: 'worker', address: 0x5000n }];
    expect(waits([join, own('main')], tasks)).toBe('waits for a task to exit (#4 worker), in main at main.rs:7');
  });

  it('is the place alone where no function tells, and nothing for a stack of nothing', () => {
    expect(waits([frame('core::ptr::read'), own('spin')])).toBe('in spin at spin.rs:7');
    expect(waits([])).toBeUndefined();
    expect(waits([frame('stack ends here: sleep', { isLabel: true })])).toBeUndefined();
  });
});
