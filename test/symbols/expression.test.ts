import { describe, expect, it } from 'vitest';
import { bytesOfNumber, type ExpressionContext, evaluateLocation, numberOfBytes } from '../../src/symbols/expression';
import type { Located, Op } from '../../src/symbols/types';

const memory = new Map([[0x1000n, 0x2000n]]);

const context: ExpressionContext = {
  addressSize: 8,
  slide: 0x10n,
  readMemory: (address, length) => {
    const value = memory.get(address);
    return value === undefined ? undefined : bytesOfNumber(value, length);
  },
  register: (n) => BigInt(n) * 0x100n,
  cfa: () => 0x8000n,
  frameBase: () => 0x7000n,
  threadLocal: (offset) => 0x9000n + offset,
  atEntry: () => 42n,
};

const at = (address: bigint): Located => ({ kind: 'memory', address });
const value = (n: bigint, size = 8): Located => ({ kind: 'value', bytes: bytesOfNumber(n, size) });
const gone = (why: string): Located => ({ kind: 'unavailable', why });

const push = (n: bigint): Op => ({ op: 'const', value: n });
const u8 = { size: 1, encoding: 'unsigned' } as const;
const i8 = { size: 1, encoding: 'signed' } as const;
const i32 = { size: 4, encoding: 'signed' } as const;
const stackValue: Op = { op: 'stackValue' };

const rows: [what: string, ops: Op[], result: Located][] = [
  ['an address takes the slide', [{ op: 'address', value: 0x500n }], at(0x510n)],
  ['a constant does not', [push(0x500n)], at(0x500n)],
  ['frame base and offset', [{ op: 'frameOffset', offset: -16n }], at(0x6ff0n)],
  ['the canonical frame address', [{ op: 'cfa' }], at(0x8000n)],
  ['a place in the storage of the thread', [push(0x20n), { op: 'tls' }], at(0x9020n)],
  ['a register', [{ op: 'register', register: 10 }], { kind: 'register', dwarf: 10 }],
  ['a register and an offset', [{ op: 'registerOffset', register: 2, offset: 8n }], at(0x208n)],
  ['a computed value', [push(5n), { op: 'plusConst', value: 2n }, stackValue], value(7n)],
  [
    'a value in the debug information',
    [{ op: 'implicitValue', bytes: new Uint8Array([1, 2]) }],
    { kind: 'value', bytes: new Uint8Array([1, 2]) },
  ],
  ['memory read on the way', [push(0x1000n), { op: 'deref', size: 8 }], at(0x2000n)],
  ['memory that is not there', [push(0x3000n), { op: 'deref', size: 8 }], gone('memory at 0x3000 is not readable')],
  [
    'a value at function entry',
    [{ op: 'entryValue', ops: [{ op: 'register', register: 10 }] }, stackValue],
    value(42n),
  ],
  ['signed division', [push(-7n), push(2n), { op: 'binary', what: 'div' }, stackValue], value(-3n)],
  ['division by zero', [push(1n), push(0n), { op: 'binary', what: 'div' }], gone('its location divides by zero')],
  ['signed comparison', [push(-1n), push(1n), { op: 'binary', what: 'lt' }, stackValue], value(1n)],
  ['arithmetic shift', [push(-8n), push(1n), { op: 'binary', what: 'shra' }, stackValue], value(-4n)],
  ['logical shift', [push(-8n), push(60n), { op: 'binary', what: 'shr' }, stackValue], value(15n)],
  ['a shift beyond the width', [push(1n), push(1n << 62n), { op: 'binary', what: 'shl' }, stackValue], value(0n)],
  [
    'rot: the top goes below the next two',
    [push(1n), push(2n), push(3n), { op: 'rot' }, { op: 'drop' }, stackValue],
    value(1n),
  ],
  ['pick counts from the top', [push(1n), push(2n), { op: 'pick', index: 1 }, stackValue], value(1n)],
  ['swap', [push(9n), push(4n), { op: 'swap' }, { op: 'binary', what: 'minus' }, stackValue], value(-5n)],
  ['a taken branch', [push(1n), { op: 'branchIf', target: 4 }, push(7n), stackValue, push(8n), stackValue], value(8n)],
  ['a skip to the end', [push(6n), { op: 'skip', target: 3 }, { op: 'drop' }], at(6n)],
  ['an endless loop', [push(1n), { op: 'skip', target: 1 }], gone('the location expression does not end')],
  [
    'a branch out of the expression',
    [{ op: 'skip', target: 99 }],
    gone('the location expression branches into nowhere'),
  ],
  ['an empty stack', [{ op: 'drop' }], gone('the location expression is damaged (empty stack)')],
  ['nothing at all', [], gone('this part was optimised away')],
  ['a narrowing conversion', [push(0x1ffn), { op: 'convert', type: u8 }, stackValue], value(0xffn, 1)],
  [
    'a sign-extending conversion',
    [{ op: 'const', value: 0xffn, type: i8 }, { op: 'convert', type: i32 }, stackValue],
    value(-1n, 4),
  ],
  [
    'an unsupported operation',
    [{ op: 'unsupported', name: 'thread-local storage' }],
    gone('its location uses thread-local storage, which is not supported'),
  ],
  [
    'a pointer that was not made',
    [{ op: 'implicitPointer', die: 1, offset: 0n }],
    { kind: 'implicitPointer', die: 1, offset: 0n },
  ],
  [
    'pieces, one of them missing',
    [
      { op: 'register', register: 10 },
      { op: 'piece', bits: 64, bitOffset: 0 },
      { op: 'piece', bits: 32, bitOffset: 0 },
      push(0x40n),
      { op: 'piece', bits: 32, bitOffset: 8 },
    ],
    {
      kind: 'pieces',
      pieces: [
        { bits: 64, bitOffset: 0, at: { kind: 'register', dwarf: 10 } },
        { bits: 32, bitOffset: 0, at: { kind: 'unavailable', why: 'this part was optimised away' } },
        { bits: 32, bitOffset: 8, at: { kind: 'memory', address: 0x40n } },
      ],
    },
  ],
];

describe('a location expression gives', () => {
  for (const [what, ops, result] of rows) {
    it(what, () => {
      expect(evaluateLocation(ops, context)).toEqual(result);
    });
  }

  it('addresses that wrap at the width of the machine', () => {
    expect(evaluateLocation([push((1n << 64n) - 1n), { op: 'plusConst', value: 2n }], context)).toEqual(at(1n));
    const narrow = { ...context, addressSize: 4 } as const;
    expect(evaluateLocation([push(0xffffffffn), { op: 'plusConst', value: 2n }], narrow)).toEqual(at(1n));
  });
});

describe('numbers and bytes', () => {
  it('are little-endian both ways', () => {
    expect(bytesOfNumber(-2n, 3)).toEqual(new Uint8Array([0xfe, 0xff, 0xff]));
    expect(numberOfBytes(new Uint8Array([0x34, 0x12]))).toBe(0x1234n);
  });
});
