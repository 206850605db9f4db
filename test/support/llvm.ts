/** LLVM's disassembler, for comparison with ours. */
import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';

/** An instruction's bytes, as a little-endian number. */
export interface Word {
  readonly word: number;
  readonly length: number;
}

/** What LLVM 19 prints for words, or nothing for those that it does not know. */
export const printedByLlvm = (
  triple: string,
  attributes: string,
  words: readonly Word[],
): readonly (string | undefined)[] => {
  const bytesOf = ({ word, length }: Word): string =>
    Array.from({ length }, (_, at) => `0x${((word >>> (8 * at)) & 0xff).toString(16)}`).join(' ');
  const { stdout, stderr, error } = spawnSync(
    'llvm-mc-19',
    ['--disassemble', `-triple=${triple}`, `-mattr=${attributes}`],
    { input: words.map(bytesOf).join('\n'), encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (error) throw error;
  const unknown = new Set(
    [...stderr.matchAll(/^<stdin>:(\d+):\d+: warning: invalid/gm)].map(([, line]) => Number(line) - 1),
  );
  const lines = stdout.split('\n').filter((line) => /^\t[^.]/.test(line));
  expect(lines.length + unknown.size, 'words that LLVM says something about').toBe(words.length);
  let next = 0;
  return words.map((_, at) => (unknown.has(at) ? undefined : lines[next++]?.trim().replace(/\s+/g, ' ')));
};
