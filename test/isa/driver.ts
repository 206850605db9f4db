/**
 * One instruction, its state before and after: a row of the vector tables. A {@link VectorDriver} executes rows on some
 * implementation; the same rows serve our engine, the direct evaluator and QEMU.
 */

/** Where a row's instruction lies; jumps and `auipc` are relative to it. */
export const CODE = 0x8000_0000n;
/** Memory rows may use: `DATA` up to `DATA + 0x1000`; zero unless a row says otherwise. */
export const DATA = 0x8000_1000n;

export interface MemoryBytes {
  readonly at: bigint;
  /** Hexadecimal digits in address order. */
  readonly bytes: string;
}

/** State that differs from the drivers' filling: registers hold {@link fillX} and {@link fillF}, slots their reset values. */
export interface Before {
  readonly x?: Readonly<Record<number, bigint>>;
  readonly f?: Readonly<Record<number, bigint>>;
  /** Named state: `frm`, `fflags`, `mstatus` and others by the names of the instruction set's slots. */
  readonly slots?: Readonly<Record<string, bigint>>;
  readonly memory?: readonly MemoryBytes[];
}

/** What must have changed; everything not named must be as before. */
export interface After {
  readonly x?: Readonly<Record<number, bigint>>;
  readonly f?: Readonly<Record<number, bigint>>;
  readonly slots?: Readonly<Record<string, bigint>>;
  readonly memory?: readonly MemoryBytes[];
  /** mstatus.FS after it (0 off, 1 initial, 2 clean, 3 dirty). */
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

export interface Outcome {
  x(index: number): bigint;
  f(index: number): bigint;
  slot(name: string): bigint;
  readonly pc: bigint;
  memory(at: bigint, length: number): Uint8Array;
  readonly trap?: { readonly cause: number; readonly tval: bigint };
}

export interface VectorDriver {
  readonly name: string;
  /** Executes the row's one instruction in M-mode with floating point on (mstatus.FS = Initial), unless the row's slots differ. */
  run(vector: Vector): Outcome;
}

/** Distinct values, so that a stray write shows. */
export const fillX = (index: number): bigint => (index === 0 ? 0n : 0x5eed_0000_0000_0000n + BigInt(index));
export const fillF = (index: number): bigint => 0xf10a_7000_0000_0000n + BigInt(index);
/** FS = Initial. */
export const FS_INITIAL = 1n << 13n;

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

/** Slots compared in every row. */
const ALWAYS = ['fflags', 'frm', 'reservation'];

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
  for (let index = 0; index < 32; index++) {
    expect(`x${index}`, outcome.x(index), after.x?.[index] ?? before.x?.[index] ?? fillX(index));
    expect(`f${index}`, outcome.f(index), after.f?.[index] ?? before.f?.[index] ?? fillF(index));
  }
  for (const name of ALWAYS) {
    const unset = name === 'reservation' ? 0xffff_ffff_ffff_ffffn : 0n;
    expect(name, outcome.slot(name), after.slots?.[name] ?? before.slots?.[name] ?? unset);
  }
  for (const [name, value] of Object.entries(after.slots ?? {})) expect(name, outcome.slot(name), value);
  if (after.fs !== undefined) expect('mstatus.FS', (outcome.slot('mstatus') >> 13n) & 3n, BigInt(after.fs));
  const stored = new Map((before.memory ?? []).map(({ at, bytes }) => [at, bytes]));
  for (const { at, bytes } of after.memory ?? []) stored.set(at, bytes);
  for (const [at, bytes] of stored) {
    expect(`memory at 0x${at.toString(16)}`, digitsOf(outcome.memory(at, bytes.length / 2)), bytes);
  }
  if (!after.trap) expect('pc', outcome.pc, after.pc ?? CODE + BigInt(vector.length));
  return found;
};
