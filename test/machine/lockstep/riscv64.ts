/** Random programs of RISC-V 64. What surrounds them is guests/lockstep.S. */
import type { PatternInsn } from '../../../src/isa/core/insn';
import { RISCV64 } from '../../../src/isa/riscv64';
import { ENCODING } from '../../../src/isa/riscv64/encoding';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { RISCV64_VIRT_BOARD } from '../../../src/machine/boards/riscv64-virt/board';
import type { Random } from '../../support/random';
import type { PatternMachine } from './machine';
import { float, integer } from './operands';
import { isBranch } from './program';

/** The link register. */
const TP = 4;
/** Integer registers that hold pointers of the surroundings: sp, gp, tp, s1. */
const RESERVED = new Set([2, 3, 4, 9]);
const WRITABLE = Array.from({ length: 32 }, (_, register) => register).filter((register) => !RESERVED.has(register));
/** The registers a memory access may go through: sp and s1. */
const POINTERS = [2, 9];
const ROUNDING_MODES = [0, 1, 2, 3, 4, 7];
const FFLAGS = 1;

const isMemory = ({ asm }: PatternInsn): boolean => /\((\{rs1'?\}|sp)\)/.test(asm);

const jal = (rd: number, offset: number): number => {
  if (offset < -(1 << 20) || offset >= 1 << 20) throw new Error('the program is too long for JAL');
  const bits = (high: number, low: number): number => (offset >> low) & (2 ** (high - low + 1) - 1);
  return (
    ((bits(20, 20) << 31) | (bits(10, 1) << 21) | (bits(11, 11) << 20) | (bits(19, 12) << 12) | (rd << 7) | 0x6f) >>> 0
  );
};

const field: PatternMachine['field'] = (random, row, { name, width }, distance) => {
  switch (name) {
    case 'rd':
      return row.asm.includes('{frd}') ? random.below(32) : random.pick(WRITABLE);
    case "rd'":
      return row.asm.includes("{frd'}") ? random.below(8) : random.pick([0, 2, 3, 4, 5, 6, 7]);
    case 'rs1':
      return isMemory(row) ? random.pick(POINTERS) : random.below(32);
    case "rs1'":
      return isMemory(row) ? 1 : random.below(8);
    case 'rm':
      return random.pick(ROUNDING_MODES);
    case 'csr':
      return FFLAGS;
    case 'imm':
      return isBranch(row) ? distance : random.u32() & (2 ** width - 1);
    default:
      return random.u32() & (2 ** width - 1);
  }
};

/** 32 integer registers, 32 floating-point registers, fcsr, one word unused. */
const RECORD_BYTES = 528;

/** Flags are clear, and the rounding mode is any. */
const record = (random: Random): Uint8Array => {
  const view = new DataView(new ArrayBuffer(RECORD_BYTES));
  for (let register = 0; register < 32; register++) {
    view.setBigUint64(8 * register, integer(random), true);
    view.setBigUint64(256 + 8 * register, float(random), true);
  }
  view.setBigUint64(512, BigInt(random.below(5) << 5), true);
  return new Uint8Array(view.buffer);
};

const numbered = (file: string): string[] => Array.from({ length: 32 }, (_, index) => `${file}${index}`);

export const RISCV64_LOCKSTEP: PatternMachine = {
  architecture: 'riscv64',
  isa: RISCV64,
  encoding: ENCODING,
  insns: INSNS,
  excluded:
    /^(ecall|ebreak|c\.ebreak|[ms]ret|wfi|(h|s)inval.*|sfence\..*|hfence.*|h[ls]v.*|jalr|c\.jr|c\.jalr|lr\..*|sc\..*|c\.addi16sp|fence\.i|pause)$/,
  runtime: 'prebuilt/lockstep.elf',
  elfMachine: 243,
  base: 0x8000_0000n,
  program: 0x8002_0000,
  records: 0x8080_0000n,
  entry: { restore: 0x8000_0004, fold: 0x8000_0008, finish: 0x8000_000c, dump: 0x8000_0010 },
  call: (from, to) => jal(TP, to - from),
  nop: 0x13,
  ignored: 'zeros',
  field,
  recordBytes: RECORD_BYTES,
  record,
  words: [...numbered('x'), ...numbered('f'), 'fcsr'],
  qemu: '-M virt -m 32M -cpu rv64,zba=true,zbb=true,zbs=true -bios none'.split(' '),
  board: RISCV64_VIRT_BOARD,
  choices: {},
};
