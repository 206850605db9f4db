/** Numbers that read in hexadecimal because they are addresses or bit patterns, by their names, types and values. */
import { describe, expect, it } from 'vitest';
import { addressHint, isRegisterFile } from '../../../src/symbols/lang/address-name';
import { present } from '../../../src/symbols/lang/present';
import type { Value } from '../../../src/symbols/lang/value';
import type { Type } from '../../../src/symbols/types';
import { array, fields, i64, typedef, u8, u32, u64 } from './made-types';

const NAMES: Readonly<Record<'address' | 'pattern' | 'maybe' | 'number', readonly string[]>> = {
  address: [
    ...['addr', 'vaddr', 'paddr', 'load_address', 'entryAddr', 'VirtAddr', 'PhysAddr', 'GuestPhysAddr', 'GPA', 'Gva'],
    ...['va', 'pa', 'ppn', 'root_ppn', 'PhysPageNum', 'VirtPageNumber', 'phys_frame_num', 'pfn', 'addrs', 'addresses'],
    ...['pc', 'sp', 'kernel_sp', 'user_pc', 'sepc', 'satp', 'hgatp', 'ttbr0', 'TTBR0_EL1', 'elr_el1', 'stvec', 'stval'],
    ...['phys_addr_t', 'vaddr_t', 'uintptr_t', 'stack_ptr', 'va_start', 'phys_base', 'virt_end', 'PhysicalStart'],
  ],
  pattern: [
    'flags',
    'PTEFlags',
    'PageTableFlags',
    'MappingFlags',
    'irq_mask',
    'magic',
    'pte',
    'Rv64PTE',
    'regs',
    'sstatus',
  ],
  maybe: ['start', 'end', 'base', 'stack_top', 'ram_base', 'entry', 'next', 'kernel_root'],
  number: [
    ...[
      'len',
      'count',
      'message',
      'addr_len',
      'page_count',
      'page_num',
      'pid',
      'id',
      'value',
      'ticks',
      'size_t',
      'map',
    ],
    ...[
      'span',
      'mapped',
      'spare',
      'flagship',
      'vague',
      'pace',
      'far_away',
      'startup',
      'x',
      'a0',
      'index',
      'i',
      '',
      '_',
    ],
  ],
};

describe('a name', () => {
  for (const [hint, names] of Object.entries(NAMES)) {
    it.each(names)(`says ${hint === 'number' ? 'nothing' : hint}: %s`, (name) => {
      expect(addressHint(name)).toBe(hint === 'number' ? undefined : hint);
    });
  }

  it('is a register among others only', () => {
    expect(isRegisterFile(['ra', 'sp', 's0', 's1'])).toBe(true);
    expect(isRegisterFile(['rax', 'rbx', 'rcx'])).toBe(true);
    expect(isRegisterFile(['x', 'a0', 'b0', 's1'])).toBe(false);
  });
});

/** RAM is at 0x80000000, 1 MiB. */
const read = (address: bigint, length: number) =>
  address >= 0x80000000n && address < 0x80100000n ? new Uint8Array(length) : undefined;

function shown(calledBy: string, type: Type, ...numbers: (readonly [bigint, number])[]): string {
  const bytes: number[] = [];
  for (const [number, size] of numbers)
    for (let at = 0; at < size; at++) bytes.push(Number((number >> BigInt(8 * at)) & 0xffn));
  const value: Value = {
    type,
    place: { kind: 'bytes', bytes: Uint8Array.from(bytes) },
    context: { read, addressSize: 8, isLittleEndian: true },
    calledBy: [calledBy],
  };
  return present(value).text;
}

const A = 0x80001000n;

describe('a number', () => {
  it.each<[string, string, string]>([
    ['called as an address reads in hexadecimal', shown('entry_paddr', u64, [0x1000n, 8]), '0x1000'],
    ['called otherwise reads in decimal, whatever it is', shown('count', u64, [A, 8]), '2147487744'],
    ['with a sign is none', shown('addr', i64, [0x1000n, 8]), '4096'],
    ['of one byte is none', shown('addr', u8, [127n, 1]), '127'],
    ['of one byte may be flags', shown('flags', u8, [127n, 1]), '0x7f'],
    ['called as a place is one where memory is', shown('start', u64, [A, 8]), '0x80001000'],
    ['called as a place is none where no memory is', shown('start', u64, [A << 4n, 8]), '34359803904'],
    ['called as a place is none when small', shown('start', u64, [64n, 8]), '64'],
    ['that would be negative reads in hexadecimal', shown('count', u64, [(1n << 64n) - 1n, 8]), '0xffffffffffffffff'],
    ['of a type named like an address', shown('x', typedef('paddr_t', u64), [A, 8]), '0x80001000'],
    ['in a newtype', shown('x', fields('PhysPageNum', ['__0', u64]), [0x80200n, 8]), 'PhysPageNum(0x80200)'],
    ['in another newtype', shown('x', fields('Pid', ['__0', u64]), [0x80200n, 8]), 'Pid(524800)'],
    ['in a wrapper of what is called so', shown('va', fields('Held', ['__0', u64]), [A, 8]), 'Held(0x80001000)'],
    ['in a field', shown('x', fields('T', ['pa', u64], ['len', u64]), [A, 8], [16n, 8]), '{pa: 0x80001000, len: 16}'],
    ['in a field of its own name', shown('addr', fields('T', ['len', u64]), [16n, 8]), '{len: 16}'],
    ['in a tuple', shown('addr', fields('(u64, u64)', ['__0', u64], ['__1', u64]), [16n, 8], [17n, 8]), '(16, 17)'],
    ['in an array', shown('frame_addrs', array(u64, 2), [A, 8], [0n, 8]), '[0x80001000, 0x0]'],
    [
      'in the array of four bytes that an IPv4 address is',
      shown('ip', fields('Ipv4Addr', ['octets', array(u8, 2)]), [127n, 1], [1n, 1]),
      '{octets: [127, 1]}',
    ],
    [
      'in a register file',
      shown('frame', fields('Context', ['ra', u64], ['a0', u64], ['s0', u64]), [A, 8], [16n, 8], [0n, 8]),
      '{ra: 0x80001000, a0: 0x10, s0: 0x0}',
    ],
    ['that is narrow', shown('ppn', u32, [0x80200n, 4]), '0x80200'],
  ])('%s', (_, text, expected) => expect(text).toBe(expected));

  it('reads in the base that was asked for', () => {
    const value: Value = {
      type: fields('T', ['pa', u64], ['signed', i64], ['byte', u8]),
      place: { kind: 'bytes', bytes: Uint8Array.from([16, 0, 0, 0, 0, 0, 0, 0, ...new Array(8).fill(255), 5]) },
      context: { read, addressSize: 8, isLittleEndian: true },
    };
    const texts = ([undefined, 10, 16, 8, 2] as const).map(
      (radix) => present(radix ? { ...value, context: { ...value.context, radix } } : value).text,
    );
    expect(texts).toEqual([
      '{pa: 0x10, signed: -1, byte: 5}',
      '{pa: 16, signed: -1, byte: 5}',
      '{pa: 0x10, signed: 0xffffffffffffffff, byte: 0x5}',
      '{pa: 0o20, signed: 0o1777777777777777777777, byte: 0o5}',
      `{pa: 0b10000, signed: 0b${'1'.repeat(64)}, byte: 0b101}`,
    ]);
  });
});
