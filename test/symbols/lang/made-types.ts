/** Types as a program's debug information would have them, for tests of what names and shapes mean. */
import { madeUp } from '../../../src/symbols/lang/layout';
import type { AliasType, ArrayType, Member, StructType, Type } from '../../../src/symbols/types';

export const u8 = madeUp('u8', 1, 'unsigned');
export const u32 = madeUp('u32', 4, 'unsigned');
export const u64 = madeUp('u64', 8, 'unsigned');
export const i64 = madeUp('i64', 8, 'signed');

const rust = { id: 0, alignment: 1, language: 'rust' } as const;
const member = (name: string, type: Type, offset = 0): Member =>
  ({ name, type, offset, isArtificial: false }) as Member;
const struct = (name: string, members: Member[]): StructType =>
  ({
    ...rust,
    kind: 'struct',
    name,
    shortName: name,
    size: members.reduce((sum, one) => sum + one.type.size, 0),
    members,
    templates: [],
    isDeclaration: false,
  }) as unknown as StructType;
export const fields = (name: string, ...all: [string, Type][]): StructType => {
  let offset = 0;
  return struct(
    name,
    all.map(([field, type]) => {
      const made = member(field, type, offset);
      offset += type.size;
      return made;
    }),
  );
};
export const typedef = (name: string, target: Type): AliasType =>
  ({
    ...rust,
    language: 'c',
    kind: 'alias',
    flavour: 'typedef',
    name,
    shortName: name,
    size: target.size,
    target,
  }) as AliasType;
export const array = (element: Type, count: number): ArrayType =>
  ({
    ...rust,
    kind: 'array',
    name: 'array',
    shortName: 'array',
    size: element.size * count,
    element,
    count,
  }) as ArrayType;
