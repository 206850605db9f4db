import { beforeAll, describe, expect, it } from 'vitest';
import { elementOf, memberOf, pointeeOf } from '../../../src/symbols/lang/access';
import { present } from '../../../src/symbols/lang/present';
import { findQueue } from '../../../src/symbols/lang/queue';
import type { Value } from '../../../src/symbols/lang/value';
import { defaultLimits, pageLimits } from '../../../src/symbols/lang/view';
import type { Member, Program, ReadMemory, Type } from '../../../src/symbols/types';
import { SEED } from '../../support/random';
import { openFixture, outline } from './fixture';

/** A number that depends on the address and the seed only. */
function noise(address: bigint): number {
  let x =
    (Number(BigInt.asUintN(32, address)) ^ Math.imul(Number(BigInt.asUintN(32, address >> 32n)), 0x9e3779b1) ^ SEED) >>>
    0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const filled =
  (byte: (address: bigint) => number): ReadMemory =>
  (address, length) =>
    Uint8Array.from({ length }, (_, i) => byte(address + BigInt(i)) & 0xff);

const byteOf = (word: bigint, address: bigint) => Number((word >> (8n * (address & 7n))) & 0xffn);

/** Memories that no program would leave behind. */
const memories: Readonly<Record<string, ReadMemory>> = {
  'random bytes': filled(noise),
  zeros: filled(() => 0),
  ones: filled(() => 0xff),
  'words that point to themselves': filled((a) => byteOf(a & ~7n, a)),
  'words that point to the next word': filled((a) => byteOf((a & ~7n) + 8n, a)),
  'small numbers': filled((a) => ((a & 7n) === 0n ? noise(a) & 7 : 0)),
  'plausible pointers among small numbers': filled((a) =>
    byteOf(noise(a & ~7n) & 1 ? 0x8000_0000n + BigInt(noise(a & ~7n) & 0xfff8) : BigInt(noise(a & ~7n) & 15), a),
  ),
  'no memory at all': () => undefined,
  'memory that ends soon': (a, n) =>
    a + BigInt(n) <= 0x8000_0100n && a >= 0x8000_0000n ? filled(noise)(a, n) : undefined,
};

let program: Program;
let types: readonly Type[];
let names: Value['context']['names'];

beforeAll(async () => {
  const fixture = await openFixture('rust-1.96-riscv64');
  program = fixture.program;
  names = fixture.everything.context.names;
  types = [...program.types('*'), ...(await openFixture('c-x86_64')).program.types('*')];
});

describe(`values of garbage (WORLDSTEP_SEED=${SEED})`, () => {
  for (const [round, [what, memory]] of Object.entries(memories).entries()) {
    // A third of the types each; other seeds pair them differently.
    const some = () => types.filter((_, i) => (i + round + SEED) % 3 === 0);

    it(`never throw and take a bounded number of reads: ${what}`, () => {
      expect(types.length).toBeGreaterThan(1000);
      for (const type of some()) {
        let reads = 0;
        const read: ReadMemory = (address, length) => {
          reads++;
          return memory(address, length);
        };
        const value: Value = {
          type,
          place: { kind: 'memory', address: 0x8000_0000n },
          context: { read, addressSize: 8, isLittleEndian: true, names },
        };
        const shown = present(value);
        expect(shown.text.length, type.name).toBeLessThan(4000);
        const total = shown.namedCount + shown.indexedCount;
        const children = [
          ...shown.childrenRange(0, 20),
          ...shown.childrenRange(total - 2, 5),
          ...shown.childrenRange(-1, 1e9).slice(0, 3),
        ];
        expect(reads, type.name).toBeLessThanOrEqual(defaultLimits.reads + 3 * pageLimits.reads);
        for (const child of children.slice(0, 8)) present(child.value);
        shown.write?.('1');
      }
    });

    it(`have no parts that break access: ${what}`, () => {
      const context = { read: memory, addressSize: 8 as const, isLittleEndian: true, names };
      for (const type of some().filter((_, i) => i % 2 === 0)) {
        const value: Value = { type, place: { kind: 'memory', address: 0x8000_0000n }, context };
        memberOf(value, 'x');
        elementOf(value, 3n);
        elementOf(value, 'key');
        pointeeOf(value);
        findQueue(value);
      }
    });
  }

  it('never throw when a few bytes of real memory are wrong', async () => {
    const { everything } = await openFixture('rust-1.96-riscv64');
    for (let round = 0; round < 12; round++) {
      // One byte in 16.
      const read: ReadMemory = (address, length) =>
        everything.context.read(address, length)?.map((byte, i) => {
          const dice = noise(address + BigInt(i) + (BigInt(round) << 40n));
          return (dice & 0xf00) === 0 ? dice & 0xff : byte;
        });
      const lines = outline('everything', { ...everything, context: { ...everything.context, read } }, 3);
      expect(lines.length).toBeGreaterThan(100);
    }
  });

  it('end when a damaged file describes types that contain themselves', () => {
    for (const name of [
      'Cell<u8>',
      'Mutex<u8>',
      'Point',
      'Once<u8>',
      'RefCell<u8>',
      'Vec<u8>',
      'BTreeMap<u8, u8>',
      'MaybeUninit<u8>',
      'Rc<u8>',
    ]) {
      for (const kind of ['struct', 'union'] as const) {
        for (const language of ['rust', 'c'] as const) {
          const base = {
            id: 1,
            name,
            shortName: name,
            size: 8,
            alignment: 8,
            language,
            templates: [],
            isDeclaration: false,
          };
          for (const fields of [
            ['value', 'data', 'inner', 'cell', ''],
            ['value'],
            ['data'],
            ['inner'],
            ['cell'],
            [''],
            ['ptr', 'len'],
          ]) {
            const members: Member[] = fields.map((field) => ({
              name: field,
              offset: 0,
              bitOffset: undefined,
              bitSize: undefined,
              isArtificial: false,
              get type() {
                return self;
              },
            }));
            const self: Type = { ...base, kind, members, variantPart: undefined, containingType: undefined };
            const value: Value = {
              type: self,
              place: { kind: 'memory', address: 0n },
              context: { read: filled(noise), addressSize: 8, isLittleEndian: true },
            };
            const shown = present(value);
            shown.childrenRange(0, 10).map((c) => present(c.value).text);
            memberOf(value, 'x');
            elementOf(value, 0n);
            findQueue(value);
          }
        }
      }
    }
    const alias: Type = {
      kind: 'alias',
      id: 1,
      name: 'loop',
      shortName: 'loop',
      size: 0,
      alignment: 1,
      language: 'c',
      flavour: 'typedef',
      get target() {
        return alias;
      },
    };
    present({
      type: alias,
      place: { kind: 'memory', address: 0n },
      context: { read: filled(noise), addressSize: 8, isLittleEndian: true },
    });
  });

  it('say what is wrong: a length beyond the capacity', () => {
    const vec = program.typeNamed('alloc::vec::Vec<u32, alloc::alloc::Global>')!;
    const words: Readonly<Record<string, bigint>> = { '0': 8n, '8': 0x8000_1000n, '16': 0xffff_ffff_ffff_ff00n };
    const read = filled((a) => byteOf(words[String((a & ~7n) - 0x8000_0000n)] ?? 0n, a));
    const value: Value = {
      type: vec,
      place: { kind: 'memory', address: 0x8000_0000n },
      context: { read, addressSize: 8, isLittleEndian: true },
    };
    const shown = present(value);
    expect(shown.text).toBe('<invalid: len 18446744073709551360 > capacity 8>');
    expect([shown.namedCount, shown.indexedCount]).toEqual([1, 0]);
    const raw = present(shown.childrenRange(0, 1)[0]!.value);
    expect(raw.childrenRange(0, 9).map((c) => `${c.name}: ${present(c.value).text}`)).toContain(
      'len: 0xffffffffffffff00',
    );
  });

  it('say why when they are nowhere', () => {
    const value: Value = {
      type: program.typeNamed('alloc::string::String')!,
      place: { kind: 'unavailable', why: 'optimized out' },
      context: { read: () => undefined, addressSize: 8, isLittleEndian: true },
    };
    expect(present(value).text).toBe('<unavailable: optimized out>');
  });
});
