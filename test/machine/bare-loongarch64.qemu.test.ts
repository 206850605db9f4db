import { describe, expect, it } from 'vitest';
import { runQemu } from '../support/qemu';
import { comparable, executable, expected, PROGRAMS } from './guests/loongarch64/programs';

describe('a bare program reports from QEMU what it reports here', () => {
  it.each(PROGRAMS.map((program) => [program.title, program] as const))('%s', (_title, program) => {
    const board = `-M virt -smp ${program.processors} -display none -monitor none -serial stdio -kernel`.split(' ');
    const { stdout } = runQemu([...board, executable(program)], 'loongarch64');
    expect(comparable(program, stdout)).toEqual(expected(program));
  });
});
