import { hex } from '../../base/address';
import type { BaseType, EnumerationType, Type } from '../types';
import { addressHint } from './address-name';
import { bare } from './layout';
import { littleEndian, type Radix, type Value, type Written } from './value';
import type { Shape, View } from './view';

/** Reads and sets base types and enumerations of all languages. */
export function scalarShape(given: Value, type: BaseType | EnumerationType, view: View): Shape {
  const fewer = type.kind === 'base' && type.bits !== undefined && type.bits < 8 * type.size ? type.bits : undefined;
  const value =
    fewer === undefined || given.bits !== undefined ? given : { ...given, bits: { offset: 0, size: fewer } };
  const size = type.size || bare(baseOf(type) ?? type).size;
  if (size === 0) return { text: type.name || '()', named: [], indexedCount: 0 };
  if (size > 16) return { text: `<invalid: a number of ${size} bytes>`, named: [], indexedCount: 0 };
  const bytes = view.bytes(
    value.place,
    value.bits === undefined ? size : Math.ceil((value.bits.offset + value.bits.size) / 8),
  );
  if (typeof bytes === 'string') return { text: `<unavailable: ${bytes}>`, named: [], indexedCount: 0 };
  let raw = littleEndian(view.context.isLittleEndian ? bytes : bytes.slice().reverse());
  if (value.bits !== undefined) raw = BigInt.asUintN(value.bits.size, raw >> BigInt(value.bits.offset));
  const width = value.bits?.size ?? 8 * size;
  const scalar = type.kind === 'base' ? interpret(type, raw, width) : isSigned(type) ? BigInt.asIntN(width, raw) : raw;
  return {
    text:
      type.kind === 'base'
        ? baseText(type, raw, width, radixOf(value, type, raw, width, view))
        : enumeratorText(type, raw, width),
    named: [],
    indexedCount: 0,
    scalar,
    write: (text) => {
      const parsed = type.kind === 'base' ? parseBase(type, text, width) : parseEnumerator(type, text, width);
      return typeof parsed === 'string' ? { ok: false, why: parsed } : writeBits(value, parsed, width, size);
    },
  };
}

const baseOf = (type: Type): Type | undefined => (type.kind === 'enumeration' ? type.underlying : undefined);

function isSigned(type: EnumerationType): boolean {
  const underlying = type.underlying && bare(type.underlying);
  if (underlying?.kind === 'base') return underlying.encoding === 'signed' || underlying.encoding === 'signedChar';
  return type.enumerators.some((e) => e.value < 0n);
}

function interpret(type: BaseType, raw: bigint, width: number): bigint | number | boolean {
  switch (type.encoding) {
    case 'signed':
    case 'signedChar':
      return BigInt.asIntN(width, raw);
    case 'bool':
      return raw !== 0n;
    case 'float':
      return width === 32 || width === 64 ? floatOf(raw, width) : raw;
    default:
      return raw;
  }
}

/** Narrower numbers are no addresses (`Ipv4Addr` is four bytes), bits. */
const LEAST_ADDRESS_BITS = 16;
/** A number that may be an address is one, if it is not smaller than this and memory is there. */
const LEAST_PLACE = 1n << 30n;

/** The base a number is read in: that asked for, else hexadecimal for addresses and bit patterns. */
function radixOf(value: Value, type: BaseType, raw: bigint, width: number, view: View): Radix {
  if (value.context.radix !== undefined) return value.context.radix;
  if (type.encoding !== 'unsigned') return 10;
  // Numbers that would be negative: kernel addresses, all ones.
  if (width === 64 && raw >> 63n !== 0n) return 16;
  const hints = [...(value.calledBy ?? []), ...aliasNames(value.type)].map(addressHint);
  if (hints.includes('pattern')) return 16;
  if (hints.includes('address') && width >= LEAST_ADDRESS_BITS) return 16;
  const isPlace = hints.includes('maybe') && raw >= LEAST_PLACE && view.read(raw, 1) !== undefined;
  return isPlace ? 16 : 10;
}

/** The names of typedefs around a type. */
function aliasNames(type: Type): string[] {
  const names: string[] = [];
  for (let at = type; at.kind === 'alias' && names.length < 32; at = at.target) if (at.name !== '') names.push(at.name);
  return names;
}

/** An integer with its prefix; in decimal with its sign, else as the bits that it has. */
export function integerText(raw: bigint, width: number, isSigned: boolean, radix: Radix): string {
  if (radix === 10) return `${isSigned ? BigInt.asIntN(width, raw) : raw}`;
  return `${PREFIXES[radix]}${raw.toString(radix)}`;
}

const PREFIXES = { 2: '0b', 8: '0o', 16: '0x' } as const;

function baseText(type: BaseType, raw: bigint, width: number, radix: Radix): string {
  switch (type.encoding) {
    case 'bool':
      return raw > 1n ? `<invalid: bool ${hex(raw)}>` : raw === 1n ? 'true' : 'false';
    case 'float':
      return width === 32 || width === 64 ? floatText(raw, width) : hex(raw, width / 4);
    case 'utf':
      return width === 32 || type.language !== 'rust' ? charText(raw) : integerText(raw, width, false, radix);
    case 'signed':
      return integerText(raw, width, true, radix);
    case 'signedChar':
    case 'unsignedChar': {
      const number = integerText(raw, width, type.encoding === 'signedChar', radix);
      return raw >= 0x20n && raw < 0x7fn ? `${number} ${charText(raw)}` : `${number}`;
    }
    case 'unsigned':
      return integerText(raw, width, false, radix);
    default:
      return hex(raw);
  }
}

function floatOf(raw: bigint, width: 32 | 64 | number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, width === 32 ? raw << 32n : raw);
  return width === 32 ? view.getFloat32(0) : view.getFloat64(0);
}

/** The shortest digits that read back as the same number, as Rust prints them. */
function floatText(raw: bigint, width: number): string {
  const number = floatOf(raw, width);
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  if (Object.is(number, -0)) return '-0.0';
  let text = `${number}`;
  if (width === 32) {
    for (let digits = 1; digits <= 9; digits++) {
      const short = Number(number.toPrecision(digits));
      if (Math.fround(short) === number) {
        text = `${short}`;
        break;
      }
    }
  }
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function charText(raw: bigint): string {
  if (raw > 0x10ffffn || (raw >= 0xd800n && raw < 0xe000n)) return `<invalid: char ${hex(raw)}>`;
  return `'${escaped(String.fromCodePoint(Number(raw)), "'")}'`;
}

/** Text as a Rust or C literal would spell it. */
export function escaped(text: string, quote: string): string {
  let out = '';
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    if (c === '\n') out += '\\n';
    else if (c === '\t') out += '\\t';
    else if (c === '\r') out += '\\r';
    else if (c === '\0') out += '\\0';
    else if (c === '\\' || c === quote) out += `\\${c}`;
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) out += `\\x${code.toString(16).padStart(2, '0')}`;
    // Line separators and direction marks would break the row they are shown in.
    else if (/[\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(c)) out += `\\u{${code.toString(16)}}`;
    else out += c;
  }
  return out;
}

function enumeratorText(type: EnumerationType, raw: bigint, width: number): string {
  const exact = type.enumerators.find((e) => BigInt.asUintN(width, e.value) === raw);
  if (exact !== undefined) return exact.name;
  const shown = isSigned(type) ? BigInt.asIntN(width, raw) : raw;
  if (type.language === 'rust') return `<invalid: ${shown} is no variant>`;
  // C: flags may be or-ed together.
  const flags = type.enumerators.filter(
    (e) => e.value > 0n && (e.value & (e.value - 1n)) === 0n && (raw & e.value) !== 0n,
  );
  const rest = flags.reduce((left, e) => left & ~e.value, raw);
  return raw !== 0n && rest === 0n && flags.length > 1 ? flags.map((e) => e.name).join(' | ') : `${shown}`;
}

/** An integer as people type it: `-5`, `0xff`, `0b1010`, `0o17`, `1_000`, `'a'`; a Rust suffix is allowed. */
export function parseInteger(text: string): bigint | undefined {
  const trimmed = text.trim();
  if (/^'.*'$/su.test(trimmed)) return parseChar(trimmed);
  const match = /^([+-]?)(0x[0-9a-f_]+?|0b[01_]+|0o[0-7_]+|\d[\d_]*)(?:[ui](?:8|16|32|64|128|size))?$/i.exec(trimmed);
  if (match === null) return undefined;
  const digits = (match[2] ?? '').replace(/_/g, '').toLowerCase();
  if (/^0[xbo]$/.test(digits)) return undefined;
  const magnitude = BigInt(digits);
  return match[1] === '-' ? -magnitude : magnitude;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function parseChar(text: string): bigint | undefined {
  const inner = text.slice(1, -1);
  const code = /^\\u\{([0-9a-f]{1,6})\}$/i.exec(inner) ?? /^\\x([0-9a-f]{2})$/i.exec(inner);
  if (code !== null) return BigInt(`0x${code[1]}`);
  const simple = /^\\(.)$/s.exec(inner);
  const char = simple === null ? inner : simpleEscapes[simple[1] ?? ''];
  return char !== undefined && [...char].length === 1 ? BigInt(char.codePointAt(0) ?? 0) : undefined;
}

function parseBase(type: BaseType, text: string, width: number): bigint | string {
  const trimmed = text.trim();
  switch (type.encoding) {
    case 'bool':
      if (trimmed === 'true' || trimmed === '1') return 1n;
      if (trimmed === 'false' || trimmed === '0') return 0n;
      return `"${trimmed}" is not a bool. Type true or false.`;
    case 'float': {
      const number = /^[+-]?inf(inity)?$/i.test(trimmed)
        ? Number.POSITIVE_INFINITY * (trimmed.startsWith('-') ? -1 : 1)
        : /^nan$/i.test(trimmed)
          ? Number.NaN
          : trimmed === ''
            ? undefined
            : Number(trimmed.replace(/_/g, '').replace(/f(32|64)?$/, ''));
      if (number === undefined || (Number.isNaN(number) && !/^nan$/i.test(trimmed)))
        return `"${trimmed}" is not a number. Type for example 1.5 or -2e10.`;
      if (width !== 32 && width !== 64)
        return `Setting a float of ${width} bits is not supported. Write its bytes in the memory view.`;
      const view = new DataView(new ArrayBuffer(8));
      if (width === 32) view.setFloat32(4, number);
      else view.setFloat64(0, number);
      return view.getBigUint64(0);
    }
    case 'utf': {
      const char = parseInteger(trimmed);
      if (char === undefined) return `${trimmed} is not a character. Type it in quotes, as 'a' or '\\u{1f600}'.`;
      if (char < 0n || char > 0x10ffffn || (char >= 0xd800n && char < 0xe000n))
        return `${hex(char < 0n ? -char : char)} is no Unicode character.`;
      return char;
    }
    default: {
      const integer = parseInteger(trimmed);
      if (integer === undefined)
        return `"${trimmed}" is not an integer. Type decimal, 0x…, 0b… or a character in quotes.`;
      return fitted(integer, type.encoding === 'signed' || type.encoding === 'signedChar', width, type.name);
    }
  }
}

/** The bits of an integer, when it fits. Hexadecimal patterns of the full width are welcome for signed types too. */
function fitted(integer: bigint, signed: boolean, width: number, name: string): bigint | string {
  const low = signed ? -(1n << BigInt(width - 1)) : 0n;
  const high = 1n << BigInt(width);
  if (integer < low || integer >= high) {
    const top = signed ? (1n << BigInt(width - 1)) - 1n : high - 1n;
    return `${integer} does not fit ${name || `${width} bits`}. Type a number from ${low} to ${top}.`;
  }
  return BigInt.asUintN(width, integer);
}

function parseEnumerator(type: EnumerationType, text: string, width: number): bigint | string {
  const name = text.trim().replace(/^.*::/, '');
  const found = type.enumerators.find((e) => e.name === name);
  if (found !== undefined) return BigInt.asUintN(width, found.value);
  const integer = parseInteger(text);
  if (integer !== undefined) {
    const bits = fitted(integer, isSigned(type), width, type.shortName);
    // An enum of Rust with another value is undefined behaviour; refuse to make one.
    if (typeof bits === 'string' || type.language !== 'rust') return bits;
    if (type.enumerators.some((e) => BigInt.asUintN(width, e.value) === bits)) return bits;
  }
  const some = type.enumerators.slice(0, 12).map((e) => e.name);
  return `"${text.trim()}" is no variant of ${type.shortName}. Type one of ${some.join(', ')}${type.enumerators.length > 12 ? ', …' : ''}.`;
}

/** Turns the bits of a value into what must be written where. */
export function writeBits(value: Value, bits: bigint, width: number, size: number): Written {
  const { place, context } = value;
  if (place.kind === 'unavailable') return { ok: false, why: `It cannot be set: ${place.why}.` };
  if (place.kind === 'bytes' || place.kind === 'implicitPointer')
    return { ok: false, why: 'It cannot be set: the compiler keeps it in the debug information only.' };
  let whole = BigInt.asUintN(width, bits);
  let length = size;
  if (value.bits !== undefined) {
    length = Math.ceil((value.bits.offset + value.bits.size) / 8);
    const old =
      place.kind === 'memory'
        ? context.read(place.address, length)
        : place.bytes.subarray(place.offset, place.offset + length);
    if (old === undefined)
      return { ok: false, why: `It cannot be set: no memory at ${hex(place.kind === 'memory' ? place.address : 0n)}.` };
    const mask = ((1n << BigInt(value.bits.size)) - 1n) << BigInt(value.bits.offset);
    whole = (littleEndian(old) & ~mask) | (whole << BigInt(value.bits.offset));
  }
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Number((whole >> BigInt(8 * i)) & 0xffn);
  if (!context.isLittleEndian) bytes.reverse();
  if (place.kind === 'memory') return { ok: true, place, bytes };
  const register = place.bytes.slice();
  register.set(bytes.subarray(0, Math.max(0, register.length - place.offset)), place.offset);
  return { ok: true, place, bytes: register };
}
