/** Multiplication, division, and what widens the accumulator for it. */
import type { QuickForm } from '../../core/engine-isa';
import type { V64 } from '../../core/ops';
import { type IsaFunction, Trap } from '../../core/privileged';
import { CAUSE } from '../causes';
import type { FormOptions, FormTable, Row, Sem } from '../form';
import type { Bits, X86Ops } from '../ops';

const SIZES = [16, 32, 64] as const;
const RAX = 0;
const RDX = 2;
/** ah. */
const AH = 16;

const FILES: Readonly<Record<Bits, string>> = { 8: 'b', 16: 'w', 32: 'd', 64: 'r' };

const readFixed = (o: X86Ops, bits: Bits, register: number): V64 => o.read(FILES[bits], register);
const writeFixed = (o: X86Ops, bits: Bits, register: number, value: V64): void => {
  if (bits === 32) o.write('r', register, o.low(value, 32));
  else o.write(FILES[bits], register, value);
};

/** Both halves of a product: ax, or rdx and rax of the operand size. */
const writeProduct = (o: X86Ops, bits: Bits, low: V64, high: V64): void => {
  if (bits === 8) o.write('w', RAX, low);
  else {
    writeFixed(o, bits, RAX, low);
    writeFixed(o, bits, RDX, high);
  }
};

const mul: Sem = (o, [by], bits) => {
  const a = readFixed(o, bits, RAX);
  const b = by?.read() ?? o.c(0);
  const low = o.mul(a, b);
  const high = bits === 64 ? o.mulhU(a, b) : o.shrU(low, o.c(bits));
  writeProduct(o, bits, low, high);
  const cf = o.bool(o.ne(high, o.c(0)));
  o.flagsOfResult(bits, low, cf, cf);
};

/** The signed product's halves, and whether the upper one is more than the sign of the lower. */
const signedProduct = (o: X86Ops, bits: Bits, a: V64, b: V64): { low: V64; high: V64; cf: V64 } => {
  const low = o.mul(a, b);
  const high = bits === 64 ? o.mulhS(a, b) : o.shrS(low, o.c(bits));
  const sign = bits === 64 ? o.shrS(low, o.c(63)) : o.shrS(o.extend(low, bits), o.c(63));
  return { low, high, cf: o.bool(o.ne(high, sign)) };
};
const imul: Sem = (o, [by], bits) => {
  const a = o.extend(readFixed(o, bits, RAX), bits);
  const { low, high, cf } = signedProduct(o, bits, a, by?.readSigned() ?? o.c(0));
  writeProduct(o, bits, low, high);
  o.flagsOfResult(bits, low, cf, cf);
};
const imulTo: Sem = (o, [to, first, second], bits) => {
  const a = (second ? first : to)?.readSigned() ?? o.c(0);
  const b = (second ?? first)?.readSigned() ?? o.c(0);
  const { low, cf } = signedProduct(o, bits, a, b);
  to?.write(o.low(low, bits));
  o.flagsOfResult(bits, low, cf, cf);
};

const isNonZero = (o: X86Ops, v: V64) => o.ne(v, o.c(0));

/** The dividend of the sizes below 64 bits, as one number. */
const dividend = (o: X86Ops, bits: Bits): V64 => {
  if (bits === 8) return o.read('w', RAX);
  return o.or(o.shl(readFixed(o, bits, RDX), o.c(bits)), readFixed(o, bits, RAX));
};
const writeQuotient = (o: X86Ops, bits: Bits, quotient: V64, rest: V64): void => {
  writeFixed(o, bits, RAX, quotient);
  writeFixed(o, bits, bits === 8 ? AH : RDX, rest);
};

const div: Sem = (o, [by], bits) => {
  const d = by?.read() ?? o.c(0);
  if (bits === 64) {
    const low = o.read('r', RAX);
    const quotient = o.call('divide', [o.read('r', RDX), low, d]);
    writeQuotient(o, bits, quotient, o.sub(low, o.mul(quotient, d)));
    return;
  }
  const n = dividend(o, bits);
  const quotient = o.iff(
    isNonZero(o, d),
    () => o.divU(n, d),
    () => o.c(-1),
  );
  o.trapIf(o.ltU(o.c(2 ** bits - 1), quotient), CAUSE.DE);
  writeQuotient(o, bits, quotient, o.sub(n, o.mul(quotient, d)));
};
const idiv: Sem = (o, [by], bits) => {
  const d = by?.readSigned() ?? o.c(0);
  if (bits === 64) {
    const low = o.read('r', RAX);
    const quotient = o.call('divideSigned', [o.read('r', RDX), low, d]);
    writeQuotient(o, bits, quotient, o.sub(low, o.mul(quotient, d)));
    return;
  }
  const n = bits === 32 ? dividend(o, bits) : o.extend(dividend(o, bits), bits === 8 ? 16 : 32);
  // By -1 the quotient may be too large even for 64 bits; it is out of range all the same. So is that of a division by 0.
  const isPlain = o.ltU(o.c(1), o.add(d, o.c(1)));
  const quotient = o.iff(
    isPlain,
    () => o.divS(n, d),
    () => o.select(o.eqz(d), o.c(1n << 62n), o.sub(o.c(0), n)),
  );
  o.trapIf(o.ne(o.extend(quotient, bits), quotient), CAUSE.DE);
  writeQuotient(o, bits, quotient, o.sub(n, o.mul(quotient, d)));
};

const divideError = (): Trap => new Trap(CAUSE.DE, 0n);

/** Quotients of 128 bits by 64. */
export const DIVISION_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  divide: (_, high, low, by) => {
    if (high >= by) throw divideError();
    return ((high << 64n) | low) / by;
  },
  divideSigned: (_, high, low, by) => {
    const divisor = BigInt.asIntN(64, by);
    if (divisor === 0n) throw divideError();
    const quotient = BigInt.asIntN(128, (high << 64n) | low) / divisor;
    if (BigInt.asIntN(64, quotient) !== quotient) throw divideError();
    return BigInt.asUintN(64, quotient);
  },
};

/** Where the dividend has 64 bits. */
const quickDiv: Sem = (o, [by]) => {
  const d = by?.read() ?? o.c(0);
  const n = o.read('r', RAX);
  o.onlyIf(o.and(o.eqz(o.read('r', RDX)), isNonZero(o, d)));
  const quotient = o.divU(n, d);
  writeQuotient(o, 64, quotient, o.sub(n, o.mul(quotient, d)));
};
const quickIdiv: Sem = (o, [by]) => {
  const d = by?.readSigned() ?? o.c(0);
  const n = o.read('r', RAX);
  o.onlyIf(o.and(o.eq(o.read('r', RDX), o.shrS(n, o.c(63))), o.ltU(o.c(1), o.add(d, o.c(1)))));
  const quotient = o.divS(n, d);
  writeQuotient(o, 64, quotient, o.sub(n, o.mul(quotient, d)));
};

/** Quick forms of the divisions by 64 bits among the rows. */
export const quickDivisions = (rows: readonly Row[], formOf: (row: Row, sem: Sem) => Row): QuickForm[] =>
  rows.flatMap((row) => {
    if (row.bits !== 64 || !/^i?div-/.test(row.mnemonic)) return [];
    return [{ of: row.mnemonic, form: formOf(row, row.mnemonic.startsWith('i') ? quickIdiv : quickDiv) }];
  });

const widen: Sem = (o, _, bits) => {
  const half = (bits / 2) as Bits;
  writeFixed(o, bits, RAX, o.extend(readFixed(o, half, RAX), half));
};
const spread: Sem = (o, _, bits) => writeFixed(o, bits, RDX, o.shrS(o.extend(readFixed(o, bits, RAX), bits), o.c(63)));

export const addMultiplication = (table: FormTable): void => {
  const one = (name: string, digit: number, doc: string, sem: Sem): void => {
    table.add(name, `F6 /${digit}`, ['r/m8'], { doc, sem });
    table.add(name, `F7 /${digit}`, ['r/m'], { doc, sem, sizes: SIZES });
  };
  one('mul', 4, 'Multiplies the accumulator; the product is twice as wide.', mul);
  one('imul', 5, 'Multiplies the accumulator as signed numbers; the product is twice as wide.', imul);
  one('div', 6, 'Divides rdx:rax; quotient in rax, rest in rdx.', div);
  one('idiv', 7, 'Divides rdx:rax as signed numbers; quotient in rax, rest in rdx.', idiv);
  const product: FormOptions = {
    doc: 'Product of signed numbers, cut to their width.',
    sem: imulTo,
    sizes: SIZES,
    isHot: true,
  };
  table.add('imul', '0F AF /r', ['r', 'r/m'], product);
  table.add('imul', '6B /r ib', ['r', 'r/m', 'imm'], product);
  table.add('imul', '69 /r iz', ['r', 'r/m', 'imm'], product);
  const wider = ['cbw', 'cwde', 'cdqe'];
  const spreading = ['cwd', 'cdq', 'cqo'];
  for (const [at, size] of SIZES.entries()) {
    table.add(wider[at] ?? '', '98', [], {
      doc: 'The lower half of the accumulator with its sign in front.',
      sem: widen,
      sizes: [size],
    });
    table.add(spreading[at] ?? '', '99', [], {
      doc: 'The sign of the accumulator in every bit of rdx.',
      sem: spread,
      sizes: [size],
    });
  }
};
