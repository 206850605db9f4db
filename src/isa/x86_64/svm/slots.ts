/**
 * State slots of virtualisation that are not in the VMCB in memory.
 * `vmcb`: physical address of the VMCB that runs, valid while `isGuest` is 1. `gif`: the global interrupt flag. `nestedCr3`: root of
 * the nested tables, 0 without nested paging (`isNested` says which). `asid`: of the guest that runs. The intercepts are copies of the
 * VMCB's words at 000h to 014h: `interceptCr`, `interceptDr`, `interceptExceptions`, `intercept3` to `intercept5`. `vIntr` is the word
 * at 060h as the processor keeps it, `virtualExtensions` the one at 0B8h. `hostIf`: RFLAGS.IF of the host, for physical interrupts
 * under V_INTR_MASKING. `vmTscOffset`: what RDTSC adds, 0 in the host. `pauseCount`, `pauseAt`: PAUSE that remain before an exit,
 * and the cycle of the last one. `lastVmcb`: the VMCB of the last VMRUN, for those who look on. `hostCr4`, `hostEfer`: what CR4 and
 * EFER were when VMRUN was executed, which decide about the format of nested tables; `hostPat`: the host's PAT while a guest has its
 * own. `guestCr3`: CR3 of the guest when it was left. `injected`: EVENTINJ from VMRUN until the event is delivered, else 0.
 */
export const SVM_SLOTS = [
  ...['VM_CR', 'VM_HSAVE_PA', 'gif', 'isGuest', 'vmcb', 'lastVmcb', 'asid', 'isNested', 'nestedCr3'],
  ...['hostCr4', 'hostEfer', 'hostPat', 'hostIf', 'guestCr3', 'injected', 'vIntr', 'virtualExtensions', 'vmTscOffset'],
  ...['interceptCr', 'interceptDr', 'interceptExceptions', 'intercept3', 'intercept4', 'intercept5'],
  ...['iopmBase', 'msrpmBase', 'pauseCount', 'pauseAt'],
] as const;
