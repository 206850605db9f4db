/** System registers for a debugger: no access rules. */
import type { HartState } from '../core/privileged';
import { STATE } from './state';

/** Reads one without effects. `undefined` when there is no such register. */
export const peekSysreg = (state: Pick<HartState, 'get'>, name: string): bigint | undefined =>
  STATE.slots.includes(name) ? state.get(name) : undefined;

/** Writes one, with the effects that an instruction's write has. @returns false when it does not exist or is read-only. */
export const pokeSysreg = (state: HartState, name: string, value: bigint): boolean => {
  if (!STATE.slots.includes(name)) return false;
  state.set(name, value);
  state.flushTranslations();
  state.contextChanged();
  return true;
};
