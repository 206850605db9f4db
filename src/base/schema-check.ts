/** Compares JSON of unknown shape with a schema. What is wrong is a value with its place; callers put it into words. */
import { t } from './l10n';
import type { Condition, Schema } from './schema';

/** Something that a schema forbids. `path` is where: `architectures.riscv64.programs[0].world`. */
export type SchemaProblem =
  /** The value itself: its type, its form, or that it is none of the choices. */
  | {
      readonly kind: 'type' | 'form' | 'choice';
      readonly path: string;
      readonly value: unknown;
      readonly schema: Schema;
    }
  | { readonly kind: 'missing'; readonly path: string }
  /** An entry that has no place in its object; `schema` is the object's. */
  | { readonly kind: 'unknown'; readonly path: string; readonly key: string; readonly schema: Schema }
  /** An entry that has no place under this condition. */
  | { readonly kind: 'refused'; readonly path: string; readonly condition: Condition }
  /** The name of an entry. */
  | { readonly kind: 'name'; readonly path: string; readonly expected: string };

/** Everything that is wrong with `value`, in the order of the schema. An empty path is the whole. */
export function schemaProblems(value: unknown, schema: Schema, path = ''): SchemaProblem[] {
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  const type = types.find((name) => isOfType(value, name));
  if (type === undefined) return [{ kind: 'type', path, value, schema }];
  switch (type) {
    case 'string':
      return textProblems(value as string, schema, path);
    case 'integer':
      return isInRange(value as number, schema) ? [] : [{ kind: 'form', path, value, schema }];
    case 'array':
      return listProblems(value as readonly unknown[], schema, path);
    case 'object':
      return objectProblems(value as Readonly<Record<string, unknown>>, schema, path);
    case 'boolean':
      return [];
  }
}

/** A number that is not whole is a number of the wrong form rather than something else. */
const isOfType = (value: unknown, type: string): boolean => {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return typeof value === 'number';
    default:
      return typeof value === type;
  }
};

function textProblems(value: string, schema: Schema, path: string): SchemaProblem[] {
  if (schema.enum && !schema.enum.includes(value)) return [{ kind: 'choice', path, value, schema }];
  const isOfForm = schema.pattern === undefined || new RegExp(schema.pattern).test(value);
  return isOfForm ? [] : [{ kind: 'form', path, value, schema }];
}

const isInRange = (value: number, { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema) =>
  Number.isInteger(value) && value >= minimum && value <= maximum;

function listProblems(list: readonly unknown[], schema: Schema, path: string): SchemaProblem[] {
  if (schema.uniqueItems === true && new Set(list).size < list.length)
    return [{ kind: 'form', path, value: list, schema }];
  const { items } = schema;
  return items ? list.flatMap((item, at) => schemaProblems(item, items, `${path}[${at}]`)) : [];
}

function objectProblems(object: Readonly<Record<string, unknown>>, schema: Schema, path: string): SchemaProblem[] {
  const { properties = {}, additionalProperties = true, required = [], keys, conditions = [] } = schema;
  const inside = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const has = (key: string): boolean => Object.hasOwn(object, key);
  const count = Object.keys(object).length;
  const { minProperties = 0, maxProperties = count } = schema;
  const problems: SchemaProblem[] = [];
  for (const [key, one] of Object.entries(properties)) {
    if (has(key)) problems.push(...schemaProblems(object[key], one, inside(key)));
    else if (required.includes(key)) problems.push({ kind: 'missing', path: inside(key) });
  }
  for (const key of Object.keys(object)) {
    if (keys !== undefined && !new RegExp(keys.pattern).test(key))
      problems.push({ kind: 'name', path: inside(key), expected: keys.expected });
    if (Object.hasOwn(properties, key)) continue;
    if (additionalProperties === false) problems.push({ kind: 'unknown', path: inside(key), key, schema });
    else if (additionalProperties !== true)
      problems.push(...schemaProblems(object[key], additionalProperties, inside(key)));
  }
  for (const condition of conditions) {
    if (!holds(condition, object)) continue;
    for (const one of condition.required ?? []) {
      const path = inside(one);
      // It may be missing for several reasons, and is said to be once.
      if (!has(one) && !problems.some((known) => known.kind === 'missing' && known.path === path))
        problems.push({ kind: 'missing', path });
    }
    for (const one of condition.refused ?? [])
      if (has(one)) problems.push({ kind: 'refused', path: inside(one), condition });
  }
  if (count < minProperties || count > maxProperties) problems.push({ kind: 'form', path, value: object, schema });
  return problems;
}

function holds({ key = '', values, has, lacks }: Condition, object: Readonly<Record<string, unknown>>): boolean {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  if (values && !(typeof value === 'string' && values.includes(value))) return false;
  return (has === undefined || Object.hasOwn(object, has)) && (lacks === undefined || !Object.hasOwn(object, lacks));
}

/** What a value must be, in words: `true or false`, `an array of objects`, `one of flat, elf`. */
export function expectedOf(schema: Schema): string {
  if (schema.expected !== undefined) return t(schema.expected);
  if (schema.enum) return t`one of ${schema.enum.join(', ')}`;
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  return types.map((type) => typeWords(type, schema)).join(t` or `);
}

/** What a list of values of a type is. */
const LISTS: Readonly<Record<string, () => string>> = {
  string: () => t`an array of strings`,
  integer: () => t`an array of integers`,
  boolean: () => t`an array of booleans`,
  object: () => t`an array of objects`,
  array: () => t`an array of arrays`,
};

/** What an object is whose entries have a type. */
const MAPS: Readonly<Record<string, () => string>> = {
  string: () => t`an object of strings`,
  integer: () => t`an object of integers`,
  boolean: () => t`an object of booleans`,
  object: () => t`an object of objects`,
  array: () => t`an object of arrays`,
};

/** The one type of a schema; empty if there is none or another. */
const typeOf = (schema: Schema | boolean | undefined): string =>
  typeof schema === 'object' && typeof schema.type === 'string' ? schema.type : '';

function typeWords(type: string, { minimum, maximum, items, uniqueItems, additionalProperties }: Schema): string {
  switch (type) {
    case 'string':
      return t`a string`;
    case 'boolean':
      return t`true or false`;
    case 'integer':
      if (minimum === undefined) return t`a whole number`;
      return maximum === undefined
        ? t`a whole number, at least ${minimum}`
        : t`a whole number from ${minimum} to ${maximum}`;
    case 'array': {
      const list = LISTS[typeOf(items)]?.() ?? t`an array`;
      return uniqueItems ? t`${list}, each once` : list;
    }
    default:
      return MAPS[typeOf(additionalProperties)]?.() ?? t`an object`;
  }
}

/** A problem as a sentence without its full stop: `"memory" must be a size such as "128M", not "big"`. */
export function problemText(problem: SchemaProblem): string {
  const subject = problem.path === '' ? t`The whole file` : `"${problem.path}"`;
  switch (problem.kind) {
    case 'missing':
      return t`${subject} is missing`;
    case 'unknown':
      return t`${subject} is not known here; known are ${Object.keys(problem.schema.properties ?? {}).join(', ')}`;
    case 'refused':
      return t`${subject} has no place ${conditionWords(problem.condition)}`;
    case 'name':
      return t`${subject} must stand under ${t(problem.expected)}`;
    default:
      return t`${subject} must be ${expectedOf(problem.schema)}, not ${shown(problem.value)}`;
  }
}

const conditionWords = ({ key, values = [], has, lacks }: Condition): string =>
  [
    ...(key === undefined ? [] : [t`where "${key}" is ${values.map((value) => `"${value}"`).join(t` or `)}`]),
    ...(has === undefined ? [] : [t`beside "${has}"`]),
    ...(lacks === undefined ? [] : [t`without "${lacks}"`]),
  ].join(t` and `);

/** The beginning of a value as JSON. */
function shown(value: unknown): string {
  const text = value === undefined ? t`nothing` : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
