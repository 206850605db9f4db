/** The processor's state as system registers: PSTATE, floating-point control, stack pointers. @see Arm ARM, D19.2 and C5.2 */
import { DAIF, U64 } from './bits';
import { hasFeature } from './cpus';
import { flagsOf, setFlags, setLevel, stackPointerOf, writeStackPointer } from './pstate';
import { USER } from './sysreg-traps';
import { fields, rowsOf, type Sysreg } from './sysregs-rows';

const row = rowsOf('state');

/** A bit of PSTATE that has a slot and a register of the same name. */
const flag = (
  name: string,
  encoding: Parameters<typeof row>[1],
  at: number,
  doc: string,
  more: Partial<Sysreg>,
): Sysreg =>
  row(name, encoding, 1n << BigInt(at), doc, {
    isComputed: true,
    read: (state) => (state.get(name) & 1n) << BigInt(at),
    write: (state, value) => {
      const set = (value >> BigInt(at)) & 1n;
      if (state.get(name) === set) return;
      state.set(name, set);
      state.contextChanged();
    },
    fields: fields([name, at]),
    ...more,
  });

const FPCR = 0x07c8_0000n;
/** FZ16 is there with half-precision arithmetic alone. */
const FZ16 = 1n << 19n;

export const SYSREGS_STATE: readonly Sysreg[] = [
  row('CurrentEL', [3, 0, 4, 2, 2], 0n, 'The exception level.', {
    access: 'ro',
    isComputed: true,
    read: (state) => state.get('EL') << 2n,
    fields: fields(['EL', 3, 2]),
  }),
  row('SPSel', [3, 0, 4, 2, 0], 1n, 'Whether the level uses its own stack pointer.', {
    isComputed: true,
    read: (state) => state.get('SP'),
    write: (state, value) => setLevel(state, state.get('EL'), value & 1n),
    fields: fields(['SP', 0]),
  }),
  row('NZCV', [3, 3, 4, 2, 0], 0xf000_0000n, 'Condition flags.', {
    isComputed: true,
    read: flagsOf,
    write: setFlags,
    fields: fields(['N', 31], ['Z', 30], ['C', 29], ['V', 28]),
  }),
  row('DAIF', [3, 3, 4, 2, 1], DAIF.all, 'What is masked.', {
    user: USER.UMA,
    effect: 'interrupts',
    reset: DAIF.all,
    fields: fields(['D', 9, 9, 'debug exceptions'], ['A', 8, 8, 'SError'], ['I', 7, 7, 'IRQ'], ['F', 6, 6, 'FIQ']),
  }),
  flag('PAN', [3, 0, 4, 2, 3], 22, 'Privileged access never.', { feature: 'PAN' }),
  flag('UAO', [3, 0, 4, 2, 4], 23, 'User access override.', { feature: 'UAO' }),
  flag('DIT', [3, 3, 4, 2, 5], 24, 'Data independent timing.', { feature: 'DIT' }),
  flag('SSBS', [3, 3, 4, 2, 6], 12, 'Speculative store bypassing is safe.', { feature: 'SSBS2' }),
  flag('TCO', [3, 3, 4, 2, 7], 25, 'Tag check override.', { feature: 'MTE' }),
  row('FPCR', [3, 3, 4, 4, 0], FPCR, 'Floating-point control.', {
    write: (state, value) => state.set('FPCR', hasFeature(state, 'FP16') ? value : value & ~FZ16),
    fields: fields(
      ['AHP', 26, 26, 'alternative half precision'],
      ['DN', 25, 25, 'default NaN'],
      ['FZ', 24, 24, 'flush to zero'],
      ['RMode', 23, 22],
      ['FZ16', 19, 19, 'flush half precision to zero'],
    ),
  }),
  row('FPSR', [3, 3, 4, 4, 1], 0x0800_009fn, 'Floating-point status.', {
    fields: fields(['QC', 27], ['IDC', 7], ['IXC', 4], ['UFC', 3], ['OFC', 2], ['DZC', 1], ['IOC', 0]),
  }),
  row('SP_EL0', [3, 0, 4, 1, 0], U64, 'Stack pointer of EL0.', {
    read: (state) => stackPointerOf(state, 'SP_EL0'),
    write: (state, value) => writeStackPointer(state, 'SP_EL0', value),
  }),
  row('SP_EL1', [3, 4, 4, 1, 0], U64, 'Stack pointer of EL1.', {
    read: (state) => stackPointerOf(state, 'SP_EL1'),
    write: (state, value) => writeStackPointer(state, 'SP_EL1', value),
  }),
  // EL3 alone could access it by this name, which there is not: it is the debugger's.
  row('SP_EL2', [3, 6, 4, 1, 0], U64, 'Stack pointer of EL2.', {
    access: 'none',
    read: (state) => stackPointerOf(state, 'SP_EL2'),
    write: (state, value) => writeStackPointer(state, 'SP_EL2', value),
  }),
];
