/** Every register of a processor by its name, read and written for a debugger: no privilege rules. */
import type { HartState } from '../core/privileged';
import { pstateOf, setPstate } from './pstate';
import { registerOfName } from './registers';
import { peekSysreg, pokeSysreg } from './sysreg-access';

/** A processor whose pc can be set. */
type Processor = HartState & { pc: bigint };

/** `x3`, `v3`, `d3`, `s3`: the file and the number. */
const NUMBERED = /^([xvds])(\d+)$/;
const PART_BITS: Readonly<Record<string, number>> = { d: 64, s: 32 };
/** EL3, and AArch32's modes, are not here. */
const MODES: ReadonlySet<bigint> = new Set([0n, 4n, 5n, 8n, 9n]);

/** `undefined` when there is no such register. */
export const readRegister = (state: HartState, name: string): bigint | undefined => {
  const spec = registerOfName(name);
  // Which processor it is, translation asks for, too.
  if (!spec && name === 'cpu') return state.get('cpu');
  if (!spec) return peekSysreg(state, name);
  const [, file, index] = NUMBERED.exec(spec.name) ?? [];
  if (file === 'x' || file === 'v') return state.read(file, Number(index));
  if (file !== undefined) return BigInt.asUintN(PART_BITS[file] ?? 64, state.read('v', Number(index)));
  switch (spec.name) {
    case 'pc':
      return state.pc;
    case 'sp':
      return state.get('sp');
    case 'cpsr':
      return pstateOf(state);
    default:
      return peekSysreg(state, spec.name);
  }
};

/** @returns false when there is no such register, when it is read-only, or when the value is none of its. */
export const writeRegister = (state: Processor, name: string, value: bigint): boolean => {
  const spec = registerOfName(name);
  if (!spec?.isWritable) return false;
  const [, file, index] = NUMBERED.exec(spec.name) ?? [];
  if (file !== undefined) {
    // A scalar's write clears the rest of the vector.
    const bits = PART_BITS[file];
    state.write(file === 'x' ? 'x' : 'v', Number(index), bits === undefined ? value : BigInt.asUintN(bits, value));
    return true;
  }
  switch (spec.name) {
    case 'pc':
      state.pc = value & ~3n;
      return true;
    case 'sp':
      state.set('sp', value);
      return true;
    case 'cpsr':
      if (!MODES.has(value & 0x1fn)) return false;
      setPstate(state, value);
      state.contextChanged();
      state.interruptsChanged();
      return true;
    default:
      return pokeSysreg(state, spec.name, value);
  }
};
