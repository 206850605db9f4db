/** `worldstep run`: a guest from its first instruction to its end, with the terminal as its console. */

import { PANIC_GRACE, PanicWatch } from '../../debug/panic-watch';
import type { Machine, RunExit } from '../../machine/contract';
import { createMachine, type MachineOptions } from '../../machine/create';
import type { EmulatedMachine } from '../../machine/machine';
import { panicHint } from '../panic-hints';
import { type Arguments, type Command, type CommandContext, EXIT, UsageError } from './command';
import { readGuest, wholeNumber } from './guest';
import { Terminal } from './terminal';

/** Wall time between two looks at the terminal. */
const SLICE_MS = 15;
const FIRST_SLICE = 200_000n;
const LONGEST_SLICE = 50_000_000n;
const NS_PER_MS = 1_000_000;

interface Outcome {
  readonly code: number;
  /** Said on stderr. */
  readonly message?: string;
}

export const runCommand: Command = {
  name: 'run',
  word: 'KERNEL|FILE',
  summary:
    'Runs a bundled kernel, a kernel.json, or a kernel file (ELF, Linux Image or vmlinuz, flat binary) to its end.',
  options: {
    arch: { value: 'A', help: 'Architecture, where a kernel has several.' },
    mode: { value: 'M', help: 'Mode, where a kernel.json has several on an architecture.' },
    kernel: { value: 'F', help: 'Kernel file, in place of the named one or beside --bios.' },
    bios: { value: 'F', help: 'Firmware that starts in M-mode, in place of the built-in SBI.' },
    initrd: { value: 'F', help: 'Initial RAM disk, as Linux takes it.' },
    load: {
      value: '[F@]ADDR',
      help: 'Physical address of the kernel, or one more file in memory (an ELF needs no address); may be given more than once.',
      isList: true,
    },
    entry: { value: 'ADDR', help: "Physical address of the first instruction, in place of the kernel's entry." },
    disk: {
      value: 'F[,bus=BUS][,readonly][,size=S]',
      help: "Raw disk image, in place of the kernel's own; may be given more than once.",
      isList: true,
    },
    device: {
      value: 'D[,bus=BUS]',
      help: 'One more device: virtio-console, or virtio-rng[,seed=N]; may be given more than once.',
      isList: true,
    },
    pflash0: { value: 'F', help: 'Contents of the first flash bank.' },
    pflash1: { value: 'F', help: 'Contents of the second flash bank.' },
    machine: {
      value: 'NAME=VALUE[,…]',
      help: "Options of the machine: cpu=NAME, virtualization=on|off; AArch64's gic=2|3; semihosting=on|off on AArch64 and RISC-V; x86-64's start=real|protected|long.",
    },
    memory: { value: 'SIZE', help: 'RAM, for example 128M or 1G.' },
    harts: { value: 'N', help: 'Number of harts, 1 to 8.' },
    append: { value: 'S', help: 'Kernel command line.' },
    'max-instructions': { value: 'N', help: 'Stop after N instructions, with exit code 3.' },
    stats: { help: 'At the end one line of JSON on stderr: instructions, seconds, mips, stateHash.' },
  },
  notes:
    'BUS is virtio-pci (the default), virtio-mmio or virtio-mmio-legacy. What a guest writes to a disk or to flash is kept\n' +
    'in memory: the file stays as it is. "worldstep image disk" makes disks.\n' +
    'What is typed goes to the virtio console once a driver uses it. All numbers of virtio-rng follow from its seed, 0 by default.\n' +
    'The console is on stdin and stdout; on a terminal Ctrl-A X quits and Ctrl-A H lists more.\n' +
    'Exit codes: 0 the guest switched off, 1 it failed or panicked, 2 bad usage or files, 3 --max-instructions reached.',
  run: runGuest,
};

async function runGuest(args: Arguments, context: CommandContext): Promise<number> {
  const { words, options } = args;
  const [word] = words;
  if (
    word === undefined &&
    !['kernel', 'bios', 'pflash0', 'load'].some((name) => options.has(name) || args.lists.has(name))
  ) {
    throw new UsageError(
      'There is nothing to run. Name a kernel or a file; "worldstep kernels" lists what is bundled.',
    );
  }
  const most = options.get('max-instructions');
  const limit = most === undefined ? undefined : BigInt(wholeNumber('--max-instructions', most));
  const guest = await readGuest(context.host, context.root, word, args);
  const { machine } = createMachine(guest.machine);
  const panic = new PanicWatch(guest.isPanic);
  const explained = (line: string): string => {
    const hint = panicHint(line, guest.machine.drives);
    return hint === undefined ? line : `${line}\n${hint}.`;
  };
  const terminal = new Terminal(context.stdin, context.stdout);
  machine.onConsole((bytes) => {
    terminal.write(bytes);
    panic.add(bytes);
  });
  machine.onRemark((text) => context.stderr.write(`worldstep: ${text}\n`));
  const started = context.host.wallClock();
  let outcome: Outcome;
  try {
    outcome = await runToEnd(machine, terminal, panic, { limit, explained, clock: () => context.host.wallClock() });
  } finally {
    terminal.close();
  }
  const seconds = (context.host.wallClock() - started) / 1000;
  if (outcome.message !== undefined) context.stderr.write(`worldstep: ${outcome.message}\n`);
  if (options.has('stats')) context.stderr.write(`${JSON.stringify(statistics(machine, seconds, guest.machine))}\n`);
  return outcome.code;
}

function statistics(machine: Machine, seconds: number, { extras = [] }: MachineOptions) {
  const instructions = Number(machine.retired);
  const seeds = extras.flatMap((extra) => (extra.kind === 'entropy' ? [`0x${extra.seed.toString(16)}`] : []));
  return {
    instructions,
    seconds: Number(seconds.toFixed(6)),
    mips: Number((instructions / seconds / 1e6).toFixed(2)),
    stateHash: machine.stateHash(),
    ...(seeds.length > 0 && { seeds }),
  };
}

interface Limits {
  readonly limit: bigint | undefined;
  /** Milliseconds. */
  clock(): number;
  /** A panic with the next step, where there is one. */
  explained(panic: string): string;
}

async function runToEnd(
  machine: EmulatedMachine,
  terminal: Terminal,
  panic: PanicWatch,
  limits: Limits,
): Promise<Outcome> {
  let slice = FIRST_SLICE;
  let last: bigint | undefined = limits.limit;
  let isPanicking = false;
  for (;;) {
    const input = terminal.typed();
    if (input) machine.input(input);
    const before = { time: limits.clock(), retired: machine.retired, now: machine.now };
    const left = last === undefined ? slice : last - machine.retired;
    const exit = machine.run({ budget: left < slice ? left : slice });
    terminal.flush();
    if (panic.found !== undefined && !isPanicking) {
      isPanicking = true;
      const end = machine.retired + PANIC_GRACE;
      if (last === undefined || end < last) last = end;
    }
    if (terminal.hasQuit) return { code: EXIT.done };
    const outcome = await handleExit(machine, exit, terminal, panic.found && limits.explained(panic.found));
    if (outcome) return outcome;
    if (last !== undefined && machine.retired >= last)
      return limitOutcome(last, panic.found && limits.explained(panic.found));
    const took = limits.clock() - before.time;
    slice = nextSlice(slice, machine.retired - before.retired, took);
    await rest(terminal, idleNanoseconds(machine, before), took);
  }
}

const limitOutcome = (limit: bigint, panic: string | undefined): Outcome =>
  panic === undefined
    ? { code: EXIT.limit, message: `stopped at the limit of ${limit} instructions (--max-instructions)` }
    : { code: EXIT.failed, message: `the guest panicked and did not switch off: ${panic}` };

/** An outcome when the run is over. */
async function handleExit(
  machine: Machine,
  exit: RunExit,
  terminal: Terminal,
  panic: string | undefined,
): Promise<Outcome | undefined> {
  if (panic !== undefined && exit.kind !== 'budget') {
    return { code: EXIT.failed, message: `the guest panicked: ${panic}` };
  }
  switch (exit.kind) {
    case 'power':
      if (exit.event.kind === 'fail') {
        return { code: EXIT.failed, message: `the guest reported failure, code ${exit.event.code}` };
      }
      return exit.event.kind === 'reset'
        ? { code: EXIT.done, message: 'the guest asked for a reset; the run ends here' }
        : { code: EXIT.done };
    case 'stuck':
      return { code: EXIT.failed, message: `${exit.explanation}. Debug it with a breakpoint at the trap's address.` };
    case 'idle':
      if (terminal.inputEnded) {
        const where = machine.cpus.map(({ hart, pc }) => `hart ${hart} at 0x${pc.toString(16)}`).join(', ');
        return {
          code: EXIT.failed,
          message: `the guest waits for input that cannot come: stdin has ended and no timer is set (${where}). Run it in a terminal or pipe more input.`,
        };
      }
      await terminal.wait();
      return undefined;
    default:
      return undefined;
  }
}

/** Instructions that take about {@link SLICE_MS}, going by the last slice. */
function nextSlice(slice: bigint, executed: bigint, took: number): bigint {
  if (took > SLICE_MS * 2) return slice > FIRST_SLICE ? slice / 2n : slice;
  if (took < SLICE_MS / 2 && executed === slice && slice < LONGEST_SLICE) return slice * 2n;
  return slice;
}

/** Guest time that passed without instructions: the guest slept. */
const idleNanoseconds = (
  machine: EmulatedMachine,
  before: { readonly retired: bigint; readonly now: bigint },
): number => {
  const passed = Number(machine.now - before.now);
  const busy = Number(machine.retired - before.retired) * Number(machine.parts.spec.nanosecondsPerInstruction);
  return passed - busy;
};

/**
 * Lets the event loop run. On a terminal a guest that sleeps between timer ticks sleeps for real, or it would keep the
 * host busy while nobody types; without one it runs as fast as it can.
 */
async function rest(terminal: Terminal, idle: number, took: number): Promise<void> {
  const sleep = idle / NS_PER_MS - took;
  if (terminal.isInteractive && sleep > 1) await terminal.wait(sleep);
  await new Promise((resolve) => setImmediate(resolve));
}
