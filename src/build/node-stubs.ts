import type { Plugin } from 'esbuild';

/**
 * What `@vscode/debugadapter` imports from Node and what the browser's worker gets instead. Only `events` is really
 * used there; the others serve code paths (sockets, log files, path conversion) that no session in a browser takes.
 */
const STUBS: Readonly<Record<string, string>> = {
  net: 'module.exports = {};',
  fs: 'module.exports = {};',
  path: `
    exports.isAbsolute = (path) => path.startsWith('/');
    exports.normalize = (path) => path;
    exports.join = (...parts) => parts.join('/');
    exports.dirname = (path) => path.slice(0, path.lastIndexOf('/'));
    exports.basename = (path) => path.slice(path.lastIndexOf('/') + 1);`,
  url: `
    exports.URL = globalThis.URL;
    exports.parse = (text) => new URL(text);
    exports.format = (url) => String(url);`,
  events: `
    class EventEmitter {
      #listeners = new Map();
      on(name, listener) {
        this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
        return this;
      }
      emit(name, ...values) {
        const listeners = this.#listeners.get(name) ?? [];
        for (const listener of listeners) listener(...values);
        return listeners.length > 0;
      }
    }
    module.exports = { EventEmitter };`,
};

/** Makes a browser bundle of code that names these Node modules; any other one fails the build. */
export const nodeStubs: Plugin = {
  name: 'node-stubs',
  setup(build) {
    const filter = new RegExp(`^(node:)?(${Object.keys(STUBS).join('|')})$`);
    build.onResolve({ filter }, ({ path }) => ({ path: path.replace(/^node:/, ''), namespace: 'node-stub' }));
    build.onLoad({ filter: /.*/, namespace: 'node-stub' }, ({ path }) => ({ contents: STUBS[path], loader: 'js' }));
  },
};
