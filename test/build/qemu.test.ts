import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(__dirname, '../..');

/** What runs QEMU by the host's clock, and why it may. */
const BY_THE_CLOCK = new Map([
  ['test/bench/measure.ts', 'is about speed'],
  ['test/machine/aarch64-tree.qemu.test.ts', 'asks for the device tree: no guest runs'],
  ['test/machine/milestones/linux.ts', 'is about speed'],
  ['test/run.ts', 'asks for the version'],
  ['test/symbols/fixtures/build.ts', 'makes a committed fixture by hand'],
]);

it('whatever runs QEMU counts its time in instructions, so that a busy host changes nothing', () => {
  const files = ['src', 'test'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((file) => `${top}/${file}`),
  );
  const names = files.filter((file) => {
    if (!/\.m?ts$/.test(file) || file === 'test/build/qemu.test.ts') return false;
    const text = readFileSync(join(root, file), 'utf8');
    const isStarting = text.includes('node:child_process') && /['"`| ]qemu-system-|buildArchitecture\.qemu;/.test(text);
    return isStarting && !text.includes('QEMU_TIME');
  });
  expect(names.sort()).toEqual([...BY_THE_CLOCK.keys()].sort());
});
