/** AES, products without carries, and checksums. @see AMD64 APM volume 4, "AESENC", "PCLMULQDQ" */
import { decryptRound, encryptRound, mixColumns, unmixColumns } from '../../core/aes';
import { CRC_FUNCTIONS } from '../../core/crc32';
import type { IsaFunction } from '../../core/privileged';
import { whole } from './integer-functions';
import { laneAt, vectorOf } from './lanes';

type Whole = (a: bigint, b: bigint, imm: number) => bigint;

/** Bytes of a word substituted: a state whose columns are all alike keeps its rows. */
const substituted = (word: bigint): bigint => laneAt(encryptRound(vectorOf([word, word, word, word], 32), 0n), 32, 0);
const turned = (word: bigint): bigint => BigInt.asUintN(32, (word >> 8n) | (word << 24n));

const product = (a: bigint, b: bigint): bigint => {
  let sum = 0n;
  for (let at = 0n; at < 64n; at++) if ((b >> at) & 1n) sum ^= a << at;
  return sum;
};

const STEPS: Readonly<Record<string, Whole>> = {
  aesenc: (a, b) => mixColumns(encryptRound(a, 0n)) ^ b,
  aesenclast: (a, b) => encryptRound(a, 0n) ^ b,
  aesdec: (a, b) => unmixColumns(decryptRound(a, 0n)) ^ b,
  aesdeclast: (a, b) => decryptRound(a, 0n) ^ b,
  aesimc: (_, b) => unmixColumns(b),
  aeskeygenassist: (_, b, imm) => {
    const [first, third] = [substituted(laneAt(b, 32, 1)), substituted(laneAt(b, 32, 3))];
    return vectorOf([first, turned(first) ^ BigInt(imm), third, turned(third) ^ BigInt(imm)], 32);
  },
  pclmulqdq: (a, b, imm) => product(laneAt(a, 64, imm & 1), laneAt(b, 64, (imm >> 4) & 1)),
};

/** By mnemonics, and `crc32c-1` to `crc32c-8`. */
export const SSE_CRYPTO_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...Object.fromEntries(Object.entries(STEPS).map(([name, run]) => [name, whole(run)])),
  ...Object.fromEntries(Object.entries(CRC_FUNCTIONS).filter(([name]) => name.startsWith('crc32c'))),
};
