/** Types for casts: the debug information's own by name, and made-up ones for built-in words. */
import { t } from '../../base/l10n';
import type { ArrayType, BaseEncoding, BaseType, PointerType, Program, Type, VoidType } from '../../symbols/types';
import { ExpressionError, type TypeName } from './ast';

const fixed: readonly (readonly [name: string, encoding: BaseEncoding, size: number])[] = [
  ['bool', 'bool', 1],
  ['char', 'signedChar', 1],
  ['f32', 'float', 4],
  ['f64', 'float', 8],
  ['float', 'float', 4],
  ['double', 'float', 8],
  ['short', 'signed', 2],
  ['int', 'signed', 4],
  ['unsigned', 'unsigned', 4],
  ['long', 'signed', 8],
  ['ssize_t', 'signed', 8],
  ['size_t', 'unsigned', 8],
  ['uintptr_t', 'unsigned', 8],
  ['intptr_t', 'signed', 8],
];

let nextId = -1_000_000;
const made = new Map<string, BaseType>();

/** A base type of the debugger's own; ids are negative. */
export function baseType(
  name: string,
  encoding: BaseEncoding,
  size: number,
  language: BaseType['language'] = 'rust',
): BaseType {
  const known = made.get(name);
  if (known !== undefined) return known;
  const type: BaseType = {
    kind: 'base',
    id: nextId--,
    name,
    shortName: name,
    size,
    alignment: size,
    language,
    encoding,
  };
  made.set(name, type);
  return type;
}

const VOID: VoidType = {
  kind: 'void',
  id: nextId--,
  name: 'void',
  shortName: 'void',
  size: 0,
  alignment: 1,
  language: 'c',
};

export const u64Type = (): BaseType => baseType('u64', 'unsigned', 8);

/** A pointer to `target`. */
export function pointerTo(target: Type): PointerType {
  // How C spells it follows from what it points to.
  const isRust = target.language === 'rust';
  const name = isRust ? `*const ${target.name}` : '';
  const shortName = isRust ? `*const ${target.shortName}` : '';
  const common = { id: nextId--, name, shortName, size: 8, alignment: 8, language: target.language };
  return { kind: 'pointer', flavour: 'pointer', target, ...common };
}

/** `[element; count]`. */
export function arrayOf(element: Type, count: number): ArrayType {
  const isRust = element.language === 'rust';
  const name = isRust ? `[${element.name}; ${count}]` : '';
  const shortName = isRust ? `[${element.shortName}; ${count}]` : '';
  const common = { id: nextId--, name, shortName, size: element.size * count, alignment: element.alignment };
  return { kind: 'array', element, count, language: element.language, ...common };
}

function builtIn(name: string): Type | undefined {
  if (name === 'void') return VOID;
  const rust = /^([ui])(8|16|32|64|128|size)$/.exec(name);
  if (rust !== null) {
    const size = rust[2] === 'size' ? 8 : Number(rust[2]) / 8;
    return baseType(name, rust[1] === 'i' ? 'signed' : 'unsigned', size);
  }
  const std = /^(u?)int(8|16|32|64)_t$/.exec(name);
  if (std !== null) return baseType(name, std[1] === 'u' ? 'unsigned' : 'signed', Number(std[2]) / 8, 'c');
  const row = fixed.find(([word]) => word === name);
  if (row !== undefined) return baseType(...row, /^(?:bool|char|f\d+)$/.test(name) ? 'rust' : 'c');
  const words = name.split(' ');
  if (!words.every((word) => /^(?:unsigned|signed|char|short|int|long|double)$/.test(word))) return undefined;
  const isUnsigned = words.includes('unsigned');
  const size = words.includes('char') ? 1 : words.includes('short') ? 2 : words.includes('long') ? 8 : 4;
  return baseType(name, isUnsigned ? 'unsigned' : 'signed', size, 'c');
}

/** The type a cast names, looked for in the programs in order. Throws {@link ExpressionError} when there is none. */
export function resolveType(wanted: TypeName, programs: readonly Program[]): Type {
  // Whether C's char has a sign, the program tells.
  let type = wanted.name === 'char' ? undefined : builtIn(wanted.name);
  for (const program of programs) {
    if (type !== undefined) break;
    type = program.typeNamed(wanted.name) ?? program.types(wanted.name)[0];
  }
  type ??= builtIn(wanted.name);
  if (type === undefined) {
    throw new ExpressionError(
      t`No type "${wanted.name}". Write it as the debug information does, with its module path.`,
    );
  }
  for (let star = 0; star < wanted.pointers; star++) type = pointerTo(type);
  if (wanted.count !== undefined) type = arrayOf(type, wanted.count);
  for (let star = 0; star < (wanted.over ?? 0); star++) type = pointerTo(type);
  return type;
}

/** Without typedefs and qualifiers. */
export const stripAlias = (type: Type): Type => (type.kind === 'alias' ? stripAlias(type.target) : type);
