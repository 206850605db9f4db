/** Floating point of SSE. The functions are in `simd/float-functions.ts`; what the host is certain of, in `quick-media.ts`. */
import type { V128 } from '../../core/ops';
import type { FormOptions, FormTable, Sem } from '../form';
import type { Operand } from '../operands';
import type { X86Ops } from '../ops';
import {
  addLines,
  callWhole,
  giveMmx,
  high,
  hot,
  immediate,
  low,
  MEDIA_MANUAL,
  mixed,
  rare,
  sse,
  take,
} from '../simd/words';

const ref = MEDIA_MANUAL;

interface Suffix {
  readonly name: string;
  readonly prefix: string;
  readonly source: string;
  readonly doc: string;
}
const PS: Suffix = { name: 'ps', prefix: 'NP', source: 'xmm/m128', doc: 'singles' };
const PD: Suffix = { name: 'pd', prefix: '66', source: 'xmm/m128', doc: 'doubles' };
const SS: Suffix = { name: 'ss', prefix: 'F3', source: 'xmm/m32', doc: 'the lowest single' };
const SD: Suffix = { name: 'sd', prefix: 'F2', source: 'xmm/m64', doc: 'the lowest double' };
const ALL = [PS, PD, SS, SD];

/** A source of which the low bits count, or all. */
const source = (o: X86Ops, from: Operand): V128 =>
  from.bits === 128 && !from.isMemory ? from.readVector() : take(o, from);

const ofWhole = (name: string): Sem =>
  sse((o, [to, from, imm]) =>
    callWhole(o, name, to, source(o, from), imm.spec.kind === 'immediate' ? immediate(imm) : undefined),
  );

const OPERATIONS: readonly (readonly [name: string, opcode: string, doc: string, suffixes: readonly Suffix[]])[] = [
  ['sqrt', '51', 'Square root of', ALL],
  ['rsqrt', '52', 'Reciprocal of the square root, about, of', [PS, SS]],
  ['rcp', '53', 'Reciprocal, about, of', [PS, SS]],
  ['add', '58', 'Adds', ALL],
  ['mul', '59', 'Multiplies', ALL],
  ['sub', '5C', 'Subtracts', ALL],
  ['min', '5D', 'The lesser of', ALL],
  ['div', '5E', 'Divides', ALL],
  ['max', '5F', 'The greater of', ALL],
];

/** Bits of ZF, PF and CF. */
const compare = (name: string): Sem =>
  sse((o, [a, b]) => {
    const flags = o.call(name, [a.read(), b.read()]);
    const bit = (at: number) => o.and(o.shrU(flags, o.c(at)), o.c(1));
    o.setStatus({ zf: bit(6), pf: bit(2), cf: bit(0) });
  });

const addLogic = (table: FormTable): void => {
  const rows: readonly (readonly [string, string, (o: X86Ops, a: V128, b: V128) => V128, string])[] = [
    ['and', '54', (o, a, b) => o.vectorAnd(a, b), 'And of the bits.'],
    ['andn', '55', (o, a, b) => o.vectorAnd(o.vectorNot(a), b), 'And of the bits of the second and not of the first.'],
    ['or', '56', (o, a, b) => o.vectorOr(a, b), 'Or of the bits.'],
    ['xor', '57', (o, a, b) => o.vectorXor(a, b), 'Exclusive or of the bits.'],
  ];
  for (const [name, opcode, run, doc] of rows) {
    const sem = sse((o, [to, from]) => to.writeVector(run(o, to.readVector(), from.readVector())));
    addLines(table, { ref, doc, sem }, [
      [`${name}ps`, `NP 0F ${opcode} /r`, 'xmm', 'xmm/m128'],
      [`${name}pd`, `66 0F ${opcode} /r`, 'xmm', 'xmm/m128'],
    ]);
  }
};

/** Between integers in general registers and the lowest number. */
const addScalarConversions = (table: FormTable): void => {
  for (const { name, prefix, source: from } of [SS, SD]) {
    for (const width of [32, 64] as const) {
      const rex = width === 64 ? 'REX.W + ' : '';
      const fromInteger = sse((o, [to, value]) => {
        o.call(`cvtsi2${name}-${width}`, [value.read()], to.field);
      });
      const toInteger = (how: string) => sse((o, [to, value]) => to.write(o.call(`${how}-${width}`, [value.read()])));
      addLines(table, { ref, doc: 'Of a signed integer.', sem: fromInteger }, [
        [`cvtsi2${name}`, `${rex}${prefix} 0F 2A /r`, 'xmm', `r/m${width}`],
      ]);
      addLines(table, { ref, doc: 'To a signed integer, cut off.', sem: toInteger(`cvtt${name}2si`) }, [
        [`cvtt${name}2si`, `${rex}${prefix} 0F 2C /r`, `r${width}`, from],
      ]);
      addLines(table, { ref, doc: 'To a signed integer.', sem: toInteger(`cvt${name}2si`) }, [
        [`cvt${name}2si`, `${rex}${prefix} 0F 2D /r`, `r${width}`, from],
      ]);
    }
  }
};

const CONVERSIONS: readonly (readonly [name: string, text: string, source: string])[] = [
  ['cvtps2pd', 'NP 0F 5A /r', 'xmm/m64'],
  ['cvtpd2ps', '66 0F 5A /r', 'xmm/m128'],
  ['cvtss2sd', 'F3 0F 5A /r', 'xmm/m32'],
  ['cvtsd2ss', 'F2 0F 5A /r', 'xmm/m64'],
  ['cvtdq2ps', 'NP 0F 5B /r', 'xmm/m128'],
  ['cvtps2dq', '66 0F 5B /r', 'xmm/m128'],
  ['cvttps2dq', 'F3 0F 5B /r', 'xmm/m128'],
  ['cvttpd2dq', '66 0F E6 /r', 'xmm/m128'],
  ['cvtdq2pd', 'F3 0F E6 /r', 'xmm/m64'],
  ['cvtpd2dq', 'F2 0F E6 /r', 'xmm/m128'],
];

/** With MMX registers. A source in memory leaves the x87's stack alone. */
const addMmxConversions = (table: FormTable): void => {
  const options: FormOptions = { ref, doc: 'Converts two numbers.', sem: () => {}, isRare: true };
  const run =
    (name: string): Sem =>
    (o, operands, bits) => {
      const how = operands[1]?.isMemory ? sse : mixed;
      how((_, [to, from]) => callWhole(o, name, to, o.vector(from.read(), o.c(0))))(o, operands, bits);
    };
  addLines(table, { ...options, sem: run('cvtpi2ps') }, [['cvtpi2ps', 'NP 0F 2A /r', 'xmm', 'mm/m64']]);
  addLines(table, { ...options, sem: run('cvtdq2pd') }, [['cvtpi2pd', '66 0F 2A /r', 'xmm', 'mm/m64']]);
  for (const [name, text, from] of [
    ['cvttps2pi', 'NP 0F 2C /r', 'xmm/m64'],
    ['cvttpd2pi', '66 0F 2C /r', 'xmm/m128'],
    ['cvtps2pi', 'NP 0F 2D /r', 'xmm/m64'],
    ['cvtpd2pi', '66 0F 2D /r', 'xmm/m128'],
  ] as const) {
    const sem = mixed((o, [to, value]) => {
      const v = take(o, value);
      giveMmx(o, to, o.call(name, [low(o, v), high(o, v)]));
    });
    addLines(table, { ...options, sem }, [[name, text, 'mm', from]]);
  }
};

export const addSseFloat = (table: FormTable): void => {
  for (const [name, opcode, doc, suffixes] of OPERATIONS) {
    for (const { name: suffix, prefix, source: from, doc: what } of suffixes) {
      const mnemonic = `${name}${suffix}`;
      const use = suffix === 'ss' || suffix === 'sd' ? { isHot: true as const } : { isRare: true as const };
      const options = { ref, doc: `${doc} ${what}.`, sem: ofWhole(mnemonic), ...use };
      addLines(table, options, [[mnemonic, `${prefix} 0F ${opcode} /r`, 'xmm', from]]);
    }
  }
  addLogic(table);
  for (const { name, prefix, source: from, doc } of ALL) {
    const mnemonic = `cmp${name}`;
    addLines(
      table,
      rare({ ref, doc: `Ones where a comparison of ${doc} holds, else zeros.`, sem: ofWhole(mnemonic) }),
      [[mnemonic, `${prefix} 0F C2 /r ib`, 'xmm', from, 'uimm']],
    );
  }
  for (const [name, prefix, from] of [
    ['ss', 'NP', 'xmm/m32'],
    ['sd', '66', 'xmm/m64'],
  ] as const) {
    const doc = 'Compares, and sets ZF, PF and CF.';
    addLines(table, hot({ ref, doc, sem: compare(`ucomi${name}`) }), [
      [`ucomi${name}`, `${prefix} 0F 2E /r`, 'xmm', from],
    ]);
    addLines(table, hot({ ref, doc, sem: compare(`comi${name}`) }), [
      [`comi${name}`, `${prefix} 0F 2F /r`, 'xmm', from],
    ]);
  }
  for (const [name, text, from] of CONVERSIONS) {
    const isRare = /ss|sd/.test(name) ? {} : { isRare: true as const };
    addLines(table, { ref, doc: 'Converts.', sem: ofWhole(name), ...isRare }, [[name, text, 'xmm', from]]);
  }
  addScalarConversions(table);
  addMmxConversions(table);

  for (const [name, text, doc] of [
    ['haddpd', '66 0F 7C /r', 'Adds neighbours.'],
    ['haddps', 'F2 0F 7C /r', 'Adds neighbours.'],
    ['hsubpd', '66 0F 7D /r', 'Subtracts neighbours.'],
    ['hsubps', 'F2 0F 7D /r', 'Subtracts neighbours.'],
    ['addsubpd', '66 0F D0 /r', 'Subtracts even elements, adds odd ones.'],
    ['addsubps', 'F2 0F D0 /r', 'Subtracts even elements, adds odd ones.'],
  ] as const)
    addLines(table, rare({ ref, doc, sem: ofWhole(name) }), [[name, text, 'xmm', 'xmm/m128']]);
  for (const [name, text, from, doc] of [
    ['roundps', '66 0F 3A 08 /r ib', 'xmm/m128', 'To integral numbers.'],
    ['roundpd', '66 0F 3A 09 /r ib', 'xmm/m128', 'To integral numbers.'],
    ['roundss', '66 0F 3A 0A /r ib', 'xmm/m32', 'To an integral number.'],
    ['roundsd', '66 0F 3A 0B /r ib', 'xmm/m64', 'To an integral number.'],
    ['dpps', '66 0F 3A 40 /r ib', 'xmm/m128', 'Sum of products.'],
    ['dppd', '66 0F 3A 41 /r ib', 'xmm/m128', 'Sum of products.'],
  ] as const) {
    const options = rare({ ref, doc, sem: ofWhole(name), feature: 'SSE41' });
    addLines(table, options, [[name, text, 'xmm', from, 'uimm']]);
  }
};
