/** Integers of MMX and SSE. */
import type { LaneBits, LaneOperation, LaneShift, V64, V128 } from '../../core/ops';
import type { Feature } from '../cpus';
import type { FormOptions, FormTable, Sem } from '../form';
import type { X86Ops } from '../ops';
import {
  callWhole,
  give,
  giveMmx,
  high,
  immediate,
  low,
  MEDIA_MANUAL,
  type MediaSem,
  MMX_MANUAL,
  mmx,
  mmxOf,
  sse,
  take,
} from '../simd/words';

type Run = (o: X86Ops, a: V128, b: V128) => V128;

/** Forms of both kinds of registers: without a prefix of MMX's, with 66 of SSE's. */
interface Both {
  readonly doc: string;
  readonly feature?: Feature;
  /** SSE alone. */
  readonly isWide?: true;
  /** Executed often: not rare. */
  readonly isCommon?: true;
}

const lanes =
  (op: LaneOperation, bits: LaneBits): Run =>
  (o, a, b) =>
    o.lanes(op, bits, a, b);
const greater =
  (bits: LaneBits): Run =>
  (o, a, b) =>
    o.lanes('ltS', bits, b, a);
/** Both halves by a function of 64 bits. */
const byHalves =
  (name: string): Run =>
  (o, a, b) =>
    o.vector(o.call(`half ${name}`, [low(o, a), low(o, b)]), o.call(`half ${name}`, [high(o, a), high(o, b)]));

const alternated = (bits: LaneBits, from: 'low' | 'high'): number[] => {
  const bytes = bits / 8;
  const first = from === 'low' ? 0 : 8;
  return Array.from({ length: 16 }, (_, at) => {
    const lane = Math.floor(at / bytes);
    return (lane % 2) * 16 + first + Math.floor(lane / 2) * bytes + (at % bytes);
  });
};
const interleaved =
  (bits: LaneBits, from: 'low' | 'high'): Run =>
  (o, a, b) =>
    o.shuffleBytes(a, b, alternated(bits, from));

/** In MMX registers the upper halves of the results of the low ones: they lie above 32 bits. */
const interleavedMmx =
  (bits: LaneBits, from: 'low' | 'high'): Run =>
  (o, a, b) => {
    const mixed = o.shuffleBytes(a, b, alternated(bits, 'low'));
    return from === 'low' ? mixed : o.vector(high(o, mixed), o.c(0));
  };

const absolute =
  (bits: 8 | 16 | 32): Run =>
  (o, _, b) => {
    const zero = o.vector(o.c(0), o.c(0));
    const isNegative = o.lanes('ltS', bits, b, zero);
    return o.selectBits(isNegative, o.lanes('sub', bits, zero, b), b);
  };

interface Line {
  readonly name: string;
  readonly opcode: string;
  readonly run: Run;
  /** Of MMX registers, where it differs. */
  readonly mmx?: Run;
  readonly options: Both;
}
const line = (name: string, opcode: string, run: Run, options: Both, ofMmx?: Run): Line => ({
  ...{ name, opcode, run, options },
  ...(ofMmx && { mmx: ofMmx }),
});

const sized = (
  name: string,
  opcodes: readonly (string | undefined)[],
  run: (bits: LaneBits) => Run,
  options: Both,
): Line[] =>
  opcodes.flatMap((opcode, at) =>
    opcode === undefined
      ? []
      : [line(`${name}${'bwdq'[at] ?? ''}`, `0F ${opcode}`, run((8 << at) as LaneBits), options)],
  );

const common = (doc: string): Both => ({ doc, isCommon: true });
const SSSE3 = (doc: string): Both => ({ doc, feature: 'SSSE3' });
const SSE41 = (doc: string): Both => ({ doc, feature: 'SSE41', isWide: true });

const LINES: readonly Line[] = [
  ...sized('padd', ['FC', 'FD', 'FE', 'D4'], (bits) => lanes('add', bits), common('Adds.')),
  ...sized('psub', ['F8', 'F9', 'FA', 'FB'], (bits) => lanes('sub', bits), common('Subtracts.')),
  ...sized('padds', ['EC', 'ED'], (bits) => lanes('addSatS', bits), { doc: 'Adds with signed saturation.' }),
  ...sized('paddus', ['DC', 'DD'], (bits) => lanes('addSatU', bits), { doc: 'Adds with unsigned saturation.' }),
  ...sized('psubs', ['E8', 'E9'], (bits) => lanes('subSatS', bits), { doc: 'Subtracts with signed saturation.' }),
  ...sized('psubus', ['D8', 'D9'], (bits) => lanes('subSatU', bits), { doc: 'Subtracts with unsigned saturation.' }),
  ...sized('pcmpeq', ['74', '75', '76'], (bits) => lanes('eq', bits), common('Ones where lanes are equal.')),
  ...sized('pcmpgt', ['64', '65', '66'], (bits) => greater(bits), common('Ones where lanes are greater.')),
  ...sized('pavg', ['E0', 'E3'], (bits) => lanes('avgrU', bits), { doc: 'Averages.' }),
  line('pminub', '0F DA', lanes('minU', 8), common('The lesser of lanes.')),
  line('pmaxub', '0F DE', lanes('maxU', 8), common('The greater of lanes.')),
  line('pminsw', '0F EA', lanes('minS', 16), { doc: 'The lesser of lanes.' }),
  line('pmaxsw', '0F EE', lanes('maxS', 16), { doc: 'The greater of lanes.' }),
  line('pand', '0F DB', (o, a, b) => o.vectorAnd(a, b), common('And of the bits.')),
  line('pandn', '0F DF', (o, a, b) => o.vectorAnd(o.vectorNot(a), b), common('And of the bits and not of the first.')),
  line('por', '0F EB', (o, a, b) => o.vectorOr(a, b), common('Or of the bits.')),
  line('pxor', '0F EF', (o, a, b) => o.vectorXor(a, b), common('Exclusive or of the bits.')),
  line('pmullw', '0F D5', lanes('mul', 16), { doc: 'Low halves of products.' }),
  line('pmulhw', '0F E5', byHalves('pmulhw'), { doc: 'High halves of products.' }),
  line('pmulhuw', '0F E4', byHalves('pmulhuw'), { doc: 'High halves of unsigned products.' }),
  line('pmuludq', '0F F4', byHalves('pmuludq'), { doc: 'Products of even words.' }),
  line('pmaddwd', '0F F5', byHalves('pmaddwd'), { doc: 'Sums of products.' }),
  line('psadbw', '0F F6', byHalves('psadbw'), { doc: 'Sum of differences.' }),
  ...(['bw', 'wd', 'dq'] as const).flatMap((name, at): Line[] => {
    const bits = (8 << at) as LaneBits;
    const doc = 'Lanes of both in turn.';
    return [
      line(`punpckl${name}`, `0F 6${at}`, interleaved(bits, 'low'), common(doc), interleavedMmx(bits, 'low')),
      line(`punpckh${name}`, `0F 6${'89A'[at]}`, interleaved(bits, 'high'), common(doc), interleavedMmx(bits, 'high')),
    ];
  }),
  line('punpcklqdq', '0F 6C', interleaved(64, 'low'), { doc: 'Low halves of both.', isWide: true, isCommon: true }),
  line('punpckhqdq', '0F 6D', interleaved(64, 'high'), { doc: 'High halves of both.', isWide: true, isCommon: true }),

  line('psignb', '0F 38 08', byHalves('psignb'), SSSE3('Signs of others.')),
  line('psignw', '0F 38 09', byHalves('psignw'), SSSE3('Signs of others.')),
  line('psignd', '0F 38 0A', byHalves('psignd'), SSSE3('Signs of others.')),
  line('pmulhrsw', '0F 38 0B', byHalves('pmulhrsw'), SSSE3('High halves of products, rounded.')),
  line('pmaddubsw', '0F 38 04', byHalves('pmaddubsw'), SSSE3('Sums of products of bytes.')),
  line('pabsb', '0F 38 1C', absolute(8), SSSE3('Magnitudes.')),
  line('pabsw', '0F 38 1D', absolute(16), SSSE3('Magnitudes.')),
  line('pabsd', '0F 38 1E', absolute(32), SSSE3('Magnitudes.')),

  line('pcmpeqq', '0F 38 29', lanes('eq', 64), SSE41('Ones where lanes are equal.')),
  line('pcmpgtq', '0F 38 37', greater(64), { doc: 'Ones where lanes are greater.', feature: 'SSE42', isWide: true }),
  line('pmuldq', '0F 38 28', byHalves('pmuldq'), SSE41('Products of even words.')),
  line('pmulld', '0F 38 40', lanes('mul', 32), SSE41('Low halves of products.')),
  line('pminsb', '0F 38 38', lanes('minS', 8), SSE41('The lesser of lanes.')),
  line('pminsd', '0F 38 39', lanes('minS', 32), SSE41('The lesser of lanes.')),
  line('pminuw', '0F 38 3A', lanes('minU', 16), SSE41('The lesser of lanes.')),
  line('pminud', '0F 38 3B', lanes('minU', 32), SSE41('The lesser of lanes.')),
  line('pmaxsb', '0F 38 3C', lanes('maxS', 8), SSE41('The greater of lanes.')),
  line('pmaxsd', '0F 38 3D', lanes('maxS', 32), SSE41('The greater of lanes.')),
  line('pmaxuw', '0F 38 3E', lanes('maxU', 16), SSE41('The greater of lanes.')),
  line('pmaxud', '0F 38 3F', lanes('maxU', 32), SSE41('The greater of lanes.')),
];

/** In halves of MMX registers operands in memory have 32 bits. */
const mmxSource = (name: string): string => (name.startsWith('punpckl') ? 'mm/m32' : 'mm/m64');

/** By functions that go across a register, of both kinds. */
const ACROSS: readonly (readonly [name: string, opcode: string, options: Both, imm?: 'uimm'])[] = [
  ['packsswb', '0F 63', { doc: 'Packs with signed saturation.' }],
  ['packuswb', '0F 67', { doc: 'Packs with unsigned saturation.' }],
  ['packssdw', '0F 6B', { doc: 'Packs with signed saturation.' }],
  ['packusdw', '0F 38 2B', SSE41('Packs with unsigned saturation.')],
  ['pshufb', '0F 38 00', SSSE3('Bytes by numbers.')],
  ['phaddw', '0F 38 01', SSSE3('Adds neighbours.')],
  ['phaddd', '0F 38 02', SSSE3('Adds neighbours.')],
  ['phaddsw', '0F 38 03', SSSE3('Adds neighbours with saturation.')],
  ['phsubw', '0F 38 05', SSSE3('Subtracts neighbours.')],
  ['phsubd', '0F 38 06', SSSE3('Subtracts neighbours.')],
  ['phsubsw', '0F 38 07', SSSE3('Subtracts neighbours with saturation.')],
  ['palignr', '0F 3A 0F', SSSE3('Bytes of both from one on.'), 'uimm'],
  ['phminposuw', '0F 38 41', SSE41('The least of lanes and its number.')],
  ['mpsadbw', '0F 3A 42', SSE41('Sums of differences.'), 'uimm'],
  ['blendps', '0F 3A 0C', SSE41('Lanes of either.'), 'uimm'],
  ['blendpd', '0F 3A 0D', SSE41('Lanes of either.'), 'uimm'],
  ['pblendw', '0F 3A 0E', SSE41('Lanes of either.'), 'uimm'],
];

const whole = (name: string): Sem =>
  sse((o, [to, from, imm]) =>
    callWhole(o, name, to, take(o, from), imm.spec.kind === 'immediate' ? immediate(imm) : undefined),
  );
const wholeMmx = (name: string): Sem =>
  mmx((o, [to, from, imm]) => {
    const operands = [mmxOf(o, to), from.read(), ...(imm.spec.kind === 'immediate' ? [immediate(imm)] : [])];
    giveMmx(o, to, o.call(`mmx ${name}`, operands));
  });

const optionsOf = ({ doc, feature, isCommon }: Both, ref: string, sem: Sem): FormOptions => ({
  ...{ ref, doc, sem },
  ...(feature && { feature }),
  ...(!isCommon && { isRare: true as const }),
});

/** Counts beyond the width: zeros, or signs. */
const shifted = (o: X86Ops, op: LaneShift, bits: LaneBits, v: V128, count: V64): V128 => {
  const isBeyond = o.geU(count, o.c(bits));
  if (op === 'shrS') return o.shiftLanes(op, bits, v, o.lo32(o.select(isBeyond, o.c(bits - 1), count)));
  const kept = o.select(isBeyond, o.c(0), o.c(-1));
  return o.vectorAnd(o.shiftLanes(op, bits, v, o.lo32(count)), o.vector(kept, kept));
};

const SHIFTS: readonly (readonly [string, LaneShift, LaneBits, string, string])[] = [
  ['psrlw', 'shrU', 16, 'D1', '71 /2'],
  ['psrld', 'shrU', 32, 'D2', '72 /2'],
  ['psrlq', 'shrU', 64, 'D3', '73 /2'],
  ['psraw', 'shrS', 16, 'E1', '71 /4'],
  ['psrad', 'shrS', 32, 'E2', '72 /4'],
  ['psllw', 'shl', 16, 'F1', '71 /6'],
  ['pslld', 'shl', 32, 'F2', '72 /6'],
  ['psllq', 'shl', 64, 'F3', '73 /6'],
];

const addShifts = (table: FormTable): void => {
  for (const [name, op, bits, opcode, immediateOpcode] of SHIFTS) {
    const byRegister: MediaSem = (o, [to, from]) =>
      give(o, to, shifted(o, op, bits, take(o, to), low(o, take(o, from))));
    const byImmediate: MediaSem = (o, [to, count]) =>
      give(o, to, shifted(o, op, bits, take(o, to), o.and(immediate(count), o.c(0xff))));
    const doc = 'Shifts lanes.';
    const wide = { ref: MEDIA_MANUAL, doc };
    const narrow = { ref: MMX_MANUAL, doc, isRare: true } as const;
    table.add(name, `66 0F ${opcode} /r`, ['xmm', 'xmm/m128'], { ...wide, sem: sse(byRegister), isRare: true });
    table.add(name, `66 0F ${immediateOpcode} ib`, ['xmmrm', 'uimm'], { ...wide, sem: sse(byImmediate) });
    table.add(name, `NP 0F ${opcode} /r`, ['mm', 'mm/m64'], { ...narrow, sem: mmx(byRegister) });
    table.add(name, `NP 0F ${immediateOpcode} ib`, ['mmrm', 'uimm'], { ...narrow, sem: mmx(byImmediate) });
  }
  for (const [name, text] of [
    ['psrldq', '66 0F 73 /3 ib'],
    ['pslldq', '66 0F 73 /7 ib'],
  ] as const) {
    const sem = sse((o, [to, count]) => callWhole(o, name, to, o.vector(o.c(0), o.c(0)), immediate(count)));
    table.add(name, text, ['xmmrm', 'uimm'], { ref: MEDIA_MANUAL, doc: 'Shifts by bytes.', sem });
  }
};

const addShuffles = (table: FormTable): void => {
  for (const [name, text, isMmx] of [
    ['pshufd', '66 0F 70 /r ib', false],
    ['pshufhw', 'F3 0F 70 /r ib', false],
    ['pshuflw', 'F2 0F 70 /r ib', false],
    ['shufps', 'NP 0F C6 /r ib', false],
    ['shufpd', '66 0F C6 /r ib', false],
    ['pshufw', 'NP 0F 70 /r ib', true],
  ] as const) {
    const operands = isMmx ? ['mm', 'mm/m64', 'uimm'] : ['xmm', 'xmm/m128', 'uimm'];
    const options = { ref: isMmx ? MMX_MANUAL : MEDIA_MANUAL, doc: 'Lanes by numbers.' };
    table.add(name, text, operands, { ...options, sem: isMmx ? wholeMmx(name) : whole(name) });
  }
  const unpack = (name: string, text: string, bits: LaneBits, from: 'low' | 'high'): void => {
    const run = interleaved(bits, from);
    const sem = sse((o, [to, source]) => to.writeVector(run(o, to.readVector(), source.readVector())));
    const options: FormOptions = { ref: MEDIA_MANUAL, doc: 'Lanes of both in turn.', sem, isRare: true };
    table.add(name, text, ['xmm', 'xmm/m128'], options);
  };
  unpack('unpcklps', 'NP 0F 14 /r', 32, 'low');
  unpack('unpcklpd', '66 0F 14 /r', 64, 'low');
  unpack('unpckhps', 'NP 0F 15 /r', 32, 'high');
  unpack('unpckhpd', '66 0F 15 /r', 64, 'high');
};

/** A lane by its number, in ops: of 16 bits, for PEXTRW. */
const laneOf = (o: X86Ops, v: V128, bits: 8 | 16 | 32 | 64, at: V64): V64 => {
  const place = o.shl(o.and(at, o.c(128 / bits - 1)), o.c(Math.log2(bits)));
  const half = o.select(o.geU(place, o.c(64)), high(o, v), low(o, v));
  return o.low(o.shrU(half, o.and(place, o.c(63))), bits);
};

const addLanes = (table: FormTable): void => {
  const extract = (bits: 8 | 16 | 32 | 64): Sem =>
    sse((o, [to, from, at]) => to.write(laneOf(o, from.readVector(), bits, immediate(at))));
  const ref = MEDIA_MANUAL;
  const doc = 'Copies a lane.';
  const rare = (sem: Sem, feature?: Feature): FormOptions => ({
    ref,
    doc,
    sem,
    isRare: true,
    ...(feature && { feature }),
  });
  table.add('pextrw', '66 0F C5 /r ib', ['r32', 'xmmrm', 'uimm'], rare(extract(16)));
  table.add('pextrb', '66 0F 3A 14 /r ib', ['r32/m8', 'xmm', 'uimm'], rare(extract(8), 'SSE41'));
  table.add('pextrw', '66 0F 3A 15 /r ib', ['r32/m16', 'xmm', 'uimm'], rare(extract(16), 'SSE41'));
  table.add('pextrd', '66 0F 3A 16 /r ib', ['r/m32', 'xmm', 'uimm'], rare(extract(32), 'SSE41'));
  table.add('pextrq', 'REX.W + 66 0F 3A 16 /r ib', ['r/m64', 'xmm', 'uimm'], rare(extract(64), 'SSE41'));
  table.add('extractps', '66 0F 3A 17 /r ib', ['r/m32', 'xmm', 'uimm'], rare(extract(32), 'SSE41'));
  const insert = (name: string): Sem =>
    sse((o, [to, from, at]) => callWhole(o, name, to, o.vector(from.read(), o.c(0)), immediate(at)));
  table.add('pinsrw', '66 0F C4 /r ib', ['xmm', 'r32/m16', 'uimm'], rare(insert('insert word')));
  table.add('pinsrb', '66 0F 3A 20 /r ib', ['xmm', 'r32/m8', 'uimm'], rare(insert('insert byte'), 'SSE41'));
  table.add('pinsrd', '66 0F 3A 22 /r ib', ['xmm', 'r/m32', 'uimm'], rare(insert('insert dword'), 'SSE41'));
  table.add('pinsrq', 'REX.W + 66 0F 3A 22 /r ib', ['xmm', 'r/m64', 'uimm'], rare(insert('insert qword'), 'SSE41'));
  // A source in memory has one lane, which is the first.
  const insertps = sse((o, [to, from, at]) => {
    const imm = from.isMemory ? o.and(immediate(at), o.c(0x3f)) : immediate(at);
    callWhole(o, 'insertps', to, from.isMemory ? o.vector(from.read(), o.c(0)) : from.readVector(), imm);
  });
  table.add('insertps', '66 0F 3A 21 /r ib', ['xmm', 'xmm/m32', 'uimm'], rare(insertps, 'SSE41'));

  const mmxRare = (sem: Sem): FormOptions => ({ ref: MMX_MANUAL, doc, sem, isRare: true });
  const place = (o: X86Ops, at: V64): V64 => o.shl(o.and(at, o.c(3)), o.c(4));
  const extractMmx = mmx((o, [to, from, at]) => to.write(o.low(o.shrU(from.read(), place(o, immediate(at))), 16)));
  table.add('pextrw', 'NP 0F C5 /r ib', ['r32', 'mmrm', 'uimm'], mmxRare(extractMmx));
  const insertMmx = mmx((o, [to, from, at]) => {
    const shift = place(o, immediate(at));
    const kept = o.and(mmxOf(o, to), o.not(o.shl(o.c(0xffff), shift)));
    giveMmx(o, to, o.or(kept, o.shl(o.low(from.read(), 16), shift)));
  });
  table.add('pinsrw', 'NP 0F C4 /r ib', ['mm', 'r32/m16', 'uimm'], mmxRare(insertMmx));
};

const addSse41 = (table: FormTable): void => {
  const rare = (doc: string, sem: Sem): FormOptions => ({
    ...{ ref: MEDIA_MANUAL, doc, sem, feature: 'SSE41' as const, isRare: true as const },
  });
  for (const [at, [name, source]] of (
    [
      ['bw', 64],
      ['bd', 32],
      ['bq', 16],
      ['wd', 64],
      ['wq', 32],
      ['dq', 64],
    ] as const
  ).entries()) {
    for (const [letters, first] of [
      ['pmovsx', 2],
      ['pmovzx', 3],
    ] as const) {
      const mnemonic = `${letters}${name}`;
      const sem = sse((o, [to, from]) =>
        callWhole(o, mnemonic, to, from.isMemory ? o.vector(from.read(), o.c(0)) : from.readVector()),
      );
      table.add(mnemonic, `66 0F 38 ${first}${at} /r`, ['xmm', `xmm/m${source}`], rare('Widens lanes.', sem));
    }
  }
  /** Lanes of the source where the signs of xmm0's are set. */
  const blend = (bits: 8 | 32 | 64): Sem =>
    sse((o, [to, from]) => {
      const mask = o.readVector('xmm', 0);
      const zero = o.vector(o.c(0), o.c(0));
      to.writeVector(o.selectBits(o.lanes('ltS', bits, mask, zero), from.readVector(), to.readVector()));
    });
  table.add('pblendvb', '66 0F 38 10 /r', ['xmm', 'xmm/m128'], rare('Lanes of either by signs.', blend(8)));
  table.add('blendvps', '66 0F 38 14 /r', ['xmm', 'xmm/m128'], rare('Lanes of either by signs.', blend(32)));
  table.add('blendvpd', '66 0F 38 15 /r', ['xmm', 'xmm/m128'], rare('Lanes of either by signs.', blend(64)));
  const ptest = sse((o, [a, b]) => {
    const [x, y] = [a.readVector(), b.readVector()];
    const isNone = (v: V128): V64 => o.bool(o.eqz(o.anyBit(v)));
    o.setStatus({ zf: isNone(o.vectorAnd(x, y)), cf: isNone(o.vectorAnd(o.vectorNot(x), y)), pf: o.c(0) });
  });
  table.add('ptest', '66 0F 38 17 /r', ['xmm', 'xmm/m128'], rare('Sets ZF and CF by common bits.', ptest));
};

export const addSseInteger = (table: FormTable): void => {
  for (const { name, opcode, run, mmx: ofMmx = run, options } of LINES) {
    const sem =
      (how: Run): MediaSem =>
      (o, [to, from]) =>
        give(o, to, how(o, take(o, to), take(o, from)));
    table.add(name, `66 ${opcode} /r`, ['xmm', 'xmm/m128'], optionsOf(options, MEDIA_MANUAL, sse(sem(run))));
    if (options.isWide) continue;
    const { isCommon: _, ...rest } = options;
    table.add(name, `NP ${opcode} /r`, ['mm', mmxSource(name)], optionsOf(rest, MMX_MANUAL, mmx(sem(ofMmx))));
  }
  for (const [name, opcode, options, imm] of ACROSS) {
    const text = `${opcode} /r${imm ? ' ib' : ''}`;
    const more = imm ? [imm] : [];
    table.add(name, `66 ${text}`, ['xmm', 'xmm/m128', ...more], optionsOf(options, MEDIA_MANUAL, whole(name)));
    if (options.isWide) continue;
    table.add(name, `NP ${text}`, ['mm', 'mm/m64', ...more], optionsOf(options, MMX_MANUAL, wholeMmx(name)));
  }
  addShifts(table);
  addShuffles(table);
  addLanes(table);
  addSse41(table);
};
