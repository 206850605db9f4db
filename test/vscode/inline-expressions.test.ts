/**
 * Whose values stand behind the lines of a stopped function: the line of the stop is marked by `▶`. Names that are none of
 * values (types, functions) are among them: the debugger knows better.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inlineExpressions } from '../../src/vscode/inline-expressions';
import type { SourceFamily } from '../../src/vscode/source-tokens';

/** The expressions of each line, e.g. `1: a b`, lines counted from 1. */
function shown(marked: string, family: SourceFamily): string[] {
  const start = marked.indexOf('▶');
  const text = marked.replace('▶', '');
  const end = text.indexOf('\n', start);
  const found = inlineExpressions(text, { start, end: end < 0 ? text.length : end }, family);
  for (const one of found) expect(one.line).toBe(text.slice(0, one.start).split('\n').length - 1);
  return [...new Set(found.map(({ line }) => line))].map((line) => {
    const here = found.filter((one) => one.line === line).map(({ expression }) => expression);
    return `${line + 1}: ${here.join(' ')}`;
  });
}

/** A name, the source, what is shown. */
type Row = readonly [string, SourceFamily, string, readonly string[]];

const ROWS: readonly Row[] = [
  [
    'from the head of the function to the stop',
    'rust',
    'fn before(x: u8) { other(y); }\nfn f(n: u8) {\n  let a = n + 1;\n▶  let b = a;\n  let c = b;\n}',
    ['2: n', '3: a n', '4: b a'],
  ],
  [
    'a whole chain and not its parts, and what a method is called on',
    'rust',
    'fn f(&self) {\n▶ self.queue.lock().push(self.table[at].flags, pair.0);\n}',
    ['1: self', '2: self.queue self.table[at].flags at pair.0'],
  ],
  [
    'no calls, macros, paths of types, and slices; names in format strings',
    'rust',
    'fn f() {\n▶ println!("{left} of {0:>width$}", Vec::<u8>::new(), crate::total(), &buffer[..n], a::TOTAL);\n}',
    ['2: left width buffer n a::TOTAL'],
  ],
  ['each once in a line, and again in others', 'rust', 'fn f() {\n  a = a + a;\n▶  a += 1;\n}', ['2: a', '3: a']],
  ['nothing in comments, strings and attributes', 'rust', 'fn f() {\n▶ #[cold] a /* b */ + "c"; // d\n}', ['2: a']],
  [
    'the innermost function in Rust',
    'rust',
    'impl S {\n fn outer(o: u8) {\n  fn inner(i: u8) {\n▶   i;\n  }\n }\n}',
    ['3: i', '4: i'],
  ],
  [
    'a function whose head spans lines',
    'rust',
    'fn g() {}\npub fn f<T>(\n  a: [u8; 4],\n) -> u8\nwhere\n  T: Fn(u8),\n{\n▶  b\n}',
    ['2: f T', '3: a', '6: T', '8: b'],
  ],
  ['the line of the head', 'rust', 'fn g(x: u8) {}\n▶fn f(a: u8) {\n  a\n}', ['2: a']],
  ['a function in one line', 'rust', 'fn g(x: u8) {}\n▶fn f(a: u8) { a + b }\n', ['2: a b']],
  ['the closing brace', 'rust', 'fn f(a: u8) {\n  b;\n▶}\nfn g(c: u8) {}', ['1: a', '2: b']],
  ['a line outside of functions', 'rust', 'fn f(a: u8) {}\n▶static S: u8 = b;', ['2: S b']],
  [
    'functions of C, behind structs and with blocks of macros inside',
    'c',
    'struct s { int a; };\nint g(int x)\n{\n  y;\n}\nstatic int f(struct s *p)\n{\n  for_each(q, list) {\n▶    q->next[i].v = 1;\n  }\n}',
    ['6: s p', '8: q list', '9: q->next[i].v i'],
  ],
  [
    'no block of a statement instead of a function',
    'c',
    'void f(int a) {\n  if (a) {\n    while (b) {\n▶      c = d;\n    }\n  }\n}',
    ['1: a', '2: a', '3: b', '4: c d'],
  ],
  [
    'the function itself where an #if has opened braces twice',
    'c',
    'void f(int a)\n{\n#if X\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\nvoid g(int c)\n{\n▶  c;\n}',
    ['10: c', '12: c'],
  ],
  [
    'methods in namespaces and classes of C++',
    'c',
    'namespace n {\nclass A {\n  int get(int a) const {\n▶    return a + this->b;\n  }\n};\n}',
    ['3: a', '4: a this->b'],
  ],
  ['functions of Zig', 'zig', 'fn g(x: u8) void {}\npub fn f(a: *u8) void {\n▶  b.* = a.*;\n}', ['2: a', '3: b a']],
  [
    'the operands of one instruction, without labels and mnemonics',
    'gas',
    '  li t0, 1\nloop:\n▶  sd a0, 8(sp) # t1\n  bnez t0, loop',
    ['3: a0 sp'],
  ],
  ['registers with their signs', 'gas', '▶  mov %rax, 8(%rsp)', ['1: $rax $rsp']],
];

describe('inline values are those of', () => {
  it.each(ROWS)('%s (%s)', (_, family, source, lines) => {
    expect(shown(source, family)).toEqual(lines);
  });

  it('the producer of the message queue', () => {
    const source = readFileSync('kernels/msgqueue/src/main.rs', 'utf8');
    const line = '        queue.lock().push_back(message);';
    expect(shown(source.replace(line, `▶${line}`), 'rust').slice(-3)).toMatchInlineSnapshot(`
      [
        "53: queue Queue",
        "55: message LAST_MESSAGE",
        "56: queue message",
      ]
    `);
  });
});
