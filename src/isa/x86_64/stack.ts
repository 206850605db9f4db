/** A stack as transfers of control use it: the one in use, or one that is about to be. Nothing of the hart changes by it. */
import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES } from './bits';
import { causeOf, VECTOR } from './causes';
import { is64, isCanonical } from './modes';
import { isInside, type SegmentRegister, segmentOf } from './segments';
import { SEG } from './state';

export type StackBytes = 2 | 4 | 8;

export const RSP = 4;

export interface StackOptions {
  /** Its segment; undefined in 64-bit mode, where it has none. */
  readonly segment: SegmentRegister | undefined;
  readonly rsp: bigint;
  /** Error code of the #SS of an offset outside of it: 0 when absent. */
  readonly error?: number;
  /** With whose rights it is accessed: see `HartState.load`. Absent: the program's. */
  readonly as?: number;
}

const ALL = 0xffff_ffff_ffff_ffffn;
const WORD = 0xffff_ffffn;

export class Stack {
  /** The stack pointer as it would be now. */
  rsp: bigint;
  readonly #mask: bigint;

  constructor(
    readonly state: HartState,
    readonly options: StackOptions,
  ) {
    const { segment, rsp } = options;
    this.rsp = rsp;
    this.#mask = segment === undefined ? ALL : segment.attributes & ATTRIBUTES.DB ? WORD : 0xffffn;
  }

  /** @throws Trap #SS, page faults */
  push(bytes: StackBytes, value: bigint): void {
    const offset = (this.rsp - BigInt(bytes)) & this.#mask;
    this.state.store(this.#address(offset, bytes), bytes, BigInt.asUintN(8 * bytes, value), this.options.as);
    this.#move(offset);
  }

  /** @throws Trap #SS, page faults */
  pop(bytes: StackBytes): bigint {
    const offset = this.rsp & this.#mask;
    const value = this.state.load(this.#address(offset, bytes), bytes, this.options.as);
    this.#move((offset + BigInt(bytes)) & this.#mask);
    return value;
  }

  /** What lies so many bytes above the top. */
  peek(bytes: StackBytes, above: number): bigint {
    const offset = (this.rsp + BigInt(above)) & this.#mask;
    return this.state.load(this.#address(offset, bytes), bytes, this.options.as);
  }

  /** Moves the pointer up, past what is dropped. */
  drop(bytes: number): void {
    this.#move((this.rsp + BigInt(bytes)) & this.#mask);
  }

  #move(offset: bigint): void {
    // A pointer of 32 bits clears the rest, one of 16 leaves it.
    this.rsp = this.#mask === 0xffffn ? (this.rsp & ~0xffffn) | offset : offset;
  }

  #address(offset: bigint, bytes: number): bigint {
    const { segment, error = 0 } = this.options;
    if (segment === undefined) {
      const last = BigInt.asUintN(64, offset + BigInt(bytes) - 1n);
      if (isCanonical(this.state, offset) && isCanonical(this.state, last)) return offset;
    } else if (isInside(segment, offset, bytes)) return BigInt.asUintN(32, segment.base + offset);
    throw new Trap(causeOf(VECTOR.SS, error), 0n);
  }
}

/** The stack in use. */
export const currentStack = (state: HartState): Stack =>
  new Stack(state, { segment: is64(state) ? undefined : segmentOf(state, SEG.ss), rsp: state.read('r', RSP) });
