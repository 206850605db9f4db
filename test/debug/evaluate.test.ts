import { beforeAll, describe, expect, it } from 'vitest';
import { cProgram, type DrivenTarget, trapsKernel } from '../support/debug-target';

/** Stopped in `leaf`, called from `recurse`, with known values. */
let c: DrivenTarget;
/** Stopped in the page-fault handler with paging on. */
let kernel: DrivenTarget;

beforeAll(() => {
  c = cProgram('c-o0-dwarf5');
  c.breakAt('leaf');
  c.go();
  kernel = trapsKernel();
  kernel.breakAt('fault');
  kernel.go();
});

const values: readonly (readonly [expression: string, text: string | RegExp])[] = [
  ['unused_later', '77'],
  ['unused_later,x', '0x4d'],
  ['unused_later,b', '0b1001101'],
  ['unused_later,c', "'M'"],
  ['unused_later + 1', '78'],
  ['unused_later == 77 && got == 50', 'true'],
  ['unused_later as u8 as char', /M/],
  ['node->color', /RED/],
  ['node->color == RED', 'true'],
  ['node->color == GREEN', 'false'],
  ['node.color', /RED/],
  ['node->next->color', /BLUE/],
  ['node->word.whole,x', '0x11223344'],
  ['node->word.bytes[0],x', '0x44'],
  ['node->flags.mode', '5'],
  ['node->flags.level', '-7'],
  ['node->grid[1][2]', '6'],
  ['(*node).grid[0][1]', '2'],
  ['node->marked', 'true'],
  ['!node->marked', 'false'],
  ['node->name', /"first"/],
  ['node == &first', 'true'],
  ['first.next == &second', 'true'],
  ['second.color', /BLUE/],
  ['&second == first.next', 'true'],
  ['*(u32*)&first.word,x', '0x11223344'],
  ['(u8)0x1ff', '255'],
  ['(i8)0xff', '-1'],
  ['(unsigned char)300', '44'],
  ['0x1_0000 as u16', '0'],
  ['7 / 2', '3'],
  ['-7 / 2', '-3'],
  ['7 % 4 << 3', '24'],
  ['1.5 * 2', '3'],
  ['~0 & 0xff', '255'],
  ['$sp == sp', 'true'],
  ['$x2 == $sp', 'true'],
  ['$pc == pc', 'true'],
  ['*(u64*)$sp == va:$sp', 'true'],
  ['pa:$sp == va:$sp', 'true'],
  ['leaf', /^0x0000000080000[0-9a-f]{3} <leaf>$/],
  ['&leaf == leaf', 'true'],
  ['sizeof(unused_later)', '4'],
  ['sizeof(*node) == sizeof(struct node)', 'true'],
  ['sizeof(node->grid)', '24'],
  ['sizeof(node->grid),x', '0x18'],
  ['sizeof(u64*) + sizeof(char)', '9'],
  ['sizeof($sp)', '8'],
  ['sizeof(nothing)', /^Nothing is called "nothing"/],
  ['sizeof(1)', '4'],
  ['sizeof(struct nothing)', /No type "nothing"/],
  ['hart', '0'],
  ['$hart == 0', 'true'],
  ['first', /next: .*name: /],
  ['nothing', /^Nothing is called "nothing" in leaf\./],
  ['node->nothing', /has no field/],
  ['unused_later.x', /has no field|has no parts|not a/],
  ['*unused_later', /not a pointer|cannot|pointer/],
  ['1 / 0', 'Division by zero.'],
  ['1 << 5000', /shift by 5000/],
  ['&3', 'a number has no address.'],
  ['$nothing', 'This machine has no register "nothing".'],
  ['x as Nothing', /Nothing is called "x"/],
  ['1 as Nothing', /No type "Nothing"/],
  ['(struct node)1', /has no type|Only memory can be read|node/],
  ['node->grid[9][0]', /out of bounds|length is 2|no element/],
];

describe('values at a breakpoint in C', () => {
  it.each(values)('%s is %s', (expression, text) => {
    const found = c.value(expression);
    if (typeof text === 'string') expect(found).toBe(text);
    else expect(found).toMatch(text);
  });

  it('are those of the selected frame', () => {
    const frames = c.target.stack(0).frames(0, 10);
    const depths = frames.flatMap((frame) => {
      if (frame.kind !== 'code' || frame.name !== 'recurse') return [];
      return [c.target.values.evaluate('depth', c.target.values.scope(0, frame)).text];
    });
    expect(depths).toEqual(['0', '1', '2', '3']);
  });
});

describe('assignments', () => {
  const assigned: readonly (readonly [assignment: string, expression: string, after: string | RegExp])[] = [
    ['unused_later = 12', 'unused_later', '12'],
    ['unused_later = unused_later * 2 + 1', 'unused_later', '25'],
    ['node->word.whole = 0xdeadbeef', 'node->word.whole,x', '0xdeadbeef'],
    ['node->grid[1][0] = -5', 'node->grid[1][0]', '-5'],
    ['node->marked = false', 'node->marked', 'false'],
    ['node->color = GREEN', 'node->color', /GREEN/],
    ['$t3 = 0x1234', '$t3 == 0x1234', 'true'],
    ['va:$sp = 5', 'va:$sp', '0x5'],
    ['pa:$sp = 6', 'va:$sp', '0x6'],
  ];
  it.each(assigned)('%s sets it', (assignment, expression, after) => {
    const result = c.value(assignment);
    const found = c.value(expression);
    if (typeof after === 'string') expect(found, result).toBe(after);
    else expect(found, result).toMatch(after);
  });

  it.each([
    ['$cycle = 1', 'cycle is read-only.'],
    ['3 = 4', 'a number cannot be assigned to.'],
    ['leaf = 1', 'symbol leaf cannot be assigned to.'],
    ['1 + (unused_later = 3)', 'An assignment cannot be part of another expression or of a condition.'],
  ])('%s is refused', (assignment, message) => {
    expect(c.value(assignment)).toBe(message);
  });
});

describe('memory with paging on', () => {
  it.each([
    ['faults', '0'],
    ['cause', '13'],
    ['*(u64*)0x1000', /no memory|not mapped|unavailable|invalid/],
    ['tf->sepc == $sepc', 'true'],
    ['$satp >> 60', '8'],
    ['&root as u64 == 0xffffffc080000000 + ((&root as u64) & 0x3fffffff)', 'true'],
  ])('%s is %s', (expression, text) => {
    const found = kernel.value(expression);
    if (typeof text === 'string') expect(found).toBe(text);
    else expect(found).toMatch(text);
  });

  it('reads statics before paging is on by where the image lies', () => {
    const early = trapsKernel();
    early.breakAt('identity');
    early.go();
    expect(early.value('faults')).toBe('0');
    expect(early.value('&faults as u64 > 0xffffffc000000000')).toBe('true');
    expect(early.value('table == &root as u64 - 0xffffffc000000000')).toBe('true');
  });
});
