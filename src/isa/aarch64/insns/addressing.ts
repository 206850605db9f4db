/** How loads and stores form their addresses with an immediate. */
import type { V64 } from '../../core/ops';
import type { A64Fields, A64Ops } from '../ops';
import { isHot } from './hot-memory';

/** The base register of a row. */
export interface Base {
  /** What the row's name ends with. */
  readonly suffix: '' | '-sp';
  readonly bits: 'Rn:5' | '11111';
  readonly asm: '{x:Rn}' | '{xsp:Rn}' | 'sp';
  readonly not?: { readonly Rn: readonly [31] };
  /** The alignment of the stack pointer is checked. */
  read(o: A64Ops, f: A64Fields): V64;
  write(o: A64Ops, f: A64Fields, v: V64): void;
}

const SP = 31;

const GENERAL: Base = {
  suffix: '',
  bits: 'Rn:5',
  asm: '{x:Rn}',
  not: { Rn: [SP] },
  read: (o, f) => o.read('x', f.Rn),
  write: (o, f, v) => o.write('x', f.Rn, v),
};
const STACK: Base = {
  suffix: '-sp',
  bits: '11111',
  asm: 'sp',
  read: (o) => {
    const sp = o.read('xsp', SP);
    o.stackAligned(o.ne(o.and(sp, o.c(15)), o.c(0)));
    return sp;
  },
  write: (o, _, v) => o.write('xsp', SP, v),
};
/** The one base of what is not hot. */
export const EITHER: Base = {
  suffix: '',
  bits: 'Rn:5',
  asm: '{xsp:Rn}',
  read: (o, f) => {
    const base = o.read('xsp', f.Rn);
    o.stackAligned(o.and(o.eq(o.imm32(f.Rn), o.c32(SP)), o.ne(o.and(base, o.c(15)), o.c(0))));
    return base;
  },
  write: (o, f, v) => o.write('xsp', f.Rn, v),
};

/** The rows of an instruction: two where it is hot, so that no other base than the stack pointer is looked at. */
export const basesOf = (row: string): readonly Base[] =>
  isHot(row) || isHot(row + STACK.suffix) ? [GENERAL, STACK] : [EITHER];

/** The part of a row that a base gives. */
export const exclusions = ({ not }: Base): { not?: Readonly<Record<string, readonly number[]>> } =>
  not ? { not } : {};

/** A base and an immediate, in the field `simm` unless it says `imm`. */
export interface Addressing {
  /** What a row's name has behind its register. */
  readonly name: '' | '-post' | '-pre';
  asm(base: Base): string;
  readonly where: string;
  /** Hands the address to `move`, which loads or stores, and writes the base back. */
  sem(o: A64Ops, f: A64Fields, base: Base, move: (address: V64) => void): void;
}

export const offset = (field: 'imm' | 'simm'): Addressing => ({
  name: '',
  asm: (base) => `[${base.asm}{offset:${field}}]`,
  where: 'at Rn + immediate',
  sem: (o, f, base, move) => move(o.add(base.read(o, f), o.imm(f[field]))),
});

/** Where writing back and loading meet in one register, the manual leaves it open; as in QEMU the base is written last. */
export const POST: Addressing = {
  name: '-post',
  asm: (base) => `[${base.asm}], #{simm}`,
  where: 'at Rn, which then grows by the immediate',
  sem: (o, f, base, move) => {
    const address = base.read(o, f);
    move(address);
    base.write(o, f, o.add(address, o.imm(f.simm)));
  },
};
export const PRE: Addressing = {
  name: '-pre',
  asm: (base) => `[${base.asm}, #{simm}]!`,
  where: 'at Rn + immediate, which becomes Rn',
  sem: (o, f, base, move) => {
    const address = o.add(base.read(o, f), o.imm(f.simm));
    move(address);
    base.write(o, f, address);
  },
};

/** An immediate of so many bits in units of the access. */
export const scaled = (name: 'imm' | 'simm', bits: number, bytes: number): string => {
  const scale = Math.log2(bytes);
  return scale === 0 ? `${name}:${bits}` : `${name}[${bits + scale - 1}:${scale}]`;
};
