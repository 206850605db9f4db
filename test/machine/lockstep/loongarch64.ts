/** Random programs of LoongArch64. What surrounds them is guests/loongarch64/lockstep.s. */
import { effectsOf } from '../../../src/isa/core/graph';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { recordGraph } from '../../../src/isa/core/record-graph';
import { LOONGARCH64 } from '../../../src/isa/loongarch64';
import { ENCODING } from '../../../src/isa/loongarch64/encoding';
import { insns } from '../../../src/isa/loongarch64/insns/all';
import { LOONGARCH64_VIRT_BOARD } from '../../../src/machine/boards/loongarch64-virt/board';
import type { Random } from '../../support/random';
import type { PatternMachine } from './machine';
import { half, integer } from './operands';

const FP = 22;
/** General registers of the surroundings: the link, pointers, the index. */
const RESERVED = new Set([1, 3, 21, FP, 23]);
const WRITABLE = Array.from({ length: 32 }, (_, register) => register).filter((register) => !RESERVED.has(register));
/** The registers a memory access may go through: sp, and s0 with an odd address. */
const POINTERS = [3, 3, 23];
const SP = 3;
/** Accesses that must be aligned; QEMU lets them be unaligned. */
const ALIGNED = /^(am|(ld|st)(gt|le))/;
/** Bytes around a pointer that are scratch memory. */
const REACH = 2048;

const BL = 0b010101;

const isMemory = (row: PatternInsn): boolean => {
  const { readsMemory, writesMemory } = effectsOf(recordGraph(row));
  return readsMemory || writesMemory;
};

const field: PatternMachine['field'] = (random, row, { name, width, pieces }, distance) => {
  switch (name) {
    case 'rd':
      return random.pick(WRITABLE);
    case 'rj':
      if (ALIGNED.test(row.mnemonic)) return SP;
      return isMemory(row) ? random.pick(POINTERS) : random.below(32);
    case 'rk':
      return isMemory(row) && /^[fv]?(ld|st)x/.test(row.mnemonic) ? FP : random.below(32);
    case 'offs':
      return distance;
    case 'si': {
      if (!isMemory(row)) return random.u32() & (2 ** width - 1);
      const lowest = Math.min(...pieces.map(({ to }) => to));
      const value = random.below(2 * REACH) - REACH;
      return (value - (value % 2 ** lowest)) & (2 ** width - 1);
    }
    // fcsr0 has bits here that QEMU stores although there are none; of fcsr1 see ENABLES.
    case 'fcsr':
      return row.mnemonic === 'movgr2fcsr' ? 2 + random.below(2) : random.below(4);
    default:
      return random.u32() & (2 ** width - 1);
  }
};

/** 32 general registers, 32 vector registers, 8 condition flags, fcsr0, and afterwards a word of all exceptions. */
const RECORD_BYTES = 848;
const [VECTORS, CONDITIONS, FCSR] = [256, 768, 832];

/** Flags that may be exceptions: not underflow, which QEMU does not have of exact results. */
const ENABLES = 0x1d;

/** Flags are clear, the rounding mode is one of `modes`, and now and then some of `enables` are exceptions. */
const record =
  (modes: readonly number[], enabled = ENABLES) =>
  (random: Random): Uint8Array => {
    const view = new DataView(new ArrayBuffer(RECORD_BYTES));
    for (let register = 0; register < 32; register++) {
      view.setBigUint64(8 * register, integer(random), true);
      for (const at of [0, 8]) view.setBigUint64(VECTORS + 16 * register + at, half(random), true);
    }
    view.setBigInt64(8 * FP, BigInt(random.below(REACH) - REACH / 2), true);
    for (let flag = 0; flag < 8; flag++) view.setBigUint64(CONDITIONS + 8 * flag, BigInt(random.below(2)), true);
    const enables = random.below(4) === 0 ? random.below(32) & enabled : 0;
    view.setBigUint64(FCSR, BigInt((random.pick(modes) << 8) | enables), true);
    return new Uint8Array(view.buffer);
  };

const numbered = (file: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${file}${at}`);

export const LOONGARCH64_LOCKSTEP: PatternMachine = {
  architecture: 'loongarch64',
  isa: LOONGARCH64,
  encoding: ENCODING,
  insns: insns(),
  // QEMU takes another address for fldgt and its kin; fnmadd and fnmsub it rounds after turning the sign; asrtle.d and
  // asrtgt.d it does unsigned; where lanes raise exceptions, it has done those in front of them; ll and sc, CSRs and the like are for programs that know what they do.
  excluded:
    /^(idle|ertn|dbcl|bl|jirl|csr.*|iocsr.*|cacop|tlb.*|invtlb|lddir|ldpte|rdtime.*|cpucfg|ll\..*|sc\..*|f(ld|st)(gt|le)\..*|asrt.*|fnm.*|vf.*)$/,
  runtime: 'loongarch64/prebuilt/lockstep.elf',
  elfMachine: 258,
  base: 0x20_0000n,
  program: 0x40_0000,
  records: 0x100_0000n,
  entry: { restore: 0x20_0004, fold: 0x20_0008, finish: 0x20_000c, dump: 0x20_0010 },
  call: (from, to) => {
    const offset = (to - from) >> 2;
    return ((BL << 26) | ((offset & 0xffff) << 10) | ((offset >> 16) & 0x3ff)) >>> 0;
  },
  nop: 0x0340_0000,
  ignored: 'zeros',
  field,
  recordBytes: RECORD_BYTES,
  record: record([0, 1, 2, 3]),
  words: [
    ...numbered('r', 32),
    ...numbered('v', 32).flatMap((name) => [name, `upper half of ${name}`]),
    ...numbered('fcc', 8),
    'fcsr0',
    'exceptions',
  ],
  qemu: '-M virt -m 1G'.split(' '),
  board: LOONGARCH64_VIRT_BOARD,
  choices: {},
};

/** The instructions whose rounding up and down differs from QEMU's, rounding to nearest and to zero. */
export const LOONGARCH64_NEGATED: PatternMachine = {
  ...LOONGARCH64_LOCKSTEP,
  insns: insns().filter(({ mnemonic }) => /^fnm/.test(mnemonic)),
  excluded: /^$/,
  record: record([0, 1]),
};

/** Vectors, with no flag an exception. */
export const LOONGARCH64_VECTORS: PatternMachine = {
  ...LOONGARCH64_LOCKSTEP,
  insns: insns().filter(({ mnemonic }) => mnemonic.startsWith('v')),
  excluded: /^vfnm/,
  record: record([0, 1, 2, 3], 0),
};
export const LOONGARCH64_NEGATED_VECTORS: PatternMachine = {
  ...LOONGARCH64_VECTORS,
  insns: insns().filter(({ mnemonic }) => mnemonic.startsWith('vfnm')),
  excluded: /^$/,
  record: record([0, 1], 0),
};
