/** Asks QEMU what loads and stores of Advanced SIMD do. */
import { littleEndian, POOL_AT, RESULT_AT, resultsOfQemu, words } from '../../bare-program';
import { BYTES, INDEX, type MemoryCase, type MemoryResult, REGISTERS, SIZE, VECTORS } from './memory';

/** A result: the memory, the four vectors, the base, and where the result itself is. */
const [VECTORS_AT, BASE_AT, HERE_AT, RESULT_BYTES] = [SIZE, SIZE + 64, SIZE + 72, SIZE + 80];
const FIRST = 0;

const codeOf = ({ word, offset }: MemoryCase): number[] => [
  ...Array.from({ length: SIZE / 16 }, (_, at) => [
    words.loadQ(FIRST, POOL_AT, 16 * at),
    words.storeQ(FIRST, RESULT_AT, 16 * at),
  ]).flat(),
  ...VECTORS.map((_, at) => words.loadQ(REGISTERS.Vt + at, POOL_AT, SIZE + 16 * at)),
  words.addImmediate(REGISTERS.Rn, RESULT_AT, offset),
  ...words.move(REGISTERS.Rm, Number(INDEX)),
  word,
  ...VECTORS.map((_, at) => words.storeQ(REGISTERS.Vt + at, RESULT_AT, VECTORS_AT + 16 * at)),
  words.storeX(REGISTERS.Rn, RESULT_AT, BASE_AT),
  words.storeX(RESULT_AT, RESULT_AT, HERE_AT),
  words.addImmediate(RESULT_AT, RESULT_AT, RESULT_BYTES),
];

/** What QEMU leaves of each case. */
export const memoryAnswersOfQemu = (cases: readonly MemoryCase[]): MemoryResult[] => {
  const pool = Uint8Array.from([...BYTES, ...littleEndian(VECTORS, 16)]);
  const bytes = resultsOfQemu(cases.flatMap(codeOf), pool, RESULT_BYTES * cases.length);
  return cases.map(({ offset }, at) => {
    const result = RESULT_BYTES * at;
    const word = (from: number): bigint => bytes.readBigUInt64LE(result + from);
    return {
      vectors: VECTORS.map((_, vector) => {
        const from = VECTORS_AT + 16 * vector;
        return word(from) | (word(from + 8) << 64n);
      }),
      growth: word(BASE_AT) - word(HERE_AT) - BigInt(offset),
      bytes: [...bytes.subarray(result, result + SIZE)],
    };
  });
};
