/**
 * The parts of README.md and ARCHITECTURE.md that follow from the sources, each between two markers. `npm run gen` writes
 * them; `tsx src/build/documents.ts` writes these alone, with `--check` it only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildCommand } from '../entry/commands/build';
import { commandHelp, groupHelp } from '../entry/commands/command';
import { dapCommand } from '../entry/commands/dap-command';
import { imageCommands } from '../entry/commands/image';
import { kernelsCommand } from '../entry/commands/kernels';
import { runCommand } from '../entry/commands/run';
import { launchSchema } from './launch-schema';
import { layersMarkdown } from './layers';

/** A committed file and how its text follows from its present text. */
export interface GeneratedFile {
  readonly path: string;
  make(present: string): string;
}

/** The documents with generated parts. */
export const DOCUMENTS: readonly GeneratedFile[] = [
  {
    path: 'README.md',
    make: (present) => withParts(present, { launch: launchMarkdown(launchSchema), cli: cliMarkdown() }),
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

/** What the table needs of the JSON schema. */
interface Attribute {
  readonly type?: string;
  readonly anyOf?: readonly Attribute[];
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Attribute>>;
  readonly items?: Attribute;
}

/** The attributes of a launch configuration as a table, those of objects in it below them. */
export const launchMarkdown = (schema: Attribute): string =>
  ['| attribute | type | default | |', '| --- | --- | --- | --- |', ...attributeRows(schema, '')].join('\n');

const attributeRows = ({ properties = {}, required = [] }: Attribute, prefix: string): string[] =>
  Object.entries(properties).flatMap(([name, attribute]) => {
    const path = prefix + name;
    const row = [
      `\`${path}\`${required.includes(name) ? ' (required)' : ''}`,
      typeText(attribute),
      attribute.default === undefined || required.includes(name) ? '' : code(attribute.default),
      (attribute.markdownDescription ?? '').replaceAll('|', '\\|'),
    ];
    const below = attribute.items ? attributeRows(attribute.items, `${path}[].`) : attributeRows(attribute, `${path}.`);
    return [`| ${row.join(' | ')} |`, ...below];
  });

function typeText({ type = '', anyOf, items, enum: words, minimum, maximum }: Attribute): string {
  if (anyOf) return anyOf.map(typeText).join(' or ');
  if (words) return words.map(code).join(', ');
  if (type === 'array' && items?.enum) return `array of ${items.enum.map(code).join(', ')}`;
  if (type === 'array' && items?.anyOf) return 'array of these';
  if (type === 'array' && items) return `array of ${items.type}s`;
  return minimum !== undefined && maximum !== undefined ? `${type} ${minimum} to ${maximum}` : type;
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

const cliMarkdown = (): string =>
  [runCommand, buildCommand, imageCommands, kernelsCommand, dapCommand]
    .map((command) => ('commands' in command ? groupHelp(command) : commandHelp(command)))
    .map((help) => `\`\`\`text\n${help.trimEnd()}\n\`\`\``)
    .join('\n\n');

const main = (): void => {
  const root = resolve(__dirname, '../..');
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
