/** What programs do on x86_64-q35 that should not be done: the machine says so, or goes on, and can always be paused. */
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { Random, SEED } from '../support/random';

type Start = 'real' | 'protected' | 'long';

const machineWith = (start: Start, bytes: Uint8Array, loadAddress = 0x20_0000): EmulatedMachine =>
  createMachine({
    ...{ architecture: 'x86_64', kernel: { name: 'bad', bytes }, loadAddress, memory: 16 << 20 },
    choices: { cpu: 'EPYC', start },
  }).machine;
const code = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('a program on x86_64-q35', () => {
  it('that faults without a table of handlers shuts the processor down, which tells all that led there', () => {
    // lidt of an empty table; ud2
    const machine = machineWith('long', code('0f011d020000000f0b00000000000000000000000000000000'));
    const exit = machine.run({ budget: 1000n });
    expect(exit.kind).toBe('stuck');
    expect(exit.kind === 'stuck' && exit.explanation).toMatch(
      /^triple fault at 0x200007: #UD → #GP \(error code 0x33\) → .*#DF \(error code 0x0\) → #GP/,
    );
  });

  it('whose page tables lead to themselves faults, and is told the address', () => {
    // CR3 = 0x300000, whose first entry is itself; then paging in long mode
    const hex =
      'bf00003000c70703003000c74704000000000f22dfb8200000000f22e0b9800000c00f320d000100000f300f20c00d000000800f22c090ebfe';
    const exit = machineWith('protected', code(hex)).run({ budget: 1000n });
    expect(exit.kind === 'stuck' && exit.explanation).toMatch(/^triple fault at 0x200036: #PF \(error code 0x0, CR2/);
  });

  it('that repeats a store 2^64 - 1 times can be paused between any two, with exact counts', () => {
    // mov rcx, -1; mov edi, 0x300000; mov al, 0x5a; rep stosb
    const machine = machineWith('long', code('48c7c1ffffffffbf00003000b05af3aaebfe'));
    const [cpu] = machine.cpus;
    for (const done of [997n, 1997n, 2997n]) {
      expect(machine.run({ budget: 1000n })).toEqual({ kind: 'budget' });
      expect(['rcx', 'rdi'].map((name) => cpu?.readRegister(name))).toEqual([
        (1n << 64n) - 1n - done,
        0x30_0000n + done,
      ]);
    }
  });

  it('that changes an instruction which lies across two pages executes what it wrote, on either page', () => {
    // mov ebx, imm32 at 0x200ffe, three times: as it is, with its last byte changed, with its first
    const hex =
      'bafe0f2000c702bb111111c7420411ffe000488d0502000000ffe281fb111111117531c6420477488d0502000000ffe281fb11111177' +
      '751cc6420155488d0502000000ffe281fb55111177750731c066baf400efb80900000066baf400efebfe';
    const exit = machineWith('long', code(hex)).run({ budget: 1000n });
    expect(exit).toMatchObject({ kind: 'power', event: { kind: 'fail', code: 1 } });
  });

  it.each([
    ['real', 0x8000],
    ['protected', 0x20_0000],
    ['long', 0x20_0000],
  ] as const)('of random bytes in %s mode never throws and never hangs', (start, at) => {
    const random = new Random(SEED);
    for (let round = 0; round < 6; round++) {
      const bytes = Uint8Array.from({ length: 4096 }, () => random.below(256));
      const machine = machineWith(start, bytes, at);
      const { kind } = machine.run({ budget: 10_000n });
      expect(['budget', 'stuck', 'power', 'idle'], `seed ${SEED}, round ${round}`).toContain(kind);
    }
  });
});
