/** Exclusives and atomic accesses. @see Arm ARM, C3.2.12 "Load/store exclusive", C3.2.11 "Atomic instructions" */
import { CAUSE } from '../../../../src/isa/aarch64/causes';
import type { Vector } from '../../driver';
import { onOlderProcessors } from './memory';
import {
  AT,
  access,
  type Based,
  based,
  HERE,
  joined,
  NORMAL,
  RS,
  RT,
  RT2,
  read,
  type State,
  written,
} from './memory-rows';
import { type Fields, type Num, u64 } from './rows';

const NOWHERE = 0x4000_0000n;
const VALUE = 0x1122_3344_5566_7788n;

const SIZES = [
  ['b', 'w', 1],
  ['h', 'w', 2],
  ['', 'w', 4],
  ['', 'x', 8],
] as const;
const PAIRS = [
  ['w', 4],
  ['x', 8],
] as const;

const monitor = (address: bigint, bytes: number, value: bigint, value2 = 0n) => ({
  slots: {
    exclusiveAddress: address,
    exclusiveBytes: BigInt(bytes),
    exclusiveValue: value,
    exclusiveValue2: value2,
  },
});
const OPEN = { slots: { exclusiveBytes: 0n } };

const loadExclusive = (name: string, bytes: number): Vector[] =>
  based(name).flatMap((row) => [
    ...[0, 16].map((distance) => {
      const [address, value] = [AT + BigInt(distance), read(distance, bytes)];
      return access(
        row,
        { Rt: RT },
        `at ${distance}`,
        address,
        { memory: [HERE] },
        joined({ x: { [RT]: value } }, monitor(address, bytes, value)),
      );
    }),
    access(row, { Rt: RT }, 'nowhere', NOWHERE, {}, { trap: { cause: CAUSE.readExternal, tval: NOWHERE } }),
    ...(bytes === 1
      ? []
      : [
          access(row, { Rt: RT }, 'unaligned', AT + 1n, NORMAL, {
            trap: { cause: CAUSE.readAlignment, tval: AT + 1n },
          }),
        ]),
  ]);

const loadExclusivePair = (name: string, bytes: number): Vector[] =>
  based(name).flatMap((row) => [
    ...[0, 16].map((distance) => {
      const address = AT + BigInt(distance);
      const [first, second] = [read(distance, bytes), read(distance + bytes, bytes)];
      const watched = bytes === 4 ? monitor(address, 8, first | (second << 32n)) : monitor(address, 16, first, second);
      return access(
        row,
        { Rt: RT, Rt2: RT2 },
        `at ${distance}`,
        address,
        { memory: [HERE] },
        joined({ x: { [RT]: first, [RT2]: second } }, watched),
      );
    }),
    access(row, { Rt: RT, Rt2: RT2 }, 'nowhere', NOWHERE, {}, { trap: { cause: CAUSE.readExternal, tval: NOWHERE } }),
    access(row, { Rt: RT, Rt2: RT2 }, 'unaligned', AT + BigInt(bytes), NORMAL, {
      trap: { cause: CAUSE.readAlignment, tval: AT + BigInt(bytes) },
    }),
  ]);

/** `store` says what is stored. */
const storeExclusive = (
  name: string,
  bytes: number,
  fields: Readonly<Record<string, number>>,
  x: Readonly<Record<number, bigint>>,
  stored: bigint,
): Vector[] =>
  based(name).flatMap((row) => {
    const all = { ...fields, Rs: RS };
    const [seen, seen2] = bytes === 16 ? [read(0, 8), read(8, 8)] : [read(0, bytes), 0n];
    const fails = joined({ x: { [RS]: 1n } }, OPEN);
    const state = (...parts: readonly State[]) => joined({ x, memory: [HERE] }, ...parts);
    const elsewhere = { trap: { cause: CAUSE.writeExternal, tval: NOWHERE } };
    return [
      access(
        row,
        all,
        'watched',
        AT,
        state(monitor(AT, bytes, seen, seen2)),
        joined({ x: { [RS]: 0n }, memory: [written(0, bytes, stored)] }, OPEN),
      ),
      access(row, all, 'not watched', AT, state(), fails),
      access(row, all, 'watched elsewhere', AT, state(monitor(AT + 16n, bytes, seen, seen2)), fails),
      access(row, all, 'changed meanwhile', AT, state(monitor(AT, bytes, seen ^ 1n, seen2)), fails),
      // Nothing faults where nothing would be stored.
      access(row, all, 'nowhere', NOWHERE, { x }, fails),
      access(row, all, 'nowhere, watched', NOWHERE, joined({ x }, monitor(NOWHERE, bytes, seen)), elsewhere),
      ...(bytes === 1
        ? []
        : [access(row, all, 'unaligned', AT + 1n, NORMAL, { trap: { cause: CAUSE.writeAlignment, tval: AT + 1n } })]),
    ];
  });

/** Rows of [memory, Rs, memory afterwards], of whatever size. */
const CHANGES: Readonly<Record<string, readonly (readonly [Num, Num, Num])[]>> = {
  ldadd: [
    [5, 9, 14],
    [-1, 1, 0],
    [0, -1, -1],
    [0x7fff_ffff_ffff_ffffn, 1, 1n << 63n],
  ],
  ldclr: [
    [0b1100, 0b1010, 0b0100],
    [-1, 0x55, ~0x55],
    [0x55, -1, 0],
    [-1, 0, -1],
  ],
  ldeor: [
    [0b1100, 0b1010, 0b0110],
    [-1, -1, 0],
    [0, -1, -1],
    [0x5a, 0x5a, 0],
  ],
  ldset: [
    [0b1100, 0b1010, 0b1110],
    [0, 0, 0],
    [0, -1, -1],
    [0x50, 0x0a, 0x5a],
  ],
  ldsmax: [
    [5, 9, 9],
    [-1, 1, 1],
    [1, -1, 1],
    [-5, -9, -5],
  ],
  ldsmin: [
    [5, 9, 5],
    [-1, 1, -1],
    [1, -1, -1],
    [-5, -9, -9],
  ],
  ldumax: [
    [5, 9, 9],
    [-1, 1, -1],
    [1, -1, -1],
    [0, 0, 0],
  ],
  ldumin: [
    [5, 9, 5],
    [-1, 1, 1],
    [1, -1, 1],
    [0, 7, 0],
  ],
  swp: [
    [5, 9, 9],
    [-1, 0, 0],
    [0, -1, -1],
    [0x7f, 0x80, 0x80],
  ],
};

const LETTERS = { 1: 'b', 2: 'h', 4: 'w', 8: 'x' } as const;
/** What the upper part of a source holds that is narrower. */
const dirty = (value: Num, bytes: number): bigint =>
  bytes === 8
    ? u64(value)
    : ((0x7777_7777_7777_7777n << BigInt(8 * bytes)) % (1n << 64n)) | BigInt.asUintN(8 * bytes, BigInt(value));

const atomicFaults = (name: string, bytes: number): Vector[] =>
  based(name).flatMap((row, at) => {
    const fields = { Rs: RS, Rt: RT, order: 3 };
    const crossing = AT + 15n;
    return [
      ...(at === 0 ? onOlderProcessors(row, fields) : []),
      ...(bytes === 1 || at === 1
        ? []
        : [
            access(row, fields, 'unaligned', crossing, NORMAL, {
              trap: { cause: CAUSE.readAlignment, tval: crossing },
            }),
            access(
              row,
              fields,
              'unaligned, not normal',
              AT + 1n,
              {},
              { trap: { cause: CAUSE.readAlignment, tval: AT + 1n } },
            ),
          ]),
    ];
  });

const atomics = Object.entries(CHANGES).flatMap(([mnemonic, rows]) =>
  ([1, 2, 4, 8] as const).flatMap((bytes) => {
    const name = `${mnemonic}-${LETTERS[bytes]}`;
    return [
      ...based(name).flatMap((row) =>
        rows.map(([old, operand, now], order) =>
          access(
            row,
            { Rs: RS, Rt: RT, order },
            `${old}, ${operand}`,
            AT,
            { x: { [RS]: dirty(operand, bytes) }, memory: [written(0, bytes, old)] },
            { x: { [RT]: BigInt.asUintN(8 * bytes, BigInt(old)) }, memory: [written(0, bytes, now)] },
          ),
        ),
      ),
      ...atomicFaults(name, bytes),
    ];
  }),
);

const swaps = ([1, 2, 4, 8] as const).flatMap((bytes) => {
  const name = `cas-${LETTERS[bytes]}`;
  const rows = (
    [
      [5, 5, 9],
      [5, 6, 5],
      [-1, -1, 9],
      [0, -1, 0],
    ] as const
  ).map(([old, expected, now], order) => ({ old, expected, now, order }));
  return [
    ...based(name).flatMap((row) =>
      rows.map(({ old, expected, now, order }) =>
        access(
          row,
          { Rs: RS, Rt: RT, order },
          `${old}, ${expected}`,
          AT,
          { x: { [RS]: dirty(expected, bytes), [RT]: dirty(9, bytes) }, memory: [written(0, bytes, old)] },
          { x: { [RS]: BigInt.asUintN(8 * bytes, BigInt(old)) }, memory: [written(0, bytes, now)] },
        ),
      ),
    ),
    ...atomicFaults(name, bytes),
  ];
});

/** The first of two registers. */
const NEW = 16;
const pairSwaps = PAIRS.flatMap(([register, bytes]) => {
  const both = (low: bigint, high: bigint): bigint => low | (high << BigInt(8 * bytes));
  const [old, old2] = [read(0, bytes), read(bytes, bytes)];
  const state = (low: bigint, high: bigint) => ({
    x: { [RS]: dirty(low, bytes), [RS + 1]: dirty(high, bytes), [NEW]: dirty(1, bytes), [NEW + 1]: dirty(2, bytes) },
    memory: [HERE],
  });
  const within16 = (row: Based, fields: Fields): Vector =>
    access(row, fields, 'unaligned, within 16 bytes', AT + 4n, joined(NORMAL, state(read(4, 4), read(8, 4))), {
      x: { [RS]: read(4, 4), [RS + 1]: read(8, 4) },
      memory: [written(4, 8, both(1n, 2n))],
    });
  return based(`casp-${register}`).flatMap((row, at) => {
    const fields = { Rs: RS, Rt: NEW, order: at };
    const loaded = { x: { [RS]: old, [RS + 1]: old2 } };
    return [
      access(row, fields, 'as there', AT, state(old, old2), {
        ...loaded,
        memory: [written(0, 2 * bytes, both(1n, 2n))],
      }),
      access(row, fields, 'low differs', AT, state(old ^ 1n, old2), loaded),
      access(row, fields, 'high differs', AT, state(old, old2 ^ 1n), loaded),
      access(row, fields, 'nowhere', NOWHERE, {}, { trap: { cause: CAUSE.readExternal, tval: NOWHERE } }),
      access(row, fields, 'unaligned', AT + 12n, NORMAL, { trap: { cause: CAUSE.readAlignment, tval: AT + 12n } }),
      ...(bytes === 8 ? [] : [within16(row, fields)]),
      ...(at === 0 ? onOlderProcessors(row, fields) : []),
    ].filter(({ name }) => at === 0 || !name.includes('unaligned'));
  });
});

export const ATOMICS: readonly Vector[] = [
  ...['ldx', 'ldax'].flatMap((mnemonic) => [
    ...SIZES.flatMap(([suffix, register, bytes]) => loadExclusive(`${mnemonic}r${suffix}-${register}`, bytes)),
    ...PAIRS.flatMap(([register, bytes]) => loadExclusivePair(`${mnemonic}p-${register}`, bytes)),
  ]),
  ...['stx', 'stlx'].flatMap((mnemonic) => [
    ...SIZES.flatMap(([suffix, register, bytes]) =>
      storeExclusive(`${mnemonic}r${suffix}-${register}`, bytes, { Rt: RT }, { [RT]: VALUE }, VALUE),
    ),
    ...PAIRS.flatMap(([register, bytes]) =>
      storeExclusive(
        `${mnemonic}p-${register}`,
        2 * bytes,
        { Rt: RT, Rt2: RT2 },
        { [RT]: VALUE, [RT2]: VALUE + 1n },
        BigInt.asUintN(8 * bytes, VALUE) | (BigInt.asUintN(8 * bytes, VALUE + 1n) << BigInt(8 * bytes)),
      ),
    ),
  ]),
  ...atomics,
  ...swaps,
  ...pairSwaps,
];
