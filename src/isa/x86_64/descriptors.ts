/** Descriptors in the global and local tables. @see AMD64 APM volume 2, 4.7 "Legacy Segment Descriptors" and 4.8 */

import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES } from './bits';
import { causeOf, VECTOR } from './causes';
import { isLong } from './modes';
import { AS_SYSTEM } from './paging-cpu';
import type { SegmentRegister } from './segments';
import { SEG } from './state';

/** A descriptor, read. */
export interface Descriptor extends SegmentRegister {
  /** Where it lies. */
  readonly at: bigint;
  readonly raw: bigint;
}

/** Bits of a selector. */
export const rplOf = (selector: number): number => selector & 3;
export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;
/** A selector as an error code: without its RPL, with EXT. */
export const selectorError = (selector: number, ext: number): number => (selector & 0xfffc) | ext;

/** The exception of a selector. */
export const selectorFault = (vector: number, selector: number, ext = 0): Trap =>
  new Trap(causeOf(vector, selectorError(selector, ext)), 0n);

/** Takes 8 bytes of a table apart. */
export const descriptorOf = (selector: number, raw: bigint, at = 0n): Descriptor => {
  const base = ((raw >> 16n) & 0xff_ffffn) | (((raw >> 56n) & 0xffn) << 24n);
  const units = (raw & 0xffffn) | (((raw >> 48n) & 0xfn) << 16n);
  const attributes = ((raw >> 40n) & 0xffn) | (((raw >> 52n) & 0xfn) << 8n);
  const limit = attributes & ATTRIBUTES.G ? (units << 12n) | 0xfffn : units;
  return { selector: BigInt(selector), base, limit, attributes, raw, at };
};

/** Where the table of a selector lies, and its limit; undefined for an LDT that there is not. */
const tableOf = (
  state: Pick<HartState, 'get' | 'read'>,
  selector: number,
): { base: bigint; limit: bigint } | undefined => {
  if ((selector & 4) === 0) return { base: state.get('gdtrBase'), limit: state.get('gdtrLimit') };
  const hasLdt = (state.read('attributes', SEG.ldtr) & ATTRIBUTES.P) !== 0n;
  return hasLdt ? { base: state.read('base', SEG.ldtr), limit: state.read('limit', SEG.ldtr) } : undefined;
};

/**
 * Where the descriptor of a selector lies; undefined outside its table.
 * @param bytes 16 for system descriptors in long mode
 */
export const addressOfDescriptor = (
  state: Pick<HartState, 'get' | 'read'>,
  selector: number,
  bytes: 8 | 16 = 8,
): bigint | undefined => {
  const table = tableOf(state, selector);
  const offset = BigInt(selector & 0xfff8);
  if (!table || offset + BigInt(bytes) - 1n > table.limit) return undefined;
  const at = table.base + offset;
  return isLong(state) ? BigInt.asUintN(64, at) : BigInt.asUintN(32, at);
};

/**
 * The descriptor of a selector that is not null.
 * @throws Trap `vector` with the selector, outside the table; page faults
 */
export const readDescriptor = (state: HartState, selector: number, vector: number = VECTOR.GP, ext = 0): Descriptor => {
  const at = addressOfDescriptor(state, selector);
  if (at === undefined) throw selectorFault(vector, selector, ext);
  return descriptorOf(selector, state.load(at, 8, AS_SYSTEM), at);
};

/**
 * The descriptor of an LDT, a TSS or a gate: 16 bytes in long mode, where the upper half of the base is in the second 8.
 * @throws Trap as {@link readDescriptor}; `vector` with the selector, too, where the second 8 bytes have a type that is not 0
 */
export const readSystemDescriptor = (
  state: HartState,
  selector: number,
  vector: number = VECTOR.GP,
  ext = 0,
): Descriptor & { readonly high: bigint } => {
  const descriptor = readDescriptor(state, selector, vector, ext);
  if (!isLong(state) || descriptor.attributes & ATTRIBUTES.S) return { ...descriptor, high: 0n };
  if (addressOfDescriptor(state, selector, 16) === undefined) throw selectorFault(vector, selector, ext);
  const high = state.load(BigInt.asUintN(64, descriptor.at + 8n), 8, AS_SYSTEM);
  if ((high >> 40n) & 0x1fn) throw selectorFault(vector, selector, ext);
  return { ...descriptor, base: descriptor.base | ((high & 0xffff_ffffn) << 32n), high };
};

/** Sets the accessed bit of a descriptor in memory, where it is not yet. */
export const markAccessed = (state: HartState, descriptor: Descriptor): Descriptor => {
  if (descriptor.attributes & ATTRIBUTES.accessed) return descriptor;
  const at = BigInt.asUintN(64, descriptor.at + 5n);
  state.store(at, 1, ((descriptor.raw >> 40n) & 0xffn) | ATTRIBUTES.accessed, AS_SYSTEM);
  return { ...descriptor, attributes: descriptor.attributes | ATTRIBUTES.accessed };
};

/** Marks a TSS as busy, or as available. */
export const markBusy = (state: HartState, { at }: Descriptor, isBusy: boolean): void => {
  const byte = BigInt.asUintN(64, at + 5n);
  const access = state.load(byte, 1, AS_SYSTEM);
  state.store(byte, 1, isBusy ? access | 2n : access & ~2n, AS_SYSTEM);
};

/** The type of a system descriptor; undefined for code and data. */
export const systemTypeOf = (attributes: bigint): number | undefined =>
  attributes & ATTRIBUTES.S ? undefined : Number(attributes & ATTRIBUTES.type);

/** Whether it is a code segment, and whether a conforming one. */
export const isCode = (attributes: bigint): boolean =>
  (attributes & (ATTRIBUTES.S | ATTRIBUTES.code)) === (ATTRIBUTES.S | ATTRIBUTES.code);
export const isConforming = (attributes: bigint): boolean =>
  isCode(attributes) && (attributes & ATTRIBUTES.conforming) !== 0n;
