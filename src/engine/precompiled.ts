/**
 * Interpreters emitted when the bundle was made. In the sources there are none; `build/precompile.ts` replaces this module
 * in the bundles, which saves about 50 ms at every start.
 */
import type { CompiledInterpreter } from './interpreter';

/** The ready-made interpreter of an instruction set, if this bundle has one. */
export const precompiledInterpreter = (_isaName: string): CompiledInterpreter | undefined => undefined;
