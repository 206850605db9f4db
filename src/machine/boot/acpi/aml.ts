/**
 * A little of ACPI's machine language: what it takes to describe a board. Each function gives the bytes of one term.
 * @see ACPI Specification 6.5, chapter 20 "ACPI Machine Language (AML) Specification"
 */

/** The bytes of a term. */
export type Aml = readonly number[];

const OP = {
  name: 0x08,
  byte: 0x0a,
  word: 0x0b,
  dword: 0x0c,
  text: 0x0d,
  scope: 0x10,
  buffer: 0x11,
  package: 0x12,
  method: 0x14,
  dual: 0x2e,
  multiple: 0x2f,
  extended: 0x5b,
  device: 0x82,
  argument: 0x68,
  store: 0x70,
  if: 0xa0,
  return: 0xa4,
} as const;

const littleEndian = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index) % 256);

/** A number of at most 32 bits. */
export const integer = (value: number): Aml => {
  if (value < 2) return [value];
  if (value < 0x100) return [OP.byte, value];
  if (value < 0x1_0000) return [OP.word, ...littleEndian(value, 2)];
  return [OP.dword, ...littleEndian(value, 4)];
};

export const text = (value: string): Aml => [OP.text, ...new TextEncoder().encode(value), 0];

/** A path of names of up to four characters, such as `\_SB.PCI0`. */
export const path = (value: string): Aml => {
  const root = value.startsWith('\\') ? ['\\'.charCodeAt(0)] : [];
  const names = value.replace(/^\\/, '').split('.');
  const prefix = names.length === 1 ? [] : names.length === 2 ? [OP.dual] : [OP.multiple, names.length];
  return [...root, ...prefix, ...names.flatMap((name) => [...new TextEncoder().encode(name.padEnd(4, '_'))])];
};

/** What follows with its length before it, which counts itself. */
const withLength = (body: Aml): number[] => {
  if (body.length + 1 < 64) return [body.length + 1, ...body];
  const extra = body.length + 2 < 1 << 12 ? 1 : body.length + 3 < 1 << 20 ? 2 : 3;
  const length = body.length + 1 + extra;
  return [(extra << 6) | (length & 15), ...littleEndian(length >> 4, extra), ...body];
};

export const name = (called: string, value: Aml): Aml => [OP.name, ...path(called), ...value];

export const packageOf = (...elements: readonly Aml[]): Aml => [
  OP.package,
  ...withLength([elements.length, ...elements.flat()]),
];

export const buffer = (bytes: readonly number[]): Aml => [
  OP.buffer,
  ...withLength([...integer(bytes.length), ...bytes]),
];

export const scope = (at: string, ...terms: readonly Aml[]): Aml => [
  OP.scope,
  ...withLength([...path(at), ...terms.flat()]),
];

export const device = (called: string, ...terms: readonly Aml[]): Aml => [
  OP.extended,
  OP.device,
  ...withLength([...path(called), ...terms.flat()]),
];

/** @param count of its arguments */
export const method = (called: string, count: number, ...terms: readonly Aml[]): Aml => [
  OP.method,
  ...withLength([...path(called), count, ...terms.flat()]),
];

export const argument = (index: number): Aml => [OP.argument + index];
export const store = (value: Aml, to: string): Aml => [OP.store, ...value, ...path(to)];
export const returned = (value: Aml): Aml => [OP.return, ...value];
export const when = (condition: Aml, ...terms: readonly Aml[]): Aml => [
  OP.if,
  ...withLength([...condition, ...terms.flat()]),
];

/** A device's number in the catalogue, such as `PNP0A08`: three letters and four hexadecimal digits in 32 bits. */
export const eisaId = (id: string): Aml => {
  const letters = [...id.slice(0, 3)].map((letter) => letter.charCodeAt(0) & 31);
  const [a = 0, b = 0, c = 0] = letters;
  const number = Number.parseInt(id.slice(3), 16);
  const big = ((a << 10) | (b << 5) | c) * 2 ** 16 + number;
  return [OP.dword, ...littleEndian(big, 4).reverse()];
};

/** Resource descriptors, to be joined by {@link resources}. See section 6.4 "Resource Data Types for ACPI". */
const RANGE = { memory: 0, io: 1, bus: 2 } as const;
/** Both ends are fixed. */
const FIXED = 0x0c;
/** Memory that is written, I/O over the whole range. */
const SPECIFIC = { memory: 1, cacheable: 3, io: 3, bus: 0 } as const;
const LARGE = { 16: 0x88, 32: 0x87, 64: 0x8a } as const;
const END = [0x79, 0];

/** A window of a bridge, of buses, ports or memory. `end` is the last address. */
export const window = (
  kind: keyof typeof RANGE | 'cacheable',
  bits: keyof typeof LARGE,
  start: number,
  end: number,
): readonly number[] => {
  const bytes = bits / 8;
  const type = RANGE[kind === 'cacheable' ? 'memory' : kind];
  const numbers = [0, start, end, 0, end - start + 1].flatMap((value) => littleEndian(value, bytes));
  return [LARGE[bits], 3 + 5 * bytes, 0, type, FIXED, SPECIFIC[kind], ...numbers];
};

/** Ports that a device decodes. */
export const ports = (start: number, count: number): readonly number[] => [
  0x47,
  1,
  ...littleEndian(start, 2),
  ...littleEndian(start, 2),
  1,
  count,
];

/** Memory that a device decodes. */
export const memory = (start: number, size: number): readonly number[] => [
  0x86,
  9,
  0,
  1,
  ...littleEndian(start, 4),
  ...littleEndian(size, 4),
];

/** An interrupt of the ISA bus, an edge. */
export const irq = (number: number): readonly number[] => [0x22, ...littleEndian(1 << number, 2)];

/** The value of a `_CRS`. */
export const resources = (...descriptors: readonly (readonly number[])[]): Aml =>
  buffer([...descriptors.flat(), ...END]);
