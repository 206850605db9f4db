/** Random programs of AArch64. What surrounds them is guests/aarch64/lockstep.s. */
import { ENCODING } from '../../../src/isa/aarch64/encoding';
import { insns } from '../../../src/isa/aarch64/insns/all';
import { simdInsns } from '../../../src/isa/aarch64/insns/simd';
import { effectsOf } from '../../../src/isa/core/graph';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { recordGraph } from '../../../src/isa/core/record-graph';
import { AARCH64_VIRT_BOARD } from '../../../src/machine/boards/aarch64-virt/board';
import type { Random } from '../../support/random';
import type { LockstepMachine } from './machine';
import { float, integer } from './operands';

const ODD = 27;
const RECORD = 28;
const INDEX = 29;
const LINK = 30;
const SP = 31;
/** General registers of the surroundings; 31 is `sp` in some rows. */
const RESERVED = new Set([ODD, RECORD, INDEX, LINK, SP]);
const WRITABLE = Array.from({ length: 32 }, (_, register) => register).filter((register) => !RESERVED.has(register));
/** The registers a memory access may go through: sp, and one with an odd address. */
const POINTERS = [SP, SP, ODD];
/** Accesses that must be aligned, and those that need a device's or memory's exclusive monitor. */
const ALIGNED = /^(ld|st)(l?a?[rx]|lr|ap|l?ur|add|clr|eor|set|[su]max|[su]min)|^(swp|cas)/;
/** Bytes around a pointer that are scratch memory. */
const REACH = 2048;

const BL = 0b100101;

/** Structures of vectors, which helpers load and store. */
const STRUCTURES = /^(ld|st)[1-4]/;

const isMemory = (row: PatternInsn): boolean => {
  if (STRUCTURES.test(row.mnemonic)) return true;
  const { readsMemory, writesMemory } = effectsOf(recordGraph(row));
  return readsMemory || writesMemory;
};

const field: LockstepMachine['field'] = (random, row, { name, width, pieces }, distance) => {
  switch (name) {
    case 'Rd':
    case 'Rt':
    case 'Rt2':
    case 'Rs':
      return random.pick(WRITABLE);
    case 'Rn':
      if (!isMemory(row)) return random.below(31);
      return ALIGNED.test(row.mnemonic) ? SP : random.pick(POINTERS);
    case 'Rm':
      return isMemory(row) ? INDEX : random.below(32);
    case 'label':
      return distance;
    case 'simm': {
      if (!isMemory(row)) return random.u32() & (2 ** width - 1);
      const lowest = Math.min(...pieces.map(({ to }) => to));
      const value = random.below(2 * REACH) - REACH;
      return (value - (value % 2 ** lowest)) & (2 ** width - 1);
    }
    case 'imm':
      if (isMemory(row)) return random.below(REACH) & (2 ** width - 1);
      return random.u32() & (2 ** width - 1);
    default:
      return random.u32() & (2 ** width - 1);
  }
};

/** 31 general registers and sp, 32 vector registers, NZCV, FPCR, FPSR, and afterwards a word of all exceptions. */
const RECORD_BYTES = 800;
const [VECTORS, NZCV, FPCR] = [256, 768, 776];

/** Half a vector: a double, two singles, an integer. */
const half = (random: Random): bigint => {
  switch (random.below(4)) {
    case 0:
      return integer(random);
    case 1:
      return BigInt.asUintN(64, (float(random) << 32n) | BigInt.asUintN(32, float(random)));
    default:
      return float(random);
  }
};

/** FPCR: rounding mode, flush to zero, default NaN, alternative half precision, flush of half precision. */
const FPCR_BITS = [22, 23, 24, 25, 26, 19];

const record = (random: Random): Uint8Array => {
  const view = new DataView(new ArrayBuffer(RECORD_BYTES));
  for (let register = 0; register < 32; register++) {
    view.setBigUint64(8 * register, integer(random), true);
    for (const at of [0, 8]) view.setBigUint64(VECTORS + 16 * register + at, half(random), true);
  }
  view.setBigInt64(8 * INDEX, BigInt(random.below(REACH) - REACH / 2), true);
  view.setBigUint64(NZCV, BigInt(random.below(16)) << 28n, true);
  const isPlain = random.below(2) === 0;
  const modes = FPCR_BITS.reduce((bits, bit) => bits | (BigInt(random.below(2)) << BigInt(bit)), 0n);
  view.setBigUint64(FPCR, isPlain ? 0n : modes, true);
  return new Uint8Array(view.buffer);
};

const numbered = (file: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${file}${at}`);

export const aarch64Lockstep = (isa: LockstepMachine['isa']): LockstepMachine => ({
  architecture: 'aarch64',
  isa,
  encoding: ENCODING,
  insns: insns(),
  // What changes the processor's mode or waits, calls and jumps to registers, and exclusives: programs of their own.
  excluded:
    /^(eret.*|drps|hvc|smc|hlt|dcps.*|wf.*|bl|blr.*|br.*|ret.*|mrs|msr.*|sys.*|tlbi|at|dc|ic|ld?a?xr.*|ld?a?xp|stl?x.*)$/,
  runtime: 'aarch64/prebuilt/lockstep.elf',
  elfMachine: 183,
  base: 0x4020_0000n,
  program: 0x4040_0000,
  records: 0x4100_0000n,
  entry: { restore: 0x4020_0004, fold: 0x4020_0008, finish: 0x4020_000c, dump: 0x4020_0010 },
  call: (from, to) => ((BL << 26) | (((to - from) >> 2) & 0x3ff_ffff)) >>> 0,
  nop: 0xd503_201f,
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
export const aarch64SimdLockstep = (isa: LockstepMachine['isa']): LockstepMachine => ({
  ...aarch64Lockstep(isa),
  insns: simdInsns(),
  excluded: /^(ld|st)\d.*-(post|index)$/,
});
