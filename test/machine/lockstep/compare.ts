/** Runs a random program here and on QEMU, and narrows a difference down to one instruction. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RISCV64 } from '../../../src/isa/riscv64';
import { createMachine } from '../../../src/machine/create';
import { consoleOf, runToEnd } from '../../support/guests';
import { runQemu } from '../../support/qemu';
import { type Block, programElf, type Stop } from './program';

const MEBIBYTE = 1024 * 1024;

const runHere = (elf: Uint8Array): string[] => {
  const { machine } = createMachine({ kernel: { name: 'lockstep', bytes: elf }, memory: 32 * MEBIBYTE });
  const console = consoleOf(machine);
  const exit = runToEnd(machine);
  return [...console.text.trimEnd().split('\n'), exit.kind];
};

const runOnQemu = (elf: Uint8Array): string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-lockstep-'));
  try {
    const file = join(folder, 'program.elf');
    writeFileSync(file, elf);
    const { stdout, status } = runQemu(
      '-M virt -m 32M -cpu rv64,zba=true,zbb=true,zbs=true -bios none -display none -monitor none -serial stdio -kernel'
        .split(' ')
        .concat(file),
    );
    if (status !== 0) throw new Error(`QEMU ended with ${status}`);
    return [...stdout.replaceAll('\r', '').trimEnd().split('\n'), 'power'];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The first difference between the two, in words, or `undefined`. */
export function difference(blocks: readonly Block[]): string | undefined {
  const elf = programElf(blocks);
  const [here, there] = [runHere(elf), runOnQemu(elf)];
  const block = here.findIndex((line, index) => line !== there[index]);
  if (block < 0) return undefined;
  const insns = blocks[block]?.insns ?? [];
  for (let count = 1; count <= insns.length; count++) {
    const stop: Stop = { block, insns: count };
    const cut = programElf(blocks, stop);
    const [ours, theirs] = [runHere(cut).slice(block), runOnQemu(cut).slice(block)];
    const words = ours.flatMap((value, index) =>
      value === theirs[index] ? [] : [`${nameOf(index)}: here ${value}, QEMU ${theirs[index]}`],
    );
    if (words.length === 0) continue;
    const before = runHere(programElf(blocks, { block, insns: count - 1 })).slice(block);
    return [
      `block ${block}, instruction ${count - 1}: ${text(insns[count - 1])}`,
      ...words,
      'before it:',
      ...before.map((value, index) => `  ${nameOf(index)} ${value}`),
    ].join('\n');
  }
  return `block ${block}: memory differs (${insns.map(text).join('; ')})\nhere ${here[block]}\nQEMU ${there[block]}`;
}

const nameOf = (index: number): string =>
  index < 32 ? `x${index}` : index < 64 ? `f${index - 32}` : index === 64 ? 'fcsr' : 'end';

const text = (insn: Block['insns'][number] | undefined): string => {
  if (!insn) return '?';
  const bytes = new Uint8Array(Uint32Array.of(insn.word).buffer).subarray(0, insn.length);
  const { text: disassembled } = RISCV64.disassemble(bytes, 0n) as unknown as { text?: string };
  return `${insn.word.toString(16).padStart(insn.length * 2, '0')} ${disassembled ?? insn.mnemonic}`;
};
