/** Checksums, a byte at a time, as instructions of several instruction sets continue them. */
import type { IsaFunction } from './privileged';

/** The polynomials with their bits in reverse, as the data has. */
const POLYNOMIALS = { crc32: 0xedb8_8320, crc32c: 0x82f6_3b78 } as const;

const crcOf =
  (polynomial: number, bytes: number): IsaFunction =>
  (_, sum, data) => {
    let crc = Number(sum & 0xffff_ffffn) | 0;
    for (let at = 0; at < bytes; at++) {
      crc ^= Number((data >> BigInt(8 * at)) & 0xffn);
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
    }
    return BigInt(crc >>> 0);
  };

/** Functions `crc32-1` to `crc32c-8`, of a checksum and the data that continues it. */
export const CRC_FUNCTIONS: Readonly<Record<string, IsaFunction>> = Object.fromEntries(
  Object.entries(POLYNOMIALS).flatMap(([name, polynomial]) =>
    [1, 2, 4, 8].map((bytes) => [`${name}-${bytes}`, crcOf(polynomial, bytes)]),
  ),
);
