// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are VS Code's variables.
/** The attribute `cargo` of launch.json, which the extension carries out before it starts the adapter. */
import type { Schema } from '../base/schema';

/** Its schema. */
export const cargoSchema = {
  type: 'object',
  markdownDescription:
    'Build with cargo first, and debug the program that cargo names: in place of `program`. In VS Code only.',
  additionalProperties: false,
  required: ['args'],
  properties: {
    args: {
      type: 'array',
      items: { type: 'string' },
      markdownDescription: 'The words behind `cargo`.',
      examples: [['build'], ['build', '--release', '-p', 'kernel']],
      default: ['build'],
    },
    cwd: {
      type: 'string',
      markdownDescription: 'The folder that cargo runs in. The workspace folder if it is absent.',
      examples: ['${workspaceFolder}/os'],
    },
  },
} as const satisfies Schema;
