/** Pointer authentication. @see Arm ARM, C6.2: AUTDA to XPACLRI; D8.10 "Pointer authentication" */
import { SCTLR } from '../../../../src/isa/aarch64/bits';
import { CAUSE, causeOf, EC, TO_EL2 } from '../../../../src/isa/aarch64/causes';
import { CPUS } from '../../../../src/isa/aarch64/cpus';
import { qarma5 } from '../../../../src/isa/aarch64/pauth/qarma5';
import { CODE, DATA, type Registers, type Vector } from '../../driver';
import { little } from './memory-rows';
import { type Fields, RD, RM, RN, vector } from './rows';

const OLD = BigInt(CPUS.findIndex(({ name }) => name === 'cortex-a72'));
const [HIGH, LOW] = [0x84be_85ce_9804_e94bn, 0xec28_02d4_e0a4_88e9n];
const ENABLES = SCTLR.EnIA | SCTLR.EnIB | SCTLR.EnDA | SCTLR.EnDB;
/** Both ranges have 48 bits: a code has bits 48 to 54 and 56 to 63. */
const T0SZ_T1SZ = 16n | (16n << 16n);
const TBI0 = 1n << 37n;
const FIELD = 0xff7f_0000_0000_0000n;
const LOW_FIELD = 0x007f_0000_0000_0000n;

const keys = Object.fromEntries(
  ['IA', 'IB', 'DA', 'DB', 'GA'].flatMap((key, at) => [
    [`AP${key}KeyHi_EL1`, HIGH + BigInt(at)],
    [`AP${key}KeyLo_EL1`, LOW],
  ]),
);
const slots = { ...keys, SCTLR_EL1: ENABLES, TCR_EL1: T0SZ_T1SZ };

const ORDER = ['ia', 'ib', 'da', 'db'];
const codeOf = (key: string, pointer: bigint, modifier: bigint): bigint =>
  qarma5(pointer, modifier, HIGH + BigInt(ORDER.indexOf(key)), LOW);
const signed = (key: string, pointer: bigint, modifier: bigint): bigint => {
  const upper = (pointer >> 55n) & 1n;
  return (pointer & ~(FIELD | (1n << 55n))) | (codeOf(key, pointer, modifier) & FIELD) | (upper << 55n);
};
/** What a pointer is with the error code of a key in its place. */
const failed = (key: string, pointer: bigint): bigint =>
  (pointer & ~(3n << 61n)) | (key.endsWith('a') ? 1n << 61n : 2n << 61n);

const POINTERS = [0x0000_1234_5678_9abcn, 0xffff_8000_1234_5678n];
const MODIFIER = 0x477d_469d_ec0b_8762n;

const undefinedOn = (mnemonic: string, fields: Fields): Vector =>
  vector(
    mnemonic,
    fields,
    'of an older processor',
    { slots: { cpu: OLD } },
    { trap: { cause: CAUSE.undefined, tval: 0n } },
  );

const generals = (key: string): Vector[] =>
  [false, true].flatMap((isZero) => {
    const by = isZero ? 0n : MODIFIER;
    const fields: Fields = isZero ? { Rd: RD } : { Rd: RD, Rn: RN };
    const [pac, aut] = ['pac', 'aut'].map((what) => (isZero ? `${what}${key[0]}z${key[1]}` : `${what}${key}`)) as [
      string,
      string,
    ];
    const row = (
      mnemonic: string,
      name: string,
      d: bigint,
      result: bigint,
      more: Record<string, bigint> = {},
    ): Vector =>
      vector(
        mnemonic,
        fields,
        name,
        { x: { [RD]: d, [RN]: by }, slots: { ...slots, ...more } },
        { x: { [RD]: result } },
      );
    return [
      ...POINTERS.flatMap((pointer) => {
        const code = signed(key, pointer, by);
        return [
          row(pac, 'signs', pointer, code),
          row(aut, 'authenticates', code, pointer),
          row(aut, 'finds another code', code ^ (1n << 49n), failed(key, pointer)),
        ];
      }),
      row(pac, 'with its key off', POINTERS[0]!, POINTERS[0]!, { SCTLR_EL1: 0n }),
      row(aut, 'with its key off', POINTERS[0]!, POINTERS[0]!, { SCTLR_EL1: 0n }),
      row(
        pac,
        'makes a wrong code of what is no pointer',
        0x0100_0000_0000_0000n,
        (codeOf(key, 0n, by) & FIELD) ^ (1n << 62n),
      ),
      vector(
        pac,
        fields,
        'that EL2 wants to know of',
        { x: { [RD]: POINTERS[0]!, [RN]: by }, slots: { ...slots, highest: 2n } },
        { trap: { cause: causeOf(EC.pauth, 0, TO_EL2), tval: 0n } },
      ),
      undefinedOn(pac, fields),
      undefinedOn(aut, fields),
    ];
  });

/** Data pointers whose top byte is ignored keep it. */
const tagged: Vector = vector(
  'pacda',
  { Rd: RD, Rn: RN },
  'keeps an ignored top byte',
  { x: { [RD]: 0x5a00_0000_0000_1000n, [RN]: 0n }, slots: { ...slots, TCR_EL1: T0SZ_T1SZ | TBI0 } },
  { x: { [RD]: 0x5a00_0000_0000_1000n | (codeOf('da', 0x5a00_0000_0000_1000n, 0n) & LOW_FIELD) } },
);

const strips: Vector[] = ['xpaci', 'xpacd', 'xpaclri'].flatMap((mnemonic) => {
  const isHint = mnemonic === 'xpaclri';
  const register = isHint ? 30 : RD;
  return [
    ...POINTERS.flatMap((pointer) =>
      [0n, 0x5a55_0000_0000_0000n].map((code) =>
        vector(
          mnemonic,
          (isHint ? {} : { Rd: RD }) as Fields,
          `${pointer.toString(16)}, ${code.toString(16)}`,
          { x: { [register]: pointer ^ code }, slots },
          { x: { [register]: pointer } },
        ),
      ),
    ),
    ...(isHint
      ? [vector(mnemonic, {}, 'of an older processor', { x: { 30: 0x55n << 56n }, slots: { cpu: OLD } }, {})]
      : [undefinedOn(mnemonic, { Rd: RD })]),
  ];
});

/** Hints: the register, and which register or `sp` modifies. */
const HINTS = [
  ['ia1716', 17, 16],
  ['iasp', 30, 31],
  ['iaz', 30, undefined],
  ['ib1716', 17, 16],
  ['ibsp', 30, 31],
  ['ibz', 30, undefined],
] as const;
const hints: Vector[] = HINTS.flatMap(([suffix, register, by]) => {
  const key = suffix.slice(0, 2);
  const modifier = by === undefined ? 0n : MODIFIER;
  const inputs: Registers = by === 16 ? { 16: MODIFIER } : {};
  const more = { sp: by === 31 ? MODIFIER : 0n };
  const row = (what: string, name: string, d: bigint, result: bigint, own: Record<string, bigint> = {}): Vector =>
    vector(
      `${what}${suffix}`,
      {},
      name,
      { x: { ...inputs, [register]: d }, slots: { ...slots, ...more, ...own } },
      { x: { [register]: result } },
    );
  return POINTERS.flatMap((pointer) => {
    const code = signed(key, pointer, modifier);
    return [
      row('pac', 'signs', pointer, code),
      row('aut', 'authenticates', code, pointer),
      row('pac', 'with its key off', pointer, pointer, { SCTLR_EL1: SCTLR.EnDA }),
      row('aut', 'of an older processor', pointer, pointer, { cpu: OLD, SCTLR_EL1: 0n }),
    ];
  });
});

const TARGET = CODE + 0x100n;
const branches: Vector[] = ['a', 'b'].flatMap((letter) => {
  const key = `i${letter}`;
  return [
    [`bra${letter}`, { Rn: RN, Rm: RM }, MODIFIER],
    [`bra${letter}z`, { Rn: RN }, 0n],
    [`blra${letter}`, { Rn: RN, Rm: RM }, MODIFIER],
    [`blra${letter}z`, { Rn: RN }, 0n],
    [`reta${letter}`, {}, MODIFIER],
  ].flatMap((each) => {
    const [mnemonic, fields, modifier] = each as [string, Fields, bigint];
    const isReturn = mnemonic.startsWith('ret');
    const link: Registers = mnemonic.startsWith('bl') ? { 30: CODE + 4n } : {};
    const row = (name: string, pointer: bigint, pc: bigint, own: Record<string, bigint> = {}): Vector =>
      vector(
        mnemonic,
        fields,
        name,
        { x: { [isReturn ? 30 : RN]: pointer, [RM]: MODIFIER }, slots: { ...slots, sp: MODIFIER, ...own } },
        { pc, x: link },
      );
    const code = signed(key, TARGET, modifier);
    return [
      row('authenticates', code, TARGET),
      row('finds another code', code ^ (1n << 60n), failed(key, TARGET)),
      row('with its key off', TARGET, TARGET, { SCTLR_EL1: 0n }),
      undefinedOn(mnemonic, fields),
    ];
  });
});

const loads: Vector[] = ['a', 'b'].flatMap((letter) =>
  ['', '-pre'].flatMap((which) => {
    const mnemonic = `ldra${letter}${which}`;
    const address = DATA + 0x80n;
    return [-8, 0, 0x78, 0x200].map((simm) => {
      const base = address - BigInt(simm);
      return vector(
        mnemonic,
        { Rt: RD, Rn: RN, simm },
        `${simm}`,
        {
          x: { [RN]: signed(`d${letter}`, base, 0n) },
          slots,
          memory: [{ at: address, bytes: little(0x1122_3344_5566_7788n, 8) }],
        },
        { x: { [RD]: 0x1122_3344_5566_7788n, [RN]: which ? address : signed(`d${letter}`, base, 0n) } },
      );
    });
  }),
);

const generic: Vector[] = [
  [0xfb62_3599_da6e_8127n, MODIFIER],
  [0n, 0n],
  [-1n, 1n],
].map(([n = 0n, m = 0n]) =>
  vector(
    'pacga',
    { Rd: RD, Rn: RN, Rm: RM },
    `${n.toString(16)}, ${m.toString(16)}`,
    { x: { [RN]: BigInt.asUintN(64, n), [RM]: m }, slots: { ...slots, APGAKeyHi_EL1: HIGH } },
    { x: { [RD]: qarma5(BigInt.asUintN(64, n), m, HIGH, LOW) & ~0xffff_ffffn } },
  ),
);

export const PAUTH: readonly Vector[] = [
  ...ORDER.flatMap(generals),
  tagged,
  ...strips,
  ...hints,
  ...branches,
  ...loads,
  ...generic,
  undefinedOn('pacga', { Rd: RD, Rn: RN, Rm: RM }),
];
