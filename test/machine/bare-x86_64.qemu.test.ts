import { describe, expect, it } from 'vitest';
import { runQemu } from '../support/qemu';
import { ALL_WELL, executable, PROGRAMS } from './guests/x86_64/programs';

describe('a bare program finds QEMU’s q35 as it finds ours', () => {
  it.each(PROGRAMS.map((program) => [program.title, program] as const))('%s', (_title, program) => {
    const board =
      `-M q35 -cpu EPYC,+x2apic -m 128M -smp ${program.processors} -nic none -no-reboot -rtc clock=vm`.split(' ');
    const console =
      '-display none -monitor none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel'.split(' ');
    const { stdout, status } = runQemu([...board, ...console, executable(program)], 'x86_64');
    expect({ status, stdout }).toEqual({ status: ALL_WELL, stdout: program.prints });
  });
});
