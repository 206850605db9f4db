/** How numbers read in rows. */
import { hex } from '../base/address';

/** All 16 digits, so that addresses of a list line up. */
export const address = (value: bigint): string => hex(BigInt.asUintN(64, value), 16);

/** `5,812,345`. */
export const grouped = (value: bigint | number): string => value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');

const UNITS = [
  ['TiB', 40n],
  ['GiB', 30n],
  ['MiB', 20n],
  ['KiB', 10n],
] as const;

/** `32 MiB`, in the largest unit that leaves no fraction; `200 bytes` below. */
export const sizeText = (bytes: bigint | number): string => {
  const value = BigInt(bytes);
  for (const [unit, shift] of UNITS) {
    if (value >> shift > 0n && value === (value >> shift) << shift) return `${grouped(value >> shift)} ${unit}`;
  }
  return value === 1n ? '1 byte' : `${grouped(value)} bytes`;
};

/** `1 range`, `3 ranges`. */
export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

/** The last segment of a path. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
