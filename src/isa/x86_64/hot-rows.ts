/**
 * Which rows the fast interpreter executes itself: what compilers put into loops. All others are apart, for V8 compiles the
 * interpreter well only while it is small. Counts of sixteen kernels' runs and of the benchmark's programs chose them.
 */
const HOT: readonly RegExp[] = [
  // Moves and addresses.
  /^mov-64-(r[rmspgnq]|[msp]r|mn)$/,
  /^mov-32-(r[rmspn]|[msp]r|mn)$/,
  /^mov-16-(r[rm]|mr|mn)$/,
  /^mov-8-(r[rmn]|[ms]r|mn)$/,
  /^movzx-32-r[rmsp](8|16)$/,
  /^movsx-32-r[rms](8|16)$/,
  /^movsxd?-64-r[rm](8|16|32)$/,
  /^lea-64-r[msp]$/,
  /^lea-32-r[ms]$/,
  /^(push-64-[rn]|pop-64-r)$/,
  /^(mov|sto)s[bq]-(0|64):F3A.$/,
  // Arithmetic and logic.
  /^(add|sub|cmp)-64-r[rn]$/,
  /^(add|cmp)-64-(rm|mr)$/,
  /^(add|sub)-64-mn$/,
  /^add-64-rs$/,
  /^(and|or|xor)-64-r[rmn]$/,
  /^(add|sub|cmp|and|or|xor)-32-(r[rmn]|mr)$/,
  /^cmp-(8|16)-(rm|rn|mr|mn)$/,
  /^cmp-(32|64)-mn$/,
  /^test-(8|32|64)-(rr|rn|mn)$/,
  /^(shl|shr|sar)-(32|64)-r[n1c]$/,
  /^rol-32-rn$/,
  /^imul-(32|64)-(rr|rrn)$/,
  /^imul-32-rm$/,
  /^(inc|dec)-(32|64)-[rm]$/,
  /^(neg|not)-(32|64)-r$/,
  /^(cdqe|cqo|cdq|cwde)-/,
  /^leave-64$/,
  // Conditions and branches.
  /^(cmov|set)(e|ne|b|ae|a|be|l|ge|le|g|s|ns)-(32|64|8)-(rr|r)$/,
  /^j[a-z]+-64-j$/,
  /^jmp-64-[rms]$/,
  /^call-64-[jrm]$/,
  /^ret-64$/,
  /^nop-/,
  // Floating point.
  /^(add|sub|mul)sd-128-xx$/,
  /^mulsd-128-xs64$/,
  /^movsd-128-(x[ms]64|[ms]64x)$/,
  /^movap[sd]-128-xx$/,
];

/** Whether a row is apart. */
export const isApart = (row: string): boolean => !HOT.some((pattern) => pattern.test(row));
