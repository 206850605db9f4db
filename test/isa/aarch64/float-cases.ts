/** Random cases of one scalar floating-point instruction, hard ones, in all modes of FPCR; and a processor that runs them. */
import { Engine } from '../../../src/engine/engine';
import { FPSR } from '../../../src/isa/aarch64/float/control';
import { insns } from '../../../src/isa/aarch64/insns/all';
import { flagsOf, setFlags } from '../../../src/isa/aarch64/pstate';
import { encodeInsn } from '../../../src/isa/core/decoder';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { engineHost } from '../../support/engine-host';
import { type FloatFormat, hardOperands, type Taken } from '../../support/fp-hard-operands';
import type { Random } from '../../support/random';
import { CODE } from '../driver';
import { AARCH64_SUBJECT } from './subject';

/** Registers of all cases. */
export const VN = 1;
export const VD = 4;
export const RS = 5;
export const RD = 6;
const REGISTERS: Readonly<Record<string, number>> = { Vn: VN, Vm: VN + 1, Va: VN + 2, Vd: VD, Rn: RS, Rd: RD };

export interface FloatCase {
  /** Vn, Vm, Va, and Vd before. */
  readonly vectors: readonly bigint[];
  readonly integer: bigint;
  readonly fpcr: bigint;
  readonly fpsr: bigint;
  /** N, Z, C and V in bits 3 to 0. */
  readonly nzcv: number;
}

/** The formats of numbers that an instruction takes, by its name: those of the last letter. */
const formatOf = (mnemonic: string): 'h' | FloatFormat => {
  const [, last] = /-([hsd])(?:-[wx])?(?:-(?:zero|fixed))?$/.exec(mnemonic) ?? [];
  return last === 'h' || last === 's' ? last : 'd';
};

/** Doubles and singles as they become halves: near and beyond the ends of their range, and halfway between two. */
const aroundHalves = (random: Random, from: FloatFormat): bigint => {
  const [fraction, bias, sign] = from === 's' ? [23, 127, 31] : [52, 1023, 63];
  const exponent = BigInt(bias + random.below(48) - 30);
  const kept = random.pick([10, 11, 12, fraction]);
  const significand = random.u64() & ((1n << BigInt(fraction)) - 1n) & ~((1n << BigInt(fraction - kept)) - 1n);
  return (BigInt(random.below(2)) << BigInt(sign)) | (exponent << BigInt(fraction)) | significand;
};

const HALVES = [0n, 1n, 0x3ffn, 0x400n, 0x401n, 0x7bffn, 0x7c00n, 0x7c01n, 0x7e00n, 0x7e55n, 0x3c00n, 0x3c01n, 0x3800n];
const half = (random: Random): bigint => {
  const moderate = (): bigint => BigInt(0x3000 + random.below(0x2000)) & random.pick([-1n, ~0xfn, ~0x3fn]);
  const magnitude = random.pick([random.pick(HALVES), moderate(), moderate(), random.u64() & 0x7fffn]);
  return magnitude | (BigInt(random.below(2)) << 15n);
};

const takenBy = (mnemonic: string, from: FloatFormat): Taken => {
  if (mnemonic === 'fcvt-s-d') return { kind: 'narrowed' };
  if (/^fcvt..-|^fjcvtzs/.test(mnemonic)) {
    return { kind: 'made integral', from, bits: /-x/.test(mnemonic) ? 64 : 32 };
  }
  if (mnemonic.startsWith('frint')) return { kind: 'made integral', from, bits: from === 's' ? 24 : 53 };
  return { kind: 'floats', from, count: /^fn?m(add|sub)/.test(mnemonic) ? 3 : /^f(sqrt|cvt)/.test(mnemonic) ? 1 : 2 };
};

const numbers = (random: Random, mnemonic: string): bigint[] => {
  const format = formatOf(mnemonic);
  if (format === 'h') return [half(random), half(random), half(random)];
  if (mnemonic.startsWith('fcvt-h-') && random.below(4)) return [aroundHalves(random, format)];
  return hardOperands(random, takenBy(mnemonic, format));
};

const WIDTHS = { h: 16n, s: 32n, d: 64n } as const;
const ALL_FLAGS = 0x9f;

/** FPCR: mostly to nearest, now and then with flushing, default NaNs, alternative halves; often an inexact result before. */
const control = (random: Random): Pick<FloatCase, 'fpcr' | 'fpsr' | 'nzcv'> => {
  const rounding = random.below(6) ? 0 : random.below(4);
  const [others, halves] = random.below(6) ? [0, 0] : [random.below(8), random.below(2)];
  const inexact = random.below(3) ? FPSR.IXC : 0;
  return {
    fpcr: BigInt(rounding * 2 ** 22 + others * 2 ** 24 + halves * 2 ** 19),
    fpsr: BigInt((random.u32() & ALL_FLAGS) | inexact),
    nzcv: random.below(16),
  };
};

/** A case of an instruction on vectors: each lane of Vn, Vm and Vd has a product's operands. */
export const vectorCaseOf = (random: Random, from: FloatFormat): FloatCase => {
  const width = WIDTHS[from];
  let [n, m, d] = [0n, 0n, 0n];
  for (let at = 0n; at < 128n; at += width) {
    const [a = 0n, b = 0n, c = 0n] = hardOperands(random, { kind: 'floats', from, count: 3 });
    n |= a << at;
    m |= b << at;
    d |= c << at;
  }
  return { vectors: [n, m, 0n, d], integer: 0n, ...control(random) };
};

/** A case of a scalar instruction. */
export const caseOf = (random: Random, mnemonic: string): FloatCase => {
  const above = (): bigint => (random.u64() << 64n) | random.u64();
  const width = WIDTHS[formatOf(mnemonic)];
  const vectors = numbers(random, mnemonic).map((bits) => ((above() >> width) << width) | bits);
  while (vectors.length < 4) vectors.push(above());
  const [integer = 0n] = hardOperands(random, { kind: 'integer' });
  return { vectors, integer, ...control(random) };
};

/** A word of an instruction on the registers of all cases; other fields are random. */
export const wordOf = (random: Random, mnemonic: string): number => {
  const row = insns().find((insn) => insn.mnemonic === mnemonic);
  if (!row) throw new Error(`no row ${mnemonic}`);
  const fields = [...row.pattern.fields].map(([name, { width }]) => [
    name,
    REGISTERS[name] ?? random.below(2 ** width),
  ]);
  return encodeInsn(row.pattern, Object.fromEntries(fields)) >>> 0;
};

/** What a register holds before that an instruction writes. */
export const RD_BEFORE = 0x6666n;

/** A processor whose RAM has one instruction, a breakpoint behind it. */
export class FloatProcessor {
  readonly #engine: Engine;
  constructor(isa: EngineIsa) {
    this.#engine = new Engine(isa, engineHost({ trapTaken: () => 'trapStop' }), {
      ram: [{ base: Number(CODE), size: 0x1000 }],
      harts: 1,
    });
    AARCH64_SUBJECT.reset(this.#view);
  }

  get #view() {
    return this.#engine.harts[0]!;
  }

  place(word: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, word, true);
    bytes.set(AARCH64_SUBJECT.breakpoint, 4);
    this.#engine.writeRam(Number(CODE), bytes);
    this.#engine.dropDerived();
  }

  /** The registers afterwards, and the slots of the flags as they are. */
  run({ vectors, integer, fpcr, fpsr, nzcv }: FloatCase, budget: number) {
    const view = this.#view;
    for (const [at, bits] of vectors.entries()) view.write('v', VN + at, bits);
    view.write('x', RS, integer);
    view.write('x', RD, RD_BEFORE);
    view.set('FPCR', fpcr);
    view.set('FPSR', fpsr);
    setFlags(view, BigInt(nzcv) << 28n);
    view.pc = CODE;
    view.activity = 0;
    this.#engine.run(0, budget, 2);
    const slots = ['N', 'Z', 'C', 'V'].map((name) => view.get(name));
    return {
      v: view.read('v', VD),
      x: view.read('x', RD),
      FPSR: view.get('FPSR'),
      nzcv: flagsOf(view) >> 28n,
      slots,
    };
  }
}
