/** Somebody else's software on the machine: Debian's U-Boot, alone in S-mode, and under Debian's OpenSBI in M-mode. */
import { describe, expect, it } from 'vitest';
import { openSbi, session, uBoot, uBootInM } from './u-boot';

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
    const { boot, answers, machine } = run();
    expect(boot).toMatch(/U-Boot 20\d\d\.\d\d/);
    expect(boot).toContain('DRAM:  256 MiB\n');
    expect(boot).toContain('Flash: 32 MiB\n');
    expect(answers[0]).toMatch(/^version\nU-Boot 20\d\d\.\d\d.*\n/);
    expect(answers[2]).toContain('CFI conformant');
    expect(answers[3]).toMatch(/SBI 2\.0[\s\S]*Timer Extension[\s\S]*System Reset Extension/);
    expect(answers[4]).toBe('poweroff\npoweroff ...\n(off)');
    expect(run().machine.stateHash()).toBe(machine.stateHash());
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

describe('U-Boot in M-mode', () => {
  it('is the firmware itself, boots to its prompt, and switches off', () => {
    const { boot, answers } = session({ bios: uBootInM(), memory: 256 << 20 }, ['version', 'poweroff']);
    expect(boot).toMatch(/U-Boot 20\d\d\.\d\d/);
    expect(boot).toContain('DRAM:  256 MiB\n');
    expect(answers[0]).toMatch(/^version\nU-Boot 20\d\d\.\d\d.*\n/);
    expect(answers[1]).toMatch(/\(off\)$/);
  });
});
