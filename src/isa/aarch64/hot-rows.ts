/**
 * Instructions of integers and of floating point that the fast interpreter has a handler for; it calls a function for the others, which are seldom
 * executed. Measured over the benchmark programs and counted in the bundled kernels.
 */

const INTEGERS = new RegExp(
  `^(${[
    '(add|sub|subs)-[wx](-imm)?',
    '(add|sub)-x-imm12',
    'subs-x-imm12',
    'adds-[wx]-imm',
    'add-[wx]-lsl',
    'add-x-[us]xtw',
    '(and|orr|eor|ands)-[wx](-imm)?',
    '(bic|orn)-[wx]',
    '(orr|eor)-[wx]-ls[lr]',
    'eor-w-ror',
    'movz-[wx]-(0|16|48)',
    'mov[kn]-.*',
    'adrp?',
    '[us]?bfm-[wx]',
    '(lsr|asr)-[wx]',
    'extr-w',
    'csel-[wx]-(eq|ne|lo|hs|hi|ls|lt|ge|gt|le)',
    'csinc-w-(eq|ne|lo|hs|hi|ls|lt|ge|gt|le)',
    'm(add|sub)-[wx]',
    'umulh',
    '[us]maddl',
    '[us]div-[wx]',
    '(lsl|lsr|asr)v-[wx]',
    'clz-x',
    'hint',
    'd[ms]b',
    'isb',
  ].join('|')})$`,
);

const ANY_INTEGER =
  /^(adds?|subs?|adcs?|sbcs?|ands?|orr|eor|bics?|orn|eon|mov[nzk]|[su]?bfm|lsr|asr|extr|cs(el|inc|inv|neg)|ccm[np]|rbit|rev\d*|cl[sz]|[us]div|(lsl|lsr|asr|ror)v|m(add|sub))-[wx]|^([su]m(add|sub)l|[su]mulh|rmif|setf\d+|cfinv|[xa]+flag|clrex|sb)$/;

/** Whether a row is of integers and seldom executed. */
export const isOtherInteger = (row: string): boolean => ANY_INTEGER.test(row) && !INTEGERS.test(row);

const FLOATS = new RegExp(
  `^(${[
    'f(add|sub|mul|div|cmp|madd|sqrt)-d',
    'f(add|sub|mul|div|cmp)-s',
    'f(neg|abs)-[sd]',
    'fmov-[sdwx](-.*)?',
    '[su]cvtf-d-[wx]',
    'fcvtzs-[wx]-d',
  ].join('|')})$`,
);

/** Whether a row is of scalar floating point and seldom executed. */
export const isOtherFloat = (row: string): boolean =>
  /^(f|[su]cvtf)[a-z]*-[hsdwx](-[a-z0-9]+)?$/.test(row) && !FLOATS.test(row);
