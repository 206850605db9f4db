/** Takes instructions apart: prefixes, opcode, ModRM, SIB, displacement, immediates. @see AMD64 APM volume 3, chapter 1 */
import type { DecodedInsn, ProgramDecoder } from '../core/encoding';
import { type Form, fieldNameOf, type OperandSize, type Prefixes, type Row } from './form';
import { FORMS } from './insns/all';
import { MAP, type Notation } from './notation';
import type { MemoryKind, OperandSpec } from './operands';
import { FLAT, HIGH_BYTES, NO_REGISTER, SEG } from './state';

export const LONGEST = 15;

/** What code is: the modes of decoding. */
export const MODE = { long: 0, code32: 1, code16: 2 } as const;

/** An instruction with what its rows do not need, but who prints it. */
export interface DecodedX86 extends DecodedInsn {
  readonly insn: Row;
  readonly form: Form;
  readonly prefixes: Prefixes;
  readonly mode: number;
  readonly addressBits: 16 | 32 | 64;
  readonly size: OperandSize | 0;
}

const SEGMENT_PREFIXES: Readonly<Record<number, number>> = {
  38: SEG.es,
  46: SEG.cs,
  54: SEG.ss,
  62: SEG.ds,
  100: SEG.fs,
  101: SEG.gs,
};

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

/** Reads on in bytes; {@link isShort} once they were too few. */
class Reader {
  at = 0;
  isShort = false;

  constructor(readonly bytes: Uint8Array) {}

  /** A number of so many bytes, at most 4, sign-extended. */
  signed(count: number): number {
    const value = this.unsigned(count);
    const unused = 32 - 8 * count;
    return (value << unused) >> unused;
  }
  unsigned(count: number): number {
    let value = 0;
    for (let byte = 0; byte < count; byte++) value |= this.#next() << (8 * byte);
    return value;
  }
  wide(count: number): bigint {
    const low = BigInt(this.unsigned(Math.min(count, 4)) >>> 0);
    return count === 8 ? low | (BigInt(this.unsigned(4) >>> 0) << 32n) : low;
  }
  peek(): number | undefined {
    return this.bytes[this.at];
  }
  #next(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) this.isShort = true;
    return byte ?? 0;
  }
}

/** The bits that choose registers beyond the eighth. */
interface Extension {
  readonly w: number;
  readonly r: number;
  readonly x: number;
  readonly b: number;
  readonly vvvv: number;
}

interface Opcode {
  readonly isVex: boolean;
  readonly map: number;
  readonly opcode: number;
  readonly extension: Extension;
  /** What stands in for mandatory prefixes in VEX. */
  readonly implied: 0 | 0x66 | 0xf2 | 0xf3;
}

const IMPLIED = [0, 0x66, 0xf3, 0xf2] as const;
const VEX_MAPS: readonly (number | undefined)[] = [undefined, MAP['0F'], MAP['0F38'], MAP['0F3A']];

const takePrefixes = (reader: Reader, mode: number): Prefixes => {
  let [hasLock, has66, has67] = [false, false, false];
  let repeat: Prefixes['repeat'] = 0;
  let segment: number | undefined;
  let rex = 0;
  for (;;) {
    const byte = reader.peek();
    if (byte === undefined || reader.at >= LONGEST) break;
    const named = SEGMENT_PREFIXES[byte];
    if (mode === MODE.long && (byte & 0xf0) === 0x40) {
      rex = byte;
      reader.at++;
      continue;
    }
    if (named !== undefined) {
      // In 64-bit mode the others are ignored, and do not take the place of one that is not.
      if (mode !== MODE.long || named >= SEG.fs) segment = named;
    } else if (byte === 0xf0) hasLock = true;
    else if (byte === 0x66) has66 = true;
    else if (byte === 0x67) has67 = true;
    else if (byte === 0xf2 || byte === 0xf3) repeat = byte;
    else break;
    rex = 0;
    reader.at++;
  }
  return { hasLock, repeat, has66, has67, segment, rex };
};

const takeOpcode = (reader: Reader, prefixes: Prefixes, mode: number): Opcode | undefined => {
  const { rex } = prefixes;
  const bit = (value: number, at: number): number => (value >> at) & 1;
  const extension = { w: bit(rex, 3), r: bit(rex, 2), x: bit(rex, 1), b: bit(rex, 0), vvvv: 0 };
  const first = reader.unsigned(1);
  const next = reader.peek() ?? 0;
  if ((first === 0xc4 || first === 0xc5) && (mode === MODE.long || next >= 0xc0)) {
    if (prefixes.hasLock || prefixes.repeat !== 0 || prefixes.has66 || rex !== 0) return undefined;
    return takeVex(reader, first === 0xc4, mode);
  }
  if (first !== 0x0f) return { isVex: false, map: MAP.one, opcode: first, extension, implied: 0 };
  const second = reader.unsigned(1);
  const map = second === 0x38 ? MAP['0F38'] : second === 0x3a ? MAP['0F3A'] : MAP['0F'];
  return { isVex: false, map, opcode: map === MAP['0F'] ? second : reader.unsigned(1), extension, implied: 0 };
};

const takeVex = (reader: Reader, isLong: boolean, mode: number): Opcode | undefined => {
  const first = reader.unsigned(1);
  const last = isLong ? reader.unsigned(1) : first;
  const map = isLong ? VEX_MAPS[first & 0x1f] : MAP['0F'];
  const opcode = reader.unsigned(1);
  // L must be 0 in all that is claimed.
  if (map === undefined || (last & 4) !== 0) return undefined;
  const hasMore = mode === MODE.long;
  const extension = {
    w: isLong ? last >> 7 : 0,
    r: hasMore ? (first >> 7) ^ 1 : 0,
    x: hasMore && isLong ? ((first >> 6) & 1) ^ 1 : 0,
    b: hasMore && isLong ? ((first >> 5) & 1) ^ 1 : 0,
    vvvv: ((last >> 3) & 15) ^ 15,
  };
  return { isVex: true, map, opcode, extension, implied: IMPLIED[last & 3] ?? 0 };
};

/** A memory operand as ModRM and what follows say it. */
interface Address {
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly disp: number;
  readonly isPcRelative: boolean;
  /** Segment when none is named. */
  readonly segment: number;
}

const BASES_16: readonly (readonly [number, number])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, NO_REGISTER],
  [7, NO_REGISTER],
  [5, NO_REGISTER],
  [3, NO_REGISTER],
];

const segmentOf = (base: number): number => (base === 4 || base === 5 ? SEG.ss : SEG.ds);

const takeAddress = (
  reader: Reader,
  modRm: number,
  { x, b }: Extension,
  addressBits: 16 | 32 | 64,
  mode: number,
): Address => {
  const mod = modRm >> 6;
  const rm = modRm & 7;
  const none = { index: NO_REGISTER, scale: 0, isPcRelative: false };
  if (addressBits === 16) {
    if (mod === 0 && rm === 6) return { ...none, base: NO_REGISTER, disp: reader.unsigned(2), segment: SEG.ds };
    const [base, index] = BASES_16[rm] ?? [NO_REGISTER, NO_REGISTER];
    const disp = mod === 1 ? reader.signed(1) : mod === 2 ? reader.unsigned(2) : 0;
    return { ...none, base, index, disp, segment: segmentOf(base) };
  }
  const displacement = (): number => (mod === 1 ? reader.signed(1) : mod === 2 ? reader.signed(4) : 0);
  if (rm === 4) {
    const sib = reader.unsigned(1);
    const index = ((sib >> 3) & 7) | (x << 3);
    const places = { index: index === 4 ? NO_REGISTER : index, scale: sib >> 6, isPcRelative: false };
    if ((sib & 7) === 5 && mod === 0) return { ...places, base: NO_REGISTER, disp: reader.signed(4), segment: SEG.ds };
    const base = (sib & 7) | (b << 3);
    return { ...places, base, disp: displacement(), segment: segmentOf(base) };
  }
  if (mod === 0 && rm === 5) {
    const isPcRelative = mode === MODE.long;
    return { ...none, base: NO_REGISTER, disp: reader.signed(4), isPcRelative, segment: SEG.ds };
  }
  const base = rm | (b << 3);
  return { ...none, base, disp: displacement(), segment: segmentOf(base) };
};

const addressBitsOf = (mode: number, has67: boolean): 16 | 32 | 64 => {
  if (mode === MODE.long) return has67 ? 32 : 64;
  return (mode === MODE.code32) === has67 ? 16 : 32;
};

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
      else fields[name] = spec.text === 'uimm' ? Number(value) & 0xff_ffff & maskOf(notation) : Number(value);
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
