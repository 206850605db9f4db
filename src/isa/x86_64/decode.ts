/** Takes instructions apart: which form the bytes are, and its operands. @see AMD64 APM volume 3, chapter 1 */
import type { DecodedInsn, ProgramDecoder } from '../core/encoding';
import { type AddressBits, addressBitsOf, takeAddress } from './address-bytes';
import { type Form, fieldNameOf, type OperandSize, type Prefixes, type Row } from './form';
import { FORMS } from './insns/all';
import type { Notation } from './notation';
import { LONGEST, MODE, type Opcode, Reader, takeOpcode, takePrefixes } from './opcode-bytes';
import type { MemoryKind, OperandSpec } from './operands';
import { FLAT, HIGH_BYTES, NO_REGISTER, SEG } from './state';

/** An instruction with what its rows do not need, but who prints it. */
export interface DecodedX86 extends DecodedInsn {
  readonly insn: Row;
  readonly form: Form;
  readonly prefixes: Prefixes;
  readonly mode: number;
  readonly addressBits: AddressBits;
  readonly size: OperandSize | 0;
}

/** By VEX, map and opcode. */
let byOpcode: ReadonlyMap<number, readonly Form[]> | undefined;
const keyOf = (isVex: boolean, map: number, opcode: number): number => (isVex ? 1024 : 0) + map * 256 + opcode;

const indexed = (): ReadonlyMap<number, readonly Form[]> => {
  const found = new Map<number, Form[]>();
  for (const form of FORMS.forms) {
    const { isVex, map, opcode, hasRegister, modRm } = form.notation;
    const count = hasRegister && modRm === undefined ? 8 : 1;
    for (let at = 0; at < count; at++) {
      const key = keyOf(isVex, map, opcode + at);
      found.set(key, [...(found.get(key) ?? []), form]);
    }
  }
  // What is more special comes first.
  for (const [key, forms] of found)
    found.set(
      key,
      forms.sort((a, b) => rankOf(b) - rankOf(a)),
    );
  return found;
};

const rankOf = ({ notation: { prefix, modRm, rexW }, when, modes }: Form): number =>
  (prefix === 'F3' || prefix === 'F2' ? 8 : prefix === '66' ? 4 : 0) +
  (modRm !== undefined ? 2 : 0) +
  (when ? 16 : 0) +
  (rexW !== undefined ? 1 : 0) +
  (modes ? 1 : 0);

/** The operand size of a form; 0 where it has none, undefined where it does not exist in the size that is asked. */
const sizeOf = (form: Form, mode: number, has66: boolean, w: number): OperandSize | 0 | undefined => {
  const { sizes, isDefault64, notation } = form;
  if (!sizes) return 0;
  const isLong = mode === MODE.long;
  // 66 is part of the opcode.
  const isWide = has66 && notation.prefix !== '66';
  let size: OperandSize;
  if (isLong && isDefault64) size = isDefault64 === 'forced' || !isWide || w === 1 ? 64 : 16;
  else if (isLong && w === 1) size = 64;
  else if (notation.isVex) size = 32;
  else size = (mode === MODE.code16) === isWide ? 32 : 16;
  return sizes.includes(size) ? size : undefined;
};

const fitsPrefix = ({ prefix }: Notation, has66: boolean, repeat: number): boolean => {
  if (prefix === undefined) return true;
  if (prefix === 'none') return !has66 && repeat === 0;
  if (prefix === '66') return has66 && repeat === 0;
  return repeat === (prefix === 'F3' ? 0xf3 : 0xf2);
};

const namesRm = ({ source }: OperandSpec): boolean => source === 'rm';

/** Whether a form has this ModRM byte. */
const fitsModRm = (form: Form, modRm: number): boolean => {
  const { notation, operands, memoryAt, isMemoryOnly } = form;
  if (notation.digit !== undefined && ((modRm >> 3) & 7) !== notation.digit) return false;
  if (notation.modRm !== undefined) return (notation.hasRegister ? modRm & 0xf8 : modRm) === notation.modRm;
  const isRegister = modRm >> 6 === 3;
  if (isMemoryOnly) return !isRegister;
  if (isRegister || memoryAt >= 0) return true;
  // MOV to and from control and debug registers takes whatever ModRM.mod is for 3.
  return !operands.some(namesRm) || operands.some(({ kind }) => kind === 'control' || kind === 'debug');
};

const fits = (form: Form, taken: Opcode, prefixes: Prefixes, mode: number, modRm: number): boolean => {
  const { notation, modes } = form;
  if (modes !== undefined && (modes === 'long') !== (mode === MODE.long)) return false;
  const has66 = taken.isVex ? taken.implied === 0x66 : prefixes.has66;
  const repeat = taken.isVex ? (taken.implied === 0x66 ? 0 : taken.implied) : prefixes.repeat;
  if (!fitsPrefix(notation, has66, repeat)) return false;
  // A register that is not there must not be named.
  if (notation.isVex && taken.extension.vvvv !== 0 && !form.operands.some(({ source }) => source === 'vvvv'))
    return false;
  if (notation.rexW !== undefined && notation.rexW !== taken.extension.w) return false;
  return !notation.hasModRm || fitsModRm(form, modRm);
};

/** The instruction at the start of `bytes`; `short` when its end is not among them, `undefined` when it is none. */
export const decodeX86 = (bytes: Uint8Array, mode: number): DecodedX86 | 'short' | undefined => {
  const reader = new Reader(bytes);
  const prefixes = takePrefixes(reader, mode);
  if (reader.at >= LONGEST) return undefined;
  const taken = takeOpcode(reader, prefixes, mode);
  if (reader.isShort) return 'short';
  if (!taken) return undefined;
  byOpcode ??= indexed();
  const candidates = byOpcode.get(keyOf(taken.isVex, taken.map, taken.opcode));
  if (!candidates) return undefined;
  const hasModRm = candidates.some(({ notation }) => notation.hasModRm);
  if (hasModRm && reader.peek() === undefined) return 'short';
  const modRm = reader.peek() ?? 0;
  const start = reader.at;
  for (const form of candidates) {
    if (!fits(form, taken, prefixes, mode, modRm)) continue;
    const size = sizeOf(form, mode, prefixes.has66, taken.extension.w);
    if (size === undefined) continue;
    reader.at = start;
    const decoded = takeOperands(reader, form, taken, prefixes, size, mode);
    if (decoded === 'short') return decoded;
    if (form.when && !form.when(decoded)) continue;
    if (decoded.length > LONGEST) return undefined;
    const isLocked = form.mayLock === true && decoded.insn.memory !== undefined && form.memoryAt === 0;
    if (prefixes.hasLock && !isLocked) return undefined;
    return decoded;
  }
  return undefined;
};

/** What a pop before the address is formed adds to it. */
export const poppedBytes = ({ popsFirst }: Form, size: number, base: number | undefined): number =>
  popsFirst && base === RSP ? size / 8 : 0;
const RSP = 4;

const takeOperands = (
  reader: Reader,
  form: Form,
  taken: Opcode,
  prefixes: Prefixes,
  size: OperandSize | 0,
  mode: number,
): DecodedX86 | 'short' => {
  const { notation, operands, memoryAt, memoryKinds } = form;
  const { extension } = taken;
  const addressBits = addressBitsOf(mode, prefixes.has67);
  const modRm = notation.hasModRm ? reader.unsigned(1) : 0;
  const isLong = mode === MODE.long;
  const flat = (segment: number): number => (isLong && segment < SEG.fs ? FLAT : segment);
  const fields: Record<string, number> = {};
  const wide: Record<string, bigint> = {};
  fields.rel = 0;
  fields.mask = { 64: 0, 32: 1, 16: 2 }[addressBits];
  fields.segment = flat(prefixes.segment ?? SEG.ds);
  let memory: MemoryKind | undefined;
  const isMoffs = notation.immediates.includes('address');
  if (isMoffs) memory = 'o';
  else if (memoryAt >= 0 && modRm >> 6 !== 3) {
    const address = takeAddress(reader, modRm, extension, addressBits, mode);
    fields.base = address.base;
    fields.index = address.index;
    fields.scale = address.scale;
    fields.disp = address.disp + poppedBytes(form, size, address.base);
    fields.segment = flat(prefixes.segment ?? address.segment);
    const isPlain = isLong && addressBits === 64 && fields.segment === FLAT;
    if (address.isPcRelative) memory = 'p';
    else if (!isPlain || !memoryKinds.includes('m')) memory = 'g';
    else memory = address.index === NO_REGISTER ? 'm' : 's';
  }
  const values = notation.immediates.map((length) => {
    if (length === 'address') return reader.wide(addressBits / 8);
    const bytes = length === 'z' ? (size === 16 ? 2 : 4) : length === 'v' ? size / 8 : length;
    return bytes === 8 ? reader.wide(8) : reader.signed(bytes);
  });
  if (reader.isShort) return 'short';
  const length = reader.at;
  if (memory === 'p') fields.disp = ((fields.disp ?? 0) + length) | 0;
  for (const [at, spec] of operands.entries()) {
    if (spec.kind === 'memory' && isMoffs) wide.imm64 = values.shift() as bigint;
    if (at === memoryAt && memory !== undefined) continue;
    const name = fieldNameOf(form, at);
    if (spec.kind === 'immediate') {
      const value = values.shift() ?? 0;
      if (name === 'imm64') wide.imm64 = BigInt.asUintN(64, BigInt(value));
      else fields[name] = spec.text === 'uimm' ? Number(value) & maskOf(notation) : Number(value);
    } else if (spec.kind === 'distance') fields.rel = Number(values.shift() ?? 0) + length;
    else fields[name] = registerOf(spec, taken, modRm, prefixes, size, mode);
  }
  return {
    ...{ insn: form.row(size, memory), form, length, fields, prefixes, mode, addressBits, size },
    ...(Object.keys(wide).length > 0 && { wide }),
  };
};

/** The bits of an unsigned immediate. */
const maskOf = ({ immediates }: Notation): number => (immediates[0] === 1 ? 0xff : 0xffff);

const registerOf = (
  { source, kind, bits }: OperandSpec,
  { extension, opcode, isVex }: Opcode,
  modRm: number,
  { rex }: Prefixes,
  size: number,
  mode: number,
): number => {
  const number = ((): number => {
    switch (source) {
      case 'reg':
        return ((modRm >> 3) & 7) | (extension.r << 3);
      case 'rm':
        return (modRm & 7) | (extension.b << 3);
      case 'opcode':
        return (opcode & 7) | (extension.b << 3);
      case 'vvvv':
        // Without the other eight registers its highest bit does not count.
        return extension.vvvv & (mode === MODE.long ? 15 : 7);
      case 'fixed':
        return 2;
      default:
        return 0;
    }
  })();
  if (kind === 'mm' || kind === 'segment' || kind === 'st') return number & 7;
  const isByte = kind === 'general' && (bits ?? size) === 8;
  const isHigh = isByte && source !== 'accumulator' && !isVex && rex === 0 && number >= 4 && number < 8;
  return isHigh ? HIGH_BYTES + number - 4 : number;
};

/** For the engine. */
export const decodeProgram: ProgramDecoder = decodeX86;
