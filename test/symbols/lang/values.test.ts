import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/symbols/lang/present';
import { type FixtureName, openFixture, outline, rustFixtures } from './fixture';

/** Compares with the golden beside this file; `UPDATE_GOLDEN=1` rewrites it, a failure leaves `.actual`. */
function matchGolden(name: string, text: string): void {
  const golden = new URL(`goldens/${name}.txt`, import.meta.url);
  const actual = new URL(`goldens/${name}.txt.actual`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, text);
  const expected = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
  if (expected !== text) writeFileSync(actual, text);
  else rmSync(actual, { force: true });
  expect(text).toBe(expected);
}

async function fields(name: FixtureName): Promise<string[]> {
  const { everything } = await openFixture(name);
  const shown = present(everything);
  return shown
    .childrenRange(0, shown.namedCount)
    .filter((c) => c.name !== '[raw]')
    .flatMap((c) => outline(c.name, c.value, 2));
}

describe('values of a program that holds one of everything', () => {
  for (const name of rustFixtures) {
    it(`read as in the golden when ${name} built it`, async () => {
      matchGolden(name, `${(await fields(name)).join('\n')}\n`);
    });
  }

  it('read as in the golden when they are C', async () => {
    matchGolden('c-x86_64', `${(await fields('c-x86_64')).join('\n')}\n`);
  });

  it('read alike whatever Rust built them, but for what really differs between versions', async () => {
    const [newest, ...older] = await Promise.all(rustFixtures.map(fields));
    const normal = (lines: readonly string[] | undefined) =>
      (lines ?? [])
        .filter((line) => /^\w/.test(line) && !line.startsWith('crates'))
        .map((line) =>
          line
            .replace(/0x[0-9a-f]{5,}/g, 'ADDRESS')
            .replace(/Atomic\w*(<.*?>)? =/, 'Atomic =')
            .replace(/NonZero\w*(<.*?>)? =/, 'NonZero ='),
        )
        // Before 1.67 the buffer had one slot more than asked for, rounded up to a power of two.
        .map((line) => (line.includes('VecDeque') ? line.replace(/capacity: \d+/g, 'capacity: N') : line));
    for (const lines of older) expect(normal(lines)).toEqual(normal(newest));
  });
});
