import type {
  FlagName,
  FrameState,
  Located,
  Program,
  ReadMemory,
  StructType,
  SymbolHit,
  Type,
  Variable,
} from '../types';

/**
 * The contract between the value readers (lang/rust, lang/c) and those who show or compute with values
 * (debug/evaluate, the Variables view, inspectors). A value is a type at a place. What works on it:
 * - present.ts: `present(value: Value): Presented` says how it reads;
 * - access.ts: `memberOf(value, name)`, `elementOf(value, index)`, `pointeeOf(value)`: `Value | string` (why not), and
 *   `cast(value, type): Value`; members are found through references, boxes and locks as Rust's `.` does;
 * - queue.ts: `readVecDeque(value)` and `findQueue(value)` (through Arc, lock and cell layers) give a {@link RingBuffer}.
 * Nothing here keeps state or does IO except through {@link ValueContext.read}; nothing here throws for what the guest's
 * memory holds.
 */

/** Where a value's bytes are. */
export type Place =
  | { readonly kind: 'memory'; readonly address: bigint }
  /** Known to the debugger only (constants, scattered values); little-endian on little-endian targets; cannot be written. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly lost?: readonly LostPart[] }
  /** A register by DWARF number; `bytes` is all it holds now, little-endian; `offset` is where the value starts in it. */
  | { readonly kind: 'register'; readonly dwarf: number; readonly bytes: Uint8Array; readonly offset: number }
  /** A pointer that the compiler did not make; it knows what it would point to. */
  | { readonly kind: 'implicitPointer'; readonly target: ImplicitTarget }
  | { readonly kind: 'unavailable'; readonly why: string };

/** What an implicit pointer leads to, or why that is not known. */
export type ImplicitTarget = () => Value | string;

/** Bytes of a scattered value that are not there: `from` to `to`, and why, or what stands for them. */
export interface LostPart {
  readonly from: number;
  readonly to: number;
  readonly why: string;
  readonly pointer?: ImplicitTarget;
}

/** What names addresses have; run-time addresses in and out. */
export interface Names {
  symbolAt(address: bigint): SymbolHit | undefined;
  /** The static variable that starts there; Rust vtables are among them. */
  globalAt(address: bigint): Variable | undefined;
  typeNamed(name: string): Type | undefined;
  /** What the bits of a flags type are called, where that is known. */
  flagsOf(type: StructType): readonly FlagName[] | undefined;
}

/** A base of numbers. */
export type Radix = 2 | 8 | 10 | 16;

/** What reading a value needs besides its type and place. */
export interface ValueContext {
  readonly read: ReadMemory;
  readonly addressSize: 4 | 8;
  readonly isLittleEndian: boolean;
  /** Absent: function pointers and `dyn` show addresses only. */
  readonly names?: Names;
  /** How integers read. Absent: addresses and bit patterns in hexadecimal, all others in decimal. */
  readonly radix?: Radix;
}

/** A type at a place. */
export interface Value {
  readonly type: Type;
  readonly place: Place;
  readonly context: ValueContext;
  /** Show the fields as the compiler laid them out instead of what the shape means. */
  readonly isRaw?: boolean;
  /** What it is called: the variable, the field, the wrappers around it. Says whether a number is an address. */
  readonly calledBy?: readonly string[];
  /** For a C bit field: its bits, counted from the least significant one at the place. */
  readonly bits?: { readonly offset: number; readonly size: number };
}

/** A part of a value. Present `value` when it is to be shown; that costs reads, making the child does not. */
export interface Child {
  readonly name: string;
  readonly value: Value;
  /** `.field`, `.0`, `[3]`, or `*` for the target of a pointer; feed it to {@link childExpression}. `undefined`: no expression reaches it. */
  readonly evaluateSuffix: string | undefined;
}

/** What setting a value would write: `bytes` at a memory address, or as the new whole contents of a register. */
export type Written =
  | {
      readonly ok: true;
      readonly place: Exclude<Place, { kind: 'bytes' | 'implicitPointer' | 'unavailable' }>;
      readonly bytes: Uint8Array;
    }
  | { readonly ok: false; readonly why: string };

/** How a value is shown. */
export interface Presented {
  /** One line: `Some(5)`, `VecDeque(len: 3, capacity: 8)`, `{x: 1, y: 2}`, `<invalid: …>`, `<unavailable: …>`. */
  readonly text: string;
  /** Shortened: `VecDeque<usize>`. */
  readonly type: string;
  /** As the compiler wrote it. */
  readonly fullType: string;
  /** Where the bytes are: for `memoryReference`. Of a pointer or container the place it points to. */
  readonly memoryAddress: bigint | undefined;
  /** The value's own address (what a data breakpoint watches), when it is in memory. */
  readonly address: bigint | undefined;
  /** Of the value itself. */
  readonly byteSize: number;
  readonly isPointer: boolean;
  /** The pointer's value, or a scalar's (signed when the type is): for conditions and arithmetic. */
  readonly scalar: bigint | number | boolean | undefined;
  /** Named children come first, indexed ones after; both 0: nothing to expand. */
  readonly namedCount: number;
  readonly indexedCount: number;
  /** Children `start` to `start + count` of named then indexed ones. Bounded work; fewer than asked when the memory is not readable. */
  childrenRange(start: number, count: number): readonly Child[];
  /** Only where the value can be set: parses what the user typed. */
  readonly write: ((text: string) => Written) | undefined;
}

/** A ring buffer (`VecDeque`) as data. Slots are counted from the start of the allocation, elements from the front. */
export interface RingBuffer {
  readonly value: Value;
  readonly elementType: Type;
  readonly capacity: number;
  /** The slot of the front element. */
  readonly head: number;
  readonly len: number;
  /** Where slot 0 is. */
  readonly bufferAddress: bigint;
  slotAddress(slot: number): bigint;
  slotValue(slot: number): Value;
  isOccupied(slot: number): boolean;
  /** The element's place in the queue (0 is the front); `undefined` for a free slot. */
  logicalIndex(slot: number): number | undefined;
}

/** The expression of a child, given its parent's: `(*p)`, `q.field`, `q[3]`. */
export function childExpression(parent: string, suffix: string | undefined): string | undefined {
  if (suffix === undefined) return undefined;
  const isSpaced = /\s/.test(parent);
  const needsParens = (isSpaced || (suffix !== '*' && /^[*&-]/.test(parent))) && !/^\([^()]*\)$/.test(parent);
  const inner = needsParens ? `(${parent})` : parent;
  return suffix === '*' ? `(*${inner})` : `${inner}${suffix}`;
}

/** The context of a program that runs `slide` above its link addresses. */
export function contextOf(program: Program, read: ReadMemory, slide = 0n): ValueContext {
  const link = (address: bigint) => BigInt.asUintN(64, address - slide) as Parameters<Program['symbolAt']>[0];
  return {
    read,
    addressSize: program.elf.addressSize,
    isLittleEndian: program.elf.isLittleEndian,
    names: {
      symbolAt: (address) => program.symbolAt(link(address)),
      globalAt: (address) => program.globalAt(link(address)),
      typeNamed: (name) => program.typeNamed(name),
      flagsOf: (type) => program.flagsOf(type),
    },
  };
}

/** The value of a variable that `locate` found; scattered pieces are gathered into bytes. */
export function valueAt(
  type: Type,
  located: Located,
  frame: FrameState | undefined,
  context: ValueContext,
  implicit: ImplicitReader = () => IMPLICIT,
): Value {
  return { type, place: placeOf(located, type.size, frame, context, implicit), context };
}

/** Reads what an implicit pointer leads to: the value of a variable by its id, from an offset on. */
export type ImplicitReader = (variable: number, offset: bigint) => Value | string;

const IMPLICIT = 'it is a pointer that the compiler did not make';

function placeOf(
  located: Located,
  size: number,
  frame: FrameState | undefined,
  context: ValueContext,
  implicit: ImplicitReader,
): Place {
  switch (located.kind) {
    case 'memory':
      return located;
    case 'value':
      return { kind: 'bytes', bytes: located.bytes };
    case 'unavailable':
      return located;
    case 'implicitPointer':
      return { kind: 'implicitPointer', target: () => implicit(located.die, located.offset) };
    case 'register': {
      const held = frame?.registers.get(located.dwarf);
      if (held === undefined) return { kind: 'unavailable', why: 'its register was not saved by the frames above' };
      const bytes = wordBytes(held);
      // On big-endian targets the value would sit at the other end; none of ours is.
      return { kind: 'register', dwarf: located.dwarf, bytes, offset: 0 };
    }
    case 'pieces': {
      let bits = 0n;
      let at = 0;
      const lost: LostPart[] = [];
      for (const piece of located.pieces) {
        const length = Math.ceil((piece.bitOffset + piece.bits) / 8);
        const place = placeOf(piece.at, length, frame, context, implicit);
        const from = bytesAt(place, length, context);
        if (typeof from === 'string') {
          const pointer = place.kind === 'implicitPointer' ? { pointer: place.target } : {};
          lost.push({ from: at >> 3, to: Math.ceil((at + piece.bits) / 8), why: from, ...pointer });
        } else bits |= BigInt.asUintN(piece.bits, littleEndian(from) >> BigInt(piece.bitOffset)) << BigInt(at);
        at += piece.bits;
      }
      if (lost.length === located.pieces.length && lost.every(({ pointer }) => pointer === undefined)) {
        return { kind: 'unavailable', why: lost[0]?.why ?? IMPLICIT };
      }
      // What no piece describes is not known either.
      if (at < 8 * size) lost.push({ from: at >> 3, to: size, why: 'the compiler kept no location for this part' });
      const bytes = new Uint8Array(Math.max(size, Math.ceil(at / 8)));
      for (let i = 0; i < bytes.length; i++) bytes[i] = Number((bits >> BigInt(8 * i)) & 0xffn);
      return lost.length === 0 ? { kind: 'bytes', bytes } : { kind: 'bytes', bytes, lost };
    }
  }
}

/** `length` bytes of a place, or why there are none. */
export function bytesAt(place: Place, length: number, context: ValueContext): Uint8Array | string {
  switch (place.kind) {
    case 'memory': {
      if (length === 0) return new Uint8Array(0);
      const bytes = context.read(BigInt.asUintN(64, place.address), length);
      return bytes !== undefined && bytes.length === length ? bytes : `no memory at 0x${place.address.toString(16)}`;
    }
    case 'bytes': {
      const lost = place.lost?.find(({ from, to }) => from < length && to > 0);
      if (lost !== undefined) return lost.why;
      return length <= place.bytes.length ? place.bytes.subarray(0, length) : 'only a part of it is known';
    }
    case 'implicitPointer':
      return IMPLICIT;
    case 'register':
      return place.offset + length <= place.bytes.length
        ? place.bytes.subarray(place.offset, place.offset + length)
        : 'only a part of it is in a register';
    case 'unavailable':
      return place.why;
  }
}

/** A number modulo 2^64 as eight bytes, first byte least significant. */
export function wordBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
}

/** The bytes as an unsigned number, first byte least significant. */
export function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}
