/**
 * The seeds' second and third systems, as a person debugs them: breakpoints in every world before any of them exists,
 * the call stack through all worlds at each stop, and steps across their borders.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { check, type Talk } from '../support/conversation';

/** A bundled kernel with its sources in this checkout. */
const kernel = (name: string, arch = 'riscv64') => {
  const folder = resolve('kernels', name);
  const source = (file: string) => join(folder, file);
  return {
    launch: { program: `bundled:${name}`, arch, sourceMap: { [`/worldstep/kernels/${name}`]: folder } },
    source,
    /** Breakpoints on the lines that hold these texts, a list a file. */
    lines: (wanted: Record<string, string[]>) =>
      Object.fromEntries(
        Object.entries(wanted).map(([file, texts]) => [
          source(file),
          texts.map((text) => ({ line: lineOf(source(file), text) })),
        ]),
      ),
  };
};

function lineOf(path: string, text: string): number {
  const at = readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  if (at < 0) throw new Error(`${path} has no line with "${text}"`);
  return at + 1;
}

/** Stops so often, and records the whole stack each time. */
async function stops(talk: Talk, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await talk.move('continue');
    await talk.stack();
  }
}

const clear = async (talk: Talk, ...paths: string[]): Promise<void> => {
  for (const path of paths) await talk.client.request('setBreakpoints', { source: { path }, breakpoints: [] });
};

const hypervisor = kernel('guestmonolithickernel');

/** The guest's first access to its flash: its hypervisor has not mapped that yet. */
const FLASH_READ = 'read_volatile';

/** The architectures whose lazy mapping is talked about, and what the goldens' names end in. */
const LAZY = [
  ['riscv64', ''],
  ['loongarch64', '-loongarch64'],
] as const;

describe.each(LAZY)('lazy mapping on %s', (arch, ending) => {
  const lazymapping = kernel('lazymapping', arch);
  it('stops in the user program, in the kernel that maps its page, and in its system call', () =>
    check(`lazymapping-worlds${ending}`, async (talk) => {
      await talk.launch(
        lazymapping.launch,
        lazymapping.lines({
          'payload/origin/src/main.rs': ['let mut last = 0u64;'],
          'src/stack.rs': ['aspace.map_linear(page, frame, PAGE_SIZE_4K, FLAGS);'],
          'src/syscall.rs': ['handle_syscall'],
        }),
      );
      await talk.hear('stopped');
      await talk.stack();
      // The store faults, the kernel maps its page, and the store comes again.
      await stops(talk, 3);
      await talk.ask('continue', { threadId: 1 });
      await talk.hear('exited');
    }));
});

describe.each(LAZY)('a store to a page that is not mapped, on %s', (arch, ending) => {
  const lazymapping = kernel('lazymapping', arch);
  it('is stepped into, through the kernel that maps the page, and back to the program', () =>
    check(`lazymapping-steps${ending}`, async (talk) => {
      const program = 'payload/origin/src/main.rs';
      await talk.launch(lazymapping.launch, lazymapping.lines({ [program]: ['let mut last = 0u64;'] }));
      await talk.hear('stopped');
      await clear(talk, lazymapping.source(program));
      await talk.ask('stepping/traps', { policy: 'follow' });
      await talk.move('stepIn');
      await talk.stack();
      await talk.move('stepOut');
      for (let turn = 0; turn < 4; turn++) await talk.move('next');
      for (const how of ['stepIn', 'next', 'stepIn']) await talk.move(how);
      await talk.stack();
      await talk.move('next');
    }));
});

describe('the hypervisor with a guest kernel and its user program', () => {
  const wanted = hypervisor.lines({
    'src/riscv64/vm.rs': ['let page = gpa.align_down_4k();'],
    'payload/gkernel/src/process.rs': ['match user.run() {'],
    'payload/app/src/main.rs': ['arch::exit(code)'],
    'payload/gkernel/src/syscall.rs': ['process::exit(user.arg0() as i32);'],
    'src/riscv64/sbi.rs': ['println!("Guest: SBI SRST shutdown");'],
  });

  it('stops in every world at breakpoints that were set before any of them existed', () =>
    check('hypervisor-worlds', async (talk) => {
      await talk.launch(hypervisor.launch, wanted);
      await talk.hear('stopped');
      await talk.stack();
      await clear(talk, hypervisor.source('src/riscv64/vm.rs'));
      await stops(talk, 4);
      await talk.ask('continue', { threadId: 1 });
      await talk.hear('exited');
    }));

  it('steps with an access of the guest through its fault into the hypervisor, and back', () =>
    check('hypervisor-fault-steps', async (talk) => {
      await talk.launch(hypervisor.launch, hypervisor.lines({ 'payload/gkernel/src/flash.rs': [FLASH_READ] }));
      await talk.hear('stopped');
      await talk.stack();
      await clear(talk, hypervisor.source('payload/gkernel/src/flash.rs'));
      await talk.ask('stepping/traps', { policy: 'follow' });
      for (const how of ['stepIn', 'stepOut', 'stepIn', 'stepIn']) await talk.move(how);
      await talk.stack();
      for (const how of ['stepOut', 'stepOut', 'next', 'next']) await talk.move(how);
      await talk.move('run/to', { goal: 'vmEntry' });
      await talk.stack();
      await talk.move('next');
    }));

  it('steps with the system call of the user program into the guest kernel, and out of its handler', () =>
    check('hypervisor-call-steps', async (talk) => {
      await talk.launch(hypervisor.launch, hypervisor.lines({ 'payload/app/src/main.rs': ['arch::exit(code)'] }));
      await talk.hear('stopped');
      await talk.ask('stepping/traps', { policy: 'follow' });
      await talk.move('stepIn');
      await talk.move('stepIn');
      await talk.stack();
      await talk.move('stepOut');
      await talk.stack();
      await talk.move('next');
    }));
});
