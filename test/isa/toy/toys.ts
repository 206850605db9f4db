/**
 * Three instruction sets that are as unlike RISC-V as others are: three bytes an instruction at any address; four bytes whose
 * low bits say nothing; and one to ten bytes with prefixes, taken apart by a program.
 */
import type { DecodedInsn, Encoding, ProgramDecoder } from '../../../src/isa/core/encoding';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import type { Insn, PatternInsn } from '../../../src/isa/core/insn';
import { type Guard, type IsaFunction, Trap } from '../../../src/isa/core/privileged';
import { bareIsa, CAUSE } from './bare-isa';
import { ROWS } from './rows';
import { STATE, variant } from './words';

const rowsOf = (patterns: Readonly<Record<string, string>>): PatternInsn[] =>
  Object.entries(patterns).map(([mnemonic, pattern]) => {
    const make = ROWS[mnemonic];
    if (!make) throw new Error(`no row ${mnemonic}`);
    return make(pattern);
  });

const GUARDS: Readonly<Record<string, Guard>> = {
  unit: {
    isOpen: (state) => state.get('isOpen') !== 0n,
    open: (state, argument) => {
      if (state.get('calls') % 2n === 0n) throw new Trap(CAUSE.closed, BigInt(argument));
      state.set('isOpen', BigInt(argument));
      state.contextChanged();
    },
  },
};
const FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  slow: (state, a, b, _, field) => {
    if (a === 13n) throw new Trap(CAUSE.asked, a);
    state.set('calls', state.get('calls') + 1n);
    return BigInt.asUintN(64, a * b + BigInt(field));
  },
};
const quickSlow = (general: Insn | undefined) => {
  if (!general) throw new Error('no row slow');
  // Even counts only; the number of calls says who did it, so it is kept as the function keeps it.
  return variant(general, 'slow in wasm', (o, f) => {
    o.onlyIf(o.ne(o.r(f.Ra), o.c(13)));
    o.onlyIf(o.eqz(o.and(o.imm(f.count), o.c(1))));
    o.setSlot('calls', o.add(o.slot('calls'), o.c(1)));
    o.setR(f.Rd, o.add(o.mul(o.r(f.Ra), o.c(2)), o.imm(f.count)));
  });
};

const FUSIONS = [
  'li, adds Ra',
  'adds, bz',
  'adds, bn',
  'li, push',
  'movlow, cas',
  'li, adds, bz',
  'li, adds Ra, adds Rb, bn',
  'push, push, movlow, cas',
  'movlow, push, li',
  // Flags that nobody can have seen, and flags that go on.
  'adds, adds, bz',
  'adds, addc, bn',
  'adds, push, adds',
];

const toy = (name: string, encoding: Encoding, insns: readonly Insn[]): EngineIsa =>
  bareIsa({
    name,
    encoding,
    insns,
    state: STATE,
    guards: GUARDS,
    functions: FUNCTIONS,
    fusions: FUSIONS,
    quick: [{ of: 'slow', form: quickSlow(insns.find(({ mnemonic }) => mnemonic === 'slow')) }],
  });

/** Opcode in the top byte, as it lies in the last of three bytes. */
const TOY_24_PATTERNS = {
  halt: '00000001 ---------------- ',
  li: '00000010 Rd:3 imm[12:0]',
  shl: '00000011 Rd:3 count:6 -------',
  adds: '00000100 Rd:3 Ra:3 Rb:3 -------',
  addc: '00000101 Rd:3 Ra:3 ----------',
  bz: '00000110 imm[9|15:10|8:0]',
  bn: '00000111 imm[15:0]',
  call: '00001000 imm[15:0]',
  push: '00001001 Ra:3 -------------',
  popmem: '00001010 Ra:3 -------------',
  ldp: '00001011 Rd:3 Ra:3 Rb:3 -------',
  stp: '00001100 Rd:3 Ra:3 Rb:3 -------',
  cas: '00001101 Rd:3 Ra:3 Rb:3 -------',
  addmem: '00001110 Ra:3 Rb:3 ----------',
  movlow: '00001111 Rd:3 Ra:3 ----------',
  movsecond: '00010000 Rd:3 Ra:3 ----------',
  movhalf: '00010001 Rd:3 Ra:3 ----------',
  movbase: '00010010 Rd:3 Ra:3 ----------',
  vmov: '00010011 Vd:2 Ra:3 -----------',
  trapz: '00010100 Rd:3 Ra:3 ----------',
  rep: '00010101 Ra:3 Rb:3 ----------',
  guarded: '00010110 Rd:3 -------------',
  slow: '00010111 Rd:3 Ra:3 count:10',
  masked: '00011000 Rd:3 count:5 --------',
};

export const TOY_24 = toy(
  'toy24',
  { kind: 'patterns', unit: 1, lengths: [{ mask: 0, match: 0, bytes: 3 }] },
  rowsOf(TOY_24_PATTERNS),
);

/** As AArch64 is encoded: the low bits name a register, so nothing in them says a length. */
const toy32Patterns = Object.fromEntries(
  Object.entries(TOY_24_PATTERNS).map(([mnemonic, pattern]) => {
    const opcode = pattern.slice(2, 8);
    const padding = (bits: number): string => '-'.repeat(bits);
    const operands: Readonly<Record<string, string>> = {
      halt: padding(26),
      li: 'imm[22:0] Rd:3',
      shl: `count:6 ${padding(17)} Rd:3`,
      bz: 'imm[27:2]',
      bn: `${padding(10)} imm[17:2]`,
      call: 'imm[27:2]',
      push: `${padding(23)} Ra:3`,
      popmem: `${padding(23)} Ra:3`,
      addmem: `Rb:3 ${padding(20)} Ra:3`,
      vmov: `Ra:3 ${padding(21)} Vd:2`,
      rep: `Rb:3 ${padding(20)} Ra:3`,
      guarded: `${padding(23)} Rd:3`,
      slow: `Ra:3 count:20 Rd:3`,
      masked: `count:5 ${padding(18)} Rd:3`,
    };
    const three = pattern.includes('Rb') ? `Ra:3 Rb:3 ${padding(17)} Rd:3` : `Ra:3 ${padding(20)} Rd:3`;
    return [mnemonic, `${opcode} ${operands[mnemonic] ?? three}`];
  }),
);

export const TOY_32 = toy(
  'toy32',
  { kind: 'patterns', unit: 4, lengths: [{ mask: 0, match: 0, bytes: 4 }] },
  rowsOf(toy32Patterns),
);

/**
 * The same rows, taken apart by a program: any number of prefixes (0xf0: the immediate has 4 bytes instead of 1), an opcode
 * byte, then a byte for each field. The distance of a jump is counted from the end of the instruction, as on x86.
 */
const PREFIX = 0xf0;
const LONGEST = 10;
const toyXRows = rowsOf(TOY_24_PATTERNS).map(({ pattern: _, ...row }): Insn => row);

const decodeX: ProgramDecoder = (bytes) => {
  let at = 0;
  while (bytes[at] === PREFIX) at++;
  const isWide = at > 0;
  if (at >= LONGEST) return undefined;
  const opcode = bytes[at++];
  if (opcode === undefined) return 'short';
  const insn = toyXRows[opcode];
  if (!insn) return undefined;
  const fields: Record<string, number> = {};
  for (const [name, { width }] of insn.fields) {
    if (insn.computed?.[name]) continue;
    const isImmediate = name === 'imm' || name === 'count';
    const size = isImmediate && isWide ? 4 : 1;
    if (at + size > LONGEST) return undefined;
    if (at + size > bytes.length) return 'short';
    const raw = bytes.subarray(at, at + size).reduceRight((value, byte) => (value << 8) | byte, 0);
    at += size;
    if (!isImmediate) fields[name] = raw % 2 ** width;
    else fields[name] = name === 'imm' ? (raw << (32 - 8 * size)) >> (32 - 8 * size) : raw >>> 0;
  }
  if (/^(b[zn]|call)$/.test(insn.mnemonic)) fields.imm = (fields.imm ?? 0) + at;
  const decoded: DecodedInsn = { insn, length: at, fields };
  const compute = insn.computed?.mask;
  if (!compute) return decoded;
  const mask = compute(fields);
  return mask === undefined ? undefined : { ...decoded, wide: { mask: BigInt.asUintN(64, mask) } };
};

export const TOY_X = toy(
  'toyx',
  { kind: 'program', unit: 1, minLength: 1, maxLength: LONGEST, decode: decodeX },
  toyXRows,
);

/** The bytes of an instruction of {@link TOY_X}. */
export const encodeX = (mnemonic: string, fields: Readonly<Record<string, number>>, prefixes: number): Uint8Array => {
  const opcode = toyXRows.findIndex((insn) => insn.mnemonic === mnemonic);
  const { fields: known = new Map(), computed } = toyXRows[opcode] ?? {};
  const operands = [...known.keys()]
    .filter((name) => !computed?.[name])
    .flatMap((name) => {
      const value = fields[name] ?? 0;
      const size = (name === 'imm' || name === 'count') && prefixes > 0 ? 4 : 1;
      return Array.from({ length: size }, (_, byte) => (value >> (8 * byte)) & 0xff);
    });
  return Uint8Array.from([...new Array<number>(prefixes).fill(PREFIX), opcode, ...operands]);
};
