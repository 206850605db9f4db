/** Loads and stores of one register at a base and a register, and literals. */
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn } from '../insn';
import type { A64Fields, A64Ops } from '../ops';
import { basesOf } from './addressing';
import { isHot } from './hot-memory';
import { GENERAL, loadVector, reference, type Transfer, target, VECTORS, vectorReference } from './transfers';

/** How an index is made of Rm; `bits` are option and S of the encoding, as one number. */
interface Index {
  /** What a row's name has for it. */
  readonly name: string;
  readonly bits: number;
  readonly asm: string;
  readonly where: string;
  of(o: A64Ops, f: A64Fields): V64;
}

const EXTENSIONS = [
  { name: 'uxtw', option: 0b010, of: (o: A64Ops, f: A64Fields) => o.zx32(o.lo32(o.read('x', f.Rm))) },
  { name: 'lsl', option: 0b011, of: (o: A64Ops, f: A64Fields) => o.read('x', f.Rm) },
  { name: 'sxtw', option: 0b110, of: (o: A64Ops, f: A64Fields) => o.sx32(o.lo32(o.read('x', f.Rm))) },
] as const;

/** Those that are worth a row, for an access of 2 ** scale bytes. */
const indices = (scale: number): Index[] =>
  EXTENSIONS.flatMap(({ name, option, of }) =>
    [0, 1].map((S): Index => {
      const register = name === 'lsl' ? '{x:Rm}' : '{w:Rm}';
      const isPlain = name === 'lsl' && S === 0;
      return {
        name: S === 0 ? name : `${name}${scale}`,
        bits: 2 * option + S,
        asm: `${register}${isPlain ? '' : `, ${name}`}${S === 0 ? '' : ` #${scale}`}`,
        where: `Rn + Rm${isPlain ? '' : ` (${name}${S === 0 ? '' : ` by ${scale}`})`}`,
        of: (o, f) => (S === 0 ? of(o, f) : o.shl(of(o, f), o.c(scale))),
      };
    }),
  );

/** The numbers of {@link Index.bits} that are no instruction: options without 32 or 64 bits. */
const INVALID = [0, 1, 2, 3, 8, 9, 10, 11] as const;
const IS_WHOLE = 2;
const IS_SIGNED = 8;

/** All indices in one, with their bits in the field `extend`. */
const anyIndex = (o: A64Ops, f: A64Fields, scale: number): V64 => {
  const whole = o.read('x', f.Rm);
  const bits = o.imm32(f.extend);
  const half = o.select(o.and(bits, o.c32(IS_SIGNED)), o.sx32(o.lo32(whole)), o.zx32(o.lo32(whole)));
  const index = o.select(o.and(bits, o.c32(IS_WHOLE)), whole, half);
  return scale === 0 ? index : o.shl(index, o.mul(o.and(o.imm(f.extend), o.c(1)), o.c(scale)));
};

/** The part of a pattern and of a template that any index has but those whose rows are elsewhere. */
export const anyIndexText = (scale: number, elsewhere: readonly number[] = []) => ({
  bits: 'Rm:5 extend:4',
  asm: `{index${scale}:Rm}`,
  not: { extend: [...INVALID, ...elsewhere] },
});

const indexed = (transfer: Transfer): PatternInsn[] => {
  const { kind, rest, register, size, opc, V, bytes, what, move } = transfer;
  const { field, asm } = target(transfer);
  const scale = Math.log2(bytes);
  const mnemonic = `${kind}${rest}`;
  const title = `${mnemonic.toUpperCase()} (register${V === '1' ? ', SIMD&FP' : ''})`;
  const row = (
    name: string,
    index: { bits: string; asm: string; not?: { extend: readonly number[] } },
    where: string,
    of: (o: A64Ops, f: A64Fields) => V64,
  ): PatternInsn[] =>
    basesOf(name).map((base) =>
      insn(`${name}${base.suffix}`, `${size}111 ${V} 00 ${opc} 1 ${index.bits} 10 ${base.bits} ${field}:5`, {
        asm: `${asm}, [${base.asm}, ${index.asm}]`,
        ref: V === '1' ? vectorReference(title) : reference(title),
        doc: kind === 'ld' ? `${field} = ${what}, at ${where}.` : `Stores ${what} of ${field} at ${where}.`,
        not: { ...base.not, ...index.not },
        sem: (o, f) => {
          if (V === '1') o.guard('fp');
          move(o, f, o.add(base.read(o, f), of(o, f)));
        },
      }),
    );
  const hot = indices(scale).filter(({ name }) => isHot(`${mnemonic}-${register}-${name}`));
  const any = anyIndexText(
    scale,
    hot.map(({ bits }) => bits),
  );
  return [
    ...hot.flatMap(({ name, bits: number, asm: index, where, of }) =>
      row(
        `${mnemonic}-${register}-${name}`,
        { bits: `Rm:5 ${number.toString(2).padStart(4, '0')}`, asm: index },
        where,
        of,
      ),
    ),
    ...row(`${mnemonic}-${register}-register`, any, 'Rn + Rm, extended and shifted', (o, f) => anyIndex(o, f, scale)),
  ];
};

interface Literal {
  readonly mnemonic: string;
  readonly register: 'w' | 'x' | 's' | 'd' | 'q';
  readonly bits: string;
  readonly what: string;
  move(o: A64Ops, f: A64Fields, address: V64): void;
}

const LITERALS: readonly Literal[] = [
  {
    ...{ mnemonic: 'ldr', register: 'w', bits: '00 011 0 00', what: '4 bytes, zero-extended' },
    move: (o, f, address) => o.write('x', f.Rt, o.load(4, false, address)),
  },
  {
    ...{ mnemonic: 'ldr', register: 'x', bits: '01 011 0 00', what: '8 bytes' },
    move: (o, f, address) => o.write('x', f.Rt, o.load(8, false, address)),
  },
  {
    ...{ mnemonic: 'ldrsw', register: 'x', bits: '10 011 0 00', what: '4 bytes, sign-extended' },
    move: (o, f, address) => o.write('x', f.Rt, o.load(4, true, address)),
  },
  {
    ...{ mnemonic: 'ldr', register: 's', bits: '00 011 1 00', what: '4 bytes; the rest of the register becomes 0' },
    move: (o, f, address) => o.setD(f.Vt, o.load(4, false, address)),
  },
  {
    ...{ mnemonic: 'ldr', register: 'd', bits: '01 011 1 00', what: '8 bytes; the rest of the register becomes 0' },
    move: (o, f, address) => o.setD(f.Vt, o.load(8, false, address)),
  },
  {
    ...{ mnemonic: 'ldr', register: 'q', bits: '10 011 1 00', what: '16 bytes' },
    move: (o, f, address) => loadVector(o, f.Vt, address),
  },
];

const literal = ({ mnemonic, register, bits, what, move }: Literal): PatternInsn => {
  const isVector = bits.includes(' 1 ');
  const field = isVector ? 'Vt' : 'Rt';
  const title = `${mnemonic.toUpperCase()} (literal${isVector ? ', SIMD&FP' : ''})`;
  return insn(`${mnemonic}-${register}-literal`, `${bits} label[20:2] ${field}:5`, {
    asm: `{${register}:${field}}, {address:label}`,
    ref: isVector ? vectorReference(title) : reference(title),
    doc: `${field} = ${what}, at pc + immediate.`,
    sem: (o, f) => {
      if (isVector) o.guard('fp');
      move(o, f, o.pcRel(f.label));
    },
  });
};

export const INSNS_MEMORY_REGISTER: readonly PatternInsn[] = [...GENERAL, ...VECTORS].flatMap(indexed);
export const INSNS_LITERAL: readonly PatternInsn[] = LITERALS.map(literal);
