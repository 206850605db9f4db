/**
 * Register roles of the standard calling convention.
 * @see Procedure Call Standard for the Arm 64-bit Architecture, "General-purpose Registers", "SIMD and Floating-Point
 * registers"; DWARF for the Arm 64-bit Architecture, "DWARF register names"
 */

/** Integer arguments in order; the first also carries results. */
export const ARGUMENT_REGISTERS: readonly string[] = ['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'];

export const STACK_POINTER = 'sp';
export const FRAME_POINTER = 'x29';
export const RETURN_ADDRESS = 'x30';

/** Numbers of registers in DWARF. */
export const DWARF = {
  x0: 0,
  sp: 31,
  pc: 32,
  tpidrroEl0: 35,
  tpidrEl0: 36,
  tpidrEl1: 37,
  tpidrEl2: 38,
  v0: 64,
} as const;

const OWN: Readonly<Record<number, string>> = {
  8: 'Where a result that is returned in memory goes; the number of a system call.',
  16: 'May be changed by code that the linker puts between a call and its function (IP0).',
  17: 'May be changed by code that the linker puts between a call and its function (IP1).',
  18: 'Reserved for the platform.',
  29: 'Frame pointer.',
  30: 'Return address (LR).',
};

/** What a general register is for. */
export const integerRegisterDoc = (index: number): string => {
  const own = OWN[index];
  if (own) return own;
  if (index >= 19) return 'Saved by the callee.';
  if (index >= 9) return 'Temporary; a call may change it.';
  return `Argument ${index}${index < 2 ? ' and result' : ''}; a call may change it.`;
};

/** What a vector register is for. */
export const vectorRegisterDoc = (index: number): string => {
  if (index < 8)
    return `Vector or floating-point argument ${index}${index < 4 ? ' and result' : ''}; a call may change it.`;
  return index < 16 ? 'The callee saves the low half.' : 'Temporary; a call may change it.';
};
