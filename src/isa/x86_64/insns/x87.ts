/** The x87, 0xD8 to 0xDF: what it does on its stack is in `x87/functions.ts`. */
import type { V64 } from '../../core/ops';
import type { Test } from '../conditions';
import type { FormOptions, FormTable, Sem } from '../form';
import { FPU_USE } from '../fpu-access';
import type { Operand } from '../operands';
import type { X86Ops } from '../ops';
import { pendingException } from '../simd/words';

const ref = 'AMD64 APM volume 5';

type X87Sem = (o: X86Ops, operand: Operand | undefined) => void;

/** An instruction that waits for an exception of one before it, with its last operand: the first is ST(0) mostly. */
const waiting =
  (sem: X87Sem): Sem =>
  (o, operands) => {
    o.guard('fpu', FPU_USE.x87);
    pendingException(o);
    sem(o, operands[0]);
  };

/** All by a function, of ST's number. */
const onStack = (name: string): Sem =>
  waiting((o, st) => {
    o.call(name, [], st?.field);
  });
const ofMemory = (name: string): Sem =>
  waiting((o, memory) => {
    o.call(name, [memory?.read() ?? o.c(0)]);
  });
const ofTenBytes = (name: string): Sem =>
  waiting((o, memory) => {
    const address = memory?.address('read', 10) ?? o.c(0);
    o.call(name, [o.load(8, false, address), o.load(2, false, o.add(address, o.c(8)))]);
  });
const toMemory = (name: string, bytes: number): Sem =>
  waiting((o, memory) => {
    o.call(name, [memory?.address('write', bytes) ?? o.c(0)]);
  });
const toFlags = (name: string): Sem =>
  waiting((o, st) => {
    const flags = o.call(name, [], st?.field);
    const bit = (at: number): V64 => o.and(o.shrU(flags, o.c(at)), o.c(1));
    o.setStatus({ zf: bit(6), pf: bit(2), cf: bit(0) });
  });

const OPERATIONS = ['fadd', 'fmul', 'fcom', 'fcomp', 'fsub', 'fsubr', 'fdiv', 'fdivr'] as const;
const DOCS: Readonly<Record<string, string>> = {
  fadd: 'Adds.',
  fmul: 'Multiplies.',
  fcom: 'Compares, and sets C3, C2 and C0.',
  fcomp: 'Compares, sets C3, C2 and C0, and pops.',
  fsub: 'Subtracts.',
  fsubr: 'Subtracts the other way round.',
  fdiv: 'Divides.',
  fdivr: 'Divides the other way round.',
};

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

const addArithmetic = (
  add: (mnemonic: string, text: string, operands: readonly string[], sem: Sem, doc: string) => void,
) => {
  for (const [digit, name] of OPERATIONS.entries()) {
    const doc = DOCS[name] ?? '';
    const isComparison = name.startsWith('fcom');
    const row = 0xc0 + 8 * digit;
    add(name, `D8 ${hex(row)}+i`, ['st(i)'], onStack(isComparison ? name : `${name} st0`), doc);
    add(name, `D8 /${digit}`, ['m32'], ofMemory(`${name} m32`), doc);
    add(name, `DC /${digit}`, ['m64'], ofMemory(`${name} m64`), doc);
    const integer = name.replace('f', 'fi');
    add(integer, `DA /${digit}`, ['m32'], ofMemory(`${name} i32`), doc);
    add(integer, `DE /${digit}`, ['m16'], ofMemory(`${name} i16`), doc);
    if (isComparison) continue;
    // With ST(i) as destination the two directions have changed places.
    const turned = digit >= 4 ? (OPERATIONS[digit ^ 1] ?? name) : name;
    add(turned, `DC ${hex(row)}+i`, ['st(i)'], onStack(`${turned} sti`), doc);
    add(`${turned}p`, `DE ${hex(row)}+i`, ['st(i)'], onStack(`${turned} pop`), `${doc.slice(0, -1)}, and pops.`);
  }
};

/** Conditions of FCMOVcc by the digit of its row; DB has their opposites. */
const MOVED_IF = ['b', 'e', 'be', 'p'] as const;
const moveIf = (test: Test, isNegated: boolean): Sem =>
  waiting((o, st) => {
    const holds = o.holds(test);
    o.call('fcmov', [o.bool(isNegated ? o.eqz(holds) : holds)], st?.field);
  });

/** Instructions without operands, D9 xx. */
const PLAIN: readonly (readonly [name: string, modRm: number, doc: string])[] = [
  ['fchs', 0xe0, 'Turns the sign.'],
  ['fabs', 0xe1, 'Clears the sign.'],
  ['ftst', 0xe4, 'Compares with 0.'],
  ['fxam', 0xe5, 'Tells the class of a number.'],
  ['fld1', 0xe8, 'Pushes 1.'],
  ['fldl2t', 0xe9, 'Pushes log2 10.'],
  ['fldl2e', 0xea, 'Pushes log2 e.'],
  ['fldpi', 0xeb, 'Pushes π.'],
  ['fldlg2', 0xec, 'Pushes log10 2.'],
  ['fldln2', 0xed, 'Pushes ln 2.'],
  ['fldz', 0xee, 'Pushes 0.'],
  ['f2xm1', 0xf0, '2^ST(0) - 1.'],
  ['fyl2x', 0xf1, 'ST(1) × log2 ST(0), and pops.'],
  ['fptan', 0xf2, 'Tangent, and pushes 1.'],
  ['fpatan', 0xf3, 'Angle of ST(1) and ST(0), and pops.'],
  ['fxtract', 0xf4, 'Exponent, and pushes the significand.'],
  ['fprem1', 0xf5, 'Remainder of the nearest quotient.'],
  ['fdecstp', 0xf6, 'Moves the top of the stack down.'],
  ['fincstp', 0xf7, 'Moves the top of the stack up.'],
  ['fprem', 0xf8, 'Remainder of the quotient cut off.'],
  ['fyl2xp1', 0xf9, 'ST(1) × log2 (ST(0) + 1), and pops.'],
  ['fsqrt', 0xfa, 'Square root.'],
  ['fsincos', 0xfb, 'Sine, and pushes the cosine.'],
  ['frndint', 0xfc, 'To an integral number.'],
  ['fscale', 0xfd, 'Times 2^ST(1).'],
  ['fsin', 0xfe, 'Sine.'],
  ['fcos', 0xff, 'Cosine.'],
];

export const addX87 = (table: FormTable): void => {
  const add = (mnemonic: string, text: string, operands: readonly string[], sem: Sem, doc: string): void => {
    const options: FormOptions = { ref, doc, sem, isRare: true };
    table.add(mnemonic, text, operands, options);
  };
  addArithmetic(add);
  for (const [name, modRm, doc] of PLAIN) add(name, `D9 ${hex(modRm)}`, [], onStack(name), doc);
  add(
    'fnop',
    'D9 D0',
    [],
    waiting(() => {}),
    'Nothing.',
  );

  add('fld', 'D9 /0', ['m32'], ofMemory('fld m32'), 'Pushes a number.');
  add('fld', 'DD /0', ['m64'], ofMemory('fld m64'), 'Pushes a number.');
  add('fld', 'DB /5', ['m80'], ofTenBytes('fld m80'), 'Pushes a number.');
  add('fld', 'D9 C0+i', ['st(i)'], onStack('fld st'), 'Pushes a copy.');
  add('fild', 'DF /0', ['m16'], ofMemory('fild m16'), 'Pushes an integer.');
  add('fild', 'DB /0', ['m32'], ofMemory('fild m32'), 'Pushes an integer.');
  add('fild', 'DF /5', ['m64'], ofMemory('fild m64'), 'Pushes an integer.');
  add('fbld', 'DF /4', ['m80'], ofTenBytes('fbld'), 'Pushes packed decimal digits.');
  for (const [p, m32, m64, st] of [
    ['', 'D9 /2', 'DD /2', 'DD D0+i'],
    ['p', 'D9 /3', 'DD /3', 'DD D8+i'],
  ] as const) {
    const doc = p ? 'Stores, and pops.' : 'Stores.';
    add(`fst${p}`, m32, ['m32'], toMemory(`fst${p} m32`, 4), doc);
    add(`fst${p}`, m64, ['m64'], toMemory(`fst${p} m64`, 8), doc);
    add(`fst${p}`, st, ['st(i)'], onStack(`fst${p} st`), doc);
  }
  add('fstp', 'DB /7', ['m80'], toMemory('fstp m80', 10), 'Stores, and pops.');
  const integer = 'Stores an integer';
  add('fist', 'DF /2', ['m16'], toMemory('fist m16', 2), `${integer}.`);
  add('fist', 'DB /2', ['m32'], toMemory('fist m32', 4), `${integer}.`);
  add('fistp', 'DF /3', ['m16'], toMemory('fistp m16', 2), `${integer}, and pops.`);
  add('fistp', 'DB /3', ['m32'], toMemory('fistp m32', 4), `${integer}, and pops.`);
  add('fistp', 'DF /7', ['m64'], toMemory('fistp m64', 8), `${integer}, and pops.`);
  add('fisttp', 'DF /1', ['m16'], toMemory('fisttp m16', 2), `${integer}, cut off, and pops.`);
  add('fisttp', 'DB /1', ['m32'], toMemory('fisttp m32', 4), `${integer}, cut off, and pops.`);
  add('fisttp', 'DD /1', ['m64'], toMemory('fisttp m64', 8), `${integer}, cut off, and pops.`);
  add('fbstp', 'DF /6', ['m80'], toMemory('fbstp', 10), 'Stores packed decimal digits, and pops.');

  add('fxch', 'D9 C8+i', ['st(i)'], onStack('fxch'), 'Exchanges with ST(0).');
  add('ffree', 'DD C0+i', ['st(i)'], onStack('ffree'), 'Empties a register.');
  add('ffreep', 'DF C0+i', ['st(i)'], onStack('ffreep'), 'Empties a register, and pops.');
  add('fucom', 'DD E0+i', ['st(i)'], onStack('fucom'), 'Compares; quiet NaNs are not invalid.');
  add('fucomp', 'DD E8+i', ['st(i)'], onStack('fucomp'), 'Compares, and pops; quiet NaNs are not invalid.');
  // ST(1), whose number is the row's.
  const twice = (name: string): Sem => waiting((o) => void o.call(`${name} st1`, []));
  add('fcompp', 'DE D9', [], twice('fcompp'), 'Compares, and pops both.');
  add('fucompp', 'DA E9', [], twice('fucompp'), 'Compares, and pops both; quiet NaNs are not invalid.');
  add('fcomi', 'DB F0+i', ['st(i)'], toFlags('fcomi'), 'Compares, and sets ZF, PF and CF.');
  add('fcomip', 'DF F0+i', ['st(i)'], toFlags('fcomip'), 'Compares, sets ZF, PF and CF, and pops.');
  add('fucomi', 'DB E8+i', ['st(i)'], toFlags('fucomi'), 'Compares, and sets ZF, PF and CF.');
  add('fucomip', 'DF E8+i', ['st(i)'], toFlags('fucomip'), 'Compares, sets ZF, PF and CF, and pops.');
  for (const [at, name] of MOVED_IF.entries()) {
    const printed = name === 'p' ? 'u' : name;
    const doc = 'Copies where a condition holds.';
    add(`fcmov${printed}`, `DA ${hex(0xc0 + 8 * at)}+i`, ['st(i)'], moveIf(name, false), doc);
    add(`fcmovn${printed}`, `DB ${hex(0xc0 + 8 * at)}+i`, ['st(i)'], moveIf(name, true), doc);
  }
};
