/** Alignment checks, which programs at level 3 may ask for. @see AMD64 APM volume 2, 8.2.18 "#AC" */
import type { CpuTranslation, EngineIsa } from '../core/engine-isa';
import { Trap } from '../core/privileged';
import { CR0, RFLAGS } from './bits';
import { causeOf, VECTOR } from './causes';
import type { StateReader } from './modes';

const AC = causeOf(VECTOR.AC);

/** Whether data accesses must be aligned now. */
export const mustAlign = (state: Pick<StateReader, 'get'>): boolean =>
  state.get('cpl') === 3n && (state.get('cr0') & CR0.AM) !== 0n && (state.get('rflags') & RFLAGS.AC) !== 0n;

/** Translation that raises #AC. Accesses that cross pages say so by `misaligned`: of those only parts are translated. */
export const alignedTranslation =
  (translate: EngineIsa['cpuTranslate']): EngineIsa['cpuTranslate'] =>
  (state, memory, va, access, as, bytes): CpuTranslation => {
    const translation = translate(state, memory, va, access, as, bytes);
    if (access === 'execute' || as !== undefined || !mustAlign(state)) return translation;
    const isWhole = bytes === 2 || bytes === 4 || bytes === 8;
    if (isWhole && va & BigInt(bytes - 1)) throw new Trap(AC, 0n);
    return { ...translation, misaligned: AC };
  };
