import { describe, expect, it } from 'vitest';
import { DebugTarget } from '../../src/debug/target';
import { type OpenInspector, openInspectors } from '../../src/inspect/open';
import { BundledTarget } from '../support/bundled-target';
import { matchGolden, outline, tableText, visitAll } from './golden';

function tasksOf(target: DebugTarget): OpenInspector {
  const found = openInspectors(target).inspectors.find(({ info }) => info.id === 'tasks');
  if (found === undefined) throw new Error('there is no Tasks view');
  return found;
}

const labels = (tasks: OpenInspector) =>
  tasks.children(undefined, 0).map(({ label, description }) => `${label}: ${description ?? ''}`);

describe('the tasks of the message queue', () => {
  it('are idle, main, gc and two workers, each with its state, what it waits for, and its calls', async () => {
    const guest = await BundledTarget.open('msgqueue');
    const tasks = tasksOf(guest.target);
    expect(labels(tasks)[0]).toMatch(/^msgqueue-riscv64: no tasks yet\. .*: it is not loaded, or its paging is off\./);

    guest.go(guest.target.runTo('axruntime::rust_main'));
    expect(labels(tasks)[0]).toMatch(
      /no tasks yet, because its scheduler is not initialised: no CPU has a current task/,
    );
    expect(tasks.table(undefined, 0)).toMatchObject({ rows: [], summary: expect.stringContaining('not initialised') });

    guest.go(guest.target.runTo('msgqueue::main'));
    expect(labels(tasks)).toEqual([
      '#1 idle: ready, runs when no other task can · has not run yet',
      '#2 main: running on hart 0',
      '#3 gc: ready · has not run yet',
    ]);

    guest.go(guest.target.runTo('msgqueue::consumer'));
    matchGolden('tasks', `${outline(tasks, { depth: 2 }).join('\n')}\n\n${tableText(tasks.table(undefined, 0))}\n`);
    expect(labels(tasks)[1]).toBe('#2 main: blocked · waits for a task to exit (#4), in msgqueue::main at main.rs:45');
    const keys = visitAll(tasks, 2);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(tasks.table('1/4', 0).rows).toHaveLength(1);
    expect(tasks.children('1/99', 0)).toEqual([]);

    const before = guest.target.machine.stateHash();
    visitAll(tasks, 2);
    expect(guest.target.machine.stateHash()).toBe(before);
  });
});

describe('the tasks of lazy mapping', () => {
  it('are found while the user program runs, whose task is the current one', async () => {
    const guest = await BundledTarget.open('lazymapping');
    guest.goTo('payload/origin/src/main.rs', 'let mut last = 0u64;');
    expect(guest.place()).toMatch(/^U /);
    matchGolden('tasks-lazymapping', `${outline(tasksOf(guest.target), { depth: 1 }).join('\n')}\n`);
  });
});

describe('the tasks of a guest kernel', () => {
  it('are listed with their kernel, in the guest and while the hypervisor handles a VM exit', async () => {
    const guest = await BundledTarget.open('guestmonolithickernel');
    const tasks = tasksOf(guest.target);
    guest.go(guest.target.runTo('guestmonolithickernel::main'));
    expect(labels(tasks)).toEqual([
      'guestmonolithickernel-riscv64: it has no tasks, because it is built without ArceOS\'s scheduler (axtask, the feature "multitask").: ',
      expect.stringMatching(/^gkernel: no tasks yet/),
    ]);
    guest.goTo('payload/gkernel/src/process.rs', 'match user.run() {');
    expect(guest.place()).toMatch(/^VS /);
    const inside = labels(tasks);
    guest.goTo('src/riscv64/sbi.rs', 'println!("Guest: SBI SRST shutdown");');
    expect(guest.place()).toMatch(/^S /);
    matchGolden('tasks-guest', `${inside.join('\n')}\n\n${outline(tasks, { depth: 1 }).join('\n')}\n`);
  });
});

describe('a machine without what the view needs', () => {
  it('says that there are no symbols', async () => {
    const guest = await BundledTarget.open('msgqueue');
    expect(labels(tasksOf(new DebugTarget(guest.target.machine, [])))).toEqual([
      'No tasks: the machine has no symbols. Name the kernel\'s ELF file under "images" in launch.json.: ',
    ]);
  });

  it('says that there is no debug information', async () => {
    const guest = await BundledTarget.open('msgqueue');
    const [image] = guest.target.images.all;
    if (image === undefined) throw new Error('no image');
    const bare = new Proxy(image.program, {
      get: (program, key) => {
        if (key === 'hasDebugInfo') return false;
        const value: unknown = Reflect.get(program, key, program);
        return typeof value === 'function' ? value.bind(program) : value;
      },
    });
    expect(labels(tasksOf(new DebugTarget(guest.target.machine, [{ name: 'bare', program: bare }])))[0]).toMatch(
      /^bare: no debug information, so no types are known\. Build it with debug = 2/,
    );
  });
});
