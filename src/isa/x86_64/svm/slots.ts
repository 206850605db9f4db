/**
 * State slots of virtualisation that are not in the VMCB in memory.
 * `vmcb`: physical address of the VMCB that runs, valid while `isGuest` is 1. `gif`: the global interrupt flag. `nestedCr3`: root of
 * the nested tables, 0 without nested paging (`isNested` says which). `asid`: of the guest that runs. The intercepts are copies of the
 * VMCB's words at 000h to 014h: `interceptCr`, `interceptDr`, `interceptExceptions`, `intercept3`, `intercept4`.
 */
export const SVM_SLOTS = [
  ...['VM_CR', 'VM_HSAVE_PA', 'gif', 'isGuest', 'vmcb', 'isNested', 'nestedCr3', 'asid'],
  ...[
    'interceptCr',
    'interceptDr',
    'interceptExceptions',
    'intercept3',
    'intercept4',
    'iopmBase',
    'msrpmBase',
    'vIntr',
  ],
] as const;
