import { beforeAll, describe, expect, it } from 'vitest';
import { memberOf } from '../../../src/symbols/lang/access';
import { present } from '../../../src/symbols/lang/present';
import type { Value } from '../../../src/symbols/lang/value';
import { type Fixture, openFixture } from './fixture';

let rust: Fixture;
let c: Fixture;

beforeAll(async () => {
  rust = await openFixture('rust-1.96-riscv64');
  c = await openFixture('c-x86_64');
});

/** The value as it reads after what the user typed was written, or why it cannot be. */
function set(fixture: Fixture, path: string, text: string): string {
  let value: Value | string = fixture.everything;
  for (const name of path.split('.')) value = memberOf(value as Value, name);
  const target = value as Value;
  const written = present(target).write?.(text);
  if (written === undefined) return 'not settable';
  if (!written.ok) return written.why;
  const { place, bytes } = written;
  if (place.kind === 'register') return present({ ...target, place: { ...place, bytes } }).text;
  const read: typeof target.context.read = (address, length) => {
    const old = target.context.read(address, length)?.slice();
    for (let i = 0; i < length && old !== undefined; i++) {
      const at = Number(address + BigInt(i) - place.address);
      if (at >= 0 && at < bytes.length) old[i] = bytes[at]!;
    }
    return old;
  };
  return present({ ...target, context: { ...target.context, read } }).text;
}

describe('setting values', () => {
  it.each([
    ['u8_', '7', '7'],
    ['u8_', '0xff', '255'],
    ['u8_', '0b1010_1010', '170'],
    ['u8_', "'a'", '97'],
    ['u8_', '256', '256 does not fit u8. Type a number from 0 to 255.'],
    ['u8_', '-1', '-1 does not fit u8. Type a number from 0 to 255.'],
    ['u8_', 'seven', '"seven" is not an integer. Type decimal, 0x…, 0b… or a character in quotes.'],
    ['u8_', '0x', '"0x" is not an integer. Type decimal, 0x…, 0b… or a character in quotes.'],
    ['i8_', '-128', '-128'],
    ['i8_', '0xff', '-1'],
    ['i32_', '1_000_i32', '1000'],
    ['i64_', '-1', '-1'],
    ['u128_', '0x100000000000000000', '295147905179352825856'],
    ['f32_', '-2.25', '-2.25'],
    ['f64_', '1e300', '1e+300'],
    ['f64_', 'NaN', 'NaN'],
    ['f64_', '-inf', '-inf'],
    ['f32_', 'fast', '"fast" is not a number. Type for example 1.5 or -2e10.'],
    ['bool_', 'false', 'false'],
    ['bool_', '2', '"2" is not a bool. Type true or false.'],
    ['char_', "'ß'", "'ß'"],
    ['char_', "'\\n'", "'\\n'"],
    ['char_', "'\\u{1f600}'", "'😀'"],
    ['char_', '0xd800', '0xd800 is no Unicode character.'],
    ['char_', 'ab', "ab is not a character. Type it in quotes, as 'a' or '\\u{1f600}'."],
    ['color', 'Blue', 'Blue'],
    ['color', 'Color::Red', 'Red'],
    ['color', 'Pink', '"Pink" is no variant of Color. Type one of Red, Green, Blue.'],
    ['color', '7', '"7" is no variant of Color. Type one of Red, Green, Blue.'],
    ['level', 'High', 'High'],
    ['some', 'None', 'None'],
    ['some_box', 'Option::None', 'None'],
    ['shape_rect', 'Nothing', 'Nothing'],
    ['shape_nothing', 'Circle', 'Only Nothing can be set here; set the fields of the others one by one.'],
    ['cell', '5', '5'],
    ['atomic_bool', 'false', 'false'],
    ['atomic_i32', '-1', '-1'],
    ['raw', '0', 'null'],
    ['raw', 'there', '"there" is not an address. Type it as 0x80200000.'],
    ['vec', '[1]', 'not settable'],
    ['point', '{}', 'not settable'],
  ])('%s = %s gives %s', (path, text, result) => {
    expect(set(rust, path, text)).toBe(result);
  });

  it.each([
    ['bits.low', '7', '7'],
    ['bits.middle', '-16', '-16'],
    ['bits.middle', '40', '40 does not fit int. Type a number from -16 to 15.'],
    ['bits.high', '1', '1'],
    ['bits.flag', 'false', 'false'],
    ['color', '9', '9'],
    ['u8', '255', '255'],
    ['pointer', 'NULL', 'null'],
  ])('%s = %s gives %s in C', (path, text, result) => {
    expect(set(c, path, text)).toBe(result);
  });

  it('leaves the neighbours of a bit field alone', () => {
    const bits = memberOf(c.everything, 'bits') as Value;
    const written = present(memberOf(bits, 'middle') as Value).write!('0');
    if (!written.ok || written.place.kind !== 'memory') throw new Error('not written to memory');
    const before = c.everything.context.read(written.place.address, written.bytes.length)!;
    expect(written.bytes[0]! & 7).toBe(before[0]! & 7);
  });

  it('changes only the bytes of the value in a register', () => {
    const type = rust.program.typeNamed('u8')!;
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const value: Value = {
      type,
      place: { kind: 'register', dwarf: 10, bytes, offset: 0 },
      context: rust.everything.context,
    };
    const written = present(value).write!('0xaa');
    expect(written.ok && [...written.bytes]).toEqual([0xaa, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('is refused with the reason for what is not in the machine', () => {
    const type = rust.program.typeNamed('u8')!;
    const value: Value = { type, place: { kind: 'bytes', bytes: Uint8Array.of(5) }, context: rust.everything.context };
    expect(present(value).text).toBe('5');
    expect(present(value).write!('1')).toEqual({
      ok: false,
      why: 'It cannot be set: the compiler keeps it in the debug information only.',
    });
  });
});
