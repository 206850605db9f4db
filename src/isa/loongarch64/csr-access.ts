/** Reading and writing CSRs with what their writing means to the engine. */
import type { HartState } from '../core/privileged';
import { type Csr, type CsrSource, csrOfName, readCsr } from './csrs';

/** Writes the bits that software can write, and tells the engine what follows. */
export const writeCsr = (state: HartState, csr: Csr, value: bigint): void => {
  if (csr.writable === 0n) return;
  const old = readCsr(state, csr);
  const merged = (old & ~csr.writable) | (BigInt.asUintN(64, value) & csr.writable);
  if (csr.write) {
    csr.write(state, merged);
    return;
  }
  const before = state.get(csr.name);
  state.set(csr.name, merged);
  if (before === merged) return;
  if (csr.effects === 'translations') state.flushTranslations();
  if (csr.effects === 'context' || csr.effects === 'roots') state.contextChanged();
  // CRMD has both: its IE bit, and the privilege level.
  if (csr.effects === 'context' || csr.effects === 'interrupts') state.interruptsChanged();
};

/** Reads a CSR for a debugger: no privilege rules, no effects. `undefined` when there is no such CSR. */
export const peekCsr = (state: CsrSource, name: string): bigint | undefined => {
  const csr = csrOfName(name);
  return csr && readCsr(state, csr);
};

/**
 * Writes a CSR for a debugger, with the effects a guest's write has but no privilege rules.
 * @returns false when the CSR does not exist or has nothing to write.
 */
export const pokeCsr = (state: HartState, name: string, value: bigint): boolean => {
  const csr = csrOfName(name);
  if (!csr || csr.writable === 0n) return false;
  writeCsr(state, csr, value);
  return true;
};
