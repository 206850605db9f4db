/** Instructions of the x87 as functions on its stack. Rows hand them operands, or the address of what is stored, and ST's number. */
import { isNan } from '../../core/float/format';
import type { HartState, IsaFunction } from '../../core/privileged';
import { type Extended, INDEFINITE, nonNumber, ONE, plain, SIGN, takeApart, type X87Result } from '../float/extended';
import { F32, F64, RAISES } from '../float/mxcsr';
import {
  type X87Binary,
  type X87Comparison,
  type X87Unary,
  x87Add,
  x87Class,
  x87Compare,
  x87Div,
  x87Mul,
  x87Sqrt,
  x87Sub,
} from '../float/x87-arithmetic';
import {
  type Remainder,
  x87Extract,
  x87NearestRemainder,
  x87Remainder,
  x87RoundInt,
  x87Scale,
} from '../float/x87-exponent';
import {
  type Stored,
  x87Load,
  x87LoadDecimal,
  x87LoadInteger,
  x87Store,
  x87StoreDecimal,
  x87StoreInteger,
} from '../float/x87-formats';
import {
  type X87Angle,
  type X87Constant,
  x87Arctangent,
  x87Constant,
  x87Cosine,
  x87Logarithm,
  x87LogarithmPlus1,
  x87PowerLess1,
  x87Sine,
  x87Tangent,
} from '../float/x87-functions';
import {
  contentOf,
  FSW,
  fcwOf,
  free,
  give,
  hasRoom,
  isEmpty,
  isGiven,
  moveTop,
  pop,
  push,
  put,
  raise,
  setConditions,
  underflow,
} from './stack';

type Run = (state: HartState, a: bigint, b: bigint, field: number) => void;
const doing =
  (run: Run): IsaFunction =>
  (state, a, b, _c, field) => {
    run(state, a, b, field);
    return 0n;
  };

/** The value of an operand in memory with what loading it raises. A signalling NaN stays one: the operation raises that. */
interface Source {
  readonly value: bigint;
  readonly flags: number;
}
type Format = 'm32' | 'm64' | 'i16' | 'i32';
const QUIET = 1n << 62n;
const sourceOf = (format: Format, bits: bigint): Source => {
  if (format === 'i16' || format === 'i32')
    return { value: x87LoadInteger(format === 'i16' ? 16 : 32, bits), flags: 0 };
  const { value, flags } = x87Load(format === 'm32' ? F32 : F64, bits);
  return flags & RAISES.IE ? { value: value & ~QUIET, flags: 0 } : { value, flags };
};

/** What a source raises by being denormal, unless something else comes first. */
const withSource = (result: X87Result, source: Source, ...others: readonly Extended[]): X87Result =>
  source.flags && !(result.flags & (RAISES.IE | RAISES.ZE)) && !nonNumber(...others)
    ? { ...result, flags: result.flags | source.flags }
    : result;

const turned =
  (run: X87Binary): X87Binary =>
  (fcw, a, b) =>
    run(fcw, b, a);

const ARITHMETIC: Readonly<Record<string, X87Binary>> = {
  fadd: x87Add,
  fmul: x87Mul,
  fsub: x87Sub,
  fsubr: turned(x87Sub),
  fdiv: x87Div,
  fdivr: turned(x87Div),
};

/** ST(to) becomes what is made of it and ST(from). */
const between = (state: HartState, run: X87Binary, to: number, from: number, pops: number): void => {
  if (isEmpty(state, to) || isEmpty(state, from)) {
    if (!underflow(state)) return;
    put(state, to, INDEFINITE);
  } else if (!give(state, to, run(fcwOf(state), contentOf(state, to), contentOf(state, from)))) return;
  pop(state, pops);
};

const arithmetic = ([name, run]: [string, X87Binary]): [string, IsaFunction][] => [
  [`${name} st0`, doing((state, _a, _b, i) => between(state, run, 0, i, 0))],
  [`${name} sti`, doing((state, _a, _b, i) => between(state, run, i, 0, 0))],
  [`${name} pop`, doing((state, _a, _b, i) => between(state, run, i, 0, 1))],
  ...(['m32', 'm64', 'i16', 'i32'] as const).map((format): [string, IsaFunction] => [
    `${name} ${format}`,
    doing((state, bits) => {
      if (isEmpty(state, 0)) {
        if (underflow(state)) put(state, 0, INDEFINITE);
        return;
      }
      const source = sourceOf(format, bits);
      const a = contentOf(state, 0);
      give(state, 0, withSource(run(fcwOf(state), a, source.value), source, takeApart(a)));
    }),
  ]),
];

const CODES = { less: FSW.C0, equal: FSW.C3, greater: 0, unordered: FSW.C0 | FSW.C2 | FSW.C3 } as const;

/** Sets C3, C2 and C0, and pops where nothing is in the way. */
const setComparison = (state: HartState, { relation, flags }: X87Comparison, pops: number): void => {
  setConditions(state, CODES[relation]);
  if (isGiven(raise(state, flags))) pop(state, pops);
};
const EMPTY: X87Comparison = { relation: 'unordered', flags: RAISES.IE | FSW.SF };

const comparedTo = (state: HartState, kind: 'quiet' | 'signalling', i: number): X87Comparison =>
  isEmpty(state, 0) || isEmpty(state, i) ? EMPTY : x87Compare(contentOf(state, 0), contentOf(state, i), kind);

const comparison = (name: string, kind: 'quiet' | 'signalling'): [string, IsaFunction][] =>
  [0, 1].map((pops): [string, IsaFunction] => [
    `${name}${'p'.repeat(pops)}`,
    doing((state, _a, _b, i) => setComparison(state, comparedTo(state, kind, i), pops)),
  ]);
const comparedToMemory = (format: Format, pops: number): IsaFunction =>
  doing((state, bits) => {
    if (isEmpty(state, 0)) {
      setComparison(state, EMPTY, pops);
      return;
    }
    const source = sourceOf(format, bits);
    const result = x87Compare(contentOf(state, 0), source.value, 'signalling');
    const flags = result.relation === 'unordered' ? result.flags : result.flags | source.flags;
    setComparison(state, { ...result, flags }, pops);
  });

/** What FCOMI raises leaves C1 alone, unless the stack is at fault. */
const raiseKeepingC1 = (state: HartState, flags: number): number => {
  const c1 = flags & FSW.SF ? 0 : Number(state.get('fsw')) & FSW.C1;
  const pending = raise(state, flags);
  setConditions(state, c1, FSW.C1);
  return pending;
};

const STATUS = { less: 1n, equal: 0x40n, greater: 0n, unordered: 0x45n } as const;
/** ZF, PF and CF in their places in RFLAGS. */
const toFlags =
  (kind: 'quiet' | 'signalling', pops: number): IsaFunction =>
  (state, _a, _b, _c, i) => {
    const { relation, flags } = comparedTo(state, kind, i);
    if (isGiven(raiseKeepingC1(state, flags))) pop(state, pops);
    return STATUS[relation];
  };

/** ST(0) becomes what is made of it. */
const unary = (run: X87Unary): IsaFunction =>
  doing((state) => {
    if (!isEmpty(state, 0)) give(state, 0, run(fcwOf(state), contentOf(state, 0)));
    else if (underflow(state)) put(state, 0, INDEFINITE);
  });
/** Signs: nothing of the value is looked at. */
const signed = (run: (value: bigint) => bigint): IsaFunction => unary((_, value) => plain(run(value)));

const remainder = (run: (fcw: number, a: bigint, b: bigint) => Remainder): IsaFunction =>
  doing((state) => {
    setConditions(state, 0, FSW.C2);
    if (isEmpty(state, 0) || isEmpty(state, 1)) {
      if (underflow(state)) put(state, 0, INDEFINITE);
      return;
    }
    const { result, quotient } = run(fcwOf(state), contentOf(state, 0), contentOf(state, 1));
    if (!give(state, 0, result) || isNan(takeApart(result.value))) return;
    const bit = (at: number, code: number): number => (((quotient ?? 0) >> at) & 1 ? code : 0);
    const codes = quotient === undefined ? FSW.C2 : bit(0, FSW.C1) | bit(1, FSW.C3) | bit(2, FSW.C0);
    setConditions(state, codes);
  });

/** Of sine and its kin: C2 tells that the argument is too large. */
const angle = (run: X87Angle): IsaFunction =>
  doing((state) => {
    if (isEmpty(state, 0)) {
      if (underflow(state)) put(state, 0, INDEFINITE);
      return;
    }
    const result = run(fcwOf(state), contentOf(state, 0));
    setConditions(state, result ? 0 : FSW.C2, FSW.C1 | FSW.C2);
    if (result) give(state, 0, result);
  });

/** What replaces ST(0) by two values, the second on top. */
const pair = (
  run: (fcw: number, a: bigint) => readonly [X87Result, X87Result] | undefined,
  cleared: number = FSW.C2,
): IsaFunction =>
  doing((state) => {
    const giveBoth = (first: bigint, second: bigint): void => {
      put(state, 0, first);
      moveTop(state, -1);
      put(state, 0, second);
    };
    if (isEmpty(state, 0)) {
      if (underflow(state)) giveBoth(INDEFINITE, INDEFINITE);
      return;
    }
    const room = hasRoom(state);
    if (room === 'no') return;
    if (room === 'indefinite') {
      giveBoth(INDEFINITE, INDEFINITE);
      return;
    }
    const results = run(fcwOf(state), contentOf(state, 0));
    if (!results) {
      setConditions(state, FSW.C2, FSW.C1 | FSW.C2);
      return;
    }
    const [first, second] = results;
    setConditions(state, 0, cleared);
    const isRoundedUp = first.isRoundedUp || second.isRoundedUp;
    if (isGiven(raise(state, first.flags | second.flags, isRoundedUp))) giveBoth(first.value, second.value);
  });

const both =
  (first: X87Angle, second: (fcw: number, a: bigint) => X87Result | undefined) =>
  (fcw: number, a: bigint): readonly [X87Result, X87Result] | undefined => {
    const [one, two] = [first(fcw, a), second(fcw, a)];
    return one && two ? [one, two] : undefined;
  };
/** FPTAN pushes 1 so that the tangent is a quotient; of what is no number, the same again. */
const oneOr = (fcw: number, a: bigint): X87Result | undefined => {
  const tangent = x87Tangent(fcw, a);
  if (tangent && tangent.flags & RAISES.IE) return tangent;
  return nonNumber(takeApart(a)) ?? plain(ONE);
};

/** Of ST(1) and ST(0), which is popped. */
const popped = (run: X87Binary): IsaFunction => doing((state) => between(state, run, 1, 0, 1));

const loadReal = (format: typeof F32 | typeof F64): IsaFunction =>
  doing((state, bits) => {
    const room = hasRoom(state);
    if (room === 'no') return;
    const { value, flags } = x87Load(format, bits);
    // A denormal number is loaded even where that is not masked.
    if (room === 'yes' && (raise(state, flags) & RAISES.IE) !== 0) return;
    moveTop(state, -1);
    put(state, 0, room === 'yes' ? value : INDEFINITE);
  });
const loading = (value: (a: bigint, b: bigint, fcw: number) => bigint): IsaFunction =>
  doing((state, a, b) => {
    setConditions(state, 0, FSW.C1);
    push(state, value(a, b, fcwOf(state)));
  });
const loadRegister: IsaFunction = doing((state, _a, _b, i) => {
  if (!isEmpty(state, i)) {
    setConditions(state, 0, FSW.C1);
    push(state, contentOf(state, i));
    return;
  }
  if (!underflow(state)) return;
  moveTop(state, -1);
  put(state, 0, INDEFINITE);
});

/** What keeps a store from being done where it is not masked. */
const PREVENTS = RAISES.IE | RAISES.OE | RAISES.UE;

const storing = (
  bytes: 2 | 4 | 8 | 10,
  pops: number,
  run: (fcw: number, value: bigint) => Stored,
  indefinite: bigint,
): IsaFunction =>
  doing((state, address) => {
    const isAbsent = isEmpty(state, 0);
    const fcw = fcwOf(state);
    const empty = { bits: indefinite, flags: RAISES.IE | FSW.SF, isRoundedUp: false };
    const { bits, flags, isRoundedUp } = isAbsent ? empty : run(fcw, contentOf(state, 0));
    const isPrevented = (flags & ~fcw & PREVENTS) !== 0;
    if (isPrevented) {
      checkStore(state, address, bytes);
      raise(state, flags & ~RAISES.PE);
      return;
    }
    // What faults has raised nothing.
    storeBytes(state, address, bytes, bits);
    raise(state, flags, isRoundedUp);
    pop(state, pops);
  });
/** @throws Trap where something cannot be stored: an exception of the number waits for that. */
const checkStore = (state: HartState, address: bigint, bytes: number): void => {
  state.check(address, 'write');
  state.check(address + BigInt(bytes - 1), 'write');
};
const storeBytes = (state: HartState, address: bigint, bytes: 2 | 4 | 8 | 10, bits: bigint): void => {
  if (bytes !== 10) {
    state.store(address, bytes, bits);
    return;
  }
  checkStore(state, address, bytes);
  state.store(address, 8, BigInt.asUintN(64, bits));
  state.store(address + 8n, 2, bits >> 64n);
};

const storeRegister = (pops: number): IsaFunction =>
  doing((state, _a, _b, i) => {
    if (isEmpty(state, 0)) {
      if (!underflow(state)) return;
      put(state, i, INDEFINITE);
    } else {
      setConditions(state, 0, FSW.C1);
      put(state, i, contentOf(state, 0));
    }
    pop(state, pops);
  });

const exchange: IsaFunction = doing((state, _a, _b, i) => {
  setConditions(state, 0, FSW.C1);
  if ((isEmpty(state, 0) || isEmpty(state, i)) && !underflow(state)) return;
  const [first, second] = [0, i].map((at) => (isEmpty(state, at) ? INDEFINITE : contentOf(state, at)));
  put(state, 0, second ?? 0n);
  put(state, i, first ?? 0n);
});

/** FCMOVcc: the first operand says whether the condition holds. */
const moveIf: IsaFunction = doing((state, holds, _b, i) => {
  if (isEmpty(state, 0) || isEmpty(state, i)) {
    if (underflow(state)) put(state, 0, INDEFINITE);
  } else if (holds) put(state, 0, contentOf(state, i));
});

const examine: IsaFunction = doing((state) => {
  const value = contentOf(state, 0);
  const code = isEmpty(state, 0) ? 5 : x87Class(value);
  const bit = (at: number, flag: number): number => ((code >> at) & 1 ? flag : 0);
  setConditions(state, bit(0, FSW.C0) | bit(1, FSW.C2) | bit(2, FSW.C3) | (value & SIGN ? FSW.C1 : 0));
});

const freeing =
  (pops: number): Run =>
  (state, _a, _b, i) => {
    setConditions(state, 0, FSW.C1);
    free(state, i);
    pop(state, pops);
  };

const INTEGERS = [16, 32, 64] as const;

/** By the names rows call them by. */
export const X87_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...Object.fromEntries(Object.entries(ARITHMETIC).flatMap(arithmetic)),
  ...Object.fromEntries([...comparison('fcom', 'signalling'), ...comparison('fucom', 'quiet')]),
  ...Object.fromEntries(
    (['m32', 'm64', 'i16', 'i32'] as const).flatMap((format) => [
      [`fcom ${format}`, comparedToMemory(format, 0)],
      [`fcomp ${format}`, comparedToMemory(format, 1)],
    ]),
  ),
  'fcompp st1': doing((state) => setComparison(state, comparedTo(state, 'signalling', 1), 2)),
  'fucompp st1': doing((state) => setComparison(state, comparedTo(state, 'quiet', 1), 2)),
  fcomi: toFlags('signalling', 0),
  fcomip: toFlags('signalling', 1),
  fucomi: toFlags('quiet', 0),
  fucomip: toFlags('quiet', 1),
  ftst: doing((state) =>
    setComparison(state, isEmpty(state, 0) ? EMPTY : x87Compare(contentOf(state, 0), 0n, 'signalling'), 0),
  ),
  fxam: examine,
  fchs: signed((value) => value ^ SIGN),
  fabs: signed((value) => value & ~SIGN),
  fsqrt: unary(x87Sqrt),
  frndint: unary(x87RoundInt),
  f2xm1: unary(x87PowerLess1),
  fscale: doing((state) => between(state, x87Scale, 0, 1, 0)),
  fprem: remainder(x87Remainder),
  fprem1: remainder(x87NearestRemainder),
  fsin: angle(x87Sine),
  fcos: angle(x87Cosine),
  fsincos: pair(both(x87Sine, x87Cosine)),
  fptan: pair(both(x87Tangent, oneOr)),
  fxtract: pair((_, a) => {
    const { exponent, significand } = x87Extract(a);
    return [exponent, significand];
  }, 0),
  fpatan: popped(x87Arctangent),
  fyl2x: popped(x87Logarithm),
  fyl2xp1: popped(x87LogarithmPlus1),
  'fld m32': loadReal(F32),
  'fld m64': loadReal(F64),
  'fld m80': loading((low, high) => low | ((high & 0xffffn) << 64n)),
  'fld st': loadRegister,
  ...Object.fromEntries(INTEGERS.map((width) => [`fild m${width}`, loading((bits) => x87LoadInteger(width, bits))])),
  fbld: loading((low, high) => x87LoadDecimal(low | ((high & 0xffffn) << 64n))),
  fldz: loading(() => 0n),
  fld1: loading(() => ONE),
  ...Object.fromEntries(
    (['fldl2t', 'fldl2e', 'fldpi', 'fldlg2', 'fldln2'] as const satisfies readonly X87Constant[]).map((name) => [
      name,
      loading((_a, _b, fcw) => x87Constant(fcw, name)),
    ]),
  ),
  ...Object.fromEntries(
    [0, 1].flatMap((pops): [string, IsaFunction][] => {
      const p = 'p'.repeat(pops);
      return [
        [`fst${p} m32`, storing(4, pops, (fcw, value) => x87Store(fcw, F32, value), 0xffc0_0000n)],
        [`fst${p} m64`, storing(8, pops, (fcw, value) => x87Store(fcw, F64, value), 0xfff8n << 48n)],
        [`fst${p} st`, storeRegister(pops)],
        ...INTEGERS.map((width): [string, IsaFunction] => [
          `fist${p} m${width}`,
          storing(
            (width / 8) as 2 | 4 | 8,
            pops,
            (fcw, value) => x87StoreInteger(fcw, width, value),
            1n << BigInt(width - 1),
          ),
        ]),
      ];
    }),
  ),
  ...Object.fromEntries(
    INTEGERS.map((width) => [
      `fisttp m${width}`,
      storing(
        (width / 8) as 2 | 4 | 8,
        1,
        (fcw, value) => x87StoreInteger(fcw, width, value, 1),
        1n << BigInt(width - 1),
      ),
    ]),
  ),
  'fstp m80': storing(10, 1, (_, value) => ({ bits: value, flags: 0, isRoundedUp: false }), INDEFINITE),
  fbstp: storing(10, 1, x87StoreDecimal, 0xffff_c000_0000_0000_0000n),
  fxch: exchange,
  fcmov: moveIf,
  ffree: doing(freeing(0)),
  ffreep: doing(freeing(1)),
  fincstp: doing((state) => {
    setConditions(state, 0, FSW.C1);
    moveTop(state, 1);
  }),
  fdecstp: doing((state) => {
    setConditions(state, 0, FSW.C1);
    moveTop(state, -1);
  }),
};
