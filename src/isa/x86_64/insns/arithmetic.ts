/** Integer arithmetic and logic. */
import type { V64 } from '../../core/ops';
import type { FormOptions, FormTable, Sem } from '../form';
import type { Bits, X86Ops } from '../ops';

const SIZES = [16, 32, 64] as const;

/** What an operation makes of two operands, and the flags it sets. */
type Binary = (o: X86Ops, bits: Bits, a: V64, b: V64) => { readonly result: V64; setFlags(): void };

const add: Binary = (o, bits, a, b) => {
  const result = o.add(a, b);
  return { result, setFlags: () => o.flagsOfAdd(bits, a, b, result) };
};
const adc: Binary = (o, bits, a, b) => {
  const carry = o.cf();
  const result = o.add(o.add(a, b), carry);
  return { result, setFlags: () => o.flagsOfAdd(bits, a, b, result, carry) };
};
const sub: Binary = (o, bits, a, b) => {
  const result = o.sub(a, b);
  return { result, setFlags: () => o.flagsOfSub(bits, a, b, result) };
};
const sbb: Binary = (o, bits, a, b) => {
  const borrow = o.cf();
  const result = o.sub(o.sub(a, b), borrow);
  return { result, setFlags: () => o.flagsOfSub(bits, a, b, result, borrow) };
};
const logic =
  (op: 'and' | 'or' | 'xor'): Binary =>
  (o, bits, a, b) => {
    const result = o[op](a, b);
    return { result, setFlags: () => o.flagsOfLogic(bits, result) };
  };

/** Stores what becomes of the first operand. */
const changing =
  (binary: Binary): Sem =>
  (o, [to, from], bits) => {
    const b = from?.read() ?? o.c(0);
    let setFlags = (): void => {};
    to?.update((a) => {
      const done = binary(o, bits, a, b);
      ({ setFlags } = done);
      return done.result;
    });
    setFlags();
  };
/** Sets flags only. */
const comparing =
  (binary: Binary): Sem =>
  (o, [left, right], bits) => {
    const a = left?.read() ?? o.c(0);
    binary(o, bits, a, right?.read() ?? o.c(0)).setFlags();
  };

const TWO: readonly (readonly [string, Sem, string])[] = [
  ['add', changing(add), 'Adds.'],
  ['or', changing(logic('or')), 'Or of the bits.'],
  ['adc', changing(adc), 'Adds, and CF with it.'],
  ['sbb', changing(sbb), 'Subtracts, and CF with it.'],
  ['and', changing(logic('and')), 'And of the bits.'],
  ['sub', changing(sub), 'Subtracts.'],
  ['xor', changing(logic('xor')), 'Exclusive or of the bits.'],
  ['cmp', comparing(sub), 'Sets the flags of the first operand less the second.'],
];

const byte = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

/** One-operand instructions. */
const not: Sem = (o, [to]) => void to?.update((a) => o.not(a));
const neg: Sem = (o, [to], bits) => {
  let old = o.c(0);
  to?.update((a) => {
    old = a;
    return o.sub(o.c(0), a);
  });
  o.flagsOfSub(bits, o.c(0), old, o.sub(o.c(0), old));
};
const incDec =
  (op: 'add' | 'sub'): Sem =>
  (o, [to], bits) => {
    let [old, result] = [o.c(0), o.c(0)];
    to?.update((a) => {
      old = a;
      result = o[op](a, o.c(1));
      return result;
    });
    if (op === 'add') o.flagsOfInc(bits, old, result);
    else o.flagsOfDec(bits, old, result);
  };
const test = comparing(logic('and'));

export const addArithmetic = (table: FormTable): void => {
  for (const [index, [name, sem, doc]] of TWO.entries()) {
    const isLocked = name !== 'cmp';
    const isHot = name !== 'adc' && name !== 'sbb';
    const options: FormOptions = { doc, sem, ...(isLocked && { mayLock: true }) };
    const sized: FormOptions = { ...options, sizes: SIZES, ...(isHot && { isHot: true }) };
    const opcode = (at: number): string => byte(8 * index + at);
    table.add(name, `${opcode(0)} /r`, ['r/m8', 'r8'], options);
    table.add(name, `${opcode(1)} /r`, ['r/m', 'r'], sized);
    table.add(name, `${opcode(2)} /r`, ['r8', 'r/m8'], options);
    table.add(name, `${opcode(3)} /r`, ['r', 'r/m'], sized);
    table.add(name, `${opcode(4)} ib`, ['a8', 'imm'], options);
    table.add(name, `${opcode(5)} iz`, ['a', 'imm'], sized);
    table.add(name, `80 /${index} ib`, ['r/m8', 'imm'], name === 'cmp' ? { ...options, isHot: true } : options);
    table.add(name, `82 /${index} ib`, ['r/m8', 'imm'], { ...options, modes: 'legacy' });
    table.add(name, `81 /${index} iz`, ['r/m', 'imm'], sized);
    table.add(name, `83 /${index} ib`, ['r/m', 'imm'], sized);
  }
  const testing = { doc: 'Sets the flags of the and of both.', sem: test };
  table.add('test', '84 /r', ['r/m8', 'r8'], { ...testing, isHot: true });
  table.add('test', '85 /r', ['r/m', 'r'], { ...testing, sizes: SIZES, isHot: true });
  table.add('test', 'A8 ib', ['a8', 'imm'], testing);
  table.add('test', 'A9 iz', ['a', 'imm'], { ...testing, sizes: SIZES });
  for (const digit of [0, 1]) {
    table.add('test', `F6 /${digit} ib`, ['r/m8', 'imm'], testing);
    table.add('test', `F7 /${digit} iz`, ['r/m', 'imm'], { ...testing, sizes: SIZES });
  }
  const one = (name: string, bytes: string, words: string, options: FormOptions): void => {
    table.add(name, bytes, ['r/m8'], { ...options, mayLock: true });
    table.add(name, words, ['r/m'], { ...options, mayLock: true, sizes: SIZES });
  };
  one('not', 'F6 /2', 'F7 /2', { doc: 'Inverts the bits; no flags.', sem: not });
  one('neg', 'F6 /3', 'F7 /3', { doc: 'Negates.', sem: neg });
  const inc = { doc: 'Adds 1; CF stays.', sem: incDec('add') };
  const dec = { doc: 'Subtracts 1; CF stays.', sem: incDec('sub') };
  one('inc', 'FE /0', 'FF /0', inc);
  one('dec', 'FE /1', 'FF /1', dec);
  table.add('inc', '40+r', ['o'], { ...inc, sizes: [16, 32], modes: 'legacy' });
  table.add('dec', '48+r', ['o'], { ...dec, sizes: [16, 32], modes: 'legacy' });
};
