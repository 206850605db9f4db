import { beforeAll, describe, expect, it } from 'vitest';
import { cast, elementOf, memberOf, membersOf, pointeeOf } from '../../../src/symbols/lang/access';
import { present } from '../../../src/symbols/lang/present';
import type { Value } from '../../../src/symbols/lang/value';
import { type Fixture, openFixture } from './fixture';
import { fields, u64 } from './made-types';

let rust: Fixture;
let c: Fixture;

beforeAll(async () => {
  rust = await openFixture('rust-1.96-riscv64');
  c = await openFixture('c-x86_64');
});

/** Follows `name`, `[3]`, `["key"]` and `*` from one of everything; the text, or why it ends. */
function follow(fixture: Fixture, path: string): string {
  const value = valueAt(fixture, path);
  return typeof value === 'string' ? value : present(value).text;
}

function valueAt({ everything }: Fixture, path: string): Value | string {
  let value: Value | string = everything;
  for (const step of path.match(/\w+|\[[^\]]+\]|\*/g) ?? []) {
    if (typeof value === 'string') break;
    if (step === '*') value = pointeeOf(value);
    else if (step.startsWith('["')) value = elementOf(value, step.slice(2, -2));
    else if (step.startsWith('[')) value = elementOf(value, BigInt(step.slice(1, -1)));
    else value = memberOf(value, step);
  }
  return value;
}

describe('parts of Rust values', () => {
  it.each([
    ['point.y', '2'],
    ['tuple.1', '"two"'],
    ['tuple.__2', "'3'"],
    ['meters.0', '2.5'],
    ['some.0', '5'],
    ['shape_rect.h', '4'],
    ['boxed.x', '7'],
    ['boxed*', '{x: 7, y: 8}'],
    ['rc.x', '5'],
    ['rc_weak.y', '6'],
    ['reference.x', '-3'],
    ['raw_mut.y', '2'],
    ['some_ref.x', '1'],
    ['dyn_box.age', '3'],
    ['dyn_rc.age', '4'],
    ['dyn_ref.name', '"Tom"'],
    ['closure.base', '40'],
    ['refcell.y', '9'],
    ['tree.left.value', '2'],
    ['arc_deque[1]', '8'],
    ['arc_deque.data[0]', '7'],
    ['arc_deque.locked', 'false'],
    ['deque[0]', '20'],
    ['deque.head', '2'],
    ['deque_wrapped[2]', '104'],
    ['vec[2]', '30'],
    ['vec.len', '3'],
    ['vec.buf.inner.cap', '3'],
    ['array[1]', '2'],
    ['nested[1][0]', '3'],
    ['slice_points[1].x', '-3'],
    ['raw[0]', '77'],
    ['btree[2]', '"two"'],
    ['btree_deep[150]', '22500'],
    ['btree_strings["key"][1]', '2'],
    ['set[2]', "'c'"],
    ['list[1]', '2'],
    ['crates.map[3]', '"three"'],
    ['crates.map_strings["a"]', '1'],
    ['crates.shared_queue[4]', '64'],
    ['crates.spin_noirq[0]', '1'],
    ['crates.mutex_locked.owner_id', '4'],
    ['crates.guards.spin_noirq[1]', '22'],
    ['crates.guards.spin_raw.id', '23'],
    ['crates.guards.spin_mutex.id', '24'],
    ['crates.guards.spin_mutex.steps[0]', '24'],
    ['crates.guards.rwlock_read.id', '26'],
    ['crates.guards.rwlock_written*', '27'],
    ['crates.guards.mutex.id', '28'],
    ['crates.guards.mapped*', '29'],
    ['crates.guards.borrowed.steps[0]', '30'],
    ['crates.guards.borrowed_mut*', '31'],
    ['function*', 'fn(u32) -> u32 leads to nothing with a type.'],
    ['raw_null*', 'It is null.'],
    ['u8_*', 'u8 is not a pointer.'],
    ['u8_[0]', 'u8 has no elements.'],
    ['vec[3]', 'There is no element 3; it has 3.'],
    ['vec_empty[0]', 'There is no element 0; it is empty.'],
    ['btree[9]', 'There is no element 9; it has 3.'],
    ['point.z', 'Point has no field z. Its fields are x, y.'],
    ['u8_.x', 'u8 has no field x. It has no fields.'],
  ])('%s is %s', (path, text) => {
    expect(follow(rust, path)).toBe(text);
  });

  it('are read as another type by a cast', () => {
    const word = memberOf(rust.everything, 'u64_') as Value;
    const type = rust.program.typeNamed('i64');
    expect(present(cast(word, type!)).text).toBe('-1');
  });
});

describe('parts of C values', () => {
  it.each([
    ['point.x', '1'],
    ['matrix[1][2]', '6'],
    ['pointer[0]', '77'],
    ['pointer_to_pointer**', '77'],
    ['list.next.value', '2'],
    ['list*.value', '1'],
    ['anonymous.as_float', '1.0'],
    ['anonymous.named.b', "121 'y'"],
    ['bits.middle', '-3'],
    ['both.bytes[0]', '4'],
    ['hidden*', 'opaque * leads to nothing with a type.'],
  ])('%s is %s', (path, text) => {
    expect(follow(c, path)).toBe(text);
  });
});

describe('members of newtypes', () => {
  const registers = fields('UserContext', ['sepc', u64], ['sp', u64]);
  const saved: Value = {
    type: fields('Task', ['0', fields('SavedContext', ['__0', registers])]),
    place: { kind: 'bytes', bytes: new Uint8Array(new BigUint64Array([0x1000n, 0x2000n]).buffer) },
    context: { read: () => undefined, addressSize: 8, isLittleEndian: true },
  };

  it('are those of what they hold', () => {
    expect(present(memberOf(saved, 'sp') as Value).text).toBe('0x2000');
    expect(membersOf(saved).map(({ name }) => name)).toEqual(['0', 'sepc', 'sp']);
  });

  it('are not looked for where there are several parts', () => {
    const pair: Value = { ...saved, type: fields('Pair', ['left', u64], ['right', fields('Id', ['__0', u64])]) };
    expect(memberOf(pair, '0')).toBe('Pair has no field 0. Its fields are left, right.');
  });
});

describe('members to choose from', () => {
  it.each([
    ['point', 'x y'],
    ['reference', 'x y'],
    ['boxed', 'x y'],
    ['rc', 'x y'],
    ['tuple', '0 1 2'],
    ['vec', 'buf len'],
    ['u8_', ''],
    ['crates.shared_queue', 'data head len buf'],
    ['crates.guards.spin_raw', 'id steps'],
    ['crates.guards.spin_mutex', 'id steps'],
    ['crates.guards.mutex', 'id steps'],
    ['crates.guards.borrowed', 'id steps'],
    ['crates.guards.spin_noirq', 'head len buf'],
  ])('of %s are those that a dot reaches: %s', (path, names) => {
    const value = valueAt(rust, path) as Value;
    const found = membersOf(value);
    expect(found.map(({ name }) => name).join(' ')).toBe(names);
    for (const { name, value: member } of found)
      expect(present(memberOf(value, name) as Value).text).toBe(present(member).text);
  });
});

describe('children', () => {
  it('come in pages, named ones first', () => {
    const shown = present(memberOf(rust.everything, 'btree_deep') as Value);
    expect([shown.namedCount, shown.indexedCount]).toEqual([1, 200]);
    const page = shown.childrenRange(150, 3);
    expect(page.map((child) => `${child.name} ${present(child.value).text}`)).toEqual([
      '[149] 22201',
      '[150] 22500',
      '[151] 22801',
    ]);
    expect(shown.childrenRange(0, 2).map((child) => child.name)).toEqual(['[raw]', '[0]']);
    expect(shown.childrenRange(201, 10)).toEqual([]);
  });

  it('have expressions that lead to them again', () => {
    for (const name of ['point', 'vec', 'deque', 'btree', 'boxed', 'arc_deque', 'shape_rect', 'tuple', 'home_lock']) {
      const parent = memberOf(rust.everything, name) as Value;
      const shown = present(parent);
      for (const child of shown.childrenRange(0, shown.namedCount + shown.indexedCount)) {
        const suffix = child.evaluateSuffix;
        if (suffix === undefined) continue;
        const again =
          suffix === '*'
            ? pointeeOf(parent)
            : suffix.startsWith('.')
              ? memberOf(parent, suffix.slice(1))
              : elementOf(parent, BigInt(suffix.slice(1, -1)));
        expect(typeof again === 'string' ? again : present(again).text, `${name}${suffix}`).toBe(
          present(child.value).text,
        );
      }
    }
  });

  it("include the compiler's fields under [raw] wherever the shape hides them", () => {
    const shown = present(memberOf(rust.everything, 'deque') as Value);
    const raw = shown.childrenRange(0, 1)[0]!;
    expect(raw.name).toBe('[raw]');
    const fields = present(raw.value);
    expect(fields.childrenRange(0, fields.namedCount).map((child) => child.name)).toEqual(['head', 'len', 'buf']);
  });

  it('say where a container keeps its elements', () => {
    const shown = present(memberOf(rust.everything, 'vec') as Value);
    const first = present(shown.childrenRange(1, 1)[0]!.value);
    expect(shown.memoryAddress).toBe(first.address);
    expect(shown.address).not.toBe(first.address);
    expect([first.byteSize, first.isPointer, first.scalar]).toEqual([4, false, 10n]);
  });
});

describe('trait objects', () => {
  const shown = (symbols: Readonly<Record<string, string>>) => {
    const value = memberOf(rust.everything, 'dyn_box') as Value;
    const names = value.context.names!;
    // The second word of the value is the vtable, whose first is the drop function.
    const pointer = value.place.kind === 'memory' ? value.place.address : 0n;
    const word = (address: bigint) =>
      new DataView(value.context.read(address, 8)!.slice().buffer).getBigUint64(0, true);
    const vtable = word(pointer + 8n);
    const drop = 0x4000n;
    const read: typeof value.context.read = (address, length) =>
      address === vtable && length === 8
        ? Uint8Array.of(0, 0x40, 0, 0, 0, 0, 0, 0)
        : value.context.read(address, length);
    const symbolAt: typeof names.symbolAt = (address) => {
      const demangled = address === vtable ? symbols.vtable : address === drop ? symbols.drop : undefined;
      if (demangled === undefined) return undefined;
      return { symbol: { ...rust.program.elf.symbols[0]!, demangled, kind: 'object' }, offset: 0n };
    };
    const context = { ...value.context, read, names: { ...names, globalAt: () => undefined, symbolAt } };
    return present({ ...value, context }).text;
  };

  it('are known by the symbol of the vtable when no variable describes it', () => {
    expect(shown({ vtable: '<everything::everything::Dog as everything::everything::Speak>::{vtable}' })).toBe(
      'Box(Dog {age: 3})',
    );
  });

  it('are known by the drop function, as either mangling spells it', () => {
    expect(shown({ drop: 'core::ptr::drop_in_place<everything::everything::Dog>' })).toBe('Box(Dog {age: 3})');
    expect(shown({ drop: 'core::ptr::drop_in_place::<everything::everything::Dog>' })).toBe('Box(Dog {age: 3})');
  });

  it('show the name alone when the program has no such type, and the vtable when nothing is known', () => {
    expect(shown({ drop: 'core::ptr::drop_in_place<elsewhere::Wolf>' })).toMatch(/^Box\(Wolf at 0x[0-9a-f]+\)$/);
    expect(shown({})).toMatch(/^Box\(unknown type, vtable 0x[0-9a-f]+ at 0x[0-9a-f]+\)$/);
  });
});
