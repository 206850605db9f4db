/**
 * The form of the JSON that users write (launch.json, kernel.json): what its checker refuses, what editors complete and
 * mark, and what documents list follow from one schema. It is JSON schema with VS Code's additions, less what we do not
 * use; {@link Schema.expected}, {@link Schema.keys} and {@link Schema.conditions} are ours, and `build/json-schema.ts`
 * writes them as JSON schema does.
 */

type TypeName = 'string' | 'boolean' | 'object' | 'array' | 'integer';

/** What one value must be. */
export interface Schema {
  /** One, or several that are possible. */
  readonly type: TypeName | readonly TypeName[];
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  /** One for each of `enum`. */
  readonly enumDescriptions?: readonly string[];
  readonly examples?: readonly unknown[];
  /** Of texts. */
  readonly pattern?: string;
  /** Of numbers. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** What the value must be in words, where they do not follow from the rest: `an address such as "0x80200000"`. */
  readonly expected?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Of the entries that `properties` does not name; false: there are no others. */
  readonly additionalProperties?: boolean | Schema;
  /** The form of the names of an object's entries, and the same in words. */
  readonly keys?: { readonly pattern: string; readonly expected: string };
  /** How many entries an object has. */
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly conditions?: readonly Condition[];
  readonly items?: Schema;
  readonly uniqueItems?: boolean;
}

/** What an object must have, or must not, when all that is said about its entries holds. */
export interface Condition {
  /** The entry with this key is one of these values. */
  readonly key?: string;
  readonly values?: readonly string[];
  /** There is an entry with this key. */
  readonly has?: string;
  /** There is none with this key. */
  readonly lacks?: string;
  readonly required?: readonly string[];
  readonly refused?: readonly string[];
}

/** The TypeScript type of values that a schema accepts. */
export type SchemaValue<S> = S extends { readonly enum: readonly (infer Word)[] }
  ? Word
  : S extends { readonly type: readonly (infer Name)[] }
    ? ValueOf<S, Name>
    : S extends { readonly type: infer Name }
      ? ValueOf<S, Name>
      : never;

type ValueOf<S, Name> = Name extends 'string'
  ? string
  : Name extends 'boolean'
    ? boolean
    : Name extends 'integer'
      ? number
      : Name extends 'array'
        ? S extends { readonly items: infer Item }
          ? readonly SchemaValue<Item>[]
          : readonly unknown[]
        : ObjectOf<S>;

type ObjectOf<S> = S extends { readonly properties: infer P }
  ? { readonly [K in keyof P as K extends RequiredOf<S> ? K : never]: SchemaValue<P[K]> } & {
      readonly [K in keyof P as K extends RequiredOf<S> ? never : K]?: SchemaValue<P[K]>;
    } & OthersOf<S>
  : OthersOf<S>;

type RequiredOf<S> = S extends { readonly required: readonly (infer K)[] } ? K : never;

type OthersOf<S> = S extends { readonly additionalProperties: infer Other extends Schema }
  ? Readonly<Record<string, SchemaValue<Other>>>
  : unknown;

/** An address of at most 64 bits as text: JSON numbers are exact only up to 53. */
export const ADDRESS = {
  type: 'string',
  pattern: '^0x[0_]*([0-9a-fA-F]_*){1,16}$',
  expected: 'an address such as "0x80200000"',
} as const satisfies Schema;

/** The address that a text of the form {@link ADDRESS} says. */
export const addressOf = (text: string): bigint => BigInt(text.replaceAll('_', ''));

/** Some text. */
export const TEXT = { type: 'string', pattern: '\\S', expected: 'text' } as const satisfies Schema;
