import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../src/machine/create';
import { consoleOf, runToEnd } from '../support/guests';
import { comparable, executable, expected, PROGRAMS } from './guests/loongarch64/programs';

describe('a bare program finds loongarch64-virt as it finds QEMU', () => {
  it.each(PROGRAMS.map((program) => [program.title, program] as const))('%s', (_title, program) => {
    const kernel = { name: program.name, bytes: readFileSync(executable(program)) };
    const { machine } = createMachine({ kernel, harts: program.processors });
    const console = consoleOf(machine);
    expect(runToEnd(machine)).toMatchObject({ kind: 'power', event: { kind: 'off' } });
    expect(comparable(program, console.text)).toEqual(expected(program));
  });
});
