import { describe, expect, it } from 'vitest';
import { runQemu } from '../support/qemu';
import { executable, expected, linesOf, PROGRAMS } from './guests/aarch64/programs';

describe('a bare program reports from QEMU what it reports here', () => {
  it.each(PROGRAMS.map((program) => [program.title, program] as const))('%s', (_title, program) => {
    const { gic, virtualization, processors, memory } = program;
    const machine = `virt,gic-version=${gic},virtualization=${virtualization}`;
    const board = `-M ${machine} -cpu cortex-a72 -smp ${processors} -m ${memory}`.split(' ');
    const console = '-nic none -display none -monitor none -serial stdio -kernel'.split(' ');
    const { stdout } = runQemu([...board, ...console, executable(program)], 'aarch64');
    expect(linesOf(stdout)).toEqual(expected(program));
  });
});
