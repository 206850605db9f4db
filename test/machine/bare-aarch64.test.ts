import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AARCH64_VIRT_BOARD } from '../../src/machine/boards/aarch64-virt/board';
import { EmulatedMachine } from '../../src/machine/machine';
import { consoleOf, runToEnd } from '../support/guests';
import { executable, expected, linesOf, PROGRAMS } from './guests/aarch64/programs';

describe('a bare program finds aarch64-virt as it finds QEMU', () => {
  it.each(PROGRAMS.map((program) => [program.title, program] as const))('%s', (_title, program) => {
    const kernel = { name: program.name, bytes: readFileSync(executable(program)) };
    const { processors: harts, gic, virtualization } = program;
    const memory = program.memory << 20;
    const choices = { gic, virtualization, cpu: 'cortex-a72' };
    const plan = AARCH64_VIRT_BOARD.plan({ kernel, memory, harts }, choices);
    const machine = new EmulatedMachine({ spec: AARCH64_VIRT_BOARD, memory, harts, plan, files: {}, choices });
    const console = consoleOf(machine);
    expect(runToEnd(machine)).toMatchObject({ kind: 'power', event: { kind: 'off' } });
    expect(linesOf(console.text)).toEqual(expected(program));
  });
});
