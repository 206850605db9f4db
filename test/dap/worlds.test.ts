/**
 * The seeds' second and third systems, as a person debugs them: breakpoints in every world before any of them exists,
 * the call stack through all worlds at each stop, and steps across their borders.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { check, type Talk } from '../support/conversation';

/** A bundled kernel with its sources in this checkout. */
const kernel = (name: string, arch = 'riscv64', mode?: string) => {
  const folder = resolve('kernels', name);
  const source = (file: string) => join(folder, file);
  return {
    launch: {
      program: `bundled:${name}`,
      arch,
      ...(mode && { mode }),
      sourceMap: { [`/worldstep/kernels/${name}`]: folder },
    },
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

/** The guest's first access to its flash: its hypervisor has not mapped that yet. */
const FLASH_READ = 'read_volatile';

/** The architectures whose lazy mapping is talked about, and what the goldens' names end in. */
const LAZY = [
  ['riscv64', ''],
  ['loongarch64', '-loongarch64'],
  ['aarch64', '-aarch64'],
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

/** In the guest, on every architecture. */
const INNER = {
  'payload/gkernel/src/process.rs': ['match user.run() {'],
  'payload/app/src/main.rs': ['arch::exit(code)'],
  'payload/gkernel/src/syscall.rs': ['process::exit(user.arg0() as i32);'],
};

interface Hypervisor {
  readonly arch: string;
  readonly mode?: string;
  readonly ending: string;
  /** Lines of the hypervisor's, in files that it passes before the guest has started, and after. */
  readonly before: Record<string, string[]>;
  readonly after: Record<string, string[]>;
  /** How often the first of these stops before it is cleared. */
  readonly stops: number;
}

const HYPERVISORS: readonly Hypervisor[] = [
  {
    arch: 'riscv64',
    ending: '',
    before: { 'src/riscv64/vm.rs': ['let page = gpa.align_down_4k();'] },
    after: { 'src/riscv64/sbi.rs': ['println!("Guest: SBI SRST shutdown");'] },
    stops: 4,
  },
  {
    arch: 'aarch64',
    ending: '-aarch64',
    before: { 'src/aarch64/mod.rs': ['unsafe { trampoline::enter_guest(GUEST_RAM, device_tree) }'] },
    after: { 'payload/gkernel/src/aarch64.rs': ['axhal::power::system_off()'] },
    stops: 4,
  },
  {
    arch: 'aarch64',
    mode: 'stage2',
    ending: '-aarch64-stage2',
    before: { 'src/aarch64/stage2/vm.rs': ['let page = gpa.align_down_4k();'] },
    after: { 'src/aarch64/stage2/hypercall.rs': ['println!("Guest: PSCI SYSTEM_OFF");'] },
    stops: 4,
  },
];

describe.each(HYPERVISORS)('the hypervisor with a guest kernel and its user program, on $arch $mode', (one) => {
  const hypervisor = kernel('guestmonolithickernel', one.arch, one.mode);

  it('stops in every world at breakpoints that were set before any of them existed', () =>
    check(`hypervisor-worlds${one.ending}`, async (talk) => {
      await talk.launch(hypervisor.launch, hypervisor.lines({ ...one.before, ...INNER, ...one.after }));
      await talk.hear('stopped');
      await talk.stack();
      await clear(talk, ...Object.keys(one.before).map(hypervisor.source));
      await stops(talk, one.stops);
      await talk.ask('continue', { threadId: 1 });
      await talk.hear('exited');
    }));

  it('steps with the system call of the user program into the guest kernel, and out of its handler', () =>
    check(`hypervisor-call-steps${one.ending}`, async (talk) => {
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

describe.each(HYPERVISORS.filter(({ before }) => !('src/aarch64/mod.rs' in before)))(
  'an access of the guest that its second stage does not map, on $arch $mode',
  ({ arch, mode, ending }) => {
    const hypervisor = kernel('guestmonolithickernel', arch, mode);
    it('is stepped into, through its fault into the hypervisor, and back', () =>
      check(`hypervisor-fault-steps${ending}`, async (talk) => {
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
  },
);

describe('the hand-off of a hypervisor that goes for good, EL1 to EL2 to the guest in EL1', () => {
  const hypervisor = kernel('guestmonolithickernel', 'aarch64');
  it('is stepped through line by line, into the guest', () =>
    check('hand-off-steps', async (talk) => {
      await talk.launch(hypervisor.launch, hypervisor.lines({ 'src/aarch64/head.S': ['hvc     #0'] }));
      await talk.hear('stopped');
      await talk.stack();
      await talk.ask('stepping/traps', { policy: 'follow' });
      await talk.move('stepIn');
      await talk.stack();
      await clear(talk, hypervisor.source('src/aarch64/head.S'));
      for (let turn = 0; turn < 9; turn++) await talk.move('next');
      await talk.stack();
      for (let turn = 0; turn < 10; turn++) await talk.move('next');
      // The eret: the guest's kernel takes the machine over.
      await talk.move('stepIn');
      await talk.stack();
    }));
});

describe('a kernel that moves itself from EL1 to EL2 by an hvc', () => {
  const hypervisor = kernel('guestmonolithickernel', 'aarch64', 'stage2');
  const place = 'src/aarch64/stage2/hypervisor_mode.rs';
  it('is behind it when that was stepped over', () =>
    check('hypervisor-mode-steps', async (talk) => {
      await talk.launch(hypervisor.launch, hypervisor.lines({ [place]: ['asm!("hvc #0"'] }));
      await talk.hear('stopped');
      await clear(talk, hypervisor.source(place));
      for (const how of ['next', 'next', 'stepOut']) await talk.move(how);
      await talk.stack();
    }));
});
