import { hex } from '../base/address';
import type { BaseTypeRef, BinaryOp, Located, LocatedPiece, Op, ReadMemory } from './types';

/** What an expression may ask of the frame it is evaluated in. Each answers or throws {@link Unavailable}. */
export interface ExpressionContext {
  readonly addressSize: 4 | 8;
  readonly slide: bigint;
  readonly readMemory: ReadMemory;
  register(dwarf: number): bigint;
  cfa(): bigint;
  frameBase(): bigint;
  /** Where in memory what lies `offset` bytes into the storage of each thread is for this one. */
  threadLocal(offset: bigint): bigint;
  /** The value an expression had when the function was entered. */
  atEntry(ops: readonly Op[]): bigint;
}

/** A value cannot be had, and why; a plain outcome of evaluation, caught by the callers in this folder. */
export class Unavailable extends Error {}

/** An entry of the expression stack; without a type it is an address-sized number. */
interface Entry {
  readonly value: bigint;
  readonly type?: BaseTypeRef;
}

/** Loops in damaged expressions end here. */
const MAX_STEPS = 20_000;

/** Evaluates a location expression. */
export function evaluateLocation(ops: readonly Op[], context: ExpressionContext): Located {
  try {
    return new Machine(ops, context, []).location();
  } catch (error) {
    if (error instanceof Unavailable) return { kind: 'unavailable', why: error.message };
    throw error;
  }
}

/** Evaluates an expression to the number on top of its stack; a register location gives the register's value. */
export function evaluateNumber(
  ops: readonly Op[],
  context: ExpressionContext,
  initial: readonly bigint[] = [],
): bigint {
  return new Machine(
    ops,
    context,
    initial.map((value) => ({ value })),
  ).number();
}

/** A little-endian number as bytes. */
export function bytesOfNumber(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0, rest = BigInt.asUintN(size * 8, value); i < size; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

/** Little-endian bytes as an unsigned number. */
export function numberOfBytes(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

class Machine {
  private readonly bits: number;

  constructor(
    private readonly ops: readonly Op[],
    private readonly context: ExpressionContext,
    private stack: Entry[],
  ) {
    this.bits = context.addressSize * 8;
  }

  number(): bigint {
    const at = this.location();
    switch (at.kind) {
      case 'memory':
        return at.address;
      case 'register':
        return this.context.register(at.dwarf);
      case 'value':
        return numberOfBytes(at.bytes);
      case 'unavailable':
        throw new Unavailable(at.why);
      case 'implicitPointer':
        throw new Unavailable('it is a pointer that the compiler did not make');
      case 'pieces':
        throw new Unavailable('a number is expected and the expression gives pieces');
    }
  }

  location(): Located {
    const pieces: LocatedPiece[] = [];
    let current: Exclude<Located, { kind: 'pieces' }> | undefined;
    for (let pc = 0, steps = 0; pc < this.ops.length; steps++) {
      if (steps > MAX_STEPS) throw new Unavailable('the location expression does not end');
      const op = this.ops[pc];
      if (op === undefined) break;
      pc++;
      switch (op.op) {
        case 'register':
          current = { kind: 'register', dwarf: op.register };
          break;
        case 'implicitValue':
          current = { kind: 'value', bytes: op.bytes };
          break;
        case 'stackValue': {
          const top = this.pop();
          current = { kind: 'value', bytes: bytesOfNumber(top.value, top.type?.size ?? this.context.addressSize) };
          break;
        }
        case 'implicitPointer':
          current = { kind: 'implicitPointer', die: op.die, offset: op.offset };
          break;
        case 'piece': {
          const at = current ?? this.top();
          pieces.push({ bits: op.bits, bitOffset: op.bitOffset, at });
          current = undefined;
          break;
        }
        case 'branchIf':
          if (this.pop().value !== 0n) pc = this.branch(op.target);
          break;
        case 'skip':
          pc = this.branch(op.target);
          break;
        default:
          this.step(op);
      }
    }
    if (pieces.length > 0) return { kind: 'pieces', pieces };
    return current ?? this.top();
  }

  /** What is on the stack is an address; nothing at all means there is no such place. */
  private top(): Exclude<Located, { kind: 'pieces' }> {
    const entry = this.stack.pop();
    if (entry === undefined) return { kind: 'unavailable', why: 'this part was optimised away' };
    return { kind: 'memory', address: this.unsigned(entry.value) };
  }

  private branch(target: number): number {
    if (target > this.ops.length) throw new Unavailable('the location expression branches into nowhere');
    return target;
  }

  private pop(): Entry {
    const entry = this.stack.pop();
    if (entry === undefined) throw new Unavailable('the location expression is damaged (empty stack)');
    return entry;
  }

  private push(value: bigint, type?: BaseTypeRef): void {
    if (this.stack.length > 1000) throw new Unavailable('the location expression is damaged (full stack)');
    const bits = type === undefined ? this.bits : type.size * 8;
    this.stack.push({ value: BigInt.asUintN(bits, value), type });
  }

  private unsigned(value: bigint): bigint {
    return BigInt.asUintN(this.bits, value);
  }

  private step(op: Op): void {
    const { context } = this;
    switch (op.op) {
      case 'const':
        return this.push(op.value, op.type);
      case 'address':
        return this.push(op.value + context.slide);
      case 'registerOffset':
        return this.push(context.register(op.register) + op.offset, op.type);
      case 'frameOffset':
        return this.push(context.frameBase() + op.offset);
      case 'tls':
        return this.push(context.threadLocal(this.pop().value));
      case 'cfa':
        return this.push(context.cfa());
      case 'drop':
        this.pop();
        return;
      case 'swap': {
        const [a, b] = [this.pop(), this.pop()];
        this.stack.push(a, b);
        return;
      }
      case 'rot': {
        const [a, b, c] = [this.pop(), this.pop(), this.pop()];
        this.stack.push(a, c, b);
        return;
      }
      case 'pick': {
        const entry = this.stack.at(-1 - op.index);
        if (entry === undefined) throw new Unavailable('the location expression is damaged (empty stack)');
        return this.push(entry.value, entry.type);
      }
      case 'deref': {
        const address = this.unsigned(this.pop().value);
        const bytes = context.readMemory(address, op.size);
        if (bytes === undefined) throw new Unavailable(`memory at ${hex(address)} is not readable`);
        return this.push(numberOfBytes(bytes), op.type);
      }
      case 'plusConst': {
        const top = this.pop();
        return this.push(top.value + op.value, top.type);
      }
      case 'unary':
        return this.unary(op.what);
      case 'binary':
        return this.binary(op.what);
      case 'entryValue':
        return this.push(context.atEntry(op.ops));
      case 'convert':
      case 'reinterpret':
        return this.convert(op.op, op.type);
      case 'nop':
        return;
      case 'objectAddress':
        throw new Unavailable('it depends on the address of an object around it');
      case 'unsupported':
        throw new Unavailable(`its location uses ${op.name}, which is not supported`);
      default:
        throw new Unavailable(`its location uses ${op.op} in an unexpected place`);
    }
  }

  private width(entry: Entry): number {
    if (entry.type?.encoding === 'float') throw new Unavailable('its location computes with floating-point numbers');
    return entry.type === undefined ? this.bits : entry.type.size * 8;
  }

  /** The generic type is signed where it matters, as the standard says for division, shifts and comparisons. */
  private signed(entry: Entry): bigint {
    const bits = this.width(entry);
    const encoding = entry.type?.encoding;
    const isUnsigned =
      encoding === 'unsigned' || encoding === 'unsignedChar' || encoding === 'bool' || encoding === 'utf';
    return isUnsigned ? BigInt.asUintN(bits, entry.value) : BigInt.asIntN(bits, entry.value);
  }

  private unary(what: 'abs' | 'neg' | 'not'): void {
    const a = this.pop();
    const n = this.signed(a);
    if (what === 'abs') return this.push(n < 0n ? -n : n, a.type);
    return this.push(what === 'neg' ? -n : ~n, a.type);
  }

  private binary(what: BinaryOp): void {
    const b = this.pop();
    const a = this.pop();
    const bits = this.width(a);
    const [x, y] = [this.signed(a), this.signed(b)];
    const shift = b.value > 512n ? 512n : b.value;
    const truth = (claim: boolean) => this.push(claim ? 1n : 0n);
    switch (what) {
      case 'and':
        return this.push(a.value & b.value, a.type);
      case 'or':
        return this.push(a.value | b.value, a.type);
      case 'xor':
        return this.push(a.value ^ b.value, a.type);
      case 'plus':
        return this.push(a.value + b.value, a.type);
      case 'minus':
        return this.push(a.value - b.value, a.type);
      case 'mul':
        return this.push(x * y, a.type);
      case 'div':
        if (y === 0n) throw new Unavailable('its location divides by zero');
        return this.push(x / y, a.type);
      case 'mod':
        // The generic type's remainder is unsigned, unlike its quotient.
        if (b.value === 0n) throw new Unavailable('its location divides by zero');
        return this.push(a.type === undefined ? a.value % b.value : x % y, a.type);
      case 'shl':
        return this.push(a.value << shift, a.type);
      case 'shr':
        return this.push(BigInt.asUintN(bits, a.value) >> shift, a.type);
      case 'shra':
        return this.push(BigInt.asIntN(bits, a.value) >> shift, a.type);
      case 'eq':
        return truth(x === y);
      case 'ne':
        return truth(x !== y);
      case 'lt':
        return truth(x < y);
      case 'le':
        return truth(x <= y);
      case 'gt':
        return truth(x > y);
      case 'ge':
        return truth(x >= y);
    }
  }

  private convert(how: 'convert' | 'reinterpret', type: BaseTypeRef | undefined): void {
    const a = this.pop();
    if (how === 'reinterpret') return this.push(a.value, type);
    if (type?.encoding === 'float') throw new Unavailable('its location computes with floating-point numbers');
    // A widening conversion extends by the sign of the source; the generic type has none and is taken as unsigned.
    return this.push(a.type === undefined ? this.unsigned(a.value) : this.signed(a), type);
  }
}
