/** Loads and stores of one register and of two, and prefetches. @see Arm ARM, C3.2 "Loads and stores" */
import { CAUSE } from '../../../../src/isa/aarch64/causes';
import { insns } from '../../../../src/isa/aarch64/insns/all';
import { CODE, type Vector } from '../../driver';
import { AT, access, type Based, based, HERE, joined, NORMAL, RM, RN, RT, RT2, read, written } from './memory-rows';
import { type Fields, u64, vector } from './rows';

const NAMES = new Set(insns().map(({ mnemonic }) => mnemonic));
const NOWHERE = 0x4000_0000n;
const END = CODE + 0x2000n;
const VALUE = 0x1122_3344_5566_7788n;
const WIDE = (0x99aa_bbcc_ddee_ff00n << 64n) | VALUE;

/** What a register gets of the bytes that are read. */
type Extension = 'zero' | 'to 32' | 'to 64';
interface Kind {
  readonly kind: 'ld' | 'st';
  readonly rest: string;
  readonly register: string;
  readonly bytes: number;
  readonly extension: Extension;
}

const kind = (
  direction: 'ld' | 'st',
  rest: string,
  register: string,
  bytes: number,
  extension: Extension = 'zero',
): Kind => ({
  kind: direction,
  rest,
  register,
  bytes,
  extension,
});

const GENERAL: readonly Kind[] = [
  kind('ld', 'rb', 'w', 1),
  kind('ld', 'rh', 'w', 2),
  kind('ld', 'r', 'w', 4),
  kind('ld', 'r', 'x', 8),
  kind('ld', 'rsb', 'w', 1, 'to 32'),
  kind('ld', 'rsb', 'x', 1, 'to 64'),
  kind('ld', 'rsh', 'w', 2, 'to 32'),
  kind('ld', 'rsh', 'x', 2, 'to 64'),
  kind('ld', 'rsw', 'x', 4, 'to 64'),
  kind('st', 'rb', 'w', 1),
  kind('st', 'rh', 'w', 2),
  kind('st', 'r', 'w', 4),
  kind('st', 'r', 'x', 8),
];
const VECTORS: readonly Kind[] = (['ld', 'st'] as const).flatMap((direction) =>
  (
    [
      ['b', 1],
      ['h', 2],
      ['s', 4],
      ['d', 8],
      ['q', 16],
    ] as const
  ).map(([register, bytes]) => kind(direction, 'r', register, bytes)),
);

const isVector = ({ register }: Kind): boolean => /[bhsdq]/.test(register);
const extended = (value: bigint, bytes: number, extension: Extension): bigint => {
  if (extension === 'zero') return value;
  return BigInt.asUintN(extension === 'to 32' ? 32 : 64, BigInt.asIntN(8 * bytes, value));
};

const target = (k: Kind): Fields => ({ [isVector(k) ? 'Vt' : 'Rt']: RT });
/** The state before and after an access of {@link HERE} at a distance. */
const effect = (k: Kind, distance: number) => {
  const file = isVector(k) ? 'v' : 'x';
  if (k.kind === 'ld')
    return {
      before: { memory: [HERE] },
      after: { [file]: { [RT]: extended(read(distance, k.bytes), k.bytes, k.extension) } },
    };
  const value = file === 'v' ? WIDE : VALUE;
  return {
    before: { [file]: { [RT]: value }, memory: [HERE] },
    after: { memory: [written(distance, k.bytes, value)] },
  };
};

const modulo16 = (n: number): number => ((n % 16) + 16) % 16;
const fault = (k: Pick<Kind, 'kind'>, what: 'Alignment' | 'External') =>
  CAUSE[`${k.kind === 'ld' ? 'read' : 'write'}${what}`];

/** Immediates whose base is a multiple of 16. What they make unaligned is normal memory. */
const offsets = (k: Kind, name: string, field: 'imm' | 'simm', immediates: readonly number[], back = false): Vector[] =>
  based(name).flatMap((row) =>
    immediates.map((immediate) => {
      const distance = modulo16(immediate);
      const base = AT + BigInt(distance - immediate);
      const { before, after } = effect(k, distance);
      const state = distance % k.bytes === 0 ? before : joined(NORMAL, before);
      const address = base + BigInt(immediate);
      return access(
        row,
        { ...target(k), [field]: immediate },
        `immediate ${immediate}`,
        base,
        state,
        after,
        back ? address : undefined,
      );
    }),
  );

/** At the base, which then grows. */
const post = (k: Kind, name: string): Vector[] =>
  based(name).flatMap((row) =>
    [16, -256, 255, 0].map((simm) => {
      const { before, after } = effect(k, 0);
      return access(row, { ...target(k), simm }, `immediate ${simm}`, AT, before, after, AT + BigInt(simm));
    }),
  );

/** What goes wrong, with nothing changed: where nothing is, where a device would be, and with a stack pointer that is not aligned. */
const faults = (k: Kind, name: string, field: 'imm' | 'simm', SA = 8n): Vector[] =>
  based(name).flatMap((row) => {
    const fields = { ...target(k), [field]: 0 };
    const isStack = row.state(0n).slots !== undefined;
    const { before, after } = effect(k, 8);
    return [
      access(row, fields, 'nowhere', NOWHERE, {}, { trap: { cause: fault(k, 'External'), tval: NOWHERE } }),
      ...(k.bytes === 1 || isStack
        ? []
        : [access(row, fields, 'unaligned', AT + 1n, {}, { trap: { cause: fault(k, 'Alignment'), tval: AT + 1n } })]),
      ...(isStack && k.bytes <= 8
        ? [
            access(
              row,
              fields,
              'of 8, checked',
              AT + 8n,
              { slots: { SCTLR_EL1: SA } },
              { trap: { cause: CAUSE.spAlignment, tval: 0n } },
            ),
            ...(/-p(ost|re)/.test(name)
              ? []
              : [
                  access(
                    row,
                    fields,
                    'of 8, not checked',
                    AT + 8n,
                    joined(before, { slots: { SCTLR_EL1: 0n } }),
                    after,
                  ),
                ]),
          ]
        : []),
    ];
  });

/** Across the end of memory: the second page's address is told, and nothing is stored. */
const runsOut = (k: Kind, name: string): Vector[] =>
  k.bytes === 1
    ? []
    : based(name)
        .slice(0, 1)
        .map((row) =>
          access(row, { ...target(k), simm: 0 }, 'at the end', END - 1n, NORMAL, {
            trap: { cause: fault(k, 'External'), tval: END },
          }),
        );

const immediateForms = (k: Kind): Vector[] => {
  const name = `${k.kind}${k.rest}-${k.register}`;
  const unscaled = `${k.kind}u${k.rest}-${k.register}`;
  return [
    ...offsets(k, name, 'imm', [0, k.bytes, 2 * k.bytes, 4095 * k.bytes]),
    ...faults(k, name, 'imm'),
    ...offsets(k, unscaled, 'simm', [0, 1, -256, 255, -k.bytes]),
    ...faults(k, unscaled, 'simm'),
    ...runsOut(k, unscaled),
    ...post(k, `${name}-post`),
    ...faults(k, `${name}-post`, 'simm'),
    ...offsets(k, `${name}-pre`, 'simm', [16, -256, 255, -k.bytes], true),
    ...faults(k, `${name}-pre`, 'simm'),
  ];
};

/** Rm and the index it is, by option: the upper half of a word does not count. */
const INDICES: Readonly<
  Record<string, { readonly option: number; readonly rows: readonly (readonly [bigint, bigint])[] }>
> = {
  uxtw: {
    option: 2,
    rows: [
      [0n, 0n],
      [0xffff_ffff_0000_0001n, 1n],
      [2n, 2n],
      [0x1_ffff_fff0n, 0xffff_fff0n],
    ],
  },
  lsl: {
    option: 3,
    rows: [
      [0n, 0n],
      [1n, 1n],
      [-1n, -1n],
      [0x1_0000_0002n, 0x1_0000_0002n],
    ],
  },
  sxtw: {
    option: 6,
    rows: [
      [0n, 0n],
      [0xffff_ffff_0000_0001n, 1n],
      [0xffff_ffffn, -1n],
      [0x8000_0000n, -0x8000_0000n],
    ],
  },
  sxtx: {
    option: 7,
    rows: [
      [0n, 0n],
      [2n, 2n],
      [-1n, -1n],
      [-0x1_0000_0000n, -0x1_0000_0000n],
    ],
  },
};

const registerForms = (k: Kind): Vector[] => {
  const scale = Math.log2(k.bytes);
  const mnemonic = `${k.kind}${k.rest}-${k.register}`;
  return Object.entries(INDICES).flatMap(([extension, { option, rows }]) =>
    [0, 1].flatMap((S) => {
      const own = `${mnemonic}-${extension}${S ? scale : ''}`;
      const [name, fields] = NAMES.has(own) ? [own, {}] : [`${mnemonic}-register`, { extend: 2 * option + S }];
      return based(name).flatMap((row) =>
        rows.map(([m, index]) => {
          const offset = index << BigInt(S ? scale : 0);
          const distance = modulo16(Number(BigInt.asIntN(8, offset)));
          const { before, after } = effect(k, distance);
          const state = distance % k.bytes === 0 ? before : joined(NORMAL, before);
          return access(
            row,
            { ...target(k), ...fields, Rm: RM },
            `${extension}${S}, 0x${u64(m).toString(16)}`,
            AT + BigInt(distance) - offset,
            joined(state, { x: { [RM]: u64(m) } }),
            after,
          );
        }),
      );
    }),
  );
};

const unprivilegedForms = (k: Kind): Vector[] => {
  const name = `${k.kind}t${k.rest}-${k.register}`;
  return [
    ...offsets(
      k,
      name,
      'simm',
      [0, -256, k.bytes, 15 * k.bytes, -k.bytes].filter((n) => n % k.bytes === 0 && n < 256),
    ),
    ...faults(k, name, 'simm'),
  ];
};

/** Acquiring and releasing ones at an immediate. */
const orderedForms = (k: Kind): Vector[] => {
  const name = k.kind === 'ld' ? `ldapu${k.rest}-${k.register}` : `stlu${k.rest}-${k.register}`;
  const [row] = based(name);
  return [
    ...offsets(k, name, 'simm', [0, k.bytes, -256, -16]),
    ...faults(k, name, 'simm'),
    ...(row ? onOlderProcessors(row, { ...target(k), simm: 0 }) : []),
  ];
};

const A72 = 2n;
/** A processor without the feature. */
export const onOlderProcessors = (row: Based, fields: Fields): Vector[] => [
  access(row, fields, 'on Cortex-A72', AT, { slots: { cpu: A72 } }, { trap: { cause: CAUSE.undefined, tval: 0n } }),
];

/** At the base alone. With FEAT_LSE2 within 16 bytes unaligned, too, elsewhere only aligned. */
const orderedAtBase = (k: Kind, mnemonic: string): Vector[] => {
  const name = `${mnemonic}${k.rest.slice(1)}-${k.register}`;
  return based(name).flatMap((row, at) => {
    const fields = target(k);
    const rows = [0, 16].map((distance) => {
      const { before, after } = effect(k, distance);
      return access(row, fields, `at ${distance}`, AT + BigInt(distance), before, after);
    });
    const tval = AT + 15n;
    const trap = { trap: { cause: fault(k, 'Alignment'), tval } };
    const { before, after } = effect(k, 1);
    const within = joined(NORMAL, before);
    const old = { trap: { cause: fault(k, 'Alignment'), tval: AT + 1n } };
    const isOptional = mnemonic === 'ldapr';
    return [
      ...rows,
      ...(at === 0
        ? []
        : [
            access(
              row,
              fields,
              'of 8, checked',
              AT + 8n,
              { slots: { SCTLR_EL1: 8n } },
              { trap: { cause: CAUSE.spAlignment, tval: 0n } },
            ),
          ]),
      access(row, fields, 'nowhere', NOWHERE, {}, { trap: { cause: fault(k, 'External'), tval: NOWHERE } }),
      ...(k.bytes === 1 || at === 1
        ? []
        : [
            access(row, fields, 'unaligned', tval, {}, trap),
            access(row, fields, 'unaligned, within 16 bytes', AT + 1n, within, after),
            access(row, fields, 'unaligned, not within 16 bytes', tval, NORMAL, trap),
            ...(isOptional
              ? []
              : [
                  access(row, fields, 'unaligned on Cortex-A72', AT + 1n, joined(within, { slots: { cpu: A72 } }), old),
                ]),
          ]),
      ...(isOptional ? onOlderProcessors(row, fields) : []),
    ];
  });
};

interface Pair {
  readonly kind: 'ld' | 'st';
  readonly rest: 'p' | 'psw';
  readonly register: string;
  readonly bytes: number;
}
const PAIRS: readonly Pair[] = [
  ...(['ld', 'st'] as const).flatMap((direction) =>
    (
      [
        ['w', 4],
        ['x', 8],
        ['s', 4],
        ['d', 8],
        ['q', 16],
      ] as const
    ).map(([register, bytes]): Pair => ({ kind: direction, rest: 'p', register, bytes })),
  ),
  { kind: 'ld', rest: 'psw', register: 'x', bytes: 4 },
];

const pairForms = (pair: Pair): Vector[] => {
  const { kind: direction, rest, register, bytes } = pair;
  const file = /[sdq]/.test(register) ? 'v' : 'x';
  const fields: Fields = file === 'v' ? { Vt: RT, Vt2: RT2 } : { Rt: RT, Rt2: RT2 };
  const extension: Extension = rest === 'psw' ? 'to 64' : 'zero';
  const values: readonly [bigint, bigint] = file === 'v' ? [WIDE, WIDE + 0x1111n] : [VALUE, VALUE + 0x1111n];
  const effectOf = (distance: number) => {
    if (direction === 'ld') {
      const [first, second] = [distance, distance + bytes].map((at) => extended(read(at, bytes), bytes, extension));
      return { before: { memory: [HERE] }, after: { [file]: { [RT]: first ?? 0n, [RT2]: second ?? 0n } } };
    }
    const both = BigInt.asUintN(8 * bytes, values[0]) | (BigInt.asUintN(8 * bytes, values[1]) << BigInt(8 * bytes));
    return {
      before: { [file]: { [RT]: values[0], [RT2]: values[1] }, memory: [HERE] },
      after: { memory: [written(distance, 2 * bytes, both)] },
    };
  };
  const rows = (form: string): Vector[] => {
    const letter = form === 'n' ? 'n' : '';
    const name = `${direction}${letter}${rest}-${register}${form === 'n' ? '' : form}`;
    return based(name).flatMap((row) => {
      const immediates = [0, bytes, -64 * bytes, 63 * bytes].map((simm) => {
        const distance = form === '-post' ? 0 : modulo16(simm);
        const base = AT + BigInt(form === '-post' ? 0 : distance - simm);
        const { before, after } = effectOf(distance);
        const back = form.startsWith('-') ? base + BigInt(simm) : undefined;
        return access(row, { ...fields, simm }, `immediate ${simm}`, base, before, after, back);
      });
      const isStack = row.state(0n).slots !== undefined;
      if (isStack) {
        const trap = { trap: { cause: CAUSE.spAlignment, tval: 0n } };
        return [
          ...immediates,
          access(row, { ...fields, simm: 0 }, 'of 8, checked', AT + 8n, { slots: { SCTLR_EL1: 8n } }, trap),
        ];
      }
      const { before, after } = effectOf(1);
      const isPlain = !form.startsWith('-');
      return [
        ...immediates,
        ...(isPlain && bytes < 16
          ? [access(row, { ...fields, simm: 0 }, 'unaligned', AT + 1n, joined(NORMAL, before), after)]
          : []),
        access(
          row,
          { ...fields, simm: 0 },
          'whose second is outside',
          END - BigInt(bytes),
          {},
          {
            trap: { cause: fault(pair, 'External'), tval: END },
          },
        ),
        access(
          row,
          { ...fields, simm: 0 },
          'that must be aligned',
          AT + 1n,
          {},
          {
            trap: { cause: fault(pair, 'Alignment'), tval: AT + 1n },
          },
        ),
      ];
    });
  };
  return ['', ...(rest === 'p' ? ['n'] : []), '-post', '-pre'].flatMap(rows);
};

/** Registers that are two things at once: the manual leaves them open, QEMU writes the base last and stores what was there. */
const ALIKE: readonly Vector[] = [
  vector(
    'ldr-x-post',
    { Rt: RN, Rn: RN, simm: 8 },
    'to its base',
    { x: { [RN]: AT }, memory: [HERE] },
    { x: { [RN]: AT + 8n } },
  ),
  vector(
    'ldrb-w-pre',
    { Rt: RN, Rn: RN, simm: 1 },
    'to its base',
    { x: { [RN]: AT }, memory: [HERE] },
    { x: { [RN]: AT + 1n } },
  ),
  vector(
    'str-x-post',
    { Rt: RN, Rn: RN, simm: 16 },
    'of its base',
    { x: { [RN]: AT }, memory: [HERE] },
    { x: { [RN]: AT + 16n }, memory: [written(0, 8, AT)] },
  ),
  vector(
    'str-w-pre',
    { Rt: RN, Rn: RN, simm: 4 },
    'of its base',
    { x: { [RN]: AT }, memory: [HERE] },
    { x: { [RN]: AT + 4n }, memory: [written(4, 4, AT)] },
  ),
  vector(
    'ldp-x',
    { Rt: RT, Rt2: RT, Rn: RN, simm: 0 },
    'to one register',
    { x: { [RN]: AT }, memory: [HERE] },
    { x: { [RT]: read(8, 8) } },
  ),
  vector(
    'ldp-x-post',
    { Rt: RN, Rt2: RT, Rn: RN, simm: 16 },
    'to its base',
    { x: { [RN]: AT }, memory: [HERE] },
    { x: { [RN]: AT + 16n, [RT]: read(8, 8) } },
  ),
  vector('ldr-x', { Rt: 31, Rn: RN, imm: 0 }, 'to xzr', { x: { [RN]: AT }, memory: [HERE] }, {}),
  vector(
    'str-x',
    { Rt: 31, Rn: RN, imm: 0 },
    'of xzr',
    { x: { [RN]: AT }, memory: [HERE] },
    { memory: [written(0, 8, 0)] },
  ),
];

const literals = (register: string, mnemonic: string, bytes: number, extension: Extension): Vector[] =>
  [0, 4, 8, 12].map((distance) => {
    const k: Kind = { kind: 'ld', rest: '', register, bytes, extension };
    const { before, after } = effect(k, distance);
    return vector(
      `${mnemonic}-${register}-literal`,
      { ...target(k), label: Number(AT - CODE) + distance },
      `at ${distance}`,
      distance % Math.min(bytes, 8) === 0 ? before : joined(NORMAL, before),
      after,
    );
  });

const nothing = (mnemonic: string, rows: readonly Fields[]): Vector[] =>
  rows.map((fields) => vector(mnemonic, fields, JSON.stringify(fields), {}, {}));

export const MEMORY: readonly Vector[] = [
  ...[...GENERAL, ...VECTORS].flatMap((k) => [...immediateForms(k), ...registerForms(k)]),
  ...GENERAL.flatMap((k) => [...unprivilegedForms(k), ...orderedForms(k)]),
  ...GENERAL.filter(({ extension }) => extension === 'zero').flatMap((k) =>
    (k.kind === 'ld' ? ['ldar', 'ldapr'] : ['stlr']).flatMap((mnemonic) => orderedAtBase(k, mnemonic)),
  ),
  ...PAIRS.flatMap(pairForms),
  ...ALIKE,
  ...literals('w', 'ldr', 4, 'zero'),
  ...literals('x', 'ldr', 8, 'zero'),
  ...literals('x', 'ldrsw', 4, 'to 64'),
  ...literals('s', 'ldr', 4, 'zero'),
  ...literals('d', 'ldr', 8, 'zero'),
  ...literals('q', 'ldr', 16, 'zero'),
  // The stack pointer's alignment does not matter to them.
  ...nothing('prfm', [
    { Rt: 0, Rn: 1, imm: 0 },
    { Rt: 17, Rn: 31, imm: 8 },
    { Rt: 31, Rn: 2, imm: 32760 },
    { Rt: 8, Rn: 3, imm: 16 },
  ]),
  ...nothing('prfum', [
    { Rt: 0, Rn: 1, simm: 0 },
    { Rt: 17, Rn: 31, simm: -1 },
    { Rt: 31, Rn: 2, simm: 255 },
    { Rt: 8, Rn: 3, simm: 1 },
  ]),
  ...nothing('prfm-register', [
    { Rt: 0, Rn: 1, Rm: 2, extend: 6 },
    { Rt: 17, Rn: 31, Rm: 31, extend: 5 },
    { Rt: 31, Rn: 2, Rm: 3, extend: 13 },
    { Rt: 24, Rn: 3, Rm: 4, extend: 15 },
  ]),
  ...nothing('prfm-literal', [
    { Rt: 0, label: 0 },
    { Rt: 17, label: -4 },
    { Rt: 31, label: 4 },
    { Rt: 8, label: 0x1000 },
  ]),
];
