/**
 * How Rust's formatting machinery would print a value, from the function that it would call and from the value's type in
 * the debug information. Guest functions are never called, so a hand-written `Display` shows the value's fields.
 */
import { present } from '../symbols/lang/present';
import { contextOf } from '../symbols/lang/value';
import type { Type } from '../symbols/types';
import type { DebugTarget } from './target';

/** What a placeholder asks for beside the value. */
export interface FormatSpec {
  /** `{:#x}`. */
  readonly isAlternate: boolean;
  /** `{:08}`. */
  readonly isZeroPadded: boolean;
  /** Characters at least. */
  readonly width: number;
}

/** `{}`. */
export const PLAIN: FormatSpec = { isAlternate: false, isZeroPadded: false, width: 0 };

/** References to references, trait objects in trait objects. */
const DEEPEST = 6;
/** Bytes of a text. */
const LONGEST = 2000;
/** Of a vtable: drop, size and alignment come first. */
const FIRST_METHOD = 24n;

const RADIX: Readonly<Record<string, readonly [number, string]>> = {
  LowerHex: [16, '0x'],
  UpperHex: [16, '0x'],
  Octal: [8, '0o'],
  Binary: [2, '0b'],
};

/** Reads values of one hart's memory, printing them as the guest would. */
export class ValueFormatter {
  constructor(
    private readonly target: DebugTarget,
    private readonly hart: number,
    /** The text of a `fmt::Arguments` at an address. */
    private readonly nested: (at: bigint) => string | undefined,
  ) {}

  /** The value at `at` as the `fmt` function at `formatter` would print it. */
  show(at: bigint, formatter: bigint, spec: FormatSpec, depth = 0): string | undefined {
    const name = this.target.symbolText(formatter, this.hart);
    const trait = /core::fmt::(\w+)(?: for .*)?>::fmt$/.exec(name ?? '')?.[1];
    if (name === undefined || trait === undefined || depth > DEEPEST) return undefined;
    const type = this.selfType(formatter);
    // A generic parameter stands in names of the old mangling.
    const written = /<(.*) as core::fmt::\w+>::fmt$/.exec(name)?.[1] ?? / for (.*)>::fmt$/.exec(name)?.[1] ?? '';
    return this.of(at, type?.name ?? written, type, trait, spec, depth);
  }

  /** Eight bytes. */
  word(at: bigint): bigint | undefined {
    const bytes = this.read(at, 8);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }

  /** A piece of UTF-8. */
  text(at: bigint | undefined, length: bigint | undefined): string | undefined {
    const bytes =
      at === undefined || length === undefined || length > LONGEST ? undefined : this.read(at, Number(length));
    const text = bytes && new TextDecoder().decode(bytes);
    return text?.includes('\ufffd') ? undefined : text;
  }

  read(at: bigint, length: number): Uint8Array | undefined {
    return this.target.memory.read(this.target.cpu(this.hart), at, length);
  }

  private of(
    at: bigint,
    name: string,
    type: Type | undefined,
    trait: string,
    spec: FormatSpec,
    depth: number,
  ): string | undefined {
    if (name === '&str') {
      const text = this.text(this.word(at), this.word(at + 8n));
      return text === undefined ? undefined : padded(trait === 'Debug' ? quoted(text) : text, spec);
    }
    if (name.startsWith('&dyn ') || name.startsWith('&mut dyn ')) {
      const [data, table] = [this.word(at), this.word(at + 8n)];
      const method = table === undefined ? undefined : this.word(table + FIRST_METHOD);
      return data === undefined || method === undefined ? undefined : this.show(data, method, spec, depth + 1);
    }
    if (name === 'core::fmt::Arguments') return this.nested(at);
    if (trait === 'Pointer' || /^\*(const|mut) /.test(name)) {
      const pointer = this.word(at);
      return pointer === undefined ? undefined : padded(`0x${pointer.toString(16)}`, spec);
    }
    if (name === '&T') return this.ofCore(at, trait, spec, depth);
    const inner = /^&(?:mut )?([^[]*)$/.exec(name)?.[1];
    if (inner !== undefined) {
      const pointer = this.word(at);
      const pointee = type?.kind === 'pointer' ? type.target : undefined;
      if (pointer === undefined || depth > DEEPEST) return undefined;
      return this.of(pointer, pointee?.name ?? inner, pointee, trait, spec, depth + 1);
    }
    return this.primitive(at, name, trait, spec) ?? this.anything(at, type, trait, spec);
  }

  /**
   * What an impl for references shows whose type is lost: core comes without types, and its own messages have texts and
   * errors as `dyn Debug` only. Both are checked: the text is UTF-8, the method is one of `fmt`.
   */
  private ofCore(at: bigint, trait: string, spec: FormatSpec, depth: number): string | undefined {
    const [data, second] = [this.word(at), this.word(at + 8n)];
    const method = trait === 'Debug' && second !== undefined ? this.word(second + FIRST_METHOD) : undefined;
    const text = method === undefined ? undefined : this.show(data ?? 0n, method, spec, depth + 1);
    return text ?? this.of(at, '&str', undefined, trait, spec, depth);
  }

  private primitive(at: bigint, name: string, trait: string, spec: FormatSpec): string | undefined {
    const integer = /^([iu])(8|16|32|64|128|size)$/.exec(name);
    const bits = name === 'char' ? 32 : name === 'bool' ? 8 : integer?.[2] === 'size' ? 64 : Number(integer?.[2]);
    const bytes = Number.isNaN(bits) ? undefined : this.read(at, bits / 8);
    if (bytes === undefined) return undefined;
    const raw = [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    if (name === 'bool') return padded(String(raw !== 0n), spec);
    if (name === 'char') {
      const text = raw <= 0x10ffffn ? String.fromCodePoint(Number(raw)) : '\ufffd';
      return padded(trait === 'Debug' ? `'${text}'` : text, spec);
    }
    const radix = RADIX[trait];
    if (radix === undefined) return paddedNumber('', `${integer?.[1] === 'i' ? BigInt.asIntN(bits, raw) : raw}`, spec);
    const digits = raw.toString(radix[0]);
    return paddedNumber(spec.isAlternate ? radix[1] : '', trait === 'UpperHex' ? digits.toUpperCase() : digits, spec);
  }

  /** Any value of a known type, as the debugger shows it. */
  private anything(at: bigint, type: Type | undefined, trait: string, spec: FormatSpec): string | undefined {
    if (type === undefined) return undefined;
    const cpu = this.target.cpu(this.hart);
    const image = this.target.values.scope(this.hart).frame?.physical.image;
    if (image === undefined) return undefined;
    const context = contextOf(image.program, this.target.unwinder.reader(cpu), this.slide());
    const { text } = present({ type, place: { kind: 'memory', address: at }, context });
    if (text.startsWith('<')) return undefined;
    return padded(trait === 'Display' ? text.replace(/^"([\s\S]*)"$/, '$1') : text, spec);
  }

  private slide(): bigint {
    return this.target.values.scope(this.hart).frame?.physical.slide ?? 0n;
  }

  /** What the first parameter of the function at `formatter` refers to. */
  private selfType(formatter: bigint): Type | undefined {
    const hit = this.target.imageAt(this.target.cpu(this.hart), formatter);
    const scope = hit?.image.program.scopesAt(hit.link).find(({ kind }) => kind === 'function');
    const self = scope?.variables.find(({ name, isParameter }) => isParameter && name === 'self')?.type;
    return self?.kind === 'pointer' ? self.target : undefined;
  }
}

/** As Rust escapes a text: `\0`, `\u{1b}`. */
const quoted = (text: string): string =>
  JSON.stringify(text)
    .replace(/\\u0000/g, '\\0')
    .replace(/\\u00([0-9a-f]{2})/g, (_, code: string) => `\\u{${Number.parseInt(code, 16).toString(16)}}`);

const padded = (text: string, { width }: FormatSpec): string => text.padEnd(width);

/** Numbers stand at the right; zeros go behind sign and prefix. */
function paddedNumber(prefix: string, digits: string, { width, isZeroPadded }: FormatSpec): string {
  if (!isZeroPadded) return `${prefix}${digits}`.padStart(width);
  const sign = digits.startsWith('-') ? '-' : '';
  const rest = digits.slice(sign.length);
  return `${sign}${prefix}${rest.padStart(width - prefix.length - sign.length, '0')}`;
}
