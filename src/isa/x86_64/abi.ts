/**
 * Register roles of the standard calling convention.
 * @see System V ABI, AMD64 Architecture Processor Supplement, 3.2 "Function Calling Sequence", figure 3.36 "DWARF Register Number
 * Mapping"
 */

/** Integer arguments in order. Results are in rax and rdx. */
export const ARGUMENT_REGISTERS: readonly string[] = ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'];

export const STACK_POINTER = 'rsp';
export const FRAME_POINTER = 'rbp';

/** Names of the general registers by their numbers in instructions. */
export const GENERAL = [
  ...['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'],
] as const;

/** Numbers of registers in DWARF. */
export const DWARF: Readonly<Record<string, number>> = {
  ...{ rax: 0, rdx: 1, rcx: 2, rbx: 3, rsi: 4, rdi: 5, rbp: 6, rsp: 7 },
  ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`r${8 + index}`, 8 + index])),
  /** The return address' column; of the innermost frame the address of the next instruction. */
  rip: 16,
  ...Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`xmm${index}`, 17 + index])),
  ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`st${index}`, 33 + index])),
  ...{ rflags: 49, es: 50, cs: 51, ss: 52, ds: 53, fs: 54, gs: 55, fs_base: 58, gs_base: 59, tr: 62, ldtr: 63 },
  ...{ mxcsr: 64, fcw: 65, fsw: 66 },
};

const OWN: Readonly<Record<string, string>> = {
  rax: 'Result; the number of a system call. Of variadic functions how many arguments are in xmm registers.',
  rdx: 'Argument 2, and the second result; a call may change it.',
  rsp: 'Stack pointer.',
  rbp: 'Frame pointer, or saved by the callee.',
  r10: "Static chain of nested functions; argument 3 of Linux's system calls. A call may change it.",
  r11: 'Temporary; a call may change it, and SYSCALL puts RFLAGS there.',
};

/** What a general register is for. */
export const generalRegisterDoc = (name: string): string => {
  const own = OWN[name];
  if (own) return own;
  const argument = ARGUMENT_REGISTERS.indexOf(name);
  return argument < 0 ? 'Saved by the callee.' : `Argument ${argument}; a call may change it.`;
};
