/**
 * How assemblers write A64 where the rows' templates do not say it. Rows are named `MNEMONIC-WHICH`, since several have one
 * mnemonic (`add-x-lsl`, `fadd-d`, `add-v4s`); what is printed is what stands before the first `-`.
 *
 * Templates: `{w:Rd}`, `{x:Rd}`, with 31 as zero; `{wsp:Rn}`, `{xsp:Rn}`, with 31 as the stack pointer; scalars `{b:Vd}`,
 * `{h:Vd}`, `{s:Vd}`, `{d:Vd}`, `{q:Vd}`; vectors `{v8b:Vd}` (`v0.8b`), `{vs:Vd}` (`v0.s`, before an index), `{v:Vd}` (`v0`);
 * `{tb:Vd}`, of 8 or 16 bytes as Q says; the registers behind one in a list `{v8bp1:Vt}`, the list `{list2v16b:Vn}`;
 * `{cond:cond}`; `{address:label}` is pc + the field for what is no branch (those have `{target:label}`); `{offset:simm}` is
 * `, #simm`, and nothing for 0.
 */
import { hex } from '../../base/address';
import type { Operands, Piece, Spelling } from '../core/disassembler';
import { wordOf } from '../core/encoding';
import { ALIASES } from './aliases';
import { CONDITIONS } from './conditions';
import { MEMORY_ALIASES, memoryOperand, memorySuffix } from './spelling-memory';
import { sysregName } from './sysregs';
import { encodingText } from './system-aliases';

const general = (prefix: 'w' | 'x', index: number): string => (index === 31 ? `${prefix}zr` : `${prefix}${index}`);
const orStack = (prefix: 'w' | 'x', index: number): string => {
  if (index === 31) return prefix === 'w' ? 'wsp' : 'sp';
  return `${prefix}${index}`;
};
const condition = (number: number): string => {
  const row = CONDITIONS[number & 15];
  return row?.written ?? row?.name ?? '';
};

/** What dmb and dsb wait for, by number; the others have none. */
const BARRIERS: Readonly<Record<number, string>> = {
  1: 'oshld',
  2: 'oshst',
  3: 'osh',
  5: 'nshld',
  6: 'nshst',
  7: 'nsh',
  9: 'ishld',
  10: 'ishst',
  11: 'ish',
  13: 'ld',
  14: 'st',
  15: 'sy',
};

/** An immediate of 8 bits that stands for a number: a sign, three bits of an exponent, four of a fraction. */
const floatOf = (imm8: number): string => {
  const exponent = ((imm8 >> 4) & 7) ^ 4;
  const magnitude = (1 + (imm8 & 15) / 16) * 2 ** (exponent - 3);
  return (imm8 & 0x80 ? -magnitude : magnitude).toFixed(8);
};

/** Formats that print one number. */
const NUMBERS: Readonly<Record<string, (value: number) => string>> = {
  w: (index) => general('w', index),
  x: (index) => general('x', index),
  wsp: (index) => orStack('w', index),
  xsp: (index) => orStack('x', index),
  v: (index) => `v${index}`,
  sysreg: (number) => sysregName(0x8000 | number),
  /** An operation of `sys` without a name. */
  encoding: encodingText,
  barrier: (number) => BARRIERS[number] ?? `#${number}`,
  /** A number that means something to whom it calls. */
  code: (value) => `#${value === 0 ? '0' : hex(value)}`,
  cond: condition,
  offset: (value) => (value === 0 ? '' : `, #${value}`),
  /** The amount of an extension. */
  amount: (value) => (value === 0 ? '' : ` #${value}`),
  lsl: (value) => (value === 0 ? '' : `, lsl #${value}`),
  upper: (value) => String(value >>> 12),
  half: (value) => String(value >>> 16),
  more: (value) => String(value + 1),
  right8: (value) => String(8 - value),
  right16: (value) => String(16 - value),
  right32: (value) => String(32 - value),
  right64: (value) => String(64 - value),
  /** A turn in degrees. */
  quarters: (value) => String(90 * value),
  /** How far an immediate is shifted that has ones below it. */
  msl: (value) => String(value + 8),
  left31: (value) => String(31 - value),
  left63: (value) => String(63 - value),
  from32: (value) => String(32 - value),
  from64: (value) => String(64 - value),
  float8: floatOf,
  back32: (value) => String((32 - value) & 31),
  back64: (value) => String((64 - value) & 63),
};

/** `movx48`, `movnw16`: the whole constant that a move of 16 bits makes, of which those from bit 16 on are in place already. */
const movePiece = (name: string, format: string): ((operands: Operands) => string) | undefined => {
  const [all, not, r, shift] = /^mov(n?)([wx])(\d+)$/.exec(format) ?? [];
  if (all === undefined) return undefined;
  const left = BigInt(Number(shift) === 16 ? 0 : Number(shift));
  return ({ fields }) => {
    const value = BigInt((fields[name] ?? 0) >>> 0) << left;
    return String(BigInt.asIntN(r === 'w' ? 32 : 64, not ? ~value : value));
  };
};

/**
 * `v8b`, `v4sp1` (the register behind it), `vd`, `q`. `tb` has as many lanes as Q says, `wb` is whole and `lb` the lower half; of
 * `ta` and its like the field `size` says the width, and `tn` has half as many halves.
 */
const VECTOR = /^(?:([bhsdq])|v(\d*[bhsdq])?|([twl][bhsdan]))(?:p(\d))?$/;
const LANES_OF_HALF: Readonly<Record<string, number>> = { b: 8, h: 4, s: 2, d: 1, n: 2 };

/** `8b` of two letters. */
const arrangementOf = ([extent, width = '']: string, { Q = 0, size = 0 }: Operands['fields']): string => {
  const letter = width === 'a' ? ('bhsd'[size] ?? '') : width;
  const isWhole = extent === 'w' || (extent === 't' && Q !== 0);
  return `${(LANES_OF_HALF[letter] ?? 0) * (isWhole ? 2 : 1)}${letter === 'n' ? 'h' : letter}`;
};

const vectorPiece = (name: string, format: string): ((operands: Operands) => string) | undefined => {
  const [all, scalar, fixed, letters, more = 0] = VECTOR.exec(format) ?? [];
  if (all === undefined) return undefined;
  return ({ fields }) => {
    const index = ((fields[name] ?? 0) + Number(more)) & 31;
    if (scalar !== undefined) return `${scalar}${index}`;
    const arrangement = letters === undefined ? fixed : arrangementOf(letters, fields);
    return arrangement === undefined ? `v${index}` : `v${index}.${arrangement}`;
  };
};

const wide = ({ wide }: Operands): bigint => wide?.wide ?? 0n;

/** A doubleword of bytes of ones and zeros, in as many places as LLVM gives it. */
const bytes = (value: bigint): string => (value === 0n ? '0'.repeat(16) : `0x${value.toString(16).padStart(14, '0')}`);

/** `times3`: so often 2 to the power of the field. */
const timesPiece = (name: string, format: string): ((operands: Operands) => string) | undefined => {
  const [all, count] = /^times(\d)$/.exec(format) ?? [];
  return all === undefined ? undefined : ({ fields }) => String(Number(count) << (fields[name] ?? 0));
};

/** `list2v16b`: registers one behind the other. */
const listPiece = (name: string, format: string): ((operands: Operands) => string) | undefined => {
  const [all, count, each = ''] = /^list(\d)([tvwl].+)$/.exec(format) ?? [];
  if (all === undefined) return undefined;
  const pieces = Array.from({ length: Number(count) }, (_, at) => vectorPiece(name, `${each}p${at}`));
  return (operands) => `{ ${pieces.map((piece) => piece?.(operands)).join(', ')} }`;
};

const operand: Spelling['operand'] = (insn, name, format): Piece | undefined => {
  if (!insn.fields.has(name) || format === undefined) return undefined;
  const value = ({ fields }: Operands): number => fields[name] ?? 0;
  const number = NUMBERS[format];
  if (number) return (operands) => number(value(operands));
  switch (format) {
    case 'address':
      return (operands, address) => hex(BigInt.asUintN(64, address + BigInt(value(operands))));
    case 'page':
      return (operands, address) => hex(BigInt.asUintN(64, (address & -4096n) + (BigInt(value(operands)) << 12n)));
    case 'bit':
      // A bit of the upper half is one of a doubleword.
      return ({ fields }) => general((fields.bit ?? 0) < 32 ? 'w' : 'x', value({ fields }));
    case 'signed32':
      return ({ wide }) => String(BigInt.asIntN(32, wide?.[name] ?? 0n));
    case 'signed64':
      return ({ wide }) => String(BigInt.asIntN(64, wide?.[name] ?? 0n));
    case 'bytes':
      return (operands) => bytes(wide(operands));
    case 'width':
      return ({ fields }) => String(value({ fields }) - (fields.immr ?? 0) + 1);
    default:
      return (
        timesPiece(name, format) ??
        movePiece(name, format) ??
        memoryOperand(name, format) ??
        listPiece(name, format) ??
        vectorPiece(name, format)
      );
  }
};

export const SPELLING: Spelling = {
  operand,
  mnemonic: (row) => (row.split('-', 1)[0] ?? row).replace('{2}', ''),
  suffix: (insn) => (insn.mnemonic.includes('{2}') ? ({ fields }) => (fields.Q ? '2' : '') : memorySuffix(insn)),
  stackPointer: { file: 'xsp', index: 31 },
  aliases: [...ALIASES, ...MEMORY_ALIASES],
  undecodable: (bytes) => ({
    mnemonic: bytes.length === 4 ? '.inst' : '.byte',
    operands: hex(wordOf(bytes), bytes.length * 2),
  }),
};
