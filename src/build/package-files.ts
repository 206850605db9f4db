import { RUNNABLE } from '../machine/boards/all';

/**
 * `files` of package.json: what the package on npm and the VSIX have, besides package.json, README.md and LICENSE. Of the built
 * kernels only those that there are machines for.
 */
export const PACKAGE_FILES: readonly string[] = [
  'CHANGELOG.md',
  'ThirdPartyNotices.txt',
  'dist/*.js',
  'dist/*.wasm',
  'dist/kernels.json',
  ...RUNNABLE.map((architecture) => `kernels/prebuilt/*-${architecture}.elf.gz`),
  ...['kernel.json', 'README.md', 'expected-output*.txt', 'tests/**'].map((path) => `kernels/*/${path}`),
  // The sources of a kernel, and of the programs on it.
  ...['kernels/*', 'kernels/*/payload/*'].flatMap((crate) =>
    ['Cargo.toml', 'Cargo.lock', 'build.rs', '*.ld', '.cargo/**', 'configs/**', 'src/**'].map(
      (path) => `${crate}/${path}`,
    ),
  ),
  'package.nls*.json',
  'media/l10n/**',
  'media/icon.png',
  'media/*.json',
  'media/views.svg',
  'media/walkthrough/**',
  'syntaxes/**',
];
