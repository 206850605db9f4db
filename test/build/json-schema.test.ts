// biome-ignore-all lint/suspicious/noThenProperty: this is JSON schema's word.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchema, kernelFileSchema } from '../../src/build/json-schema';
import { launchSchema } from '../../src/dap/launch-schema';
import { parseKernelPackage } from '../../src/image/kernel-json';
import { kernelSchema } from '../../src/image/kernel-schema';
import { taskSchema } from '../../src/vscode/task-schema';

describe('a schema in the words of JSON schema', () => {
  it('has conditions as if and then, forms with their message, and nothing that is only ours', () => {
    const written = jsonSchema({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^x', expected: 'an x' }, b: { type: 'boolean' } },
      keys: { pattern: '^[a-z]$', expected: 'a letter' },
      conditions: [
        { key: 'a', values: ['x'], required: ['b'] },
        { lacks: 'a', refused: ['b'] },
      ],
    });
    expect(written).toEqual({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^x', patternErrorMessage: 'Write an x.' }, b: { type: 'boolean' } },
      propertyNames: { pattern: '^[a-z]$', patternErrorMessage: 'Write a letter.' },
      allOf: [
        { if: { properties: { a: { enum: ['x'] } }, required: ['a'] }, then: { required: ['b'] } },
        { if: { not: { required: ['a'] } }, then: { properties: { b: false } } },
      ],
    });
  });

  it('says nothing about the kernels of Jupyter', () => {
    expect(kernelFileSchema.if).toEqual({ required: ['argv'] });
    expect(kernelFileSchema.then).toBe(true);
  });

  it.each([
    ['launch.json', launchSchema],
    ['kernel.json', kernelSchema],
    ['tasks.json', taskSchema],
  ])('of %s describes every entry, and its patterns are regular expressions', (_, schema) => {
    const lacking: string[] = [];
    const look = (part: unknown, path: string): void => {
      if (typeof part !== 'object' || part === null) return;
      const { properties, pattern, type } = part as { properties?: object; pattern?: string; type?: unknown };
      if (typeof pattern === 'string') expect(() => new RegExp(pattern)).not.toThrow();
      const entries = type === undefined ? {} : (properties ?? {});
      for (const [key, one] of Object.entries(entries)) {
        if (!(one as { markdownDescription?: string }).markdownDescription) lacking.push(`${path}.${key}`);
      }
      for (const [key, one] of Object.entries(part)) look(one, `${path}.${key}`);
    };
    look(jsonSchema(schema), '');
    // Architectures explain themselves.
    expect(lacking.filter((path) => !path.startsWith('.properties.architectures.'))).toEqual([]);
  });
});

it.each(readdirSync('kernels').filter((name) => existsSync(`kernels/${name}/kernel.json`)))(
  'the kernel.json of %s has the form that the schema says',
  (name) => {
    expect(parseKernelPackage(readFileSync(`kernels/${name}/kernel.json`, 'utf8'), name)).toMatchObject({ ok: true });
  },
);
