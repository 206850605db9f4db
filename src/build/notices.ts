/**
 * `tsx src/build/notices.ts` writes ThirdPartyNotices.txt; it needs cargo and Rust's sources, as Debian packages them.
 * With `--check` it compares the names and versions in the committed file with the lockfiles and bundles, which needs Node only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, standardTexts } from './notices/collect';
import { discrepancies, inventory } from './notices/inventory';
import { render } from './notices/render';

const root = resolve(__dirname, '../..');
const file = join(root, 'ThirdPartyNotices.txt');

const main = async (): Promise<void> => {
  const parts = await inventory(root);
  if (!process.argv.includes('--check')) {
    const standard = standardTexts(root);
    const described = parts.map((part) => ({ part, described: describe(root, part, standard) }));
    const text = render(described, standard);
    writeFileSync(file, text);
    console.log(`ThirdPartyNotices.txt: ${text.length} characters`);
    return;
  }
  const found = discrepancies(readFileSync(file, 'utf8'), parts);
  const count = parts.reduce((sum, { components }) => sum + components.length, 0);
  if (found.length === 0) console.log(`ThirdPartyNotices.txt names all ${count} components`);
  else {
    console.error([...found, 'Run: npx tsx src/build/notices.ts'].join('\n'));
    process.exitCode = 1;
  }
};

void main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
