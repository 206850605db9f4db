/** Numbers, arguments and results shared by all SBI extensions. */
import { type FenceRange, HART_STATE, type SbiHost } from './host';

/** Extension ids (a7). */
export const EXTENSION = {
  BASE: 0x10n,
  TIME: 0x5449_4d45n,
  IPI: 0x73_5049n,
  RFENCE: 0x5246_4e43n,
  HSM: 0x48_534dn,
  SRST: 0x5352_5354n,
  DBCN: 0x4442_434en,
} as const;

/** Standard error codes, as signed numbers. */
export const SBI_ERROR = {
  SUCCESS: 0n,
  FAILED: -1n,
  NOT_SUPPORTED: -2n,
  INVALID_PARAM: -3n,
  DENIED: -4n,
  INVALID_ADDRESS: -5n,
  ALREADY_AVAILABLE: -6n,
  ALREADY_STARTED: -7n,
  ALREADY_STOPPED: -8n,
} as const;

/** The calling hart's argument registers, unsigned. */
export interface SbiArgs {
  readonly a0: bigint;
  readonly a1: bigint;
  readonly a2: bigint;
  readonly a3: bigint;
  readonly a4: bigint;
  readonly a5: bigint;
  /** Function id. */
  readonly a6: bigint;
  /** Extension id. */
  readonly a7: bigint;
}

export type SbiResult =
  /** a0 = error (unsigned 64-bit form), a1 = value; the hart goes on after its `ecall`. */
  | { readonly kind: 'return'; readonly error: bigint; readonly value: bigint }
  /** Only a0 changes; the hart goes on after its `ecall`. */
  | { readonly kind: 'legacy'; readonly a0: bigint }
  /** The call does not return: the hart stopped, suspended without keeping its state, or the machine powered off. */
  | { readonly kind: 'halted' };

export const HALTED: SbiResult = { kind: 'halted' };

export const success = (value = 0n): SbiResult => ({ kind: 'return', error: 0n, value });

export const failure = (error: bigint): SbiResult => ({ kind: 'return', error: BigInt.asUintN(64, error), value: 0n });

const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/**
 * The harts a mask names that can be interrupted: stopped ones are valid but left out.
 * @returns `undefined` when the mask names a hart that does not exist.
 */
export function selectHarts(host: SbiHost, mask: bigint, base: bigint): number[] | undefined {
  const harts: number[] = [];
  if (base === ALL_ONES) {
    for (let hart = 0; hart < host.harts; hart++) harts.push(hart);
  } else {
    for (let bit = 0n; mask >> bit !== 0n; bit++) {
      if (((mask >> bit) & 1n) === 0n) continue;
      if (base + bit >= BigInt(host.harts)) return undefined;
      harts.push(Number(base + bit));
    }
  }
  return harts.filter((hart) => host.hartState(hart) !== HART_STATE.STOPPED);
}

/** Everything when start and size are 0, size is all ones, or the range wraps around. */
export const wholeOrRange = (start: bigint, size: bigint): FenceRange | undefined =>
  (start === 0n && size === 0n) || size === ALL_ONES || start + size > ALL_ONES ? undefined : { start, size };
