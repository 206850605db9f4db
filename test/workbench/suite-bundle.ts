/** The mocha suites as one script for an extension host, and the folder that they work in. */
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './tools';

/** Where the suites run: a server's Node host, a browser's worker, or the Node host of desktop VS Code. */
export type HostKind = 'node' | 'web' | 'desktop';

/** Writes the script for one kind of host; its path. */
export const bundleSuite = async (kind: HostKind): Promise<string> => {
  const outfile = join(repository, `dist/test/suite.${kind}.js`);
  await build({
    entryPoints: [join(repository, 'test/workbench/suite/index.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: kind === 'web' ? 'browser' : 'node',
    external: ['vscode'],
    define: { HOST_KIND: JSON.stringify(kind), ...(kind === 'web' && { global: 'globalThis' }) },
    banner: { js: mochaForBrowsers() },
    logLevel: 'warning',
  });
  return outfile;
};

/**
 * Mocha's browser build as a script of its own, which sets the global `mocha`. Bundled, it would take the suite's
 * `module.exports` for its own.
 */
const mochaForBrowsers = (): string => {
  const source = readFileSync(join(repository, 'node_modules/mocha/mocha.js'), 'utf8');
  return `(function (module, exports, define) {\n${source}\n}).call(globalThis);`;
};

/** A folder of its own with the message queue's sources. */
export const suiteFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-folder-'));
  cpSync(join(repository, 'kernels/msgqueue/src'), join(folder, 'src'), { recursive: true });
  return folder;
};
