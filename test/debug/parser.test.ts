import { describe, expect, it } from 'vitest';
import { type Expression, ExpressionError } from '../../src/debug/expression/ast';
import { parseExpression } from '../../src/debug/expression/parser';

/** The tree with all its parentheses. */
function show(tree: Expression): string {
  switch (tree.kind) {
    case 'integer':
    case 'float':
    case 'boolean':
      return String(tree.value);
    case 'string':
      return JSON.stringify(tree.value);
    case 'name':
      return tree.path;
    case 'register':
      return `$${tree.name}`;
    case 'memory':
      return `${tree.space}:${show(tree.address)}`;
    case 'member':
      return `${show(tree.object)}.${tree.name}`;
    case 'index':
      return `${show(tree.object)}[${show(tree.index)}]`;
    case 'unary':
      return `(${tree.operator}${show(tree.operand)})`;
    case 'binary':
      return `(${show(tree.left)} ${tree.operator} ${show(tree.right)})`;
    case 'cast': {
      const { name, pointers, count } = tree.type;
      return `(${show(tree.operand)} as ${'*'.repeat(pointers)}${name}${count === undefined ? '' : `[${count}]`})`;
    }
    case 'sizeof': {
      const { operand, type } = tree;
      return `sizeof(${[operand && show(operand), type && `${'*'.repeat(type.pointers)}${type.name}`].join('|')})`;
    }
    case 'conditional':
      return `(${show(tree.condition)} ? ${show(tree.then)} : ${show(tree.otherwise)})`;
    case 'span':
      return `${show(tree.first)}${tree.isPointed ? ',' : '@'}${show(tree.count)}`;
    case 'offset':
      return `offsetof(${tree.type.name}, ${tree.members.join('.')})`;
    case 'assign':
      return `${show(tree.target)} = ${show(tree.value)}`;
  }
}

const trees: readonly (readonly [text: string, tree: string])[] = [
  ['a', 'a'],
  ['a::b.c[1].0', 'a::b.c[1].0'],
  ['pair.0.1', 'pair.0.1'],
  ['::a::b', '::a::b'],
  ['a::{closure#0}::x', 'a::{closure#0}::x'],
  ['a::<u8, Vec<u8>>::b', 'a::<u8, Vec<u8>>::b'],
  ['1 + 2 * 3', '(1 + (2 * 3))'],
  ['1 - 2 - 3', '((1 - 2) - 3)'],
  ['a & 1 == 0', '((a & 1) == 0)'],
  ['a < 1 && b >= 2 || c != d', '(((a < 1) && (b >= 2)) || (c != d))'],
  ['1 << 2 + 3', '(1 << (2 + 3))'],
  ['a ^ b | c & d', '((a ^ b) | (c & d))'],
  ['-x + !y', '((-x) + (!y))'],
  ['*p', '(*p)'],
  ['**p', '(*(*p))'],
  ['&x.y', '(&x.y)'],
  ['&mut x', '(&x)'],
  ['*p.next', '(*p.next)'],
  ['(*p).next', '(*p).next'],
  ['p->next->name', 'p.next.name'],
  ['sizeof(x)', 'sizeof(x|x)'],
  ['sizeof(*p) + 1', '(sizeof((*p)|*p) + 1)'],
  ['sizeof(u64*) * sizeof p->next', '(sizeof(|*u64) * sizeof(p.next|))'],
  ['sizeof(struct task)', 'sizeof(|task)'],
  ['sizeof(x + 1)', 'sizeof((x + 1)|)'],
  ['sizeof', 'sizeof'],
  ['x as u32', '(x as u32)'],
  ['x as u32 as u8 + 1', '(((x as u32) as u8) + 1)'],
  ['-x as u8', '((-x) as u8)'],
  ['0x80200000 as *const u64', '(2149580800 as *u64)'],
  ['p as *mut *const Task', '(p as **Task)'],
  ['p as [[u8; 4]; 2]', 'error: Cast to the element type instead.'],
  ['pa:0x80200000 as [u8; 16]', '(pa:2149580800 as u8[16])'],
  ['*(u64*)0x8020_0000', '(*(2149580800 as *u64))'],
  ['(unsigned long)x', '(x as unsigned long)'],
  ['(struct task *)p', '(p as *task)'],
  ['(const char *)p', '(p as *char)'],
  ['((struct node*)p)->next', '(p as *node).next'],
  ['(p) * x', '(p * x)'],
  ['(p)*x', '(p * x)'],
  ['(a::b<u8>*)p', '(p as *a::b<u8>)'],
  ['(x)', 'x'],
  ['$a0 + $sp', '($a0 + $sp)'],
  ['pa:0x80200000', 'pa:2149580800'],
  ['va:$sp', 'va:$sp'],
  ['va:(x + 8)', 'va:(x + 8)'],
  ["'a'", '97'],
  ["'\\n'", '10'],
  ['name == "a\\"b"', '(name == "a\\"b")'],
  ['0b1010 + 0o17 + 1_000u64', '((10 + 15) + 1000)'],
  ['1.5 * 2', '(1.5 * 2)'],
  ['true && false', '(true && false)'],
  ['x = 3', 'x = 3'],
  ['p.x = y + 1', 'p.x = (y + 1)'],
  ['*p = 1', '(*p) = 1'],
  ['queue.lock.data.buf[head]', 'queue.lock.data.buf[head]'],
  ['größe', 'größe'],
  ['', 'error: The expression is empty.'],
  ['1 +', 'error: The expression ends too early.'],
  ['a b', 'error: "b" is not expected here.'],
  ['f(1)', 'error: Calling functions of the guest would disturb it; expressions only read and assign.'],
  ['a.', 'error: A field name is expected after the dot.'],
  ['a[1', 'error: "]" is expected here.'],
  ['(a', 'error: ")" is expected here.'],
  ['a::', 'error: A name is expected after "::".'],
  ['a::<b', 'error: ">" is missing.'],
  ['x as 3', 'error: A type is expected here.'],
  ['@', 'error: "@" is not expected here.'],
  ['0x', 'error: 0x is not a number.'],
  ['12ab', 'error: 12a is not a number.'],
  ['&&x', 'error: The address of an address does not exist.'],
  ["'ab'", "error: 'ab' is not one character."],
];

const parse = (text: string): string => {
  try {
    return show(parseExpression(text).expression);
  } catch (error) {
    if (error instanceof ExpressionError) return `error: ${error.message}`;
    throw error;
  }
};

describe('expressions', () => {
  it.each(trees)('%s reads as %s', (text, tree) => {
    expect(parse(text)).toBe(tree);
  });

  it.each(['x', 'd', 'b', 'o', 'c', 'r'])('take the format suffix ,%s', (letter) => {
    expect(parseExpression(`a + 1, ${letter}`)).toMatchObject({ format: letter, expression: { kind: 'binary' } });
  });

  it('refuse to nest too deeply instead of overflowing the stack', () => {
    expect(parse(`${'('.repeat(4000)}1`)).toMatch(/nests too deeply/);
    expect(parse(`${'-'.repeat(4000)}1`)).toMatch(/nests too deeply/);
    expect(parse(`${'1+('.repeat(1000)}1`)).toMatch(/nests too deeply/);
    expect(parse('1'.repeat(20_000))).toMatch(/longer than/);
  });

  it('answer any text with a tree or an ExpressionError (seed 7)', () => {
    const pieces = [
      'a',
      '::',
      '.',
      '(',
      ')',
      '[',
      ']',
      '*',
      '&',
      ' as ',
      'u8',
      '$x',
      '1',
      '0x',
      '"',
      "'",
      '<',
      '>',
      '{',
      ',x',
      'pa:',
      '=',
      '-',
      '\\',
      'ü',
      '#',
      ';',
    ];
    let state = 7;
    const next = (bound: number) => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      return state % bound;
    };
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)]).join('');
      expect(typeof parse(text), text).toBe('string');
    }
  });
});
