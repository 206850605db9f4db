/**
 * The vocabulary in which an instruction says what it does. `sem` functions receive an {@link Ops} and opaque fields and
 * describe their effects with it; nothing in a `sem` may compute outside `o`. The same description becomes the
 * interpreter's handler, later the JIT's code, and the list of effects. This is the part that every instruction set
 * shares; each adds words of its own, made of these (see {@link Vocabulary}).
 *
 * Values are 64-bit (`V64`), 32-bit (`V32`; also booleans, 0 or 1), floats held as such (`F32`, `F64`) or vectors of 128 bits
 * (`V128`).
 * Order: what is described happens in that order; a register read sees the writes described before it. But an instruction
 * is whole: where it faults, none of its writes and stores has happened. So what may fault comes first, and the writes and
 * stores described before it wait for it; nothing described in between may read what waits.
 */
declare const type: unique symbol;
/** What a value is held as: integers and floats of 32 or 64 bits, vectors of 128. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
export interface Value<T extends ValueType> {
  readonly [type]: T;
}
export type V64 = Value<'i64'>;
export type V32 = Value<'i32'>;
export type F32 = Value<'f32'>;
export type F64 = Value<'f64'>;
export type V128 = Value<'v128'>;
export type Int = V64 | V32;
export type Float = F32 | F64;
export type AnyValue = V64 | V32 | F32 | F64 | V128;

/** A field of the instruction word. Opaque: it is a number only in the emitted code. */
export interface Field {
  readonly name: string;
}
/** Fields by the names an instruction set gives them. Asking for a name the pattern lacks throws when the table is built. */
export type Fields<Name extends string = string> = Readonly<Record<Name, Field>>;

/** Width of a vector's lanes; lane 0 is in the lowest bits. */
export type LaneBits = 8 | 16 | 32 | 64;
/**
 * What two vectors give lane by lane. Comparisons give lanes of ones or zeros. Not every one is there for all widths, as in
 * WebAssembly: products from 16 bits on, saturation and averages up to 16, `minS` and its kin and unsigned comparisons up to 32.
 */
export type LaneOperation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'addSatS'
  | 'addSatU'
  | 'subSatS'
  | 'subSatU'
  | 'minS'
  | 'minU'
  | 'maxS'
  | 'maxU'
  | 'avgrU'
  | 'eq'
  | 'ltS'
  | 'ltU'
  | 'leS'
  | 'leU';
export type LaneShift = 'shl' | 'shrS' | 'shrU';

export interface Ops {
  /** A register of a file or view, named by a field or by its number; narrower ones are zero-extended. */
  read(file: string, register: Field | number): V64;
  /** Writes a register; of a narrower one the low bits. Writes to a file's zero register vanish. */
  write(file: string, register: Field | number, v: V64): void;
  /** Immediate field: sign- or zero-extended as its pattern says. */
  imm(f: Field): V64;
  imm32(f: Field): V32;
  c(n: bigint | number): V64;
  c32(n: number): V32;
  pc(): V64;
  /** Address of the following instruction. */
  nextPc(): V64;
  /** `pc + imm(f)`: keep it recognisable, so that jumps chain. */
  pcRel(f: Field): V64;

  add<T extends Int>(a: T, b: T): T;
  sub<T extends Int>(a: T, b: T): T;
  mul<T extends Int>(a: T, b: T): T;
  /** High 64 bits of the 128-bit product. */
  mulhU(a: V64, b: V64): V64;
  mulhS(a: V64, b: V64): V64;
  /** Signed × unsigned. */
  mulhSU(a: V64, b: V64): V64;
  /** Wasm division: only inside `iff`/`when` arms that exclude 0 (and MIN / -1 for signed). */
  divS<T extends Int>(a: T, b: T): T;
  divU<T extends Int>(a: T, b: T): T;
  remS<T extends Int>(a: T, b: T): T;
  remU<T extends Int>(a: T, b: T): T;
  and<T extends Int>(a: T, b: T): T;
  or<T extends Int>(a: T, b: T): T;
  xor<T extends Int>(a: T, b: T): T;
  not<T extends Int>(a: T): T;
  /** Shift counts are taken modulo the width. */
  shl<T extends Int>(a: T, n: T): T;
  shrU<T extends Int>(a: T, n: T): T;
  shrS<T extends Int>(a: T, n: T): T;
  rotl<T extends Int>(a: T, n: T): T;
  rotr<T extends Int>(a: T, n: T): T;
  clz<T extends Int>(a: T): T;
  ctz<T extends Int>(a: T): T;
  popcnt<T extends Int>(a: T): T;
  eq<T extends Int>(a: T, b: T): V32;
  ne<T extends Int>(a: T, b: T): V32;
  ltS<T extends Int>(a: T, b: T): V32;
  ltU<T extends Int>(a: T, b: T): V32;
  geS<T extends Int>(a: T, b: T): V32;
  geU<T extends Int>(a: T, b: T): V32;
  eqz(a: Int): V32;
  lo32(v: V64): V32;
  sx32(v: V32): V64;
  zx32(v: V32): V64;
  /** Sign-extends the low 8 or 16 bits. */
  sx8(v: V64): V64;
  sx16(v: V64): V64;
  /** Both arms are evaluated; no loads in them. */
  select<T extends AnyValue>(c: V32, a: T, b: T): T;
  /** Only the chosen arm is evaluated. Arms yield pure values: no loads or effects in them. */
  iff<T extends AnyValue>(c: V32, then: () => T, otherwise: () => T): T;

  load(bytes: 1 | 2 | 4 | 8, signed: boolean, addr: V64): V64;
  store(bytes: 1 | 2 | 4 | 8, addr: V64, v: V64): void;
  /**
   * Reads memory and stores what `change` makes of it, in one: for atomic instructions and those with a memory operand that
   * is source and destination. It faults as a store does. Yields the old value. With `when`, it stores only where that is
   * 1 (compare and swap, store-conditional), but faults in any case.
   */
  update(bytes: 1 | 2 | 4 | 8, signed: boolean, addr: V64, change: (old: V64) => V64, when?: (old: V64) => V32): V64;

  jump(target: V64): void;
  /** Falls through to the next instruction when `cond` is 0. */
  branch(cond: V32, target: V64): void;
  /** Takes a synchronous trap; nothing described after it happens. `tval` defaults to 0. */
  trap(cause: number, tval?: V64): void;
  /** The same where `cond` is not 0. */
  trapIf(cond: V32, cause: number, tval?: V64): void;
  /** Where `cond` is not 0 the instruction is complete: execution goes on behind it and nothing described after happens. */
  doneIf(cond: V32): void;
  /** A 64-bit slot of the state. */
  slot(name: string): V64;
  setSlot(name: string, v: V64): void;
  /**
   * Asks that the instruction set's guard be open, such as the one of a floating-point unit that can be switched off;
   * where it is not, the guard's TypeScript gets `argument` and opens it or traps. With `when` only where that is not 0.
   */
  guard(name: string, argument?: number, when?: V32): void;
  /**
   * A TypeScript function of the instruction set, which may trap: up to three operands, and the plain value of a field.
   * Exact floating point is made of these. Such an instruction needs a quick form to be fast.
   */
  call(name: string, operands: readonly V64[], field?: Field): V64;
  /** The whole instruction is done by the named TypeScript function of the ISA (`helpers`), which sees fields and state. */
  helper(name: string): void;
  /** Leaves the instruction to its full description unless `cond`. Only in quick forms (see `EngineIsa.quick`). */
  onlyIf(cond: V32): void;

  /** A register of a file whose registers have 128 bits. */
  readVector(file: string, register: Field | number): V128;
  writeVector(file: string, register: Field | number, v: V128): void;
  /** A vector of its two halves. */
  vector(low: V64, high: V64): V128;
  half(v: V128, which: 'low' | 'high'): V64;
  lanes(op: LaneOperation, bits: LaneBits, a: V128, b: V128): V128;
  /** All lanes by one count, taken modulo their width. */
  shiftLanes(op: LaneShift, bits: LaneBits, a: V128, n: V32): V128;
  /** The low bits of a value in every lane. */
  splat(bits: LaneBits, v: V64): V128;
  vectorAnd(a: V128, b: V128): V128;
  vectorOr(a: V128, b: V128): V128;
  vectorXor(a: V128, b: V128): V128;
  vectorNot(a: V128): V128;
  /** Bits of `ones` where `mask` has ones, of `zeros` elsewhere. */
  selectBits(mask: V128, ones: V128, zeros: V128): V128;
  /** The highest bit of each lane, that of lane 0 in bit 0. */
  signsOf(bits: LaneBits, v: V128): V32;
  /** Whether no lane is 0. */
  allLanes(bits: LaneBits, v: V128): V32;
  /** Whether any bit is set. */
  anyBit(v: V128): V32;
  /** Bytes by their numbers: 0 to 15 are of `a`, 16 to 31 of `b`. */
  shuffleBytes(a: V128, b: V128, bytes: readonly number[]): V128;
  /** Bytes of `a` by numbers in the bytes of `by`; 0 for numbers above 15. */
  pickBytes(a: V128, by: V128): V128;

  // Floats. The host's arithmetic rounds to nearest even, raises no flags, and its NaNs are unspecified: only for quick
  // forms, where conditions make the result certain. See `float/host.ts`.
  bitsF32(v: V32): F32;
  bitsF64(v: V64): F64;
  f32Bits(v: F32): V32;
  f64Bits(v: F64): V64;
  floatAdd<T extends Float>(a: T, b: T): T;
  floatSub<T extends Float>(a: T, b: T): T;
  floatMul<T extends Float>(a: T, b: T): T;
  floatDiv<T extends Float>(a: T, b: T): T;
  floatSqrt<T extends Float>(a: T): T;
  floatNeg<T extends Float>(a: T): T;
  /** -0 is below +0. */
  floatMin<T extends Float>(a: T, b: T): T;
  floatMax<T extends Float>(a: T, b: T): T;
  floatEq<T extends Float>(a: T, b: T): V32;
  floatLt<T extends Float>(a: T, b: T): V32;
  floatLe<T extends Float>(a: T, b: T): V32;
  /** To an integral number, towards zero or to the nearest, ties to even. */
  floatTrunc<T extends Float>(a: T): T;
  floatNearest<T extends Float>(a: T): T;
  promote(v: F32): F64;
  demote(v: F64): F32;
  f32FromS(v: V64): F32;
  f32FromU(v: V64): F32;
  f64FromS(v: V64): F64;
  f64FromU(v: V64): F64;
  /** Towards zero; the wasm instruction traps out of range, so conditions described before must exclude that. */
  intFromF64S(v: F64): V64;
  intFromF64U(v: F64): V64;
}
