import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../src/machine/create';
import { consoleOf, runToEnd } from '../support/guests';
import { ALL_WELL, executable, PROGRAMS } from './guests/x86_64/programs';

describe('a bare program finds x86_64-q35 as it finds QEMU', () => {
  it.each(PROGRAMS.map((program) => [program.title, program] as const))('%s', (_title, program) => {
    const kernel = { name: program.name, bytes: readFileSync(executable(program)) };
    const { machine, board } = createMachine({ kernel, harts: program.processors, choices: { cpu: 'EPYC' } });
    expect(board.id).toBe('x86_64-q35');
    const console = consoleOf(machine);
    expect(runToEnd(machine)).toMatchObject({ kind: 'power', event: { kind: 'fail', code: ALL_WELL } });
    expect(console.text).toBe(program.prints);
  });
});
