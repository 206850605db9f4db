/**
 * String instructions. With a repeat prefix each repetition is an instruction that comes back to itself: interrupts, faults and
 * breakpoints find it between two, with the counts exact.
 * @see AMD64 APM volume 3, 1.2.6 "Repeat Prefixes"
 */
import type { V32, V64 } from '../../core/ops';
import type { FormOptions, FormTable, OperandSize, Sem } from '../form';
import { OPERAND } from '../operand-check';
import type { Bits, X86Ops } from '../ops';
import { SEG } from '../state';

const [RAX, RCX, RSI, RDI] = [0, 1, 6, 7];
const MASK = { name: 'mask' };
const SEGMENT = { name: 'segment' };

type Bytes = 1 | 2 | 4 | 8;
const FILES: Readonly<Record<Bits, string>> = { 8: 'b', 16: 'w', 32: 'd', 64: 'r' };

/** Where rsi points, in the segment that is named, and rdi in ES. */
const sourceAddress = (o: X86Ops, isLong: boolean, bytes: Bytes): V64 => {
  const offset = o.and(o.read('r', RSI), o.read('mask', MASK));
  if (!isLong) checkEnd(o, offset, bytes, o.read('readEnd', SEGMENT), 'read');
  return o.add(offset, o.read('segment', SEGMENT));
};
const targetAddress = (o: X86Ops, isLong: boolean, bytes: Bytes, use: 'read' | 'write'): V64 => {
  const offset = o.and(o.read('r', RDI), o.read('mask', MASK));
  if (isLong) return offset;
  checkEnd(o, offset, bytes, o.read(use === 'read' ? 'readEnd' : 'writeEnd', SEG.es), use, OPERAND.target);
  return o.add(offset, o.read('base', SEG.es));
};
const checkEnd = (
  o: X86Ops,
  offset: V64,
  bytes: Bytes,
  end: V64,
  use: 'read' | 'write',
  mark: number = OPERAND.source,
): void => {
  const last = bytes > 1 ? o.add(offset, o.c(bytes - 1)) : offset;
  o.guard('operand', mark | bytes | (use === 'write' ? OPERAND.write : 0), o.ltU(end, last));
};

type Repeat = 'once' | 'rep' | 'repe' | 'repne';

/** What one repetition does: how far it moves which pointers, and ZF where that ends it. */
interface Done {
  readonly moved: readonly number[];
  readonly isEqual?: V32;
}

const string =
  (repeat: Repeat, isLong: boolean, one: (o: X86Ops, bytes: Bytes, isLong: boolean) => Done): Sem =>
  (o, _, bits) => {
    const bytes = (bits / 8) as Bytes;
    const mask = o.read('mask', MASK);
    const count = o.and(o.read('r', RCX), mask);
    if (repeat !== 'once') o.doneIf(o.eqz(count));
    const step = o.step(bytes);
    const { moved, isEqual } = one(o, bytes, isLong);
    const pointers = moved.map((register) => ({ register, value: o.add(o.read('r', register), step) }));
    for (const { register, value } of pointers) o.writeMasked(register, value, mask);
    if (repeat === 'once') return;
    o.writeMasked(RCX, o.sub(count, o.c(1)), mask);
    const isLeft = o.ne(count, o.c(1));
    const isSame = repeat === 'repne' ? isEqual && o.eqz(isEqual) : isEqual;
    const goesOn = isSame ? o.and(isLeft, isSame) : isLeft;
    o.branch(goesOn, o.pc());
  };

const movs = (o: X86Ops, bytes: Bytes, isLong: boolean): Done => {
  // A fault of the load comes before all of the store's.
  const value = o.load(bytes, false, sourceAddress(o, isLong, bytes));
  o.store(bytes, targetAddress(o, isLong, bytes, 'write'), value);
  return { moved: [RSI, RDI] };
};
const stos = (o: X86Ops, bytes: Bytes, isLong: boolean): Done => {
  o.store(bytes, targetAddress(o, isLong, bytes, 'write'), o.read('r', RAX));
  return { moved: [RDI] };
};
const lods = (o: X86Ops, bytes: Bytes, isLong: boolean): Done => {
  const value = o.load(bytes, false, sourceAddress(o, isLong, bytes));
  if (bytes === 4) o.write('r', RAX, value);
  else o.write(FILES[(8 * bytes) as Bits], RAX, value);
  return { moved: [RSI] };
};
const compared = (o: X86Ops, bytes: Bytes, a: V64, b: V64): V32 => {
  const bits = (8 * bytes) as Bits;
  o.flagsOfSub(bits, a, b, o.sub(a, b));
  return o.eq(a, b);
};
const cmps = (o: X86Ops, bytes: Bytes, isLong: boolean): Done => {
  // In this order, as a fault of both shows.
  const b = o.load(bytes, false, targetAddress(o, isLong, bytes, 'read'));
  const a = o.load(bytes, false, sourceAddress(o, isLong, bytes));
  return { moved: [RSI, RDI], isEqual: compared(o, bytes, a, b) };
};
const scas = (o: X86Ops, bytes: Bytes, isLong: boolean): Done => {
  const b = o.load(bytes, false, targetAddress(o, isLong, bytes, 'read'));
  return { moved: [RDI], isEqual: compared(o, bytes, o.read(FILES[(8 * bytes) as Bits], RAX), b) };
};

const ROWS: readonly (readonly [
  string,
  number,
  (o: X86Ops, bytes: Bytes, isLong: boolean) => Done,
  boolean,
  string,
])[] = [
  ['movs', 0xa4, movs, false, 'Copies what rsi points to, to where rdi points.'],
  ['cmps', 0xa6, cmps, true, 'Compares what rsi and rdi point to.'],
  ['stos', 0xaa, stos, false, 'Stores the accumulator where rdi points.'],
  ['lods', 0xac, lods, false, 'Loads the accumulator from where rsi points.'],
  ['scas', 0xae, scas, true, 'Compares the accumulator with what rdi points to.'],
];
const LETTERS: readonly (readonly [8 | OperandSize, string])[] = [
  [8, 'b'],
  [16, 'w'],
  [32, 'd'],
  [64, 'q'],
];

export const addStrings = (table: FormTable): void => {
  for (const [name, opcode, one, isComparing, doc] of ROWS) {
    for (const [bits, letter] of LETTERS) {
      for (const mode of ['long', 'legacy'] as const) {
        if (mode === 'legacy' && bits === 64) continue;
        const text = (opcode + (bits === 8 ? 0 : 1)).toString(16).toUpperCase();
        const add = (prefix: string, repeat: Repeat): void => {
          const sem = string(repeat, mode === 'long', one);
          // Bytes have no operand size of their own, and rows none without.
          const own: Sem = bits === 8 ? (o, operands) => sem(o, operands, 8) : sem;
          const options: FormOptions = { doc, sem: own, modes: mode, ...(repeat !== 'once' && { isHot: true }) };
          const sized: FormOptions = bits === 8 ? options : { ...options, sizes: [bits] };
          table.add(`${name}${letter}`, `${prefix}${text}`, [], { ...sized, repeats: isComparing ? 'repe' : 'rep' });
        };
        add('', 'once');
        add('F3 ', isComparing ? 'repe' : 'rep');
        add('F2 ', isComparing ? 'repne' : 'rep');
      }
    }
  }
};
