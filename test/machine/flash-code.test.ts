/** Code in flash is executed there, and what flash holds is read as memory is, until it is written to. */
import { describe, expect, it } from 'vitest';
import { insns as loongarch64 } from '../../src/isa/loongarch64/insns/all';
import { createMachine } from '../../src/machine/create';
import { assemble, type Line } from '../support/assemble';
import { consoleOf, runToEnd } from '../support/guests';

const CHARACTER = 0x41;
const DATA_AT = 0x1000;

/** Loads a byte of the next page, prints it and switches off. */
const RISCV: readonly Line[] = [
  ['lui', { rd: 5, imm: 0x2000_1000 }],
  ['lbu', { rd: 6, rs1: 5, imm: 0 }],
  ['lui', { rd: 7, imm: 0x1000_0000 }],
  ['sb', { rs1: 7, rs2: 6, imm: 0 }],
  ['lui', { rd: 7, imm: 0x10_0000 }],
  ['lui', { rd: 6, imm: 0x5000 }],
  ['addi', { rd: 6, rs1: 6, imm: 0x555 }],
  ['sw', { rs1: 7, rs2: 6, imm: 0 }],
  ['jal', { rd: 0, imm: 0 }],
];
const LOONGARCH: readonly Line[] = [
  ['lu12i.w', { rd: 12, si: 0x1c00_1000 }],
  ['ld.bu', { rd: 13, rj: 12, si: 0 }],
  ['lu12i.w', { rd: 12, si: 0x1fe0_0000 }],
  ['st.b', { rd: 13, rj: 12, si: 0x1e0 }],
  ['lu12i.w', { rd: 12, si: 0x100e_0000 }],
  ['ori', { rd: 13, rj: 0, ui: 0x34 }],
  ['st.b', { rd: 13, rj: 12, si: 0x1c }],
  ['b', { offs: 0 }],
];

const flash = (code: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(DATA_AT + 1);
  bytes.set(code);
  bytes[DATA_AT] = CHARACTER;
  return bytes;
};

describe('a machine that starts in flash', () => {
  it.each([
    ['riscv64', assemble(RISCV)],
    ['loongarch64', assemble(LOONGARCH, loongarch64())],
  ] as const)('executes what is there: %s', (architecture, code) => {
    const { machine } = createMachine({ architecture, pflash0: { name: 'flash', bytes: flash(code) } });
    const console = consoleOf(machine);
    expect(runToEnd(machine)).toMatchObject({ kind: 'power', event: { kind: 'off' } });
    expect(console.text).toBe('A');
  });
});

it('code in flash that was programmed anew is executed as it is now', () => {
  const [FLASH, UART] = [0x2000_0000, 0x1000_0000];
  const call: Line[] = [
    ['jalr', { rd: 1, rs1: 8, imm: 0 }],
    ['sb', { rs1: 9, rs2: 10, imm: 0 }],
  ];
  /** To both chips of the bank. */
  const command = (value: number): Line[] => [
    ['addi', { rd: 5, rs1: 0, imm: value }],
    ['slli', { rd: 6, rs1: 5, shamt: 16 }],
    ['or', { rd: 5, rs1: 5, rs2: 6 }],
    ['sw', { rs1: 8, rs2: 5, imm: 0 }],
  ];
  const first: Line = ['addi', { rd: 10, rs1: 0, imm: CHARACTER }];
  // Programming clears bits: the other character is 0x40.
  const second = new DataView(assemble([['addi', { rd: 10, rs1: 0, imm: 0x40 }]]).buffer).getUint32(0, true);
  const code = assemble([
    ['lui', { rd: 8, imm: FLASH }],
    ['lui', { rd: 9, imm: UART }],
    ...call,
    ...command(0x40),
    ['lui', { rd: 5, imm: (second & ~0xfff) >>> 0 }],
    ['addi', { rd: 5, rs1: 5, imm: second & 0xfff }],
    ['sw', { rs1: 8, rs2: 5, imm: 0 }],
    ...command(0xff),
    ...call,
    ['lui', { rd: 7, imm: 0x10_0000 }],
    ['lui', { rd: 6, imm: 0x5000 }],
    ['addi', { rd: 6, rs1: 6, imm: 0x555 }],
    ['sw', { rs1: 7, rs2: 6, imm: 0 }],
    ['jal', { rd: 0, imm: 0 }],
  ]);
  const { machine } = createMachine({
    loadAddress: 0x8000_0000,
    kernel: { name: 'kernel', bytes: code },
    pflash0: { name: 'flash', bytes: assemble([first, ['jalr', { rd: 0, rs1: 1, imm: 0 }]]) },
  });
  const console = consoleOf(machine);
  expect(runToEnd(machine)).toMatchObject({ kind: 'power', event: { kind: 'off' } });
  expect(console.text).toBe('A@');
});
