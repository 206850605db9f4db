/**
 * `npm run gen`: writes what is derived from typed sources into committed files. With `--check` it changes nothing and
 * fails if a file is out of date; CI runs that.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { INSPECTORS } from '../inspect/registry';
import { RUNNABLE } from '../machine/boards/all';
import { activationEvents, contributes, presentation } from './contributions';
import { DOCUMENTS, type GeneratedFile } from './documents';
import { KERNEL_SCHEMA_FILE, kernelFileSchema } from './json-schema';
import { languageFiles } from './l10n/files';
import { manifestInWords } from './l10n/manifest';
import { SYNTAX_FILES } from './languages';
import { PACKAGE_FILES } from './package-files';
import { settingList } from './settings';

const root = resolve(import.meta.dirname, '../..');

/** The shell's list of views: it must not load the inspectors themselves. */
const inspectorList = (): string => {
  const rows = INSPECTORS.map(
    ({ id, title, icon, isFiltered }) =>
      `  { id: '${id}', title: '${title}', icon: '${icon}'${isFiltered ? ', isFiltered: true' : ''} },\n`,
  ).join('');
  return `// Written by src/build/generate.ts from src/inspect/registry.ts.
/** An inspector as the shell knows it. */
export interface InspectorView {
  readonly id: string;
  readonly title: string;
  /** A codicon name. */
  readonly icon: string;
  readonly isFiltered?: true;
}

/** The inspectors, each with a view. */
export const VIEWS: readonly InspectorView[] = [
${rows}];
`;
};

/** The shell's list of machines: it must not load them. */
const machineList = (): string => `// Written by src/build/generate.ts from src/machine/boards/all.ts.
/** Architectures that can be run here. */
export const MACHINES: readonly string[] = [${RUNNABLE.map((each) => `'${each}'`).join(', ')}];
`;

const packageJson = (present: string): string => {
  const { manifest } = manifestInWords({ ...presentation, contributes });
  return `${JSON.stringify({ ...JSON.parse(present), ...manifest, files: PACKAGE_FILES, activationEvents }, null, 2)}\n`;
};

const generated: readonly GeneratedFile[] = [
  { path: 'package.json', make: packageJson },
  { path: 'src/vscode/inspector-list.gen.ts', make: inspectorList },
  { path: 'src/vscode/machine-list.gen.ts', make: machineList },
  { path: 'src/vscode/setting-list.gen.ts', make: settingList },
  { path: KERNEL_SCHEMA_FILE, make: () => `${JSON.stringify(kernelFileSchema, null, 1)}\n` },
  ...languageFiles(root),
  ...SYNTAX_FILES,
  ...DOCUMENTS,
];

const isCheck = process.argv.includes('--check');
const stale = generated.filter(({ path, make }) => {
  const file = join(root, path);
  const present = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const text = make(present);
  if (text === present) return false;
  if (!isCheck) writeFileSync(file, text);
  return true;
});
for (const { path } of stale) console.log(isCheck ? `${path} is out of date: run npm run gen` : `wrote ${path}`);
if (isCheck && stale.length > 0) process.exitCode = 1;
