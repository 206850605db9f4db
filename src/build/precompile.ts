/** An esbuild plugin that puts ready-made interpreters into a bundle, in place of `engine/precompiled.ts`. */
import type { Plugin } from 'esbuild';
import { compileInterpreter } from '../engine/interpreter';
import type { EngineIsa } from '../isa/core/engine-isa';
import { BOARDS } from '../machine/boards/all';

const ISAS: readonly EngineIsa[] = BOARDS.map(({ engineIsa }) => engineIsa);

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

const source = (): string => {
  const entries = ISAS.map((isa) => {
    const { module, fastOps, runs } = compileInterpreter(isa);
    const parts = [module, new Uint8Array(fastOps.buffer), new Uint8Array(runs.buffer)];
    return `  ${JSON.stringify(isa.name)}: ${JSON.stringify(parts.map(base64))},`;
  });
  return `
    const READY = {
${entries.join('\n')}
    };
    const bytes = (text) => {
      const raw = atob(text);
      const out = new Uint8Array(raw.length);
      for (let at = 0; at < raw.length; at++) out[at] = raw.charCodeAt(at);
      return out;
    };
    export const precompiledInterpreter = (name) => {
      const ready = READY[name];
      if (!ready) return undefined;
      const [module, fastOps, runs] = ready.map(bytes);
      return { module, fastOps: new Uint16Array(fastOps.buffer), runs: new Uint16Array(runs.buffer) };
    };
  `;
};

export const precompile: Plugin = {
  name: 'precompile',
  setup: (build) =>
    build.onLoad({ filter: /engine[\\/]precompiled\.ts$/ }, () => ({ contents: source(), loader: 'js' })),
};
