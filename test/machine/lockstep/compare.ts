/** Runs a random program here and on QEMU, and narrows a difference down to one instruction. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmulatedMachine } from '../../../src/machine/machine';
import { consoleOf, runToEnd } from '../../support/guests';
import { runQemu } from '../../support/qemu';
import type { Block, LockstepMachine, RandomInsn, Stop } from './machine';

const MEBIBYTE = 1024 * 1024;

const runHere = ({ board: spec, choices }: LockstepMachine, elf: Uint8Array): string[] => {
  const memory = 32 * MEBIBYTE;
  const harts = 1;
  const plan = spec.plan({ kernel: { name: 'lockstep', bytes: elf }, memory, harts }, choices);
  const machine = new EmulatedMachine({ spec, memory, harts, plan, files: {}, choices });
  const console = consoleOf(machine);
  const exit = runToEnd(machine);
  return [...console.text.trimEnd().split('\n'), exit.kind];
};

const runOnQemu = ({ architecture, qemu, status: expected = 0 }: LockstepMachine, elf: Uint8Array): string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-lockstep-'));
  try {
    const file = join(folder, 'program.elf');
    writeFileSync(file, elf);
    const options = [...qemu, ...'-display none -monitor none -serial stdio -kernel'.split(' '), file];
    const { stdout, status } = runQemu(options, architecture);
    if (status !== expected) throw new Error(`QEMU ended with ${status}`);
    return [...stdout.replaceAll('\r', '').trimEnd().split('\n'), 'power'];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The first difference between the two, in words, or `undefined`. */
export function difference(machine: LockstepMachine, blocks: readonly Block[]): string | undefined {
  const elfOf = (stop?: Stop) => machine.elf(blocks, stop);
  const nameOf = (index: number): string => machine.words[index] ?? 'end';
  const text = (insn: RandomInsn | undefined): string =>
    insn ? disassembled(machine, insn, blocks[block]?.mode) : '?';
  const elf = elfOf();
  const [here, there] = [runHere(machine, elf), runOnQemu(machine, elf)];
  const block = here.findIndex((line, index) => line !== there[index]);
  if (block < 0) return undefined;
  const insns = blocks[block]?.insns ?? [];
  for (let count = 1; count <= insns.length; count++) {
    const stop: Stop = { block, insns: count };
    const cut = elfOf(stop);
    const [ours, theirs] = [runHere(machine, cut).slice(block), runOnQemu(machine, cut).slice(block)];
    const words = ours.flatMap((value, index) =>
      value === theirs[index] ? [] : [`${nameOf(index)}: here ${value}, QEMU ${theirs[index]}`],
    );
    if (words.length === 0) continue;
    const before = runHere(machine, elfOf({ block, insns: count - 1 })).slice(block);
    return [
      `block ${block}, instruction ${count - 1}: ${text(insns[count - 1])}`,
      ...words,
      'before it:',
      ...before.map((value, index) => `  ${nameOf(index)} ${value}`),
    ].join('\n');
  }
  return `block ${block}: memory differs (${insns.map(text).join('; ')})\nhere ${here[block]}\nQEMU ${there[block]}`;
}

const disassembled = ({ isa }: LockstepMachine, { bytes }: RandomInsn, mode?: number): string => {
  const { mnemonic, operands } = isa.disassemble(bytes, 0n, mode);
  return `${Buffer.from(bytes).toString('hex')} ${mnemonic} ${operands}`;
};
