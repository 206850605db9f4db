import { describe, expect, it } from 'vitest';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { Random, SEED } from '../support/random';
import { buildElf } from './elf-builder';

const [IN_M, IN_S] = [0x8000_0000n, 0x8020_0000n];
const MEBIBYTE = 1024 * 1024;

const machineWith = (at: bigint, bytes: Uint8Array, harts = 1): EmulatedMachine =>
  createMachine({
    kernel: { name: 'bad', bytes: buildElf({ segments: [{ vaddr: at, bytes }] }) },
    memory: 4 * MEBIBYTE,
    harts,
  }).machine;
const code = (...words: number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);

describe.each([
  ['in M-mode', IN_M],
  ['in S-mode', IN_S],
])('%s a guest', (_, at) => {
  it('that jumps to 0 without a trap handler is stuck, and the explanation names cause and addresses', () => {
    const exit = machineWith(at, code(0x67)).run({ budget: 1_000_000n });
    expect(exit).toMatchObject({ kind: 'stuck', event: { cause: 1, instruction: 0n, tval: 0n } });
    expect(exit.kind === 'stuck' && exit.explanation).toMatch(
      /hart 0 takes Instruction access fault again and again.*0x0/i,
    );
  });

  it('whose memory is all zeros is stuck at an illegal instruction or its handler', () => {
    expect(machineWith(at, new Uint8Array(4096)).run({ budget: 1_000_000n }).kind).toBe('stuck');
  });

  it('that is stuck can still be looked at, and runs on where the debugger puts it', () => {
    const machine = machineWith(at, code(0x67, 0x6f));
    expect(machine.run({ budget: 1_000_000n }).kind).toBe('stuck');
    const [cpu] = machine.cpus;
    expect(cpu?.pc).toBe(0n);
    cpu?.writeRegister('pc', at + 4n);
    expect(machine.run({ budget: 1000n })).toEqual({ kind: 'budget' });
    expect(cpu?.pc).toBe(at + 4n);
  });

  it('that sleeps without a timer leaves the machine idle', () => {
    expect(machineWith(at, code(0x1050_0073, 0x6f)).run({ budget: 1_000_000n }).kind).toBe('idle');
  });

  it('that loops for ever comes back after exactly its budget', () => {
    const machine = machineWith(at, code(0x6f));
    expect(machine.run({ budget: 1_234_567n })).toEqual({ kind: 'budget' });
    expect(machine.retired).toBe(1_234_567n);
  });

  it.each([1, 3])('of random bytes never throws and never hangs, on %d harts', (harts) => {
    const random = new Random(SEED);
    for (let round = 0; round < 16; round++) {
      const bytes = Uint8Array.from({ length: 4096 }, () => random.below(256));
      // Half of them get a way to come far: 16-bit instructions that are mostly legal.
      if (round % 2) for (let at = 0; at < bytes.length; at += 2) bytes[at] = (bytes[at]! & ~3) | random.below(3);
      const machine = machineWith(at, bytes, harts);
      const kinds: string[] = [];
      for (let slice = 0; slice < 4; slice++) {
        const { kind } = machine.run({ budget: 5_000n });
        kinds.push(kind);
        if (kind === 'power') break;
      }
      expect(machine.retired, `WORLDSTEP_SEED=${SEED}, round ${round}: ${kinds}`).toBeLessThanOrEqual(20_000n);
      expect(machine.stateHash()).toMatch(/^[0-9a-f]{16}$/);
    }
  });
});
