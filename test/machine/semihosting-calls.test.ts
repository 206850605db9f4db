/** Programs that ask by semihosting, on machines that answer and on those that do not. */
import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../src/base/architectures';
import { createMachine } from '../../src/machine/create';
import { consoleOf, runToEnd } from '../support/guests';

const flat = (words: readonly number[], text: string, textAt: number, blockAt: number): Uint8Array => {
  const bytes = new Uint8Array(blockAt + 16);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setUint32(4 * index, word, true);
  bytes.set(new TextEncoder().encode(text), textAt);
  // ADP_Stopped_ApplicationExit with code 5.
  view.setBigUint64(blockAt, 0x20026n, true);
  view.setBigUint64(blockAt + 8, 5n, true);
  return bytes;
};

const HLT = 0xd45e_0000;
const [BEFORE, EBREAK, BEHIND, NOP] = [0x01f0_1013, 0x0010_0073, 0x4070_5013, 0x13];

/** SYS_WRITE0, then SYS_EXIT_EXTENDED; then itself for ever. */
const AARCH64 = flat(
  // adr x1, 0x1c; mov w0, #4; hlt; adr x1, 0x30; mov w0, #0x20; hlt; b .
  [0x1000_00e1, 0x5280_0080, HLT, 0x1000_0121, 0x5280_0400, HLT, 0x1400_0000],
  'hello by hlt\n',
  0x1c,
  0x30,
);

/** The same; `around` the ebreaks. */
const riscv64 = (before: number, behind: number): Uint8Array =>
  flat(
    [
      // auipc a1, 0; addi a1, a1, 64; li a0, 4; nop
      ...[0x0000_0597, 0x0405_8593, 0x0040_0513, NOP, before, EBREAK, behind],
      // auipc a1, 0; addi a1, a1, 60; li a0, 0x20; nop; nop
      ...[0x0000_0597, 0x03c5_8593, 0x0200_0513, NOP, NOP, before, EBREAK, behind, 0x6f],
    ],
    'hello by ebreak\n',
    0x40,
    0x58,
  );

const machineOf = (architecture: Architecture, bytes: Uint8Array, semihosting: string) =>
  createMachine({ architecture, kernel: { name: 'flat.bin', bytes }, choices: { semihosting } }).machine;

describe('semihosting calls', () => {
  it.each([
    ['aarch64', 'hello by hlt\n', AARCH64],
    ['riscv64', 'hello by ebreak\n', riscv64(BEFORE, BEHIND)],
  ] as const)('of %s print and end the machine with their code', (architecture, text, bytes) => {
    const machine = machineOf(architecture, bytes, 'on');
    const console = consoleOf(machine);
    expect(runToEnd(machine)).toEqual({ kind: 'power', event: { kind: 'fail', code: 5 } });
    expect(console.text).toBe(text);
  });

  it.each([
    ['aarch64', 'hlt is undefined', AARCH64, 'off', 2n, 'ESR_EL1', 0n],
    ['riscv64', 'ebreak is a breakpoint', riscv64(BEFORE, BEHIND), 'off', 5n, 'scause', 3n],
    ['riscv64', 'so is one that stands alone', riscv64(NOP, BEHIND), 'on', 5n, 'scause', 3n],
  ] as const)('%s: without, %s', (architecture, _, bytes, semihosting, before, register, cause) => {
    const machine = machineOf(architecture, bytes, semihosting);
    const console = consoleOf(machine);
    machine.run({ budget: before });
    let causes: bigint[] = [];
    machine.observe(['crossing'], () => {
      causes = [...causes, machine.cpus[0]!.readRegister(register)];
    });
    machine.run({ budget: 1n });
    expect(causes[0]! & 0x1ff_ffffn).toBe(cause);
    expect(console.text).toBe('');
  });
});
