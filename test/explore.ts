/**
 * `npm run explore [MINUTES]`: the random tests with one new seed after the other, until the time is over or one fails. `npm test`
 * runs them with one seed that stays, so that what it says depends on the sources only; here new faults are looked for.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const minutes = Number(process.argv[2] ?? 10);

const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file}`)
  .filter((file) => file.endsWith('.test.ts') && /\bSEED\b/.test(readFileSync(join(root, file), 'utf8')));

const end = Date.now() + minutes * 60_000;
let rounds = 0;
do {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { status, stdout, stderr } = spawnSync('npx', ['vitest', 'run', ...files], {
    cwd: root,
    env: { ...process.env, WORLDSTEP_SEED: String(seed), NO_COLOR: '1' },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) {
    console.log(`${stdout}${stderr}\nrepeat it with WORLDSTEP_SEED=${seed} npx vitest run FILE`);
    process.exit(1);
  }
  rounds++;
} while (Date.now() < end);
console.log(`${rounds} seeds, ${files.length} files: nothing found`);
