/**
 * The three kinds of address. They are distinct types so that mixing them does not compile.
 * All are unsigned; a {@link Va} is held zero-extended to 64 bits (canonical high halves included).
 */
declare const kind: unique symbol;
/** A virtual address, as an instruction of some world computes it. */
export type Va = bigint & { readonly [kind]: 'va' };
/** An intermediate physical address: what stage 1 yields in a guest (RISC-V: guest physical address). */
export type Ipa = bigint & { readonly [kind]: 'ipa' };
/** A physical address, as the bus sees it. */
export type Pa = bigint & { readonly [kind]: 'pa' };

export const va = (value: bigint): Va => BigInt.asUintN(64, value) as Va;
export const ipa = (value: bigint): Ipa => BigInt.asUintN(64, value) as Ipa;
export const pa = (value: bigint): Pa => BigInt.asUintN(64, value) as Pa;

/** `0x` and lower-case digits, at least `digits` of them. */
export const hex = (value: bigint | number, digits = 0): string => `0x${value.toString(16).padStart(digits, '0')}`;
