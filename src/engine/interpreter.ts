/** The interpreters of an instruction set as a wasm module: emitted at build time for the bundles, at run time otherwise. */
import type { EngineIsa } from '../isa/core/engine-isa';
import { emitDecode } from './emit/decode';
import { emitDecodeAndFuse, emitDecodeInPage } from './emit/decode-page';
import { emitExact } from './emit/exact';
import { emitApart, emitFast } from './emit/fast';
import { emitHash } from './emit/hash';
import { apartGroups, type Program, prepareProgram } from './emit/program';
import { fastOpTable, runTable } from './emit/tables';
import { Code, type FunctionRef, ModuleBuilder } from './emit/wasm-encoder';

export interface CompiledInterpreter {
  readonly module: Uint8Array<ArrayBuffer>;
  /** Contents of the table at `FAST_OPS`. */
  readonly fastOps: Uint16Array<ArrayBuffer>;
  /** See {@link runTable}. */
  readonly runs: Uint16Array<ArrayBuffer>;
}

/** What interpreters can depend on: all but translation, which a machine may look on at. */
const partsOf = (isa: EngineIsa): readonly unknown[] =>
  Object.entries(isa).flatMap(([name, part]) => (name === 'cpuTranslate' ? [] : [part]));

/** Interpreters that were emitted already, by their instructions: machines of one kind share them. */
const emitted = new WeakMap<
  EngineIsa['insns'],
  { readonly parts: readonly unknown[]; readonly made: CompiledInterpreter }
>();

/** Emits the interpreters. A pure function of the instruction table. */
export const compileInterpreter = (isa: EngineIsa): CompiledInterpreter => {
  const { insns } = isa;
  const parts = partsOf(isa);
  const before = emitted.get(insns);
  const isSame = before?.parts.length === parts.length && parts.every((part, index) => part === before.parts[index]);
  if (before && isSame) return before.made;
  const program = prepareProgram(isa);
  const made = { module: buildModule(program), fastOps: fastOpTable(program), runs: runTable(program) };
  emitted.set(insns, { parts, made });
  return made;
};

const buildModule = (program: Program): Uint8Array<ArrayBuffer> => {
  const module = new ModuleBuilder();
  // Any memory is large enough for the code: it addresses what the host put there.
  module.importMemory('env', 'memory', 1);
  const fetch = module.importFunction('env', 'fetch', [], ['i32']);
  const fetchAcross = module.importFunction('env', 'fetchAcross', [], ['i32']);
  const compute = module.importFunction('env', 'compute', ['i32', 'i32', 'i32'], ['i32']);
  const decodeRecord = module.importFunction('env', 'decodeRecord', ['i32'], []);
  const decodeAcross = module.importFunction('env', 'decodeAcross', [], []);
  const load = module.importFunction('env', 'load', ['i32', 'i32', 'i32'], []);
  const store = module.importFunction('env', 'store', ['i32', 'i32', 'i32'], []);
  const probe = module.importFunction('env', 'probe', ['i32', 'i32', 'i32'], []);
  const beginUpdate = module.importFunction('env', 'beginUpdate', ['i32', 'i32', 'i32'], []);
  const endUpdate = module.importFunction('env', 'endUpdate', ['i32', 'i32', 'i32', 'i32'], []);
  const trap = module.importFunction('env', 'trap', ['i32', 'i64'], []);
  const illegal = module.importFunction('env', 'illegal', [], []);
  const helper = module.importFunction('env', 'helper', ['i32', 'i32'], []);
  const guard = module.importFunction('env', 'guard', ['i32', 'i32'], []);
  const call = module.importFunction('env', 'call', ['i32', 'i64', 'i64', 'i64', 'i32'], ['i64']);
  const decode = module.declare(['i32', 'i32'], ['i32'], 'decode');
  const exact = module.declare(['i32', 'i32'], ['i32'], 'exact');
  const fast = module.declare([], ['i32'], 'fast');
  const counted = module.declare([], ['i32'], 'counted');
  const hash = module.declare(['i32', 'i32', 'i64'], ['i64'], 'hash');
  const decodeInPage = emitDecoding(module, decode, { compute, decodeRecord }, program);
  const fetching = { fetch, fetchAcross, decode, decodeRecord, decodeAcross };
  const accesses = { load, store, probe, beginUpdate, endUpdate };
  emitExact(module, exact, { ...fetching, ...accesses, trap, illegal, helper, guard, call }, program);
  const groups = apartGroups(program);
  const fastImports = { fetch, exact, decodeInPage, apart: groups.map(() => module.declare(['i32'], ['i32'])) };
  for (const [index, target] of fastImports.apart.entries())
    emitApart(module, target, fastImports, program, groups[index] ?? []);
  emitFast(module, fast, fastImports, program, 'free');
  emitFast(module, counted, fastImports, program, 'counted');
  emitHash(module, hash);
  return module.finish();
};

/** What decodes a record of the current page when it is first reached: emitted from the patterns, or TypeScript. */
const emitDecoding = (
  module: ModuleBuilder,
  decode: FunctionRef,
  imports: { readonly compute: FunctionRef; readonly decodeRecord: FunctionRef },
  program: Program,
): FunctionRef => {
  const { encoding } = program.isa;
  if (encoding.kind === 'program') {
    const none = new Code(['i32', 'i32']);
    module.define(decode, none.i32(0));
    return imports.decodeRecord;
  }
  const decodeInPage = module.declare(['i32'], []);
  const decodeAndFuse = module.declare(['i32'], []);
  emitDecode(module, decode, imports, program, encoding);
  emitDecodeInPage(module, decodeInPage, { ...imports, decode }, program, encoding);
  emitDecodeAndFuse(module, decodeAndFuse, decodeInPage, program);
  return decodeAndFuse;
};
