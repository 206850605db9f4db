/** Random encodings of the forms of x86-64, in 64-, 32- and 16-bit code: with all prefixes and ways to name memory. */
import { decodeX86 } from '../../../src/isa/x86_64/decode';
import type { Form, OperandSize } from '../../../src/isa/x86_64/form';
import type { Random } from '../../support/random';
import { SCRATCH, SEGMENT_PREFIXES } from './x86_64-places';

const [RCX, RBX, RSP, RBP, RSI, RDI] = [1, 3, 4, 5, 6, 7];

/** Registers that point into the scratch memory, and those that are small numbers. */
export const POINTERS = [RBX, RSP, RBP, RSI, RDI, 12, 13];
export const SMALL = [RCX, 9];

const bytes = (value: bigint | number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => Number((BigInt(value) >> BigInt(8 * at)) & 0xffn));

const numbersBelow = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** What an instruction has of registers and memory behind its opcode. */
interface Tail {
  readonly modRm?: number;
  readonly rest: readonly number[];
  readonly r: number;
  readonly x: number;
  readonly b: number;
}

export interface Choice {
  readonly form: Form;
  readonly size: OperandSize | 0;
  readonly mode: number;
  /** How far a branch is to go. */
  readonly distance: number;
}

/** Sizes that a form has in a mode. */
export const sizesIn = ({ sizes, modes }: Form, mode: number): readonly (OperandSize | 0)[] => {
  if (modes !== undefined && (modes === 'long') !== (mode === 0)) return [];
  return (sizes ?? [0]).filter((size) => mode === 0 || size !== 64);
};

/** Random bytes of one instruction; `undefined` where they came out as another one. */
export const writeInsn = (random: Random, choice: Choice): Uint8Array | undefined => {
  for (let attempt = 0; attempt < 40; attempt++) {
    const code = attempted(random, choice);
    const decoded = decodeX86(code, choice.mode);
    if (decoded === undefined || decoded === 'short') continue;
    const { form, size, length } = decoded;
    if (form.mnemonic === choice.form.mnemonic && size === choice.size && length === code.length) return code;
  }
  return undefined;
};

const attempted = (random: Random, choice: Choice): Uint8Array => {
  const { form, size, mode } = choice;
  const { map, opcode, prefix, isVex, hasRegister, hasModRm, rexW, immediates } = form.notation;
  const has = (percent: number): boolean => random.below(100) < percent;
  const isMoffs = immediates.includes('address');
  const isMemory = form.isMemoryOnly || (form.memoryAt >= 0 && has(50));
  const isString = form.repeats !== undefined;
  const has67 = (isMemory || isString) && has(mode === 2 ? 30 : 12);
  const addressBits = has67 ? (mode === 0 ? 32 : mode === 1 ? 16 : 32) : ([64, 32, 16][mode] ?? 64);
  const register = (): number => {
    const all = numbersBelow(mode === 0 ? 16 : 8);
    return random.pick(has(92) ? all.filter((one) => !POINTERS.includes(one)) : all);
  };
  const opcodeRegister = hasRegister ? register() : 0;
  const tail = hasModRm ? tailOf(random, choice, { isMemory: isMemory && !isMoffs, addressBits, register }) : NO_TAIL;
  const front: number[] = [];
  if (has67) front.push(0x67);
  if ((isMemory || isString) && has(10)) front.push(random.pick(SEGMENT_PREFIXES));
  if (isMemory && form.mayLock ? has(15) : has(0.5)) front.push(0xf0);
  if (!isVex && (mode === 2 ? size === 32 : size === 16)) front.push(0x66);
  if (!isVex && prefix !== undefined && prefix !== 'none') front.push(Number.parseInt(prefix, 16));
  const out: number[] = shuffled(random, front);
  const r = tail.r >> 3;
  const b = hasRegister ? opcodeRegister >> 3 : tail.b;
  if (isVex) {
    const implied = { none: 0, 66: 1, F3: 2, F2: 3 }[prefix ?? 'none'];
    const v = form.operands.some(({ source }) => source === 'vvvv') ? register() : 0;
    out.push(0xc4, ((r ^ 1) << 7) | ((tail.x ^ 1) << 6) | ((b ^ 1) << 5) | map);
    out.push(((size === 64 || rexW === 1 ? 1 : 0) << 7) | ((v ^ 15) << 3) | implied);
  } else {
    const isWide = rexW === 1 || (size === 64 && form.isDefault64 === undefined);
    const rex = (isWide ? 8 : 0) | (r << 2) | (tail.x << 1) | b;
    if (mode === 0 && (rex !== 0 || has(25))) out.push(0x40 | rex);
    out.push(...([[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]][map] ?? []));
  }
  out.push(hasRegister ? opcode | (opcodeRegister & 7) : opcode);
  if (tail.modRm !== undefined) out.push(tail.modRm, ...tail.rest);
  for (const length of immediates) out.push(...immediate(random, choice, length, addressBits));
  return Uint8Array.from(out);
};

const NO_TAIL: Tail = { rest: [], r: 0, x: 0, b: 0 };

const shuffled = (random: Random, items: readonly number[]): number[] => {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] ?? 0);
};

interface TailChoice {
  readonly isMemory: boolean;
  readonly addressBits: number;
  register(): number;
}

const tailOf = (random: Random, { form, mode }: Choice, { isMemory, addressBits, register }: TailChoice): Tail => {
  const { digit, modRm } = form.notation;
  if (modRm !== undefined) return { ...NO_TAIL, modRm: form.notation.hasRegister ? modRm | random.below(8) : modRm };
  const isVector = (at: number): boolean => ['xmm', 'mm', 'st'].includes(form.operands[at]?.kind ?? '');
  const any = (at: number): number => (isVector(at) ? random.below(mode === 0 ? 16 : 8) : register());
  const regAt = form.operands.findIndex(({ source }) => source === 'reg');
  const rmAt = form.operands.findIndex(({ source, kind }) => source === 'rm' || kind === 'memory');
  const reg = digit ?? any(regAt);
  const field = (reg & 7) << 3;
  const r = digit === undefined ? reg : 0;
  if (!isMemory) {
    const rm = any(rmAt);
    return { modRm: 0xc0 | field | (rm & 7), rest: [], r, x: 0, b: rm >> 3 };
  }
  if (addressBits === 16) {
    const [mod, rm] = [random.below(3), random.below(8)];
    if (mod === 0) return { modRm: field | rm, rest: rm === 6 ? bytes(offset(random), 2) : [], r, x: 0, b: 0 };
    const rest = mod === 1 ? bytes(random.below(256), 1) : bytes(random.below(1024) - 512, 2);
    return { modRm: (mod << 6) | field | rm, rest, r, x: 0, b: 0 };
  }
  if (mode === 0 && random.below(16) === 0)
    return { modRm: field | 5, rest: bytes(random.below(96) - 128, 4), r, x: 0, b: 0 };
  // Without base and index.
  if (random.below(12) === 0) {
    const rest = bytes((mode === 2 ? 0 : Number(SCRATCH)) + offset(random), 4);
    return mode === 0 || random.below(4) === 0
      ? { modRm: field | 4, rest: [0x25, ...rest], r, x: 0, b: 0 }
      : { modRm: field | 5, rest, r, x: 0, b: 0 };
  }
  const isIn = (one: number): boolean => mode === 0 || one < 8;
  const base = random.below(25) === 0 ? random.below(mode === 0 ? 16 : 8) : random.pick(POINTERS.filter(isIn));
  const isIndexed = random.below(3) === 0;
  const index = isIndexed ? random.pick(SMALL.filter(isIn)) : RSP;
  const mod = (base & 7) === RBP ? 1 + random.below(2) : random.below(3);
  const disp = mod === 0 ? [] : mod === 1 ? bytes(random.below(256), 1) : bytes(random.below(4096) - 2048, 4);
  if (!isIndexed && (base & 7) !== RSP)
    return { modRm: (mod << 6) | field | (base & 7), rest: disp, r, x: 0, b: base >> 3 };
  const sib = (random.below(4) << 6) | ((index & 7) << 3) | (base & 7);
  return { modRm: (mod << 6) | field | 4, rest: [sib, ...disp], r, x: index >> 3, b: base >> 3 };
};

/** Into the scratch memory. */
const offset = (random: Random): number => random.below(0x5000);

const immediate = (
  random: Random,
  { form, size, mode, distance }: Choice,
  length: 1 | 2 | 4 | 8 | 'z' | 'v' | 'address',
  addressBits: number,
): number[] => {
  if (length === 'address') return bytes((mode === 2 ? 0 : Number(SCRATCH)) + offset(random), addressBits / 8);
  const count =
    length === 'z' ? (size === 16 || (size === 0 && mode === 2) ? 2 : 4) : length === 'v' ? size / 8 : length;
  if (form.operands.some(({ kind }) => kind === 'distance')) return bytes(distance, count);
  if (form.mnemonic === 'enter') return bytes(random.below(count === 1 ? 40 : 64), count);
  if (/^(sh|sa|ro|rc|bt)/.test(form.mnemonic) && random.below(4) > 0) return bytes(random.below(72), count);
  return bytes(random.below(3) === 0 ? random.below(256) - 128 : random.u64(), count);
};
