/** Vector registers as state of a machine: what debuggers write, snapshots keep and hashes say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMachine } from '../../src/machine/create';

const MEBIBYTE = 1024 * 1024;
const bytes = readFileSync(join(__dirname, 'guests/loongarch64/prebuilt/lockstep.elf'));
const machineOf = () => createMachine({ kernel: { name: 'lockstep', bytes }, memory: 32 * MEBIBYTE }).machine;

const VALUE = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210n;

it('f0 to f31 are the low halves of vr0 to vr31', () => {
  const cpu = machineOf().cpus[0]!;
  cpu.writeRegister('vr3', VALUE);
  expect([cpu.readRegister('vr3'), cpu.readRegister('f3')]).toEqual([VALUE, 0xfedc_ba98_7654_3210n]);
  cpu.writeRegister('f3', 5n);
  expect(cpu.readRegister('vr3')).toBe((VALUE & ~((1n << 64n) - 1n)) | 5n);
});

it('snapshots keep the upper halves of vectors', () => {
  const machine = machineOf();
  const cpu = machine.cpus[0]!;
  const before = structuredClone(machine.save());
  cpu.writeRegister('vr31', VALUE);
  const after = structuredClone(machine.save());
  machine.restore(before);
  expect(cpu.readRegister('vr31')).toBe(0n);
  machine.restore(after);
  expect(cpu.readRegister('vr31')).toBe(VALUE);
});

it('the state hash has the upper halves of vectors, of each by itself', () => {
  const machine = machineOf();
  const cpu = machine.cpus[0]!;
  const hashes = [0n, VALUE, VALUE ^ (1n << 64n)].map((value) => {
    cpu.writeRegister('vr1', value);
    return machine.stateHash();
  });
  cpu.writeRegister('vr1', 0n);
  cpu.writeRegister('vr2', VALUE);
  hashes.push(machine.stateHash());
  expect(new Set(hashes).size).toBe(4);
});

it('a machine that uses no vectors is hashed as if it had none', () => {
  const machine = machineOf();
  const [hart] = (machine.save() as unknown as { readonly harts: readonly Record<string, unknown>[] }).harts;
  expect(Object.keys(hart ?? {}).slice(0, 4)).toEqual(['pc', 'r', 'f', 'fcc']);
});
