import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sparseFatDisk } from '../../src/image/disk';
import type { SparseImage } from '../../src/image/sectors';

/** Compares with the golden beside this file; `UPDATE_GOLDEN=1` rewrites it, a failure leaves `.actual`. */
function check(name: string, text: string): void {
  const golden = join(__dirname, `${name}.golden`);
  const actual = join(__dirname, `${name}.actual`);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, text);
  const wanted = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
  if (text === wanted) rmSync(actual, { force: true });
  else writeFileSync(actual, text);
  expect(text).toBe(wanted);
}

/** 16 bytes a line with their place; zeros and repetitions are left out. */
function dump({ chunks }: SparseImage): string {
  const lines: string[] = [];
  let before = '';
  for (const [start, chunk] of chunks) {
    for (let at = 0; at < chunk.length; at += 16) {
      const line = Buffer.from(chunk.subarray(at, at + 16));
      const hex = line.toString('hex');
      if (!/[^0]/.test(hex) || hex === before) continue;
      before = hex;
      const text = line.toString('latin1').replace(/[^ -~]/g, '.');
      lines.push(`${(start + at).toString(16).padStart(7, '0')}  ${hex.replace(/(..)(?!$)/g, '$1 ')}  ${text}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

it('every byte of a disk with few files is as expected', async () => {
  const files = new Map([
    ['/sbin/origin', Buffer.alloc(600, 'o')],
    ['/etc/A long name.conf', Buffer.from('x = 1\n')],
    ['/EMPTY', new Uint8Array(0)],
  ]);
  check('disk-structure', dump(await sparseFatDisk({ size: 64 << 20, label: 'ARCEOS', files })));
});
