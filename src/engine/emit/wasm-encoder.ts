/**
 * A small encoder of WebAssembly modules: enough for the interpreter and the run-time compiler, nothing more.
 * Labels are objects, so that nobody counts branch depths.
 * @see WebAssembly Core Specification 2.0, "Binary Format"
 */
import { SIMD_OPCODES, type SimdOpcode } from './simd-opcodes';

export type WasmType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

const TYPE_BYTE: Record<WasmType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
/** What instructions on vectors begin with. */
const SIMD = 0xfd;

/** Opcodes by their text-format names. */
export const WASM_OPCODES = {
  unreachable: 0x00,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  'i32.load': 0x28,
  'i64.load': 0x29,
  'f32.load': 0x2a,
  'f64.load': 0x2b,
  'i32.load8_s': 0x2c,
  'i32.load8_u': 0x2d,
  'i32.load16_s': 0x2e,
  'i32.load16_u': 0x2f,
  'i64.load8_s': 0x30,
  'i64.load8_u': 0x31,
  'i64.load16_s': 0x32,
  'i64.load16_u': 0x33,
  'i64.load32_s': 0x34,
  'i64.load32_u': 0x35,
  'i32.store': 0x36,
  'i64.store': 0x37,
  'i32.store8': 0x3a,
  'i32.store16': 0x3b,
  'i64.store8': 0x3c,
  'i64.store16': 0x3d,
  'i64.store32': 0x3e,
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_s': 0x53,
  'i64.lt_u': 0x54,
  'i64.gt_s': 0x55,
  'i64.gt_u': 0x56,
  'i64.le_s': 0x57,
  'i64.le_u': 0x58,
  'i64.ge_s': 0x59,
  'i64.ge_u': 0x5a,
  'f32.eq': 0x5b,
  'f32.lt': 0x5d,
  'f32.le': 0x5f,
  'f64.eq': 0x61,
  'f64.lt': 0x63,
  'f64.le': 0x65,
  'i32.clz': 0x67,
  'i32.ctz': 0x68,
  'i32.popcnt': 0x69,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_s': 0x6d,
  'i32.div_u': 0x6e,
  'i32.rem_s': 0x6f,
  'i32.rem_u': 0x70,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_s': 0x75,
  'i32.shr_u': 0x76,
  'i32.rotl': 0x77,
  'i32.rotr': 0x78,
  'i64.clz': 0x79,
  'i64.ctz': 0x7a,
  'i64.popcnt': 0x7b,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.div_s': 0x7f,
  'i64.div_u': 0x80,
  'i64.rem_s': 0x81,
  'i64.rem_u': 0x82,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_s': 0x87,
  'i64.shr_u': 0x88,
  'i64.rotl': 0x89,
  'i64.rotr': 0x8a,
  'f32.neg': 0x8c,
  'f32.trunc': 0x8f,
  'f32.nearest': 0x90,
  'f32.sqrt': 0x91,
  'f32.add': 0x92,
  'f32.sub': 0x93,
  'f32.mul': 0x94,
  'f32.div': 0x95,
  'f32.min': 0x96,
  'f32.max': 0x97,
  'f64.neg': 0x9a,
  'f64.trunc': 0x9d,
  'f64.nearest': 0x9e,
  'f64.sqrt': 0x9f,
  'f64.add': 0xa0,
  'f64.sub': 0xa1,
  'f64.mul': 0xa2,
  'f64.div': 0xa3,
  'f64.min': 0xa4,
  'f64.max': 0xa5,
  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_s': 0xac,
  'i64.extend_i32_u': 0xad,
  'i64.trunc_f64_s': 0xb0,
  'i64.trunc_f64_u': 0xb1,
  'f32.convert_i64_s': 0xb4,
  'f32.convert_i64_u': 0xb5,
  'f32.demote_f64': 0xb6,
  'f64.convert_i64_s': 0xb9,
  'f64.convert_i64_u': 0xba,
  'f64.promote_f32': 0xbb,
  'i32.reinterpret_f32': 0xbc,
  'i64.reinterpret_f64': 0xbd,
  'f32.reinterpret_i32': 0xbe,
  'f64.reinterpret_i64': 0xbf,
  'i32.extend8_s': 0xc0,
  'i32.extend16_s': 0xc1,
  'i64.extend8_s': 0xc2,
  'i64.extend16_s': 0xc3,
  'i64.extend32_s': 0xc4,
} as const;

export type WasmOpcode = keyof typeof WASM_OPCODES;

export interface Label {
  readonly name: string;
}
export interface Local {
  readonly index: number;
  readonly type: WasmType;
}
export interface FunctionRef {
  readonly index: number;
}

/** The body of one function under construction. */
export class Code {
  readonly #bytes: number[] = [];
  readonly #locals: WasmType[] = [];
  readonly #labels: Label[] = [];

  constructor(readonly parameters: readonly WasmType[]) {}

  parameter(index: number): Local {
    const type = this.parameters[index];
    if (!type) throw new Error(`no parameter ${index}`);
    return { index, type };
  }

  local(type: WasmType): Local {
    this.#locals.push(type);
    return { index: this.parameters.length + this.#locals.length - 1, type };
  }

  op(name: WasmOpcode): this {
    this.#bytes.push(WASM_OPCODES[name]);
    return this;
  }

  /** An instruction on vectors; `lane` where it names one. */
  simd(name: SimdOpcode, lane?: number): this {
    this.#bytes.push(SIMD);
    unsigned(this.#bytes, SIMD_OPCODES[name]);
    if (lane !== undefined) this.#bytes.push(lane);
    return this;
  }

  /** The bytes of two vectors by their numbers. */
  shuffle(bytes: readonly number[]): this {
    if (bytes.length !== 16 || bytes.some((byte) => byte > 31)) throw new Error(`no shuffle ${bytes.join(' ')}`);
    this.simd('i8x16.shuffle');
    this.#bytes.push(...bytes);
    return this;
  }

  /** Loads or stores a vector; `offset` is the static byte offset. */
  memVector(name: 'v128.load' | 'v128.store', offset: number): this {
    this.simd(name, 0);
    unsigned(this.#bytes, offset);
    return this;
  }

  i32(value: number): this {
    this.#bytes.push(0x41);
    signed(this.#bytes, BigInt(value | 0));
    return this;
  }

  i64(value: bigint): this {
    this.#bytes.push(0x42);
    signed(this.#bytes, BigInt.asIntN(64, value));
    return this;
  }

  /** A load or store; `offset` is the static byte offset. */
  mem(name: WasmOpcode, offset: number): this {
    this.#bytes.push(WASM_OPCODES[name], 0);
    unsigned(this.#bytes, offset);
    return this;
  }

  get(local: Local): this {
    return this.#indexed(0x20, local.index);
  }
  set(local: Local): this {
    return this.#indexed(0x21, local.index);
  }
  tee(local: Local): this {
    return this.#indexed(0x22, local.index);
  }
  call(target: FunctionRef): this {
    return this.#indexed(0x10, target.index);
  }

  block(name: string, type?: WasmType): Label {
    return this.#open(0x02, name, type);
  }
  loop(name: string): Label {
    return this.#open(0x03, name);
  }
  if(type?: WasmType): this {
    this.#open(0x04, 'if', type);
    return this;
  }
  else(): this {
    this.#bytes.push(0x05);
    return this;
  }
  end(): this {
    this.#labels.pop();
    this.#bytes.push(0x0b);
    return this;
  }
  br(label: Label): this {
    return this.#indexed(0x0c, this.#depth(label));
  }
  brIf(label: Label): this {
    return this.#indexed(0x0d, this.#depth(label));
  }
  brTable(labels: readonly Label[], otherwise: Label): this {
    this.#bytes.push(0x0e);
    unsigned(this.#bytes, labels.length);
    for (const label of labels) unsigned(this.#bytes, this.#depth(label));
    unsigned(this.#bytes, this.#depth(otherwise));
    return this;
  }

  /** The encoded body: locals, code, end. */
  finish(): number[] {
    const out: number[] = [];
    const runs: { type: WasmType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    unsigned(out, runs.length);
    for (const { type, count } of runs) {
      unsigned(out, count);
      out.push(TYPE_BYTE[type]);
    }
    for (const byte of this.#bytes) out.push(byte);
    out.push(0x0b);
    return out;
  }

  #indexed(opcode: number, index: number): this {
    this.#bytes.push(opcode);
    unsigned(this.#bytes, index);
    return this;
  }
  #open(opcode: number, name: string, type?: WasmType): Label {
    const label = { name };
    this.#labels.push(label);
    this.#bytes.push(opcode, type ? TYPE_BYTE[type] : 0x40);
    return label;
  }
  #depth(label: Label): number {
    const at = this.#labels.lastIndexOf(label);
    if (at < 0) throw new Error(`branch out of scope: ${label.name}`);
    return this.#labels.length - 1 - at;
  }
}

interface Signature {
  readonly parameters: readonly WasmType[];
  readonly results: readonly WasmType[];
}

/** A module under construction. Declare imports first, then functions; bodies may be supplied in any order. */
export class ModuleBuilder {
  readonly #signatures: Signature[] = [];
  readonly #imports: { module: string; name: string; signature: number }[] = [];
  readonly #functions: { signature: number; body?: number[]; exportName?: string }[] = [];
  #memoryImport: { module: string; name: string; pages: number } | undefined;

  importMemory(module: string, name: string, pages: number): void {
    this.#memoryImport = { module, name, pages };
  }

  importFunction(
    module: string,
    name: string,
    parameters: readonly WasmType[],
    results: readonly WasmType[],
  ): FunctionRef {
    if (this.#functions.length > 0) throw new Error('imports come before functions');
    this.#imports.push({ module, name, signature: this.#signature(parameters, results) });
    return { index: this.#imports.length - 1 };
  }

  /** Declares a function; give its body with {@link define}. */
  declare(parameters: readonly WasmType[], results: readonly WasmType[], exportName?: string): FunctionRef {
    this.#functions.push({ signature: this.#signature(parameters, results), ...(exportName ? { exportName } : {}) });
    return { index: this.#imports.length + this.#functions.length - 1 };
  }

  define(target: FunctionRef, code: Code): void {
    const entry = this.#functions[target.index - this.#imports.length];
    if (!entry) throw new Error('not a function of this module');
    entry.body = code.finish();
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out: number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    section(out, 1, this.#signatures, (bytes, { parameters, results }) => {
      bytes.push(0x60);
      vector(bytes, parameters, (type) => bytes.push(TYPE_BYTE[type]));
      vector(bytes, results, (type) => bytes.push(TYPE_BYTE[type]));
    });
    const imports: ((bytes: number[]) => void)[] = this.#imports.map(({ module, name, signature }) => (bytes) => {
      text(bytes, module);
      text(bytes, name);
      bytes.push(0x00);
      unsigned(bytes, signature);
    });
    const memory = this.#memoryImport;
    if (memory) {
      imports.push((bytes) => {
        text(bytes, memory.module);
        text(bytes, memory.name);
        bytes.push(0x02, 0x00);
        unsigned(bytes, memory.pages);
      });
    }
    section(out, 2, imports, (bytes, write) => write(bytes));
    section(out, 3, this.#functions, (bytes, { signature }) => unsigned(bytes, signature));
    const exported = this.#functions
      .map((entry, index) => ({ name: entry.exportName, index: index + this.#imports.length }))
      .filter((entry) => entry.name !== undefined);
    section(out, 7, exported, (bytes, { name, index }) => {
      text(bytes, name ?? '');
      bytes.push(0x00);
      unsigned(bytes, index);
    });
    section(out, 10, this.#functions, (bytes, { body }) => {
      if (!body) throw new Error('function without body');
      unsigned(bytes, body.length);
      append(bytes, body);
    });
    return new Uint8Array(out);
  }

  #signature(parameters: readonly WasmType[], results: readonly WasmType[]): number {
    const key = (s: Signature) => `${s.parameters.join()}>${s.results.join()}`;
    const wanted = { parameters, results };
    const at = this.#signatures.findIndex((s) => key(s) === key(wanted));
    if (at >= 0) return at;
    this.#signatures.push(wanted);
    return this.#signatures.length - 1;
  }
}

const unsigned = (out: number[], value: number): void => {
  let rest = value;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
};

const signed = (out: number[], value: bigint): void => {
  let rest = value;
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
};

const append = (out: number[], bytes: readonly number[]): void => {
  for (const byte of bytes) out.push(byte);
};

const text = (out: number[], value: string): void => {
  const bytes = [...new TextEncoder().encode(value)];
  vector(out, bytes, (byte) => out.push(byte));
};

const vector = <T>(out: number[], items: readonly T[], write: (item: T) => void): void => {
  unsigned(out, items.length);
  for (const item of items) write(item);
};

const section = <T>(
  out: number[],
  id: number,
  items: readonly T[],
  write: (bytes: number[], item: T) => void,
): void => {
  if (items.length === 0) return;
  const bytes: number[] = [];
  vector(bytes, items, (item) => write(bytes, item));
  out.push(id);
  unsigned(out, bytes.length);
  append(out, bytes);
};
