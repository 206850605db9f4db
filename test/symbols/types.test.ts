import { describe, expect, it } from 'vitest';
import type { Member, Program, StructType, Type } from '../../src/symbols/types';
import { cBuilds, programOf, rustBuilds } from './built-programs';

function struct(program: Program, name: string): StructType {
  const type = program.typeNamed(name);
  if (type?.kind !== 'struct') throw new Error(`${name} is ${type?.kind}`);
  return type;
}

const field = (m: Member): string => `${m.name}@${m.offset}: ${m.type.name}`;
const layout = (type: StructType): string[] => [...type.members].sort((a, b) => a.offset - b.offset).map(field);

/** A type, taken apart for reading. */
function shown(type: Type): string {
  switch (type.kind) {
    case 'pointer':
      return `*${shown(type.target)}`;
    case 'alias':
      return `${type.flavour}(${type.name}) ${shown(type.target)}`;
    case 'array':
      return `[${shown(type.element)}; ${type.count ?? '?'}]`;
    case 'subroutine':
      return `fn(${type.parameters.map(shown).join(', ')}) -> ${shown(type.returns)}`;
    default:
      return type.name;
  }
}

for (const build of rustBuilds) {
  describe(`types of ${build}`, () => {
    const program = programOf(build);

    it('have qualified names and the layout the compiler chose', () => {
      expect(struct(program, 'shapes::Point')).toMatchObject({
        size: 8,
        alignment: 4,
        shortName: 'Point',
        language: 'rust',
      });
      expect(layout(struct(program, 'shapes::Point'))).toEqual(['x@0: i32', 'y@4: i32']);
      expect(program.typeNamed('i32')).toMatchObject({ kind: 'base', encoding: 'signed', size: 4 });
      expect(program.typeNamed('Point')).toBeUndefined();
    });

    it('are the same object whichever way they are reached', () => {
      const shape = struct(program, 'shapes::Shape');
      expect(program.typeById(shape.id)).toBe(shape);
      expect(program.typeNamed('shapes::Shape')).toBe(shape);
    });

    it('show a tagged enum with its discriminants and payloads', () => {
      const part = struct(program, 'shapes::Shape').variantPart!;
      const variants = part.variants.map((v) => ({
        name: v.name,
        values: v.values,
        fields: v.members.map((m) => layout(m.type as StructType)),
      }));
      expect(part.discriminant).toMatchObject({ isArtificial: true });
      expect(variants.map((v) => v.name)).toEqual(['Dot', 'Circle', 'Square']);
      expect(variants.map((v) => v.values)).toEqual([[{ lo: 0n, hi: 0n }], [{ lo: 1n, hi: 1n }], [{ lo: 2n, hi: 2n }]]);
      expect(variants[1]!.fields[0]!.map((f) => f.replace(/@\d+/, ''))).toEqual(
        expect.arrayContaining(['center: shapes::Point', 'radius: u32']),
      );
    });

    it('show a niche: the variant with data is the default or has its own values, the others are values of its field', () => {
      const part = struct(program, 'shapes::Answer').variantPart!;
      expect(part.discriminant!.type.size).toBe(1);
      const values = Object.fromEntries(part.variants.map((v) => [v.name, v.values]));
      expect(values.Unknown).toEqual([{ lo: 2n, hi: 2n }]);
      expect(values.Forbidden).toEqual([{ lo: 3n, hi: 3n }]);
      expect(values.Known).toEqual([]);
    });

    it('show the niche of a pointer and its generic argument', () => {
      const option = struct(program, 'core::option::Option<&shapes::Shape>');
      expect(option.size).toBe(8);
      const some = option.variantPart!.variants.find((v) => v.name === 'Some')!.members[0]!.type as StructType;
      expect(some.templates.map((t) => `${t.name}=${t.type.name}`)).toEqual(['T=&shapes::Shape']);
      const byName = new Map(option.variantPart!.variants.map((v) => [v.name, v.values]));
      expect(byName.get('None')).toEqual([{ lo: 0n, hi: 0n }]);
      expect(byName.get('Some')).toEqual([]);
    });

    it('show an enum without fields with signed values', () => {
      const level = program.typeNamed('shapes::Level');
      expect(level?.kind === 'enumeration' && level.enumerators).toEqual([
        { name: 'Low', value: -1n },
        { name: 'Normal', value: 0n },
        { name: 'High', value: 100n },
      ]);
    });

    it('show fat pointers as structs', () => {
      expect(layout(struct(program, '&str'))).toEqual(['data_ptr@0: ', 'length@8: usize']);
      expect(shown(struct(program, '&str').members.find((m) => m.name === 'data_ptr')!.type)).toBe('*u8');
    });

    it('lead from a vtable to its concrete type', () => {
      const [vtable] = program.globals('*{vtable}').filter((g) => g.name.includes('Shape as'));
      expect(vtable?.name).toBe('<shapes::Shape as shapes::Area>::{vtable}');
      const type = vtable!.type;
      expect(type.kind === 'struct' && type.containingType?.name).toBe('shapes::Shape');
      const op = vtable!.location.kind === 'expression' ? vtable!.location.ops[0] : undefined;
      const address = op?.op === 'address' ? op.value : 0n;
      expect(program.globalAt(address as never)?.id).toBe(vtable!.id);
    });

    it('are listed by pattern', () => {
      const names = program.types('shapes::Shape*').map((t) => t.name);
      expect(names).toEqual(expect.arrayContaining(['shapes::Shape', 'shapes::Shape::Circle']));
    });
  });
}

for (const build of cBuilds) {
  describe(`types of ${build}`, () => {
    const program = programOf(build);

    it('have pointers, arrays of arrays, unions, functions and flexible ends', () => {
      const node = struct(program, 'node');
      expect(node.members.map((m) => `${m.name}@${m.offset} ${shown(m.type)}`)).toEqual([
        'next@0 *node',
        'name@8 *const() char',
        'color@16 color',
        'word@20 word',
        'flags@24 flags',
        'grid@32 [[int; 3]; 2]',
        'compare@56 typedef(compare_fn) *fn(*const() node, *const() node) -> int',
        'marked@64 _Bool',
        'tail@65 [char; ?]',
      ]);
      expect(node.members.find((m) => m.name === 'grid')!.type.size).toBe(24);
      const word = program.typeNamed('word');
      expect(word?.kind === 'union' && word.members.map((m) => `${m.offset} ${shown(m.type)}`)).toEqual([
        '0 typedef(u32) unsigned int',
        '0 [unsigned char; 4]',
      ]);
    });

    it('place bit fields', () => {
      const bits = struct(program, 'flags').members.map((m) => [m.name, m.bitOffset, m.bitSize]);
      expect(bits).toEqual([
        ['ready', 0, 1],
        ['mode', 1, 3],
        ['level', 4, 5],
        ['rest', 9, 40],
      ]);
    });

    it('know their encodings', () => {
      const encodings = ['int', 'unsigned int', 'char', 'unsigned char', '_Bool'].map((name) => {
        const type = program.typeNamed(name);
        return type?.kind === 'base' ? type.encoding : undefined;
      });
      expect(encodings).toEqual(['signed', 'unsigned', 'unsignedChar', 'unsignedChar', 'bool']);
    });

    it('form a graph with cycles', () => {
      const node = struct(program, 'node');
      const next = node.members[0]!.type;
      expect(next.kind === 'pointer' && next.target).toBe(node);
    });

    it('give enumerators their sign', () => {
      const color = program.typeNamed('color');
      expect(color?.kind === 'enumeration' && color.enumerators.map((e) => e.value)).toEqual([-1n, 5n, 6n]);
    });
  });
}

describe('a type that is not there', () => {
  it('reads as unknown, with the place', () => {
    expect(programOf('c-o0-dwarf4').typeById(0xfffffff)).toMatchObject({
      kind: 'unknown',
      why: 'the entry at .debug_info+0xfffffff is damaged or missing',
    });
  });
});
