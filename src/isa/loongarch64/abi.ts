/**
 * Register names and roles of the standard calling convention.
 * @see LoongArch ELF psABI, "Register Convention"; DWARF numbers: r0 to r31 are 0 to 31, f0 to f31 are 32 to 63
 */

/** Names of r0 to r31. */
// biome-ignore format: rows of sixteen
export const R_NAMES: readonly string[] = [
  'zero', 'ra', 'tp', 'sp', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 't0', 't1', 't2', 't3',
  't4', 't5', 't6', 't7', 't8', 'r21', 'fp', 's0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8',
];

/** Names of f0 to f31. */
// biome-ignore format: rows of sixteen
export const F_NAMES: readonly string[] = [
  'fa0', 'fa1', 'fa2', 'fa3', 'fa4', 'fa5', 'fa6', 'fa7', 'ft0', 'ft1', 'ft2', 'ft3', 'ft4', 'ft5', 'ft6', 'ft7',
  'ft8', 'ft9', 'ft10', 'ft11', 'ft12', 'ft13', 'ft14', 'ft15', 'fs0', 'fs1', 'fs2', 'fs3', 'fs4', 'fs5', 'fs6', 'fs7',
];

/** Integer arguments in order; the first two also carry results. */
export const ARGUMENT_REGISTERS: readonly string[] = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'];

export const STACK_POINTER = 'sp';
export const FRAME_POINTER = 'fp';
export const RETURN_ADDRESS = 'ra';

const R_DOCS: Readonly<Record<string, string>> = {
  zero: 'Always 0.',
  ra: 'Return address.',
  tp: 'Thread pointer.',
  sp: 'Stack pointer.',
  r21: 'Reserved; kernels keep the per-CPU area here.',
  fp: 'Saved by the callee; frame pointer where frames have one.',
};

/** What an integer register is for, by its ABI name. */
export const integerRegisterDoc = (name: string): string => {
  const own = R_DOCS[name];
  if (own) return own;
  if (name.startsWith('s')) return 'Saved by the callee.';
  if (name.startsWith('t')) return 'Temporary; a call may change it.';
  const index = Number(name.slice(1));
  return `Argument ${index}${index < 2 ? ' and result' : ''}; a call may change it.`;
};

/** What a floating-point register is for, by its ABI name. */
export const floatRegisterDoc = (name: string): string => {
  if (name.startsWith('fs')) return 'Saved by the callee.';
  if (name.startsWith('ft')) return 'Temporary; a call may change it.';
  const index = Number(name.slice(2));
  return `Floating-point argument ${index}${index < 2 ? ' and result' : ''}; a call may change it.`;
};
