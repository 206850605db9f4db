/** Contents of all registers of x86-64, as guests/x86_64/lockstep.s loads and stores them. */
import type { Random } from '../../support/random';
import { half, integer } from './operands';
import { FLAT_CODE_32, FLAT_CODE_64, FLAT_DATA, localSelector, SCRATCH } from './x86_64-places';
import { POINTERS, SMALL } from './x86_64-writer';

export const RECORD_BYTES = 704;
const FLAGS_AT = 128;
export const RIP_AT = 136;
const SELECTORS_AT = 144;
const FS_BASE_AT = 160;
const FX_AT = 192;
const X87_AT = FX_AT + 32;
const XMM_AT = FX_AT + 160;

const numbered = (file: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${file}${at}`);

export const RECORD_WORDS = [
  ...'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15 rflags rip'.split(' '),
  ...'selectors selectors2 fsbase gsbase exceptions cr2 fcw/fsw/ftw - - mxcsr'.split(' '),
  ...numbered('st', 8).flatMap((name) => [name, `exponent of ${name}`]),
  ...numbered('xmm', 16).flatMap((name) => [name, `upper half of ${name}`]),
];

const STATUS = 0x8d5n;
const DF = 0x400n;
const IF = 0x202n;

/** Near borders of pages, the absent and the read-only ones included. */
const place = (random: Random): bigint => {
  const near = (at: number, around: number): number => at + random.below(2 * around) - around;
  switch (random.below(16)) {
    case 0:
      return BigInt(near(0x6000, 160));
    case 1:
      return BigInt(near(0xc000, 160));
    case 2:
      return BigInt(near(0x7000, 24));
    case 3:
      return BigInt(random.below(0x40));
    case 4:
    case 5:
      return BigInt(near(0x8000, 20));
    case 6:
    case 7:
    case 8:
      return BigInt(0x9000 + 16 * random.below(128));
    default:
      return BigInt(near(0x2800, 0x600));
  }
};

/** Segments of 16-bit code and of segmented 32-bit code, by the number of the local descriptor. */
const selectors = (random: Random, mode: number, oracle: 'qemu' | 'native', isSegmented: boolean): number[] => {
  if (mode === 0) return [FLAT_CODE_64, FLAT_DATA, 0, 0, 0, 0];
  const code = mode === 2 ? localSelector(0) : FLAT_CODE_32;
  if (!isSegmented) return [code, FLAT_DATA, FLAT_DATA, FLAT_DATA, FLAT_DATA, FLAT_DATA];
  const [plain, limited] = [localSelector(1), [2, 3, 4, 6]];
  // QEMU does not look at limits.
  const stack = (): number =>
    oracle === 'native' && random.below(4) === 0 ? localSelector(random.pick(limited)) : plain;
  const data = (): number =>
    oracle === 'native' && random.below(3) === 0 ? random.pick([0, ...[...limited, 5].map(localSelector)]) : plain;
  return [code, stack(), data(), data(), data(), data()];
};

const RESERVED_MXCSR = 0x1f80;
const modes = (random: Random, oracle: 'qemu' | 'native'): { fcw: number; mxcsr: number } => {
  const isPlain = random.below(3) === 0;
  if (isPlain) return { fcw: 0x37f, mxcsr: RESERVED_MXCSR };
  const mxcsr = random.u32() & 0xffff;
  return {
    fcw: 0x40 | (random.below(2) ? 0x3f : random.below(64)) | (random.pick([0, 2, 3]) << 8) | (random.below(4) << 10),
    // QEMU raises no exceptions of SSE.
    mxcsr: oracle === 'qemu' || random.below(2) ? mxcsr | RESERVED_MXCSR : mxcsr & ~0x3f,
  };
};

/** Extended numbers: converted ones, borders, and what is none of them. */
const extended = (random: Random): { significand: bigint; top: number } => {
  const sign = random.below(2) << 15;
  switch (random.below(8)) {
    case 0:
      return { significand: random.u64() >> BigInt(random.below(64)), top: sign | random.below(3) };
    case 1:
      return { significand: (1n << 63n) | (random.u64() >> BigInt(1 + random.below(63))), top: sign | 0x7fff };
    case 2:
      return { significand: random.pick([0n, 1n << 63n, 3n << 62n]), top: sign | random.pick([0, 0x3fff, 0x7fff]) };
    case 3:
      return { significand: random.u64(), top: random.u32() & 0xffff };
    default:
      return {
        significand: (1n << 63n) | BigInt.asUintN(64, random.u64() << BigInt(random.below(63))),
        top: sign | (0x3fff - 40 + random.below(110)),
      };
  }
};

/** A record of a block in a mode, and whether its segments begin at the scratch memory. */
export const randomRecord = (
  random: Random,
  mode: number,
  oracle: 'qemu' | 'native',
): { readonly record: Uint8Array; readonly isSegmented: boolean } => {
  const view = new DataView(new ArrayBuffer(RECORD_BYTES));
  const isSegmented = mode === 2 || (mode === 1 && oracle === 'native' && random.below(3) === 0);
  const cut = (value: bigint): bigint => (mode === 0 ? value : BigInt.asUintN(32, value));
  for (let at = 0; at < (mode === 0 ? 16 : 8); at++) {
    const small = BigInt(random.below(random.below(2) ? 40 : 4));
    const value = POINTERS.includes(at)
      ? place(random) + (isSegmented ? 0n : SCRATCH)
      : SMALL.includes(at) && random.below(16) > 0
        ? small
        : integer(random);
    view.setBigUint64(8 * at, cut(value), true);
  }
  view.setBigUint64(FLAGS_AT, (random.u64() & (STATUS | (random.below(4) === 0 ? DF : 0n))) | IF, true);
  for (const [at, selector] of selectors(random, mode, oracle, isSegmented).entries())
    view.setUint16(SELECTORS_AT + 2 * at, selector, true);
  if (mode === 0) for (const at of [0, 8]) view.setBigUint64(FS_BASE_AT + at, random.below(2) ? 0n : 0x100n, true);
  const { fcw, mxcsr } = modes(random, oracle);
  view.setUint16(FX_AT, fcw, true);
  view.setUint16(FX_AT + 2, random.u32() & 0x7f00 & ~(random.below(2) ? 0x3800 : 0), true);
  view.setUint8(FX_AT + 4, random.below(2) ? 0xff : random.u32() & 0xff);
  view.setUint32(FX_AT + 24, mxcsr, true);
  for (let at = 0; at < 8; at++) {
    const { significand, top } = extended(random);
    view.setBigUint64(X87_AT + 16 * at, significand, true);
    view.setUint16(X87_AT + 16 * at + 8, top, true);
  }
  for (let at = 0; at < 2 * (mode === 0 ? 16 : 8); at++) view.setBigUint64(XMM_AT + 8 * at, half(random), true);
  return { record: new Uint8Array(view.buffer), isSegmented };
};
