/** Our schemas as JSON schema with VS Code's additions: what editors complete, explain and mark. */
import type { Condition, Schema } from '../base/schema';
import { expectedOf } from '../base/schema-check';
import { kernelSchema } from '../image/kernel-schema';

/** Plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Writes what is ours in the words of JSON schema and keeps the rest. */
export function jsonSchema(schema: Schema): JsonSchema {
  const { expected: _, keys, conditions, properties, additionalProperties, items, ...same } = schema;
  const others = typeof additionalProperties === 'object' ? jsonSchema(additionalProperties) : additionalProperties;
  return {
    ...same,
    ...(same.pattern !== undefined && { patternErrorMessage: `Write ${expectedOf(schema)}.` }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, jsonSchema(one)])),
    }),
    ...(others !== undefined && { additionalProperties: others }),
    ...(items && { items: jsonSchema(items) }),
    ...(keys && { propertyNames: { pattern: keys.pattern, patternErrorMessage: `Write ${keys.expected}.` } }),
    ...(conditions && { allOf: conditions.map(conditionSchema) }),
  };
}

const conditionSchema = (condition: Condition): JsonSchema => {
  const { key, values, has, lacks, required = [], refused = [] } = condition;
  const given = [
    ...(key === undefined ? [] : [{ properties: { [key]: { enum: values } }, required: [key] }]),
    ...(has === undefined ? [] : [{ required: [has] }]),
    ...(lacks === undefined ? [] : [{ not: { required: [lacks] } }]),
  ];
  return {
    if: given.length === 1 ? given[0] : { allOf: given },
    // biome-ignore lint/suspicious/noThenProperty: this is JSON schema's word.
    then: {
      ...(required.length > 0 && { required }),
      // A schema that nothing satisfies.
      ...(refused.length > 0 && { properties: Object.fromEntries(refused.map((one) => [one, false])) }),
    },
  };
};

/** Where {@link kernelFileSchema} is written. */
export const KERNEL_SCHEMA_FILE = 'media/kernel.schema.json';

/**
 * The schema of kernel.json files in a workspace. Jupyter's kernels are described by files of that name, too: those have
 * `argv`, and nothing is said about them.
 */
export const kernelFileSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A kernel for Worldstep',
  if: { required: ['argv'] },
  // biome-ignore lint/suspicious/noThenProperty: this is JSON schema's word.
  then: true,
  else: jsonSchema(kernelSchema),
};
