import type { Type } from '../types';
import {
  bytesAt,
  type Child,
  type LostPart,
  littleEndian,
  type Place,
  type Value,
  type ValueContext,
  type Written,
} from './value';

/** What a reader found out about a value: how it reads on one line and what it consists of. */
export interface Shape {
  readonly text: string;
  readonly named: readonly Child[];
  readonly indexedCount: number;
  /** Called with 0 <= start and start + count <= indexedCount. */
  readonly indexed?: (start: number, count: number, view: View) => readonly Child[];
  /** Looks an element up by key or index without walking the ones before it. */
  readonly element?: (key: bigint | string, view: View) => Value | undefined;
  readonly isPointer?: boolean;
  /** What `*` yields. */
  readonly target?: Value;
  /** Members that this value lacks are looked for there, as Rust's `.` does. */
  readonly through?: Value;
  /** The place the value leads to, when it is not where its own bytes are. */
  readonly points?: bigint;
  readonly scalar?: bigint | number | boolean;
  readonly write?: (text: string) => Written;
  /** The shape hides the compiler's fields; a raw view is offered. */
  readonly hidesFields?: boolean;
}

/** Limits of one look at a value. Guest memory may be garbage and people may hover over it: the work must end. */
export interface Limits {
  readonly reads: number;
  readonly bytes: number;
  readonly depth: number;
  readonly textLength: number;
  /** Elements of an array on its line. */
  readonly elements: number;
  /** Bytes of a string; those of longer ones can be expanded. */
  readonly string: number;
}

export const defaultLimits: Limits = {
  reads: 1500,
  bytes: 1 << 18,
  depth: 5,
  textLength: 160,
  elements: 64,
  string: 400,
};

/** For going to a part: previews are not wanted. */
export const pathLimits: Limits = { reads: 64, bytes: 1 << 16, depth: 0, textLength: 0, elements: 0, string: 400 };

/** For a page of children: chains and trees have to be followed from their start. */
export const pageLimits: Limits = { ...defaultLimits, reads: 20_000, bytes: 1 << 22 };

/** For taking a value elsewhere, as a whole. */
export const wholeLimits: Limits = {
  reads: 20_000,
  bytes: 1 << 22,
  depth: 16,
  textLength: 1 << 20,
  elements: 1 << 16,
  string: 1 << 16,
};

/** One look at values of a context: reads memory within limits and previews parts. */
export class View {
  private reads = 0;
  private bytesRead = 0;
  private depth = 0;
  private layers = 0;

  constructor(
    readonly context: ValueContext,
    private readonly shapeReader: (value: Value, view: View) => Shape,
    readonly limits: Limits = defaultLimits,
  ) {}

  get isExhausted(): boolean {
    return this.reads >= this.limits.reads || this.bytesRead >= this.limits.bytes;
  }

  /** Memory, or `undefined` when there is none or the limits are reached. */
  read(address: bigint, length: number): Uint8Array | undefined {
    const bytes = this.bytes({ kind: 'memory', address }, length);
    return typeof bytes === 'string' ? undefined : bytes;
  }

  /** Bytes of a place, or why there are none. */
  bytes(place: Place, length: number): Uint8Array | string {
    if (place.kind === 'memory' && length > 0) {
      if (this.isExhausted || length > this.limits.bytes) return 'too much to read';
      this.reads++;
      this.bytesRead += length;
    }
    return bytesAt(place, length, this.context);
  }

  /** An unsigned number of `size` bytes in the target's byte order. */
  unsigned(place: Place, size: number): bigint | undefined {
    const bytes = this.bytes(place, size);
    if (typeof bytes === 'string') return undefined;
    return littleEndian(this.context.isLittleEndian ? bytes : bytes.slice().reverse());
  }

  pointer(address: bigint): bigint | undefined {
    return this.unsigned({ kind: 'memory', address }, this.context.addressSize);
  }

  shape(value: Value): Shape {
    if (this.depth >= this.limits.depth || this.isExhausted) return { text: '…', named: [], indexedCount: 0 };
    this.depth++;
    try {
      return this.shapeReader(value, this);
    } finally {
      this.depth--;
    }
  }

  /** As `shape`, for what is only a wrapper: costs no depth, but ends on types that wrap themselves. */
  inside(value: Value): Shape {
    if (this.layers >= 32 || this.isExhausted) return { text: '…', named: [], indexedCount: 0 };
    this.layers++;
    try {
      return this.shapeReader(value, this);
    } finally {
      this.layers--;
    }
  }

  /** The value on one line, for use inside another line. */
  preview(value: Value): string {
    return this.shape(value).text;
  }

  /** `open a, b, … close`, cut where the line gets too long. */
  list(open: string, close: string, items: Iterable<() => string>): string {
    let text = open;
    let isFirst = true;
    for (const item of items) {
      if (!isFirst) text += ', ';
      if (text.length > this.limits.textLength || this.isExhausted) {
        text += '…';
        break;
      }
      text += item();
      isFirst = false;
    }
    return text + close;
  }
}

/** A value of another type some bytes into this one. */
export function part(value: Value, type: Type, offset: number): Value {
  return { type, place: placeWithin(value.place, offset), context: value.context, ...calledLike(value) };
}

/** A value at an address, of one that is called the same: an element of `frames`, what the reference `frame` means. */
export function at(value: Value, type: Type, address: bigint): Value {
  const place = { kind: 'memory', address: BigInt.asUintN(64, address) } as const;
  return { type, place, context: value.context, ...calledLike(value) };
}

const calledLike = ({ calledBy }: Value): Pick<Value, 'calledBy'> => (calledBy === undefined ? {} : { calledBy });

/** The place some bytes into another one. */
export function placeWithin(place: Place, offset: number): Place {
  switch (place.kind) {
    case 'memory':
      return { kind: 'memory', address: BigInt.asUintN(64, place.address + BigInt(offset)) };
    case 'bytes':
      return offset <= place.bytes.length
        ? remaining(place.bytes.subarray(offset), place.lost, offset)
        : { kind: 'unavailable', why: 'only a part of it is known' };
    case 'implicitPointer':
      return offset === 0
        ? place
        : { kind: 'unavailable', why: 'it is a part of a pointer that the compiler did not make' };
    case 'register':
      return { ...place, offset: place.offset + offset };
    case 'unavailable':
      return place;
  }
}

/** Bytes from an offset on, with what is lost of them; where a pointer that was not made stands there, that. */
function remaining(bytes: Uint8Array, lost: readonly LostPart[] | undefined, offset: number): Place {
  if (lost === undefined) return { kind: 'bytes', bytes };
  const pointer = lost.find((part) => part.from === offset)?.pointer;
  if (pointer !== undefined) return { kind: 'implicitPointer', target: pointer };
  const rest = lost
    .map((part) => ({ ...part, from: part.from - offset, to: part.to - offset }))
    .filter(({ to }) => to > 0);
  return rest.length === 0 ? { kind: 'bytes', bytes } : { kind: 'bytes', bytes, lost: rest };
}

/** A shape of text alone. */
export const plain = (text: string): Shape => ({ text, named: [], indexedCount: 0 });

/** Children `[0]`… whose values are laid out with a stride. */
export function strided(
  value: Value,
  element: Type,
  count: number,
  address: (index: number) => Value,
): Pick<Shape, 'indexedCount' | 'indexed' | 'element'> {
  return {
    indexedCount: count,
    indexed: (start, many) =>
      Array.from({ length: many }, (_, i) => ({
        name: `[${start + i}]`,
        value: address(start + i),
        evaluateSuffix: `[${start + i}]`,
      })),
    element: (key) => {
      if (typeof key !== 'bigint' || key < 0n || key >= BigInt(count)) return undefined;
      const found = address(Number(key));
      return found.type === element ? found : { ...found, context: value.context };
    },
  };
}
