/** An esbuild plugin for js-fatfs: in a bundle it finds nothing by itself, but gets `fatfs.wasm` from `provideFatfs`. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** What is replaced in the package's file, so that it takes no host for Node or a browser and loads no file. */
const REPLACED: readonly (readonly [from: string, to: string])[] = [
  ['ENVIRONMENT_IS_WEB=typeof window=="object"', 'ENVIRONMENT_IS_WEB=false'],
  ['ENVIRONMENT_IS_WORKER=typeof importScripts=="function"', 'ENVIRONMENT_IS_WORKER=false'],
  [
    'ENVIRONMENT_IS_NODE=typeof process=="object"&&typeof process.versions=="object"&&typeof process.versions.node=="string"',
    'ENVIRONMENT_IS_NODE=false',
  ],
  ['await import("module")', '{}'],
  ['import.meta.url', '""'],
];

export const fatfs: Plugin = {
  name: 'fatfs',
  setup: (build) =>
    build.onLoad({ filter: /js-fatfs[\\/]dist[\\/]fatfs\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8');
      for (const [from, to] of REPLACED) {
        if (!contents.includes(from)) throw new Error(`js-fatfs has changed: there is no ${from} in ${path}`);
        contents = contents.replaceAll(from, to);
      }
      return { contents, loader: 'js' };
    }),
};
