/** Random programs of AArch64. What surrounds them is guests/aarch64/lockstep.s. */
import { ENCODING } from '../../../src/isa/aarch64/encoding';
import { insns } from '../../../src/isa/aarch64/insns/all';
import { simdInsns } from '../../../src/isa/aarch64/insns/simd';
import type { PatternInsn } from '../../../src/isa/core/insn';
import type { PatternField } from '../../../src/isa/core/pattern';
import { AARCH64_VIRT_BOARD } from '../../../src/machine/boards/aarch64-virt/board';
import type { Random } from '../../support/random';
import type { PatternMachine } from './machine';
import { half, integer } from './operands';

const ODD = 27;
const RECORD = 28;
const INDEX = 29;
const LINK = 30;
/** `sp` in some rows, zero in the others. */
const SP = 31;
const ZERO = 31;
/** General registers of the surroundings, and 31. */
const RESERVED = new Set([ODD, RECORD, INDEX, LINK, SP]);
const WRITABLE = Array.from({ length: 32 }, (_, register) => register).filter((register) => !RESERVED.has(register));
/** The registers a memory access may go through: sp, and one with an odd address. */
const POINTERS = [SP, ODD];
/** Bytes around a pointer that an offset stays in, and an index shifted by up to 4; and how far an access moves its base. */
const REACH = 2048;
const MOST_INDEX = REACH / 16;
const STEP = 128;

const BL = 0b100101;

/** By the name: what goes through functions does not say so in its description. */
const isMemory = ({ mnemonic }: PatternInsn): boolean => /^(ld|st|cas|swp)/.test(mnemonic);

/** The lowest bit that a field has: 1 where it names the first of two registers, which has an even number. */
const lowestBit = ({ pieces }: PatternField): number => Math.min(...pieces.map(({ to }) => to));

const destinations = (row: PatternInsn, field: PatternField): readonly number[] => {
  if (lowestBit(field) === 1) return WRITABLE.filter((register) => register % 2 === 0 && !RESERVED.has(register + 1));
  return row.asm.includes(`sp:${field.name}}`) ? WRITABLE : [...WRITABLE, ZERO];
};

const field: PatternMachine['field'] = (random, row, field, distance) => {
  const { name, width } = field;
  const any = (): number => random.u32() & (2 ** width - 1);
  const around = (reach: number): number => random.below(2 * reach) - reach;
  switch (name) {
    case 'Rd':
    case 'Rt':
    case 'Rt2':
    case 'Rs':
      return random.pick(destinations(row, field));
    case 'Rn':
      return isMemory(row) ? random.pick(POINTERS) : random.below(32);
    case 'Rm':
      return isMemory(row) ? INDEX : random.below(32);
    case 'label':
      return distance;
    case 'simm': {
      if (!isMemory(row)) return any();
      const value = around(/-(post|pre)\b/.test(row.mnemonic) ? STEP : REACH);
      return (value - (value % 2 ** lowestBit(field))) & (2 ** width - 1);
    }
    case 'imm':
      return isMemory(row) ? random.below(REACH) & (2 ** width - 1) : any();
    default:
      return any();
  }
};

/** 31 general registers and sp, 32 vector registers, NZCV, FPCR, FPSR, and afterwards a word of all exceptions. */
const RECORD_BYTES = 800;
const [VECTORS, NZCV, FPCR] = [256, 768, 776];

/** FPCR: rounding mode, flush to zero, default NaN, alternative half precision, flush of half precision. */
const FPCR_BITS = [22, 23, 24, 25, 26, 19];

const record = (random: Random): Uint8Array => {
  const view = new DataView(new ArrayBuffer(RECORD_BYTES));
  for (let register = 0; register < 32; register++) {
    view.setBigUint64(8 * register, integer(random), true);
    for (const at of [0, 8]) view.setBigUint64(VECTORS + 16 * register + at, half(random), true);
  }
  view.setBigInt64(8 * INDEX, BigInt(random.below(2 * MOST_INDEX) - MOST_INDEX), true);
  view.setBigUint64(NZCV, BigInt(random.below(16)) << 28n, true);
  const isPlain = random.below(2) === 0;
  const modes = FPCR_BITS.reduce((bits, bit) => bits | (BigInt(random.below(2)) << BigInt(bit)), 0n);
  view.setBigUint64(FPCR, isPlain ? 0n : modes, true);
  return new Uint8Array(view.buffer);
};

const numbered = (file: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${file}${at}`);

export const aarch64Lockstep = (isa: PatternMachine['isa']): PatternMachine => ({
  architecture: 'aarch64',
  isa,
  encoding: ENCODING,
  insns: insns(),
  // What changes the processor's mode or waits, calls and jumps to registers, and exclusives: programs of their own. QEMU's
  // max signs by an algorithm of its own, and strips only while a key is enabled.
  excluded: new RegExp(
    `^(${[
      ...['eret|drps|hvc|smc|svc|hlt|brk|wf[ei]|mrs|msr|sysl?'],
      ...['blr?|br|ret|b?l?ra[ab]z?|reta[ab]', '(ld|st)[al]?x[rp][bh]?', 'pacga|xpac[id]'],
    ].join('|')})(-|$)`,
  ),
  runtime: 'aarch64/prebuilt/lockstep.elf',
  elfMachine: 183,
  base: 0x4020_0000n,
  program: 0x4040_0000,
  records: 0x4100_0000n,
  entry: { restore: 0x4020_0004, fold: 0x4020_0008, finish: 0x4020_000c, dump: 0x4020_0010 },
  call: (from, to) => ((BL << 26) | (((to - from) >> 2) & 0x3ff_ffff)) >>> 0,
  nop: 0xd503_201f,
  ignored: 'ones',
  field,
  recordBytes: RECORD_BYTES,
  record,
  words: [
    ...numbered('x', 31),
    'sp',
    ...numbered('v', 32).flatMap((name) => [name, `upper half of ${name}`]),
    'nzcv',
    'fpcr',
    'fpsr',
    'exceptions',
  ],
  qemu: '-M virt -cpu max -m 128M'.split(' '),
  board: AARCH64_VIRT_BOARD,
  choices: { cpu: 'max', gic: '2', virtualization: 'off' },
});

/** Advanced SIMD. Structures that let their base go on have rows of their own: the pointers stay where they are. */
export const aarch64SimdLockstep = (isa: PatternMachine['isa']): PatternMachine => ({
  ...aarch64Lockstep(isa),
  insns: simdInsns(),
  excluded: /^(ld|st)\d.*-(post|index)$/,
});
