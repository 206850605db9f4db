/** VS Code's settings: the launch attributes that one wants to say once for all launches. */
import type { Schema } from '../base/schema';
import { attributeSchema, SETTING_PATHS } from '../dap/launch-schema';
import { type JsonSchema, jsonSchema } from './json-schema';

const setting = (path: string, order: number): [string, JsonSchema] => {
  const schema = attributeSchema(path);
  return [
    `worldstep.${path}`,
    {
      ...jsonSchema({
        ...schema,
        markdownDescription: `${schema.markdownDescription ?? ''} What \`${path}\` in launch.json says wins.`,
      }),
      scope: 'resource',
      order,
    },
  ];
};

/** One of package.json's `contributes`. */
export const configuration = {
  title: 'Worldstep',
  properties: Object.fromEntries(SETTING_PATHS.map(setting)),
};

/** What the shell checks a setting with: the schema without its texts. */
const bare = ({ markdownDescription: _, enumDescriptions: __, ...schema }: Schema): Schema => schema;

/** The shell's list of settings: it must not load the session's schema with the inspectors. */
export const settingList = (): string => `// Written by src/build/generate.ts from src/dap/launch-schema.ts.
import type { Schema } from '../base/schema';

/** The launch attributes that are settings, by path. */
export const SETTINGS: readonly { readonly path: string; readonly schema: Schema }[] = ${JSON.stringify(
  SETTING_PATHS.map((path) => ({ path, schema: bare(attributeSchema(path)) })),
  null,
  2,
)};
`;
