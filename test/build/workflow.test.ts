import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const workflow = read('.github/workflows/ci.yml');
const commands = [...workflow.matchAll(/^ +- run: (.*)$/gm)].map(([, command = '']) => command);

it('public CI runs files, scripts and suites that there are', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const words = commands.flatMap((command) => command.split(' '));
  const files = words.filter((word) => /^[\w.-]+\//.test(word));
  expect(files).toEqual(['.ci/run', 'test/workbench/desktop.ts']);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const named = commands.flatMap((command) => /^npm run (\S+)/.exec(command)?.[1] ?? []);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  const suites = commands.flatMap((command) => /^npm test -- (.*)/.exec(command)?.[1]?.split(' ') ?? []);
  expect(suites.length).toBeGreaterThan(0);
  expect(suites.filter((name) => !read('test/run.ts').includes(`{ name: '${name}'`))).toEqual([]);
});

it('public CI tests on each Node version, in the oldest VS Code and in the newest', () => {
  const oldest = Number(/>=(\d+)/.exec(JSON.parse(read('package.json')).engines.node)?.[1]);
  const others = /OTHER_NODES = \[([\d, ]+)\]/.exec(read('test/workbench/tools.ts'))?.[1];
  expect(workflow).toContain(`node: [${oldest}, ${others}]`);
  expect(workflow).toContain('vscode: [oldest, stable]');
  expect(workflow).toMatch(/xvfb-run -a npx tsx test\/workbench\/desktop\.ts \S+ matrix\.vscode /);
});
