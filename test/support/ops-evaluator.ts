/**
 * A second opinion on instruction semantics: executes a `sem` directly, on BigInts, with none of the engine's machinery.
 * Slow and plain on purpose. Memory is one small array; there is no translation.
 */

import type { DecodedInsn } from '../../src/isa/core/encoding';
import type { EngineIsa } from '../../src/isa/core/engine-isa';
import type {
  AnyValue,
  Field,
  Fields,
  LaneBits,
  LaneOperation,
  LaneShift,
  Ops,
  V32,
  V64,
  V128,
} from '../../src/isa/core/ops';
import { type BusWidth, type HartState, Trap } from '../../src/isa/core/privileged';
import type { StateLayout } from '../../src/isa/core/state-layout';

import { PlainState } from './plain-state';

/** The state of one hart and its memory. */
export class EvaluatorState extends PlainState implements HartState {
  readonly hart = 0;
  readonly memory: Uint8Array;
  pc = 0n;
  length = 4;
  word = 0;
  time = 0n;
  cycles = 0n;
  retired = 0n;
  jumped: bigint | undefined;
  /** What answers in an address space beside memory. */
  space?: {
    read(address: number, width: number): bigint | undefined;
    write(address: number, width: number, value: bigint): boolean;
  };

  constructor(
    layout: StateLayout,
    readonly base: bigint,
    size: number,
    /** Causes of accesses outside memory. */
    private readonly faults: { readonly load: number; readonly store: number },
  ) {
    super(layout);
    this.memory = new Uint8Array(size);
  }

  called(): void {}
  jump(target: bigint): void {
    this.jumped = target;
  }
  flushTranslations(): void {}
  flushCode(): void {}
  contextChanged(): void {}
  interruptsChanged(): void {}
  timersChanged(): void {}
  wait(): void {}
  shutDown(): void {}
  tookInstead(): void {}

  #offset(address: bigint, bytes: number, cause: number): number {
    const offset = address - this.base;
    if (offset < 0n || offset + BigInt(bytes) > BigInt(this.memory.length)) {
      // An access that runs out of memory faults where it does.
      const end = this.base + BigInt(this.memory.length);
      throw new Trap(cause, offset >= 0n && address < end ? end : address);
    }
    return Number(offset);
  }
  /** Raises what an access does whose address is not aligned where it has to be. */
  align: (address: bigint, bytes: number, access: 'read' | 'write') => void = () => {};

  load(address: bigint, bytes: 1 | 2 | 4 | 8): bigint {
    this.align(address, bytes, 'read');
    const offset = this.#offset(address, bytes, this.faults.load);
    return this.memory.subarray(offset, offset + bytes).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
  store(address: bigint, bytes: 1 | 2 | 4 | 8, value: bigint): void {
    this.align(address, bytes, 'write');
    const offset = this.#offset(address, bytes, this.faults.store);
    for (let i = 0; i < bytes; i++) this.memory[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }
  check(address: bigint, access: string, bytes = 1): void {
    this.#offset(address, bytes, access === 'write' ? this.faults.store : this.faults.load);
  }
  loadPhysical(address: bigint, bytes: BusWidth): bigint {
    return this.load(address, bytes);
  }
  storePhysical(address: bigint, bytes: BusWidth, value: bigint): boolean {
    this.store(address, bytes, value);
    return true;
  }
  readSpace(_space: string, address: number, bytes: BusWidth): bigint | undefined {
    return this.space?.read(address, bytes);
  }
  writeSpace(_space: string, address: number, bytes: BusWidth, value: bigint): boolean {
    return this.space?.write(address, bytes, value) ?? false;
  }
}

/** Executes one decoded instruction at `state.pc`; a trap is returned, with the state as the instruction left it. */
export const evaluate = (isa: EngineIsa, decoded: DecodedInsn, state: EvaluatorState): Trap | undefined => {
  const { insn, fields } = decoded;
  const opaque = new Proxy({} as Fields, { get: (_, name): Field => ({ name: String(name) }) });
  const field = (name: string): number => {
    const value = fields[name];
    if (value === undefined) throw new Error(`${insn.mnemonic} has no field ${name}`);
    return value;
  };
  state.align = (address, bytes, access) => {
    if (address % BigInt(bytes) === 0n || !isa.mustAlign?.(state)) return;
    const memory = { readU32: () => -1, writeU32: () => {} };
    const { misaligned } = isa.cpuTranslate(state, memory, address, access, undefined, bytes);
    if (misaligned !== undefined) throw new Trap(misaligned, address);
  };
  state.jumped = undefined;
  state.length = decoded.length;
  const evaluator = new Evaluator(isa, state, field, decoded.wide ?? {});
  try {
    insn.sem(evaluator.ops, opaque);
  } catch (error) {
    if (error instanceof Trap) {
      evaluator.rollBack();
      return error;
    }
    if (!(error instanceof Done)) throw error;
  }
  state.pc = state.jumped ?? BigInt.asUintN(64, state.pc + BigInt(decoded.length));
  return undefined;
};

/** A value with its width; held unsigned. */
interface Held {
  readonly width: 32 | 64 | 128;
  readonly bits: bigint;
}

/** The lanes of a vector, each unsigned, and a vector of such. */
const lanesOf = (vector: bigint, bits: number): bigint[] =>
  Array.from({ length: 128 / bits }, (_, lane) => BigInt.asUintN(bits, vector >> BigInt(lane * bits)));
const vectorOf = (lanes: readonly bigint[], bits: number): bigint =>
  lanes.reduceRight((vector, lane) => (vector << BigInt(bits)) | BigInt.asUintN(bits, lane), 0n);

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const larger = (a: bigint, b: bigint): bigint => (a < b ? b : a);
const ones = (claim: boolean): bigint => (claim ? -1n : 0n);

/** What a lane operation gives for two lanes, and whether they are signed numbers to it. */
const LANES: Readonly<
  Record<LaneOperation, readonly [(a: bigint, b: bigint, bits: number) => bigint, 'signed' | 'unsigned']>
> = {
  add: [(a, b) => a + b, 'unsigned'],
  sub: [(a, b) => a - b, 'unsigned'],
  mul: [(a, b) => a * b, 'unsigned'],
  addSatS: [(a, b, bits) => clamped(a + b, bits, 'signed'), 'signed'],
  addSatU: [(a, b, bits) => clamped(a + b, bits, 'unsigned'), 'unsigned'],
  subSatS: [(a, b, bits) => clamped(a - b, bits, 'signed'), 'signed'],
  subSatU: [(a, b, bits) => clamped(a - b, bits, 'unsigned'), 'unsigned'],
  minS: [smaller, 'signed'],
  minU: [smaller, 'unsigned'],
  maxS: [larger, 'signed'],
  maxU: [larger, 'unsigned'],
  avgrU: [(a, b) => (a + b + 1n) >> 1n, 'unsigned'],
  eq: [(a, b) => ones(a === b), 'unsigned'],
  ltS: [(a, b) => ones(a < b), 'signed'],
  ltU: [(a, b) => ones(a < b), 'unsigned'],
  leS: [(a, b) => ones(a <= b), 'signed'],
  leU: [(a, b) => ones(a <= b), 'unsigned'],
};
const clamped = (value: bigint, bits: number, sign: 'signed' | 'unsigned'): bigint => {
  const half = 1n << BigInt(bits - 1);
  return sign === 'signed' ? larger(-half, smaller(half - 1n, value)) : larger(0n, smaller(2n * half - 1n, value));
};
const shifted = (op: LaneShift, bits: LaneBits, lane: bigint, count: bigint): bigint => {
  const by = count % BigInt(bits);
  if (op === 'shl') return lane << by;
  return (op === 'shrS' ? BigInt.asIntN(bits, lane) : lane) >> by;
};

class Evaluator {
  readonly ops: Ops;

  constructor(
    readonly isa: EngineIsa,
    readonly state: EvaluatorState,
    readonly field: (name: string) => number,
    readonly wide: Readonly<Record<string, bigint>>,
  ) {
    this.ops = this.#makeOps();
  }

  /** What takes back the effects so far, newest last. */
  readonly #undo: (() => void)[] = [];

  /** Runs `effect` so that {@link rollBack} takes it back. */
  #done(effect: () => void, undo: () => void): void {
    effect();
    this.#undo.push(undo);
  }

  /** Takes back what the instruction did before it trapped. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
  }

  #store(address: bigint, bytes: 1 | 2 | 4 | 8, value: bigint): void {
    const { state } = this;
    const old = state.load(address, bytes);
    this.#done(
      () => state.store(address, bytes, value),
      () => state.store(address, bytes, old),
    );
  }

  #makeOps(): Ops {
    const { state, field } = this;
    const held = (v: AnyValue): Held => v as unknown as Held;
    const value = <T extends AnyValue>(width: 32 | 64 | 128, bits: bigint): T =>
      ({ width, bits: BigInt.asUintN(width, bits) }) as unknown as T;
    const v64 = (bits: bigint): V64 => value(64, bits);
    const v32 = (bits: bigint): V32 => value(32, bits);
    const v128 = (bits: bigint): V128 => value(128, bits);
    const u = (v: AnyValue): bigint => held(v).bits;
    const s = (v: AnyValue): bigint => BigInt.asIntN(held(v).width, held(v).bits);
    const count = (a: AnyValue, n: AnyValue): bigint => u(n) % BigInt(held(a).width);
    type Two = <T extends AnyValue>(a: T, b: T) => T;
    const two =
      (op: (a: AnyValue, b: AnyValue) => bigint): Two =>
      (a, b) =>
        value(held(a).width, op(a, b));
    const claim =
      (op: (a: AnyValue, b: AnyValue) => boolean) =>
      (a: AnyValue, b: AnyValue): V32 =>
        v32(op(a, b) ? 1n : 0n);
    const digits = (v: AnyValue): string => u(v).toString(2).padStart(held(v).width, '0');
    const rotate = (a: AnyValue, left: bigint): bigint => {
      const width = BigInt(held(a).width);
      return (u(a) << left) | (u(a) >> ((width - left) % width));
    };
    const nonZero = (v: AnyValue): bigint => {
      if (u(v) === 0n) throw new Error('division by zero reached the host');
      return s(v);
    };
    const divisible = (a: AnyValue, b: AnyValue): void => {
      const lowest = -(1n << BigInt(held(a).width - 1));
      if (s(a) === lowest && nonZero(b) === -1n) throw new Error('overflowing division reached the host');
    };
    const register = (r: Field | number): number => (typeof r === 'number' ? r : field(r.name));
    const same = <T extends AnyValue, U extends AnyValue>(v: T): U => v as unknown as U;
    const write = (file: string, r: Field | number, v: AnyValue): void => {
      const [index, old] = [register(r), state.read(file, register(r))];
      this.#done(
        () => state.write(file, index, u(v)),
        () => state.write(file, index, old),
      );
    };
    return {
      read: (file, r) => v64(state.read(file, register(r))),
      write,
      readVector: (file, r) => v128(state.read(file, register(r))),
      writeVector: write,
      vector: (low, high) => v128(u(low) | (u(high) << 64n)),
      half: (v, which) => v64(which === 'low' ? u(v) : u(v) >> 64n),
      lanes: (op, bits, a, b) => {
        const [run, sign] = LANES[op];
        const [one, other] = [lanesOf(u(a), bits), lanesOf(u(b), bits)];
        const number = (lane: bigint): bigint => (sign === 'signed' ? BigInt.asIntN(bits, lane) : lane);
        return v128(
          vectorOf(
            one.map((lane, at) => run(number(lane), number(other[at] ?? 0n), bits)),
            bits,
          ),
        );
      },
      shiftLanes: (op, bits, a, n) =>
        v128(
          vectorOf(
            lanesOf(u(a), bits).map((lane) => shifted(op, bits, lane, u(n))),
            bits,
          ),
        ),
      splat: (bits, v) => v128(vectorOf(new Array<bigint>(128 / bits).fill(u(v)), bits)),
      vectorAnd: (a, b) => v128(u(a) & u(b)),
      vectorOr: (a, b) => v128(u(a) | u(b)),
      vectorXor: (a, b) => v128(u(a) ^ u(b)),
      vectorNot: (a) => v128(~u(a)),
      selectBits: (mask, one, zero) => v128((u(one) & u(mask)) | (u(zero) & ~u(mask))),
      signsOf: (bits, v) =>
        v32(
          vectorOf(
            lanesOf(u(v), bits).map((lane) => lane >> BigInt(bits - 1)),
            1,
          ),
        ),
      allLanes: (bits, v) => v32(lanesOf(u(v), bits).every((lane) => lane !== 0n) ? 1n : 0n),
      anyBit: (v) => v32(u(v) === 0n ? 0n : 1n),
      shuffleBytes: (a, b, bytes) => {
        const all = [...lanesOf(u(a), 8), ...lanesOf(u(b), 8)];
        return v128(
          vectorOf(
            bytes.map((byte) => all[byte] ?? 0n),
            8,
          ),
        );
      },
      pickBytes: (a, by) => {
        const all = lanesOf(u(a), 8);
        return v128(
          vectorOf(
            lanesOf(u(by), 8).map((byte) => all[Number(byte)] ?? 0n),
            8,
          ),
        );
      },
      imm: (f) => v64(this.wide[f.name] ?? BigInt(field(f.name))),
      imm32: (f) => v32(this.wide[f.name] ?? BigInt(field(f.name))),
      c: (n) => v64(BigInt(n)),
      c32: (n) => v32(BigInt(n)),
      pc: () => v64(state.pc),
      nextPc: () => v64(state.pc + BigInt(state.length)),
      pcRel: (f) => v64(state.pc + BigInt(field(f.name))),
      add: two((a, b) => u(a) + u(b)),
      sub: two((a, b) => u(a) - u(b)),
      mul: two((a, b) => u(a) * u(b)),
      mulhU: (a, b) => v64((u(a) * u(b)) >> 64n),
      mulhS: (a, b) => v64((s(a) * s(b)) >> 64n),
      mulhSU: (a, b) => v64((s(a) * u(b)) >> 64n),
      divS: two((a, b) => {
        divisible(a, b);
        return s(a) / nonZero(b);
      }),
      divU: two((a, b) => {
        nonZero(b);
        return u(a) / u(b);
      }),
      remS: two((a, b) => {
        divisible(a, b);
        return s(a) % nonZero(b);
      }),
      remU: two((a, b) => {
        nonZero(b);
        return u(a) % u(b);
      }),
      and: two((a, b) => u(a) & u(b)),
      or: two((a, b) => u(a) | u(b)),
      xor: two((a, b) => u(a) ^ u(b)),
      not: (a) => value(held(a).width, ~u(a)),
      shl: two((a, n) => u(a) << count(a, n)),
      shrU: two((a, n) => u(a) >> count(a, n)),
      shrS: two((a, n) => s(a) >> count(a, n)),
      rotl: two((a, n) => rotate(a, count(a, n))),
      rotr: two((a, n) => rotate(a, (BigInt(held(a).width) - count(a, n)) % BigInt(held(a).width))),
      clz: (a) => value(held(a).width, BigInt(/^0*/.exec(digits(a))?.[0].length ?? 0)),
      ctz: (a) => value(held(a).width, BigInt(/0*$/.exec(digits(a))?.[0].length ?? 0)),
      popcnt: (a) => value(held(a).width, BigInt(digits(a).replaceAll('0', '').length)),
      eq: claim((a, b) => u(a) === u(b)),
      ne: claim((a, b) => u(a) !== u(b)),
      ltS: claim((a, b) => s(a) < s(b)),
      ltU: claim((a, b) => u(a) < u(b)),
      geS: claim((a, b) => s(a) >= s(b)),
      geU: claim((a, b) => u(a) >= u(b)),
      eqz: (a) => v32(u(a) === 0n ? 1n : 0n),
      lo32: (v) => v32(u(v)),
      sx32: (v) => v64(s(v)),
      zx32: (v) => v64(u(v)),
      sx8: (v) => v64(BigInt.asIntN(8, u(v))),
      sx16: (v) => v64(BigInt.asIntN(16, u(v))),
      select: (c, a, b) => (u(c) ? a : b),
      iff: (c, then, otherwise) => (u(c) ? then() : otherwise()),
      load: (bytes, signed, addr) => {
        const raw = state.load(u(addr), bytes);
        return v64(signed ? BigInt.asIntN(8 * bytes, raw) : raw);
      },
      store: (bytes, addr, v) => {
        state.align(u(addr), bytes, 'write');
        state.check(u(addr), 'write', bytes);
        this.#store(u(addr), bytes, u(v));
      },
      update: (bytes, signed, addr, change, when) => {
        state.align(u(addr), bytes, this.isa.updatesRead ? 'read' : 'write');
        if (this.isa.updatesRead) state.check(u(addr), 'read', bytes);
        state.check(u(addr), 'write', bytes);
        const raw = state.load(u(addr), bytes);
        const old = v64(signed ? BigInt.asIntN(8 * bytes, raw) : raw);
        const value = change(old);
        if (!when || u(when(old))) this.#store(u(addr), bytes, u(value));
        return old;
      },
      jump: (target) => state.jump(u(target)),
      branch: (cond, target) => {
        if (u(cond)) state.jump(u(target));
      },
      trap: (cause, tval) => {
        throw new Trap(cause, tval ? u(tval) : 0n);
      },
      trapIf: (cond, cause, tval) => {
        if (u(cond)) throw new Trap(cause, tval ? u(tval) : 0n);
      },
      doneIf: (cond) => {
        if (u(cond)) throw new Done();
      },
      slot: (name) => v64(state.get(name)),
      setSlot: (name, v) => {
        const old = state.get(name);
        this.#done(
          () => state.set(name, u(v)),
          () => state.set(name, old),
        );
      },
      onlyIf: () => onlyInQuickForms(),
      helper: (name) => {
        const helper = this.isa.helpers[name];
        if (!helper) throw new Error(`no helper ${name}`);
        helper(state, field);
      },
      guard: (name, argument = 0, when) => {
        if (when && !u(when)) return;
        const guard = this.isa.guards[name];
        if (!guard) throw new Error(`no guard ${name}`);
        if (!guard.isOpen(state)) guard.open(state, argument, field);
      },
      call: (name, operands, plain) => {
        const run = this.isa.functions[name];
        if (!run) throw new Error(`no function ${name}`);
        const [a = 0n, b = 0n, c = 0n] = operands.map(u);
        return v64(run(state, a, b, c, plain ? field(plain.name) : 0));
      },
      bitsF32: same,
      bitsF64: same,
      f32Bits: same,
      f64Bits: same,
      floatAdd: onlyInQuickForms,
      floatSub: onlyInQuickForms,
      floatMul: onlyInQuickForms,
      floatDiv: onlyInQuickForms,
      floatSqrt: onlyInQuickForms,
      floatNeg: onlyInQuickForms,
      floatMin: onlyInQuickForms,
      floatMax: onlyInQuickForms,
      floatEq: onlyInQuickForms,
      floatLt: onlyInQuickForms,
      floatLe: onlyInQuickForms,
      floatTrunc: onlyInQuickForms,
      floatNearest: onlyInQuickForms,
      promote: onlyInQuickForms,
      demote: onlyInQuickForms,
      f32FromS: onlyInQuickForms,
      f32FromU: onlyInQuickForms,
      f64FromS: onlyInQuickForms,
      f64FromU: onlyInQuickForms,
      intFromF64S: onlyInQuickForms,
      intFromF64U: onlyInQuickForms,
    };
  }
}

/** The instruction is complete before its description ends. */
class Done {}

const onlyInQuickForms = (): never => {
  throw new Error('conditions and host floats belong to quick forms, which are checked against the exact interpreter');
};
