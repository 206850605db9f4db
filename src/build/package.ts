/**
 * `npm run package`: dist/worldstep.vsix, of the files that `npm pack` takes, too (`files` of package.json), with README.md as a page
 * that stands alone. With `-- --images URL`, where the repository is on the web, its pictures and links are those below URL instead.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readmePage } from './readme-page';

const root = resolve(__dirname, '../..');
const vsix = join(root, 'dist/worldstep.vsix');
/** The VSIX's files, where vsce finds nothing else. */
const stage = join(root, 'dist/package');

/** The files of the package, relative to the repository. */
const packagedFiles = (): string[] => {
  const list = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(list) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
};

/** package.json without what concerns the repository only; all that is in the stage belongs to the package. */
const manifest = (text: string): string => {
  const { scripts: _, devDependencies: __, private: ___, ...rest } = JSON.parse(text);
  return `${JSON.stringify({ ...rest, files: ['**'] }, null, 2)}\n`;
};

const main = (): void => {
  const { values } = parseArgs({ options: { images: { type: 'string' } } });
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  rmSync(stage, { recursive: true, force: true });
  for (const path of packagedFiles()) {
    mkdirSync(dirname(join(stage, path)), { recursive: true });
    copyFileSync(join(root, path), join(stage, path));
  }
  writeFileSync(join(stage, 'package.json'), manifest(readFileSync(join(root, 'package.json'), 'utf8')));
  const { images } = values;
  if (images === undefined) {
    writeFileSync(join(stage, 'README.md'), readmePage(readme));
  }
  const links =
    images === undefined ? ['--no-rewrite-relative-links'] : ['--baseImagesUrl', images, '--baseContentUrl', images];
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  const options = ['package', '--no-dependencies', '--allow-missing-repository', ...links, '--out', vsix];
  execFileSync(process.execPath, [vsce, ...options], { cwd: stage, stdio: 'inherit' });
  rmSync(stage, { recursive: true });
};

main();
