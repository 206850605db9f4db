/** Debian's U-Boot for RISC-V and AArch64, and OpenSBI, with somebody at the keyboard. */
import { readFileSync } from 'node:fs';
import type { NamedFile } from '../../src/machine/boot/load-plan';
import { createMachine, type MachineOptions } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { consoleOf } from '../support/guests';

const file = (name: string): NamedFile => ({ name, bytes: readFileSync(name) });
/** For S-mode: what somebody else's firmware, or the machine's own, starts. */
export const uBoot = (): NamedFile => file('/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin');
/** For M-mode: it is the firmware. */
export const uBootInM = (): NamedFile => file('/usr/lib/u-boot/qemu-riscv64/u-boot.bin');
/** For AArch64: it is the firmware, at the highest exception level there is. */
export const uBootOfAarch64 = (): NamedFile => file('/usr/lib/u-boot/qemu_arm64/u-boot.bin');
export const openSbi = (): NamedFile => file('/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin');

/** What U-Boot says before it takes a command. */
export const PROMPT = '=> ';
/** And before it goes on by itself. */
export const COUNTDOWN = 'stop autoboot:';
/** Instructions that no command needs. */
const MOST = 400_000_000n;

/** What stood on the console. */
export interface Session {
  readonly machine: EmulatedMachine;
  /** Everything up to the first prompt. */
  readonly boot: string;
  /** What came after each line, up to the next prompt. */
  readonly answers: readonly string[];
}

/** A terminal that types a line at each prompt; what stands between the prompts is its answer. */
export const session = (options: MachineOptions, lines: readonly string[]): Session => {
  const { machine } = createMachine(options);
  const console = consoleOf(machine);
  const untilPrompt = (): string => {
    const from = console.text.length;
    let hasBegun = false;
    for (let left = MOST; left > 0n; left -= 200_000n) {
      const exit = machine.run({ budget: 200_000n });
      if (exit.kind === 'power') return `${console.text.slice(from)}(${exit.event.kind})`;
      if (exit.kind !== 'budget') throw new Error(`${exit.kind} after ${console.text}`);
      // A key saves the two guest seconds of the countdown.
      if (!hasBegun && console.text.includes(COUNTDOWN, from)) {
        machine.input(Uint8Array.of(32));
        hasBegun = true;
      }
      if (console.text.length > from && console.text.endsWith(PROMPT)) return console.text.slice(from);
    }
    throw new Error(`no prompt after ${console.text}`);
  };
  const type = (line: string): string => {
    machine.input(new TextEncoder().encode(`${line}\n`));
    return untilPrompt().replaceAll('\r', '');
  };
  const boot = untilPrompt().replaceAll('\r', '');
  return { machine, boot, answers: lines.map(type) };
};
