/** Somebody else's software on the machine: Debian's U-Boot, alone in S-mode, and under Debian's OpenSBI in M-mode. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMachine, type MachineOptions } from '../../src/machine/create';
import type { NamedFile } from '../../src/machine/load';
import { consoleOf } from '../support/guests';

const file = (name: string): NamedFile => ({ name, bytes: readFileSync(name) });
const uBoot = (): NamedFile => file('/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin');
const openSbi = (): NamedFile => file('/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin');

const PROMPT = '=> ';
const COUNTDOWN = 'stop autoboot:';
/** Instructions that no command needs. */
const MOST = 400_000_000n;

/** A terminal that types a line at each prompt; what stands between the prompts is its answer. */
const session = (options: MachineOptions, lines: readonly string[]) => {
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
  return { boot: untilPrompt().replaceAll('\r', ''), answers: lines.map(type), hash: machine.stateHash() };
};

describe('U-Boot, a flat binary for S-mode', () => {
  it('boots to its prompt, finds the devices, takes commands, and switches off', () => {
    const run = () =>
      session({ kernel: uBoot(), memory: 256 << 20 }, [
        'version',
        'fdt addr $fdtcontroladdr',
        'flinfo',
        'sbi',
        'poweroff',
      ]);
    const { boot, answers, hash } = run();
    expect(boot).toMatch(/U-Boot 20\d\d\.\d\d/);
    expect(boot).toContain('DRAM:  256 MiB\n');
    expect(boot).toContain('Flash: 32 MiB\n');
    expect(answers[0]).toMatch(/^version\nU-Boot 20\d\d\.\d\d.*\n/);
    expect(answers[2]).toContain('CFI conformant');
    expect(answers[3]).toMatch(/SBI 2\.0[\s\S]*Timer Extension[\s\S]*System Reset Extension/);
    expect(answers[4]).toBe('poweroff\npoweroff ...\n(off)');
    expect(run().hash).toBe(hash);
  });
});

describe('OpenSBI in M-mode', () => {
  it.each([1, 2])('starts U-Boot in S-mode, with %d harts, and switches off for it', (harts) => {
    const { boot, answers } = session({ bios: openSbi(), kernel: uBoot(), harts }, ['sbi', 'poweroff']);
    expect(boot).toMatch(/^\nOpenSBI v1\.\d/);
    expect(boot).toContain(`Platform HART Count       : ${harts}\n`);
    expect(boot).toContain('Boot HART PMP Count       : 16\n');
    expect(boot).toMatch(/Domain0 Next Mode +: S-mode\n[\s\S]*U-Boot 20\d\d/);
    expect(answers[0]).toMatch(/OpenSBI/);
    expect(answers[1]).toMatch(/\(off\)$/);
  });
});
