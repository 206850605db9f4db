/** What one instruction does with the stack, for finding callers in code that has no call frame information. */

export type StackAccess =
  /** A register is stored to the stack, or loaded from it, at this distance from the stack pointer before the instruction. */
  | { readonly kind: 'save' | 'restore'; readonly register: string; readonly offset: bigint }
  /** The frame pointer becomes what the stack pointer is, plus this. */
  | { readonly kind: 'frame'; readonly offset: bigint };
