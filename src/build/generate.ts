/**
 * `npm run gen`: writes what is derived from typed sources into committed files. With `--check` it changes nothing and
 * fails if a file is out of date; CI runs that.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { activationEvents, contributes } from './contributions';
import { DOCUMENTS, type GeneratedFile } from './documents';

const root = resolve(import.meta.dirname, '../..');

const generated: readonly GeneratedFile[] = [
  {
    path: 'package.json',
    make: (present) => `${JSON.stringify({ ...JSON.parse(present), activationEvents, contributes }, null, 2)}\n`,
  },
  ...DOCUMENTS,
];

const isCheck = process.argv.includes('--check');
const stale = generated.filter(({ path, make }) => {
  const file = join(root, path);
  const present = readFileSync(file, 'utf8');
  const text = make(present);
  if (text === present) return false;
  if (!isCheck) writeFileSync(file, text);
  return true;
});
for (const { path } of stale) console.log(isCheck ? `${path} is out of date: run npm run gen` : `wrote ${path}`);
if (isCheck && stale.length > 0) process.exitCode = 1;
