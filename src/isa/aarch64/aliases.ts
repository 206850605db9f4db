/** What assemblers write in place of some instructions. @see Arm ARM, C6.2, whose entries name their aliases */
import type { Alias, Operands } from '../core/disassembler';
import { CONDITIONS } from './conditions';
import { SYSTEM_ALIASES } from './system-aliases';

const ZERO = 31;
type Claim = (fields: Readonly<Record<string, number>>) => boolean;
const where = (claim: Claim): Pick<Alias, 'where'> => ({ where: ({ fields }: Operands) => claim(fields) });

const REGISTERS = ['w', 'x'] as const;
type R = (typeof REGISTERS)[number];

/** Rows of a mnemonic that compare, or test: those that only set flags. */
const onlyFlags = (row: string, as: string, asm: string): Alias => ({ of: row, when: { Rd: ZERO }, as, asm });

const arithmetic = (r: R): Alias[] => {
  const isOfStack = where(({ Rd, Rn }) => Rd === ZERO || Rn === ZERO);
  const shifts = [`{${r}:Rm}`, ...['lsl', 'lsr', 'asr'].map((shift) => `{${r}:Rm}, ${shift} #{amount}`)];
  const shifted = ['', '-lsl', '-lsr', '-asr'].flatMap((which, at): Alias[] => [
    onlyFlags(`adds-${r}${which}`, 'cmn', `{${r}:Rn}, ${shifts[at]}`),
    onlyFlags(`subs-${r}${which}`, 'cmp', `{${r}:Rn}, ${shifts[at]}`),
    { of: `sub-${r}${which}`, when: { Rn: ZERO }, as: 'neg', asm: `{${r}:Rd}, ${shifts[at]}` },
    { of: `subs-${r}${which}`, when: { Rn: ZERO }, as: 'negs', asm: `{${r}:Rd}, ${shifts[at]}` },
  ]);
  const immediates = ['adds', 'subs'].flatMap((name) => {
    const as = name === 'adds' ? 'cmn' : 'cmp';
    return [
      onlyFlags(`${name}-${r}-imm`, as, `{${r}sp:Rn}, #{imm}`),
      onlyFlags(`${name}-${r}-imm12`, as, `{${r}sp:Rn}, #{upper:imm}, lsl #12`),
    ];
  });
  const extended = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx'].flatMap((extension): Alias[] => {
    const from = r === 'x' && extension.endsWith('x') ? 'x' : 'w';
    const rest = `{${r}sp:Rn}, {${from}:Rm}, ${extension}{amount:amount}`;
    // The full width needs no name beside a stack pointer.
    const isFull = extension === (r === 'x' ? 'uxtx' : 'uxtw');
    const shift = `{${r}sp:Rn}, {${r}:Rm}{lsl:amount}`;
    return [
      ...(isFull
        ? [
            { of: `adds-${r}-${extension}`, when: { Rd: ZERO, Rn: ZERO }, as: 'cmn', asm: shift },
            { of: `subs-${r}-${extension}`, when: { Rd: ZERO, Rn: ZERO }, as: 'cmp', asm: shift },
            ...['adds', 'subs'].map((name) => ({
              of: `${name}-${r}-${extension}`,
              when: { Rn: ZERO },
              as: name,
              asm: `{${r}:Rd}, ${shift}`,
            })),
            ...['add', 'sub'].map((name) => ({
              of: `${name}-${r}-${extension}`,
              ...isOfStack,
              as: name,
              asm: `{${r}sp:Rd}, ${shift}`,
            })),
          ]
        : []),
      onlyFlags(`adds-${r}-${extension}`, 'cmn', rest),
      onlyFlags(`subs-${r}-${extension}`, 'cmp', rest),
    ];
  });
  return [
    { of: `add-${r}-imm`, when: { imm: 0 }, ...isOfStack, as: 'mov', asm: `{${r}sp:Rd}, {${r}sp:Rn}` },
    ...immediates,
    ...shifted,
    ...extended,
    { of: `sbc-${r}`, when: { Rn: ZERO }, as: 'ngc', asm: `{${r}:Rd}, {${r}:Rm}` },
    { of: `sbcs-${r}`, when: { Rn: ZERO }, as: 'ngcs', asm: `{${r}:Rd}, {${r}:Rm}` },
  ];
};

/** Whether movz can make a value of as many bits. */
const isZeroMove = (value: bigint, bits: number): boolean =>
  [0n, 16n, 32n, 48n].some((shift) => shift < bits && (value & ~(0xffffn << shift)) === 0n);

const logical = (r: R): Alias[] => {
  const bits = r === 'w' ? 32 : 64;
  const shifts = [`{${r}:Rm}`, ...['lsl', 'lsr', 'asr', 'ror'].map((shift) => `{${r}:Rm}, ${shift} #{amount}`)];
  /** Whether movz or movn would be written for the same constant. */
  const hasMove = ({ wide }: Operands): boolean => {
    const value = wide?.[r === 'w' ? 'mask32' : 'mask'] ?? 0n;
    return isZeroMove(value, bits) || isZeroMove(BigInt.asUintN(bits, ~value), bits);
  };
  return [
    {
      of: `orr-${r}-imm`,
      when: { Rn: ZERO },
      where: (operands) => !hasMove(operands),
      as: 'mov',
      asm: `{${r}sp:Rd}, #{signed${bits}:${r === 'w' ? 'mask32' : 'mask'}}`,
    },
    onlyFlags(`ands-${r}-imm`, 'tst', `{${r}:Rn}, #{hex:${r === 'w' ? 'mask32' : 'mask'}}`),
    { of: `orr-${r}`, when: { Rn: ZERO }, as: 'mov', asm: `{${r}:Rd}, {${r}:Rm}` },
    ...['', '-lsl', '-lsr', '-asr', '-ror'].flatMap((which, at): Alias[] => [
      { of: `orn-${r}${which}`, when: { Rn: ZERO }, as: 'mvn', asm: `{${r}:Rd}, ${shifts[at]}` },
      onlyFlags(`ands-${r}${which}`, 'tst', `{${r}:Rn}, ${shifts[at]}`),
    ]),
  ];
};

const moves = (r: R): Alias[] =>
  [0, 16, 32, 48]
    .filter((shift) => r === 'x' || shift < 32)
    .flatMap((shift): Alias[] => {
      const isPlain = ({ imm = 0 }: Readonly<Record<string, number>>): boolean => imm !== 0 || shift === 0;
      // Of words, what movz can make is written as its.
      const isOfMovz = (imm: number): boolean => r === 'w' && imm >>> shift === 0xffff;
      return [
        { of: `movz-${r}-${shift}`, ...where(isPlain), as: 'mov', asm: `{${r}:Rd}, #{mov${r}${shift}:imm}` },
        {
          of: `movn-${r}-${shift}`,
          ...where((fields) => isPlain(fields) && !isOfMovz(fields.imm ?? 0)),
          as: 'mov',
          asm: `{${r}:Rd}, #{movn${r}${shift}:imm}`,
        },
      ];
    });

const bitfields = (r: R): Alias[] => {
  const [bits, top] = r === 'w' ? [32, 31] : [64, 63];
  const isInsert = where(({ imms = 0, immr = 0 }) => imms < immr);
  const insert = `{${r}:Rd}, {${r}:Rn}, #{back${bits}:immr}, #{more:imms}`;
  const extract = `{${r}:Rd}, {${r}:Rn}, #{immr}, #{width:imms}`;
  const extension = (of: string, as: string, imms: number): Alias => ({
    of,
    when: { immr: 0, imms },
    as,
    asm: `{${r}:Rd}, {w:Rn}`,
  });
  return [
    extension(`sbfm-${r}`, 'sxtb', 7),
    extension(`sbfm-${r}`, 'sxth', 15),
    ...(r === 'x' ? [extension('sbfm-x', 'sxtw', 31)] : []),
    { of: `sbfm-${r}`, ...isInsert, as: 'sbfiz', asm: insert },
    { of: `sbfm-${r}`, as: 'sbfx', asm: extract },
    {
      of: `ubfm-${r}`,
      ...where(({ imms = 0, immr = 0 }) => imms !== top && imms + 1 === immr),
      as: 'lsl',
      asm: `{${r}:Rd}, {${r}:Rn}, #{left${top}:imms}`,
    },
    ...(r === 'w' ? [extension('ubfm-w', 'uxtb', 7), extension('ubfm-w', 'uxth', 15)] : []),
    { of: `ubfm-${r}`, ...isInsert, as: 'ubfiz', asm: insert },
    { of: `ubfm-${r}`, as: 'ubfx', asm: extract },
    {
      of: `bfm-${r}`,
      when: { Rn: ZERO },
      ...where(({ imms = 0, immr = 0 }) => immr === 0 || imms < immr),
      as: 'bfc',
      asm: `{${r}:Rd}, #{back${bits}:immr}, #{more:imms}`,
    },
    { of: `bfm-${r}`, ...isInsert, as: 'bfi', asm: insert },
    { of: `bfm-${r}`, as: 'bfxil', asm: extract },
    { of: `extr-${r}`, when: { Rn: 'Rm' }, as: 'ror', asm: `{${r}:Rd}, {${r}:Rn}, #{imms}` },
  ];
};

const conditionals = (r: R): Alias[] =>
  CONDITIONS.slice(0, 14).flatMap(({ name, written = name }, cond): Alias[] => {
    const opposite = CONDITIONS[cond ^ 1];
    const text = opposite?.written ?? opposite?.name;
    const zeros = { Rn: ZERO, Rm: ZERO };
    return [
      { of: `csinc-${r}-${written}`, when: zeros, as: 'cset', asm: `{${r}:Rd}, ${text}` },
      { of: `csinv-${r}-${written}`, when: zeros, as: 'csetm', asm: `{${r}:Rd}, ${text}` },
      ...[
        ['csinc', 'cinc'],
        ['csinv', 'cinv'],
        ['csneg', 'cneg'],
      ].map(([of, as = '']) => ({
        of: `${of}-${r}-${written}`,
        when: { Rn: 'Rm' },
        as,
        asm: `{${r}:Rd}, {${r}:Rn}, ${text}`,
      })),
    ];
  });

const products = (r: R): Alias[] => [
  { of: `madd-${r}`, when: { Ra: ZERO }, as: 'mul', asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}` },
  { of: `msub-${r}`, when: { Ra: ZERO }, as: 'mneg', asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}` },
  ...['lsl', 'lsr', 'asr', 'ror'].map((name) => ({ of: `${name}v-${r}`, as: name })),
];

const LONG_PRODUCTS: readonly Alias[] = [
  ['smaddl', 'smull'],
  ['smsubl', 'smnegl'],
  ['umaddl', 'umull'],
  ['umsubl', 'umnegl'],
].map(([of = '', as = '']) => ({ of, when: { Ra: ZERO }, as, asm: '{x:Rd}, {w:Rn}, {w:Rm}' }));

const HINTS: readonly Alias[] = Object.entries({
  nop: 0,
  yield: 1,
  sev: 4,
  sevl: 5,
  dgh: 6,
  esb: 16,
  csdb: 20,
}).map(([as, imm]) => ({ of: 'hint', when: { imm }, as, asm: '' }));

/** Moves of vectors and lanes. */
const LANES: readonly Alias[] = [
  { of: 'orr-vb', when: { Vm: 'Vn' }, as: 'mov', asm: '{tb:Vd}, {tb:Vn}' },
  { of: 'not-vb', as: 'mvn' },
  ...['umov-ws', 'umov-xd', 'dup-b', 'dup-h', 'dup-s', 'dup-d'].map((of) => ({ of, as: 'mov' })),
  ...['ins-wb', 'ins-wh', 'ins-ws', 'ins-xd', 'ins-vb', 'ins-vh', 'ins-vs', 'ins-vd'].map((of) => ({ of, as: 'mov' })),
];

/** DBGDTRRX_EL0, as `msr` has it. */
const DBGDTR = 0x1828;

export const ALIASES: readonly Alias[] = [
  ...REGISTERS.flatMap((r) => [
    ...arithmetic(r),
    ...logical(r),
    ...moves(r),
    ...bitfields(r),
    ...conditionals(r),
    ...products(r),
  ]),
  ...LONG_PRODUCTS,
  ...LANES,
  ...HINTS,
  ...SYSTEM_ALIASES,
  // Written, the register has another name.
  { of: 'msr', when: { sysreg: DBGDTR }, as: 'msr', asm: 'DBGDTRTX_EL0, {x:Rt}' },
  { of: 'hint', when: { imm: 17 }, as: 'psb', asm: 'csync' },
  { of: 'hint', when: { imm: 18 }, as: 'tsb', asm: 'csync' },
  { of: 'hint', when: { imm: 32 }, as: 'bti', asm: '' },
  { of: 'hint', when: { imm: 34 }, as: 'bti', asm: 'c' },
  { of: 'hint', when: { imm: 36 }, as: 'bti', asm: 'j' },
  { of: 'hint', when: { imm: 38 }, as: 'bti', asm: 'jc' },
  { of: 'ret', when: { Rn: 30 }, as: 'ret', asm: '' },
  { of: 'dsb', when: { CRm: 0 }, as: 'ssbb', asm: '' },
  { of: 'dsb', when: { CRm: 4 }, as: 'pssbb', asm: '' },
  { of: 'isb', when: { CRm: 15 }, as: 'isb', asm: '' },
  { of: 'isb', as: 'isb', asm: '#{CRm}' },
  { of: 'clrex', when: { CRm: 15 }, as: 'clrex', asm: '' },
  { of: 'clrex', as: 'clrex', asm: '#{CRm}' },
];
