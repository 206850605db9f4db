/** Where our text differs from iced's on purpose: what is done to iced's, or to both, before they are compared. */

export interface Difference {
  readonly why: string;
  readonly syntax?: 'intel' | 'att';
  readonly of: RegExp;
  readonly as: string;
  /** Ours is changed alike. */
  readonly isOfBoth?: true;
}

const PREFIXES = [
  'data16',
  'data32',
  'data64',
  'hint-taken',
  'hint-not-taken',
  'xacquire',
  'xrelease',
  'bnd',
  'notrack',
];

export const DIFFERENCES: readonly Difference[] = [
  {
    why: 'prefixes are written only where they mean something to our processors; 66 before jumps and calls does, and data16 is ours',
    of: new RegExp(`^((${PREFIXES.join('|')}) )+`),
    as: '',
    isOfBoth: true,
  },
  { why: 'the same', syntax: 'att', of: /^(\.byte 0x66; )+/, as: '' },
  { why: 'hints of branches mean nothing to our processors', syntax: 'att', of: /,p[nt] /, as: ' ' },
  { why: 'a repeat prefix before ret means nothing', of: /^(rep|repne) ret/, as: 'ret' },
  { why: 'an address of 32 bits is seen from its length', of: /^addr\d\d (?=(mov|movabs) )/, as: '' },
  { why: 'a register without an index has no comma behind it', syntax: 'att', of: /,\)/g, as: ')' },
  { why: 'IMUL by a number always has three operands', syntax: 'intel', of: /^imul (\w+), 0x/, as: 'imul $1, $1, 0x' },
  { why: 'the same', syntax: 'att', of: /^imul (\$0x\w+), (%\w+)$/, as: 'imul $1, $2, $2' },
  {
    why: 'string instructions are written with ES, as LLVM and objdump do',
    of: /(?<=^(\w+ )?(movs|cmps|stos|lods|scas|ins|outs)(\w )?.*)%?es:(?=\S+di\W)/,
    as: '',
    isOfBoth: true,
  },
  {
    why: 'and with the accumulator',
    syntax: 'intel',
    of: /(?<=^(\w+ )?(stos|lods|scas)\w )(\w+, )?(.*?)(, \w+)?$/,
    as: '$4',
    isOfBoth: true,
  },
  {
    why: 'an exchange of the accumulator with itself does nothing',
    of: /^xchg (%?[re]?ax), \1$/,
    as: 'nop',
    isOfBoth: true,
  },
  {
    why: 'with REX.B, F3 90 is an exchange: so do processors',
    syntax: 'intel',
    of: /^xchg r8[dw]?, [re]?ax$/,
    as: 'pause',
    isOfBoth: true,
  },
  { why: 'the same', syntax: 'att', of: /^xchg %[re]?ax, %r8[dw]?$/, as: 'pause', isOfBoth: true },
  { why: 'PAUSE is a NOP', of: /^pause$/, as: 'nop', isOfBoth: true },
  { why: 'the base of ten is written, too', syntax: 'att', of: /^(aa[dm])$/, as: '$1 $0xa' },
  { why: 'SAL is another name of SHL', syntax: 'att', of: /^sal(?=[bwlq]? )/, as: 'shl' },
  {
    why: 'the length of an address is written as a prefix',
    syntax: 'att',
    of: /^(loop(?:ne|e)?)([wl]) /,
    as: 'addr32 $1 ',
  },
  { why: 'the same', syntax: 'att', of: /^addr16 loop/, as: 'addr32 loop', isOfBoth: true },
  { why: 'copies of 16 bits to 16 have both letters', syntax: 'att', of: /^mov([sz])xw /, as: 'mov$1ww ' },
];

/** A text as it is compared. `used` gets what has been of use. */
export const comparable = (
  text: string,
  syntax: 'intel' | 'att',
  whose: 'ours' | 'iced',
  used: Set<Difference>,
): string =>
  DIFFERENCES.reduce((now, difference) => {
    if ((difference.syntax ?? syntax) !== syntax || (whose === 'ours' && !difference.isOfBoth)) return now;
    const changed = now.replace(difference.of, difference.as);
    if (changed !== now) used.add(difference);
    return changed;
  }, text);
