/** What programs ask their kernel for: Linux and others have the number of a system call in rax. */
import type { EnvironmentCalls } from '../core/isa';

const NUMBERED: ReadonlySet<string> = new Set(['syscall', 'sysenter', 'int-0x80']);

/** A guest's VMMCALL has changed hands before anybody looks: rax is the host's then. */
export const CALLS: EnvironmentCalls = {
  registers: ['rax'],
  name: (cause, [number = 0n]) =>
    NUMBERED.has(cause) ? { text: `system call ${number}`, registersUsed: 1 } : undefined,
};
