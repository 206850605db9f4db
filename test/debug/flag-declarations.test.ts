import { describe, expect, it } from 'vitest';
import { flagDeclarations } from '../../src/debug/flag-declarations';

const declared = (text: string) =>
  flagDeclarations(text).map(
    ({ type, flags }) => `${type}: ${flags.map(({ name, value }) => `${name}=${value}`).join(' ')}`,
  );

describe('flags in the text of a Rust source', () => {
  it.each<[string, string, string[]]>([
    [
      'of bitflags 2',
      `bitflags::bitflags! {
         /// What may be done; "}" in a comment ends nothing.
         #[derive(Clone, Copy, Debug)]
         pub struct Access: u64 {
           const READ = 1 << 0;
           /* const NO = 2; */
           const WRITE = 0b10;
           const EXECUTE = 0x4_u64;
           const ALL = Self::READ.bits() | Self::WRITE.bits() | Self::EXECUTE.bits();
           const _ = !0;
         }
       }`,
      ['Access: READ=1 WRITE=2 EXECUTE=4 ALL=7'],
    ],
    [
      'of bitflags 1',
      `bitflags! {
         pub struct PTEFlags: u8 { const V = 1 << 0; const R = 1 << 1; const RV = Self::V.bits | Self::R.bits; }
         struct Other: u32 { const X = 1; }
       }`,
      ['PTEFlags: V=1 R=2 RV=3', 'Other: X=1'],
    ],
    [
      'for a type that is declared elsewhere',
      'bitflags! { impl Mode: u16 { const USER = 1 << (2 + 3); } }',
      ['Mode: USER=32'],
    ],
    [
      'by constants of the file',
      `const SHIFT: usize = 4; const VALID: usize = 1 << SHIFT;
       bitflags! { pub struct Entry: usize { const VALID = VALID; const HIGH = VALID << 1; const TWO = VALID as usize * 2 + 1; } }`,
      ['Entry: VALID=16 HIGH=32 TWO=33'],
    ],
    [
      'but not those that need a compiler',
      'bitflags! { struct Some: u8 { const A = 1; const B = size_of::<u8>(); const C = 1 << other::UNKNOWN; const D = 8; } }',
      ['Some: A=1 D=8'],
    ],
    ['without any', 'struct Flags: u8 { const A = 1; }', []],
    ['cut off', 'bitflags! { struct Cut: u8 { const A = 1; const B = (', ['Cut: A=1']],
  ])('%s', (_, text, wanted) => {
    expect(declared(text)).toEqual(wanted);
  });

  it('end on text of any kind', () => {
    for (const text of [
      'bitflags! {',
      'bitflags!({{{{',
      `bitflags! { struct A: u8 { ${'const B = ('.repeat(2000)}`,
      'bitflags!'.repeat(50),
    ]) {
      expect(() => flagDeclarations(text)).not.toThrow();
    }
  });
});
