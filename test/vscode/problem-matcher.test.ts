import { expect, test } from 'vitest';
import { rustcPattern } from '../../src/build/problem-matcher';
import { CompilerLines } from '../../src/entry/commands/compiler-lines';

const STEPS = [{ crate: '/work/demo/payload/app' }, { crate: '/work/demo' }];
const SOURCES = [
  { recordedAs: '/worldstep/kernels/demo', folder: '.' },
  { recordedAs: '/worldstep/kernels/list', folder: '../list' },
];

const printed = (pieces: readonly string[]): string => {
  let text = '';
  const lines = new CompilerLines(STEPS, SOURCES, '/work/demo', (piece) => {
    text += piece;
  });
  for (const piece of pieces) lines.add(piece);
  lines.end();
  return text;
};

/** What VS Code's two-line matching finds, without its severity words. */
const problems = (text: string) => {
  const [headline, place] = rustcPattern.patterns.map(({ regexp }) => new RegExp(regexp));
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const [head, at] = [headline?.exec(line), place?.exec(lines[index + 1] ?? '')];
    if (!head || !at) return [];
    return [[head[1], head[2], head[3], at[1], at[2], at[3]]];
  });
};

const OUTPUT = `demo-riscv64: app in /work/demo/payload/app
   Compiling app v0.1.0 (/work/demo/payload/app)
warning: unused variable: \`x\`
 --> src/main.rs:3:9
  |
3 |     let x = 1;
  |         ^ help: if this is intentional, prefix it with an underscore: \`_x\`

demo-riscv64: kernel in /work/demo
error[E0425]: cannot find value \`y\` in this scope
  --> src/main.rs:12:5
   |
   ::: /worldstep/kernels/list/src/lib.rs:4:1
error: expected one of \`;\` or \`}\`
  --> /worldstep/kernels/demo/src/task.rs:7:20
error: could not compile \`demo\` (bin "demo") due to 2 previous errors
`;

test('positions are relative to the crate that is compiled, or named as in debug information; they become whole paths', () => {
  expect(problems(printed([OUTPUT]))).toEqual([
    ['warning', undefined, 'unused variable: `x`', '/work/demo/payload/app/src/main.rs', '3', '9'],
    ['error', 'E0425', 'cannot find value `y` in this scope', '/work/demo/src/main.rs', '12', '5'],
    ['error', undefined, 'expected one of `;` or `}`', '/work/demo/src/task.rs', '7', '20'],
  ]);
  expect(printed([OUTPUT])).toContain('   ::: /work/list/src/lib.rs:4:1\n');
});

test('output may come in pieces of any size', () => {
  expect(printed([...OUTPUT])).toBe(printed([OUTPUT]));
});

test('colours stay where they are', () => {
  const line = '\x1b[1m\x1b[94m  --> \x1b[0msrc/main.rs:12:5\x1b[0m';
  expect(printed(['demo: kernel in /work/demo\n', line])).toContain('--> \x1b[0m/work/demo/src/main.rs:12:5\x1b[0m\n');
});

test('other lines stay as they are', () => {
  const lines = '  | let a --> b;\nnote: `--> src/x.rs:1:1` is text\n';
  expect(printed([lines])).toBe(lines);
});
