/**
 * `npm run build`: everything the VSIX and the CLI run, into `dist/`. Needs nothing but Node, as it also runs on `npm ci`.
 * With `--watch` it stays and rebuilds.
 */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, context, type Plugin } from 'esbuild';
import { fatfs } from './fatfs-plugin';
import { listKernels } from './kernel-list';
import { nodeStubs } from './node-stubs';
import { precompile } from './precompile';

const root = resolve(import.meta.dirname, '../..');
const dist = join(root, 'dist');

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  // Names stay readable in stack traces and in DAP type names.
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  target: 'es2022',
  logLevel: 'warning',
};

const node = (entry: string, more: BuildOptions = {}): BuildOptions => ({
  ...common,
  platform: 'node',
  format: 'cjs',
  entryPoints: [`src/entry/${entry}.ts`],
  outfile: `dist/${entry}.js`,
  external: ['vscode'],
  ...more,
  plugins: [fatfs, ...(more.plugins ?? [])],
});

const web = (entry: string, format: 'cjs' | 'iife'): BuildOptions => ({
  ...common,
  platform: 'browser',
  format,
  entryPoints: [`src/entry/${entry}.ts`],
  outfile: `dist/${entry}.js`,
  external: format === 'cjs' ? ['vscode'] : [],
  plugins: [fatfs, nodeStubs, precompile],
  define: { global: 'globalThis', 'process.platform': '"browser"', 'process.env.NODE_ENV': '"production"' },
});

const executable: Plugin = {
  name: 'executable',
  setup: (build) => build.onEnd(() => chmodSync(join(dist, 'cli.js'), 0o755)),
};

/** `worldstep run` starts 15 ms sooner without the debugger and the language server in its file. */
const serversApart: Plugin = {
  name: 'servers-apart',
  setup: (build) =>
    build.onResolve({ filter: /^\.\/(dap|lsp)$/ }, ({ importer, path }) =>
      /commands[\\/](dap|lsp)-command\.ts$/.test(importer)
        ? { path: `./cli.${path.slice(2)}.js`, external: true }
        : undefined,
    ),
};

const bundles: readonly BuildOptions[] = [
  node('extension.node'),
  node('worker.node', { plugins: [precompile] }),
  web('extension.web', 'cjs'),
  web('worker.web', 'iife'),
  node('cli', { banner: { js: '#!/usr/bin/env node' }, plugins: [executable, precompile, serversApart] }),
  node('commands/dap', { outfile: 'dist/cli.dap.js', plugins: [precompile] }),
  node('commands/lsp', { outfile: 'dist/cli.lsp.js' }),
  node('languages.node'),
  web('languages.web', 'iife'),
];

const build = async (): Promise<void> => {
  mkdirSync(dist, { recursive: true });
  // In a browser nobody can list the extension's folders, so the list of kernels and of their sources is a file.
  writeFileSync(join(dist, 'kernels.json'), `${JSON.stringify(listKernels(join(root, 'kernels')), null, 1)}\n`);
  copyFileSync(join(root, 'src/symbols/symbols.wasm'), join(dist, 'symbols.wasm'));
  copyFileSync(join(root, 'node_modules/js-fatfs/dist/fatfs.wasm'), join(dist, 'fatfs.wasm'));
  const contexts = await Promise.all(bundles.map((options) => context(options)));
  if (process.argv.includes('--watch')) {
    await Promise.all(contexts.map((each) => each.watch()));
    return;
  }
  await Promise.all(contexts.map((each) => each.rebuild()));
  await Promise.all(contexts.map((each) => each.dispose()));
};

void build().catch((error: unknown) => {
  // esbuild has printed what is wrong with the sources already.
  if (!(error instanceof Error && 'errors' in error)) console.error(error);
  process.exit(1);
});
