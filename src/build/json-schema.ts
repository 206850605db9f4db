/** Our schemas as JSON schema with VS Code's additions: what editors complete, explain and mark. */
import type { Condition, Schema } from '../base/schema';
import { expectedOf } from '../base/schema-check';

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

const conditionSchema = ({ key, values, required = [], refused = [] }: Condition): JsonSchema => ({
  if: { properties: { [key]: { enum: values } }, required: [key] },
  // biome-ignore lint/suspicious/noThenProperty: this is JSON schema's word.
  then: {
    ...(required.length > 0 && { required }),
    // A schema that nothing satisfies.
    ...(refused.length > 0 && { properties: Object.fromEntries(refused.map((one) => [one, false])) }),
  },
});
