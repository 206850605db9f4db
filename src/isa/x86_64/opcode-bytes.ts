/** The first bytes of an instruction: prefixes, REX or VEX, opcode. @see AMD64 APM volume 3, 1.2 to 1.8 */
import type { Prefixes } from './form';
import { MAP } from './notation';
import { SEG } from './state';

/** Bytes. */
export const LONGEST = 15;

/** What code is: the modes of decoding. */
export const MODE = { long: 0, code32: 1, code16: 2 } as const;

const SEGMENT_PREFIXES: Readonly<Record<number, number>> = {
  38: SEG.es,
  46: SEG.cs,
  54: SEG.ss,
  62: SEG.ds,
  100: SEG.fs,
  101: SEG.gs,
};

/** Reads on in bytes; {@link isShort} once they were too few. */
export class Reader {
  at = 0;
  isShort = false;

  constructor(readonly bytes: Uint8Array) {}

  /** A number of so many bytes, at most 4, sign-extended. */
  signed(count: number): number {
    const value = this.unsigned(count);
    const unused = 32 - 8 * count;
    return (value << unused) >> unused;
  }
  unsigned(count: number): number {
    let value = 0;
    for (let byte = 0; byte < count; byte++) value |= this.#next() << (8 * byte);
    return value;
  }
  wide(count: number): bigint {
    const low = BigInt(this.unsigned(Math.min(count, 4)) >>> 0);
    return count === 8 ? low | (BigInt(this.unsigned(4) >>> 0) << 32n) : low;
  }
  peek(): number | undefined {
    return this.bytes[this.at];
  }
  #next(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) this.isShort = true;
    return byte ?? 0;
  }
}

/** The bits that choose registers beyond the eighth. */
export interface Extension {
  readonly w: number;
  readonly r: number;
  readonly x: number;
  readonly b: number;
  readonly vvvv: number;
}

/** The opcode, and what its prefix says of the operands. */
export interface Opcode {
  readonly isVex: boolean;
  readonly map: number;
  readonly opcode: number;
  readonly extension: Extension;
  /** What stands in for mandatory prefixes in VEX. */
  readonly implied: 0 | 0x66 | 0xf2 | 0xf3;
}

const IMPLIED = [0, 0x66, 0xf3, 0xf2] as const;
const VEX_MAPS: readonly (number | undefined)[] = [undefined, MAP['0F'], MAP['0F38'], MAP['0F3A']];

/** All prefixes, in whatever order. Stops behind the longest instruction. */
export const takePrefixes = (reader: Reader, mode: number): Prefixes => {
  let [hasLock, has66, has67] = [false, false, false];
  let repeat: Prefixes['repeat'] = 0;
  let segment: number | undefined;
  let rex = 0;
  for (;;) {
    const byte = reader.peek();
    if (byte === undefined || reader.at >= LONGEST) break;
    const named = SEGMENT_PREFIXES[byte];
    if (mode === MODE.long && (byte & 0xf0) === 0x40) {
      rex = byte;
      reader.at++;
      continue;
    }
    if (named !== undefined) {
      // In 64-bit mode the others are ignored, and do not take the place of one that is not.
      if (mode !== MODE.long || named >= SEG.fs) segment = named;
    } else if (byte === 0xf0) hasLock = true;
    else if (byte === 0x66) has66 = true;
    else if (byte === 0x67) has67 = true;
    else if (byte === 0xf2 || byte === 0xf3) repeat = byte;
    else break;
    rex = 0;
    reader.at++;
  }
  return { hasLock, repeat, has66, has67, segment, rex };
};

/** The opcode behind the prefixes; `undefined` where they exclude each other or there is no such map. */
export const takeOpcode = (reader: Reader, prefixes: Prefixes, mode: number): Opcode | undefined => {
  const { rex } = prefixes;
  const bit = (value: number, at: number): number => (value >> at) & 1;
  const extension = { w: bit(rex, 3), r: bit(rex, 2), x: bit(rex, 1), b: bit(rex, 0), vvvv: 0 };
  const first = reader.unsigned(1);
  const next = reader.peek() ?? 0;
  if ((first === 0xc4 || first === 0xc5) && (mode === MODE.long || next >= 0xc0)) {
    if (prefixes.hasLock || prefixes.repeat !== 0 || prefixes.has66 || rex !== 0) return undefined;
    return takeVex(reader, first === 0xc4, mode);
  }
  if (first !== 0x0f) return { isVex: false, map: MAP.one, opcode: first, extension, implied: 0 };
  const second = reader.unsigned(1);
  const map = second === 0x38 ? MAP['0F38'] : second === 0x3a ? MAP['0F3A'] : MAP['0F'];
  return { isVex: false, map, opcode: map === MAP['0F'] ? second : reader.unsigned(1), extension, implied: 0 };
};

const takeVex = (reader: Reader, isLong: boolean, mode: number): Opcode | undefined => {
  const first = reader.unsigned(1);
  const last = isLong ? reader.unsigned(1) : first;
  const map = isLong ? VEX_MAPS[first & 0x1f] : MAP['0F'];
  const opcode = reader.unsigned(1);
  // L must be 0 in all that is claimed.
  if (map === undefined || (last & 4) !== 0) return undefined;
  const hasMore = mode === MODE.long;
  const extension = {
    w: isLong ? last >> 7 : 0,
    r: hasMore ? (first >> 7) ^ 1 : 0,
    x: hasMore && isLong ? ((first >> 6) & 1) ^ 1 : 0,
    b: hasMore && isLong ? ((first >> 5) & 1) ^ 1 : 0,
    vvvv: ((last >> 3) & 15) ^ 15,
  };
  return { isVex: true, map, opcode, extension, implied: IMPLIED[last & 3] ?? 0 };
};
