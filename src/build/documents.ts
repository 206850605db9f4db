/**
 * The parts of README.md and ARCHITECTURE.md that follow from the sources, each between two markers. `npm run gen` writes
 * them; `tsx src/build/documents.ts` writes these alone, with `--check` it only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Schema } from '../base/schema';
import { consoleMarkdown } from '../dap/console-words';
import { launchSchema, SETTING_PATHS } from '../dap/launch-schema';
import { buildCommand } from '../entry/commands/build';
import { commandHelp, groupHelp } from '../entry/commands/command';
import { dapCommand } from '../entry/commands/dap-command';
import { imageCommands } from '../entry/commands/image';
import { kernelsCommand } from '../entry/commands/kernels';
import { runCommand } from '../entry/commands/run';
import { toolCommand } from '../entry/commands/tool';
import { parseKernelPackage } from '../image/kernel-json';
import { listing } from '../image/kernel-listing';

import { RUNNABLE } from '../machine/boards/all';
import { cargoSchema } from '../vscode/cargo-schema';
import { TREE_RULES, type TreeRule } from '../vscode/trees/tree-rules';
import { listKernels } from './kernel-list';
import { layersMarkdown } from './layers';

const root = resolve(__dirname, '../..');

/** A committed file and how its text follows from its present text. */
export interface GeneratedFile {
  readonly path: string;
  make(present: string): string;
}

/** What the adapter takes, and what VS Code's extension does before. */
const VSCODE_LAUNCH: Schema = {
  ...launchSchema,
  properties: { ...launchSchema.properties, cargo: cargoSchema },
};

/** The documents with generated parts. */
export const DOCUMENTS: readonly GeneratedFile[] = [
  {
    path: 'README.md',
    make: (present) =>
      withParts(present, {
        stop: stopMarkdown(),
        expressions: consoleMarkdown(),
        samples: samplesMarkdown(),
        launch: `${launchMarkdown(VSCODE_LAUNCH)}\n\n${settingsMarkdown()}`,
        trees: treesMarkdown(TREE_RULES),
        cli: cliMarkdown(),
      }),
  },
  { path: 'ARCHITECTURE.md', make: (present) => withParts(present, { layers: layersMarkdown() }) },
];

/**
 * Replaces what stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`. Throws when a pair is missing, or
 * the text has a pair that nothing is generated for.
 */
export function withParts(text: string, parts: Readonly<Record<string, string>>): string {
  const left = new Set(Object.keys(parts));
  const made = text.replace(/(<!-- generated: (\S+) -->\n).*?(<!-- end: \2 -->)/gs, (_, open, name: string, close) => {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (part === undefined) throw new Error(`Nothing generates "${name}": remove its markers.`);
    left.delete(name);
    return `${open}\n${part}\n\n${close}`;
  });
  for (const name of left)
    throw new Error(`The markers <!-- generated: ${name} --> and <!-- end: ${name} --> are missing.`);
  return made;
}

/** The attributes of a launch configuration as a table, those of objects in it below them. */
export const launchMarkdown = (schema: Schema): string =>
  ['| attribute | type | default | |', '| --- | --- | --- | --- |', ...attributeRows(schema, '')].join('\n');

const settingsMarkdown = (): string =>
  `Also settings, with \`worldstep.\` before their names: ${SETTING_PATHS.map((path) => `\`${path}\``).join(', ')}. What launch.json says wins.`;

const attributeRows = ({ properties = {}, required = [] }: Schema, prefix: string): string[] =>
  Object.entries(properties).flatMap(([name, attribute]) => {
    const path = prefix + name;
    const row = [
      `\`${path}\`${required.includes(name) ? ' (required)' : ''}`,
      typeText(attribute),
      attribute.default === undefined || required.includes(name) ? '' : code(attribute.default),
      (attribute.markdownDescription ?? '').replaceAll('|', '\\|'),
    ];
    const isList = attribute.items !== undefined && attribute.properties === undefined;
    const below = isList ? attributeRows(attribute.items, `${path}[].`) : attributeRows(attribute, `${path}.`);
    return [`| ${row.join(' | ')} |`, ...below];
  });

function typeText({ type, items, enum: choices, minimum, maximum }: Schema): string {
  if (choices) return choices.map(code).join(', ');
  if (type === 'array' && items?.enum) return `array of ${items.enum.map(code).join(', ')}`;
  if (type === 'array' && items) return `array of ${items.type}s`;
  const words = typeof type === 'string' ? type : type.join(' or ').replace(/\barray$/, 'array of these');
  return minimum !== undefined && maximum !== undefined ? `${words} ${minimum} to ${maximum}` : words;
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** A stop as text; `test/build/documents.test.ts` compares it with what the debugger says. */
const stopMarkdown = (): string =>
  `\`\`\`text\n${readFileSync(join(root, 'media/stop.txt'), 'utf8').trimEnd()}\n\`\`\``;

/** The samples as the picker lists them. */
function samplesMarkdown(): string {
  const all = listKernels(join(root, 'kernels')).map(({ folder, kernelJson }) => {
    const result = parseKernelPackage(kernelJson, `kernels/${folder}/kernel.json`);
    if (!result.ok) throw new Error(result.problems[0]);
    return { folder, kernel: result.kernel };
  });
  const rows = listing(all, RUNNABLE).map(
    ({ folder, kernel: { title, description } }) => `| [${title}](kernels/${folder}/README.md) | ${description} |`,
  );
  return ['| sample | |', '| --- | --- |', ...rows].join('\n');
}

/** The trees that are known by their files, as a table: by what, what is debugged, the build. */
export const treesMarkdown = (rules: readonly TreeRule[]): string =>
  [
    '| tree | known by | | build |',
    '| --- | --- | --- | --- |',
    // Cargo's three rows differ only in where the target is said.
    ...rules
      .filter(({ id, isCargo }) => !isCargo || id === 'cargo')
      .map(({ title, id, marks, text, build }) => {
        const files = [...new Set(marks.map(({ file }) => `\`${file}\``))].join(', ');
        const name = title.startsWith('{') ? id : title;
        const folder = build.folder === undefined ? '' : ` in ${build.folder}`;
        return `| ${name} | ${files} | ${text} | \`${[build.command, ...build.args].join(' ')}\`${folder} |`;
      }),
  ].join('\n');

const cliMarkdown = (): string =>
  [runCommand, buildCommand, imageCommands, kernelsCommand, dapCommand, toolCommand]
    .map((command) => ('commands' in command ? groupHelp(command) : commandHelp(command)))
    .map((help) => `\`\`\`text\n${help.trimEnd()}\n\`\`\``)
    .join('\n\n');

const main = (): void => {
  const isCheck = process.argv.includes('--check');
  for (const { path, make } of DOCUMENTS) {
    const present = readFileSync(join(root, path), 'utf8');
    const text = make(present);
    if (text === present) continue;
    console.log(isCheck ? `${path} is out of date: run npm run gen` : `wrote ${path}`);
    if (isCheck) process.exitCode = 1;
    else writeFileSync(join(root, path), text);
  }
};

if (process.argv[1] === __filename) main();
