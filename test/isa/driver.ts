/**
 * One instruction, its state before and after: a row of the vector tables. A {@link VectorDriver} executes rows on some
 * implementation; the same rows serve our engine, the direct evaluator and QEMU.
 */
import type { HartView } from '../../src/engine/hart-view';
import type { EngineIsa } from '../../src/isa/core/engine-isa';
import type { PatternInsn } from '../../src/isa/core/insn';
import type { RegisterFile } from '../../src/isa/core/state-layout';
import { PlainState } from '../support/plain-state';

/** Where a row's instruction lies; jumps and `auipc` are relative to it. */
export const CODE = 0x8000_0000n;
/** Memory rows may use: `DATA` up to `DATA + 0x1000`; zero unless a row says otherwise. */
export const DATA = 0x8000_1000n;

export interface MemoryBytes {
  readonly at: bigint;
  /** Hexadecimal digits in address order. */
  readonly bytes: string;
}

/** Registers of a file by number. */
export type Registers = Readonly<Record<number, bigint>>;
/** Files of all instruction sets. */
type Files = { readonly [file in 'x' | 'r' | 'f' | 'v' | 'fcc']?: Registers };

/** Cells of the instruction set's banks by name and number. */
export type Banks = Readonly<Record<string, Readonly<Record<number, bigint>>>>;

/** State that differs from the drivers' filling: registers hold {@link filling}, slots and banks their reset values. */
export interface Before extends Files {
  /** Named state: `frm`, `fcsr`, `mstatus` and others by the names of the instruction set's slots. */
  readonly slots?: Readonly<Record<string, bigint>>;
  readonly banks?: Banks;
  readonly memory?: readonly MemoryBytes[];
  /** Bytes of the address space beside memory; elsewhere in it nothing answers. */
  readonly space?: readonly MemoryBytes[];
}

/** What must have changed; everything not named must be as before. */
export interface After extends Files {
  readonly slots?: Readonly<Record<string, bigint>>;
  readonly banks?: Banks;
  readonly memory?: readonly MemoryBytes[];
  readonly space?: readonly MemoryBytes[];
  /** RISC-V: mstatus.FS after it (0 off, 1 initial, 2 clean, 3 dirty). */
  readonly fs?: number;
  /** The next instruction when absent. */
  readonly pc?: bigint;
  /** A synchronous trap was taken instead; then pc is the handler's and not compared. */
  readonly trap?: { readonly cause: number; readonly tval: bigint };
}

export interface Vector {
  readonly name: string;
  readonly mnemonic: string;
  readonly word: number;
  readonly length: number;
  /** Instructions executed after it, as far as nothing jumps or traps. A trap of theirs shows as their pc. */
  readonly following?: readonly { readonly word: number; readonly length: number }[];
  readonly before: Before;
  readonly after: After;
}

/** An address space beside memory: bytes where a row puts some. */
export class PlainSpace {
  readonly #bytes = new Map<number, number>();

  constructor(rows: readonly MemoryBytes[] = []) {
    for (const { at, bytes } of rows)
      for (const [index, byte] of bytesOf(bytes).entries()) this.#bytes.set(Number(at) + index, byte);
  }
  /** The bytes there; undefined where nothing answers. */
  bytes(address: number, length: number): Uint8Array | undefined {
    const found = Array.from({ length }, (_, index) => this.#bytes.get(address + index));
    return found.every((byte) => byte !== undefined) ? Uint8Array.from(found) : undefined;
  }
  read(address: number, width: number): bigint | undefined {
    return this.bytes(address, width)?.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
  write(address: number, width: number, value: bigint): boolean {
    if (!this.bytes(address, width)) return false;
    for (let index = 0; index < width; index++)
      this.#bytes.set(address + index, Number((value >> BigInt(8 * index)) & 0xffn));
    return true;
  }
}

export interface Outcome {
  register(file: string, index: number): bigint;
  slot(name: string): bigint;
  bank(name: string): BigUint64Array;
  readonly pc: bigint;
  memory(at: bigint, length: number): Uint8Array;
  readonly space: PlainSpace;
  readonly trap?: { readonly cause: number; readonly tval: bigint };
}

/** An instruction set as rows are run on it. */
export interface Subject {
  readonly engine: EngineIsa;
  readonly insns: readonly PatternInsn[];
  /** All state as a row finds it that says nothing: privileged, addresses physical, floating point on. */
  reset(state: HartView | PlainState): void;
  /** An instruction that traps wherever it is. */
  readonly breakpoint: Uint8Array;
  /** Slots compared in every row. */
  readonly slots: readonly string[];
  /** What rows may name like slots and what is compared in every row, too: what several slots mean together, by name. */
  readonly meanings?: Readonly<Record<string, Meaning>>;
}

export interface Meaning {
  get(state: Pick<PlainState, 'get'>): bigint;
  set(state: Pick<PlainState, 'get' | 'set'>, value: bigint): void;
}

export interface VectorDriver {
  readonly name: string;
  readonly subject: Subject;
  /** Executes the row's instructions, in the state that the subject's reset and the row give. */
  run(vector: Vector): Outcome;
}

/** Distinct values, so that a stray write shows. */
const FILLING: Readonly<Record<string, bigint>> = { f: 0xf10a_7000_0000_0000n };
const GENERAL = 0x5eed_0000_0000_0000n;

/** What a register holds that a row says nothing of. */
export const filling = ({ name, zero }: RegisterFile, index: number): bigint => {
  if (index === zero) return 0n;
  // Condition flags are bits.
  if (name === 'fcc') return BigInt(index & 1);
  const low = (FILLING[name === 'v' ? 'f' : name] ?? GENERAL) + BigInt(index);
  return name === 'v' ? ((0xec70_7000_0000_0000n + BigInt(index)) << 64n) | low : low;
};

const put = (bank: BigUint64Array, cells: Banks[string]): void => {
  for (const [index, value] of Object.entries(cells)) bank[Number(index)] = value;
};

/** Puts the row's state. */
export const prepare = (subject: Subject, state: HartView | PlainState, { before }: Vector): void => {
  subject.reset(state);
  for (const [slot, value] of Object.entries(before.slots ?? {})) {
    const meaning = subject.meanings?.[slot];
    if (meaning) meaning.set(state, value);
    else state.set(slot, value);
  }
  for (const [name, cells] of Object.entries(before.banks ?? {})) put(state.bank(name), cells);
  for (const file of subject.engine.state.files) {
    for (let index = 0; index < file.count; index++) {
      state.write(file.name, index, registerOf([before], file, index));
    }
  }
};

/** What a register holds by the first of the sides that says it; of a vector they may say the low half only, as `f`. */
const registerOf = (sides: readonly (Before | After)[], file: RegisterFile, index: number): bigint => {
  const [side, ...others] = sides;
  if (!side) return filling(file, index);
  const own = side[file.name as keyof Files]?.[index];
  if (own !== undefined) return own;
  const low = file.low === undefined ? undefined : side[file.low as keyof Files]?.[index];
  const rest = registerOf(others, file, index);
  return low === undefined ? rest : ((rest >> 64n) << 64n) | low;
};

/** The bytes of a row's instructions. */
export const codeOf = ({ word, length, following = [] }: Vector): Uint8Array =>
  Uint8Array.from(
    [{ word, length }, ...following].flatMap((insn) =>
      Array.from({ length: insn.length }, (_, at) => (insn.word >>> (8 * at)) & 0xff),
    ),
  );

export const bytesOf = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const digitsOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Runs the row and lists what differs from its expectation; empty when nothing does. */
export const mismatches = (driver: VectorDriver, vector: Vector): string[] => {
  const { before, after } = vector;
  const outcome = driver.run(vector);
  const found: string[] = [];
  const expect = (what: string, actual: bigint | string, wanted: bigint | string) => {
    const show = (v: bigint | string) => (typeof v === 'bigint' ? `0x${v.toString(16)}` : v);
    if (actual !== wanted) found.push(`${vector.name}: ${what} is ${show(actual)}, expected ${show(wanted)}`);
  };
  const trapText = (trap: Outcome['trap']) => (trap ? `cause ${trap.cause} tval 0x${trap.tval.toString(16)}` : 'none');
  expect('trap', trapText(outcome.trap), trapText(after.trap));
  for (const file of driver.subject.engine.state.files) {
    for (let index = 0; index < file.count; index++) {
      expect(`${file.name}${index}`, outcome.register(file.name, index), registerOf([after, before], file, index));
    }
  }
  const initial = new PlainState(driver.subject.engine.state);
  driver.subject.reset(initial);
  for (const name of driver.subject.slots) {
    expect(name, outcome.slot(name), after.slots?.[name] ?? before.slots?.[name] ?? initial.get(name));
  }
  const { meanings = {} } = driver.subject;
  for (const [name, meaning] of Object.entries(meanings)) {
    const wanted = after.slots?.[name] ?? before.slots?.[name] ?? meaning.get(initial);
    expect(name, meaning.get({ get: (slot) => outcome.slot(slot) }), wanted);
  }
  for (const [name, value] of Object.entries(after.slots ?? {}))
    if (!meanings[name]) expect(name, outcome.slot(name), value);
  if (after.fs !== undefined) expect('mstatus.FS', (outcome.slot('mstatus') >> 13n) & 3n, BigInt(after.fs));
  const stored = new Map((before.memory ?? []).map(({ at, bytes }) => [at, bytes]));
  for (const { at, bytes } of after.memory ?? []) stored.set(at, bytes);
  for (const [at, bytes] of stored) {
    expect(`memory at 0x${at.toString(16)}`, digitsOf(outcome.memory(at, bytes.length / 2)), bytes);
  }
  for (const { name, cells } of driver.subject.engine.state.banks ?? []) {
    const wanted = new BigUint64Array(cells);
    put(wanted, before.banks?.[name] ?? {});
    put(wanted, after.banks?.[name] ?? {});
    const actual = outcome.bank(name);
    if (
      Buffer.compare(Buffer.from(wanted.buffer), Buffer.from(actual.buffer, actual.byteOffset, actual.byteLength)) === 0
    )
      continue;
    for (const [index, cell] of wanted.entries()) expect(`${name}[${index}]`, actual[index] ?? 0n, cell);
  }
  for (const { at, bytes } of after.space ?? before.space ?? []) {
    const actual = outcome.space.bytes(Number(at), bytes.length / 2);
    expect(`space at 0x${at.toString(16)}`, actual ? digitsOf(actual) : 'nothing', bytes);
  }
  if (!after.trap) expect('pc', outcome.pc, after.pc ?? CODE + BigInt(vector.length));
  return found;
};
