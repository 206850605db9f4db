/** Guests that trap for ever are told apart from those that only trap often. Programs: bad-guests/exits.S. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { va } from '../../src/base/address';
import { readElf } from '../../src/machine/boot/elf-image';
import type { RunExit } from '../../src/machine/contract';
import { createMachine } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { runProgram } from '../cli/program';
import { buildElf } from './elf-builder';

const PATH = join(__dirname, 'bad-guests/prebuilt/exits.elf');
const bytes = readFileSync(PATH);

/** The address of a label of exits.S. */
const label = (name: string): bigint => {
  const at = readElf('exits', bytes, [name], 'riscv64').symbols.get(name);
  if (at === undefined) throw new Error(`exits.S has no label ${name}`);
  return at;
};

const startAt = (name: string, machineBytes: Uint8Array = bytes): EmulatedMachine => {
  const { machine } = createMachine({ kernel: { name: 'exits', bytes: machineBytes }, memory: 8 << 20 });
  machine.cpus[0]?.writeRegister('pc', label(name));
  return machine;
};

/** Runs in slices of `slice` until something happens. */
const ending = (machine: EmulatedMachine, slice = 1_000_000n): RunExit => {
  for (let left = 20_000_000n; left > 0n; left -= slice) {
    const exit = machine.run({ budget: slice });
    if (exit.kind !== 'budget') return exit;
  }
  return { kind: 'budget' };
};

/** The explanation, addresses of labels by name. */
const explanation = (exit: RunExit): string => (exit.kind === 'stuck' ? exit.explanation : `no, it is ${exit.kind}`);

describe('a hypervisor that enters its guest again at the same fault is stuck', () => {
  it('whose guest stores to a device that no page leads to', () => {
    const exit = ending(startAt('store_to_device'));
    const at = `0x${label('guest_store_at').toString(16)}`;
    expect(exit).toMatchObject({
      kind: 'stuck',
      event: { cause: 23, tval: 0x1000_0007n, guestPhysical: 0x1000_0007n, from: { mode: 'VS' }, to: { mode: 'S' } },
    });
    expect(explanation(exit)).toBe(
      `the guest on hart 0 exits with Store/AMO guest-page fault at ${at} again and again ` +
        '(tval 0x10000007, guest physical address 0x10000007): the hypervisor enters it again at the same instruction and has ' +
        'changed nothing. stage 2, for guest physical address 0x10000007: PTE is not valid (V = 0) at level 2',
    );
  });

  it('whose second stage is empty', () => {
    expect(explanation(ending(startAt('no_second_stage')))).toMatch(
      /^the guest on hart 0 exits with Instruction guest-page fault at 0x802000.. again and again .*has changed nothing/,
    );
  });

  it('whose hgatp names tables where there is no RAM', () => {
    const exit = ending(startAt('nowhere'));
    expect(exit).toMatchObject({ kind: 'stuck', event: { cause: 1, from: { mode: 'VS' } } });
    expect(explanation(exit)).toMatch(
      /exits with Instruction access fault at 0x802000.. again and again .*PTE at level 2 would lie at 0x7000000010, where there is no memory$/,
    );
  });

  it('that does not step over its call', () => {
    const exit = ending(startAt('calls'));
    expect(explanation(exit)).toBe(
      `the guest on hart 0 exits with Environment call from VS-mode at 0x${label('guest_call').toString(16)} again and again: ` +
        'the hypervisor enters it again at the same instruction, not behind it',
    );
  });

  it('that does not step over a WFI it has forbidden', () => {
    expect(explanation(ending(startAt('waits')))).toMatch(
      /exits with Virtual instruction at .* again and again \(tval 0x10500073\): .*, not behind it$/,
    );
  });

  it('and so is a guest whose own handler mends nothing', () => {
    const exit = ending(startAt('inside'));
    expect(exit).toMatchObject({ event: { from: { mode: 'VS' }, to: { mode: 'VS' } } });
    expect(explanation(exit)).toBe(
      `hart 0 takes Illegal instruction at 0x${label('guest_illegal').toString(16)} again and again (tval 0x707f): ` +
        'its trap handler returns to the same instruction and has changed nothing',
    );
  });

  it('at the same instruction count whatever the slices, and once more when the user insists', () => {
    const counts = [1_000_000n, 997n].map((slice) => {
      const machine = startAt('store_to_device');
      expect(ending(machine, slice).kind).toBe('stuck');
      return machine.retired;
    });
    expect(counts[0]).toBe(counts[1]);
    const machine = startAt('store_to_device');
    ending(machine);
    const first = machine.retired;
    expect(ending(machine).kind).toBe('stuck');
    expect(machine.retired).toBeGreaterThan(first + 9_000n);
  });

  it('as the command line says, with exit code 1', async () => {
    // The same program with its entry moved: e_entry is at byte 24.
    const moved = Buffer.from(bytes);
    moved.writeBigUInt64LE(label('nowhere'), 24);
    const { tmpdir } = await import('node:os');
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const folder = mkdtempSync(join(tmpdir(), 'worldstep-stuck-'));
    writeFileSync(join(folder, 'nowhere.elf'), moved);
    const run = await runProgram(['run', join(folder, 'nowhere.elf')]);
    rmSync(folder, { recursive: true });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^worldstep: the guest on hart 0 exits with Instruction access fault .* Debug it with a breakpoint/,
    );
  });
});

describe('a guest that only traps often is not stuck', () => {
  it('when each trap is stepped over', () => {
    const machine = startAt('emulates');
    expect(ending(machine)).toEqual({ kind: 'idle' });
    expect(machine.cpus[0]?.readRegister('x11')).toBe(0n);
  });

  it('when the fault is mended at the two thousandth time', () => {
    const machine = startAt('late');
    expect(ending(machine)).toEqual({ kind: 'idle' });
    expect(machine.cpus[0]?.readRegister('x8')).toBe(2000n);
  });

  it('when hgatp is given a mode that there is not: the old value stays, as for every field that takes legal values only', () => {
    const machine = startAt('reserved_mode');
    expect(ending(machine)).toEqual({ kind: 'idle' });
    const kept = machine.cpus[0]?.readRegister('x10') ?? 0n;
    expect([0n, 8n, 9n, 10n]).toContain(kept >> 60n);
    expect(machine.cpus[0]?.readRegister('hgatp')).toBe(kept);
  });
});

describe('a handler in S-mode', () => {
  const li = (rd: number, value: number): number => (value << 20) | (rd << 7) | 0x13;
  const program = (...words: number[]): EmulatedMachine =>
    createMachine({
      kernel: {
        name: 'words',
        bytes: buildElf({ segments: [{ vaddr: 0x8020_0000n, bytes: new Uint8Array(Uint32Array.from(words).buffer) }] }),
      },
      memory: 4 << 20,
    }).machine;
  /** stvec = the instruction `bytes` behind the first of these. */
  const handlerAt = (bytes: number): number[] => [0x297, (bytes << 20) | 0x2_8293, 0x1052_9073];
  const SRET = 0x1020_0073;

  it('that returns to a load of address 0 is stuck: tval 0 is an address like any other', () => {
    const exit = ending(program(...handlerAt(20), 0x0000_3503, 0x6f, SRET));
    expect(explanation(exit)).toBe(
      'hart 0 takes Load access fault at 0x8020000c again and again (tval 0x0): its trap handler returns to the same ' +
        'instruction and has changed nothing',
    );
    expect(exit.kind === 'stuck' && exit.event.from.mode).toBe('S');
  });

  it('that returns to the instruction before the fault lets something execute, and is not', () => {
    // sepc -= 4, then a counter: addi a1, a1, 1; ld a0, 0(zero).
    const back = [0x1410_2373 /* csrr t1, sepc */, 0xffc3_0313 /* addi t1, t1, -4 */, 0x1413_1073 /* csrw sepc, t1 */];
    const machine = program(...handlerAt(28), li(11, 0), 0x0015_8593, 0x0000_3503, 0x6f, ...back, SRET);
    expect(machine.run({ budget: 1_000_000n })).toEqual({ kind: 'budget' });
    expect(machine.cpus[0]?.readRegister('x11')).toBeGreaterThan(100_000n);
    expect(machine.cpus[0]?.translate(va(0n), 'read').result.ok).toBe(true);
  });
});
