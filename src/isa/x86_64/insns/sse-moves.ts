/** Moves of MMX and SSE. */
import type { V64, V128 } from '../../core/ops';
import type { FormTable, Sem } from '../form';
import type { Operand } from '../operands';
import type { X86Ops } from '../ops';
import {
  addLines,
  addressAtRdi,
  giveLow,
  giveMmx,
  high,
  hot,
  low,
  MEDIA_MANUAL,
  MMX_MANUAL,
  mixed,
  mmx,
  rare,
  sse,
} from '../simd/words';

const ref = MEDIA_MANUAL;

/** All 128 bits. */
const whole = (alignment: 'aligned' | 'any'): Sem =>
  sse((_, [to, from]) => to.writeVector(from.readVector(alignment), alignment));
const ALIGNED = whole('aligned');
const ANY = whole('any');

/** The low bits: those of a register leave the rest, those of memory are followed by zeros. */
const lowMove = (bits: 32 | 64): Sem =>
  sse((o, [to, from]) => {
    if (to.isMemory) to.write(from.read());
    else if (from.isMemory) to.writeVector(o.vector(from.read(), o.c(0)));
    else giveLow(o, to, bits, from.read());
  });
const SINGLE = lowMove(32);
const DOUBLE = lowMove(64);
/** The low bits, with zeros above them in a register. */
const zeroing = sse((o, [to, from]) => {
  if (to.isMemory) to.write(from.read());
  else to.writeVector(o.vector(from.read(), o.c(0)));
});
/** Forms share rows where their operands are alike and their meaning is one object; those with general registers are other rows. */
const ofGeneral = sse((o, [to, from]) => to.writeVector(o.vector(from.read(), o.c(0))));
const toGeneral = sse((_, [to, from]) => to.write(from.read()));
const zeroing32 = sse((o, [to, from]) => to.write(o.low(from.read(), 32)));

const setHigh = (o: X86Ops, to: Operand, v: V64): void => to.writeVector(o.vector(low(o, to.readVector()), v));

/** Halves between registers and memory, and between registers. */
const lowHalf = sse((o, [to, from]) =>
  to.write(from.isMemory || to.isMemory ? from.read() : high(o, from.readVector())),
);
const highHalf = sse((o, [to, from]) => {
  if (to.isMemory) to.write(high(o, from.readVector()));
  else setHigh(o, to, from.read());
});

const signs = (bits: 8 | 32 | 64): Sem => sse((o, [to, from]) => to.write(o.zx32(o.signsOf(bits, from.readVector()))));

/** Copies of words of 32 bits, by their numbers. */
const repeated = (...lanes: readonly number[]): Sem => {
  const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((at) => 4 * lane + at));
  return sse((o, [to, from]) => {
    const v = from.readVector();
    to.writeVector(o.shuffleBytes(v, v, bytes));
  });
};
const twice = sse((o, [to, from]) => {
  const v = from.read();
  to.writeVector(o.vector(v, v));
});

/** Bytes where the highest bit of the mask's is set. */
const maskedStore = (o: X86Ops, address: V64, bytes: V64, mask: V64): void => {
  o.call('store masked bytes', [address, bytes, mask]);
};
const signBytes = (o: X86Ops, v: V128): V64 => o.zx32(o.signsOf(8, v));
const maskmovdqu = sse((o, [from, by]) => {
  const address = addressAtRdi(o, 16);
  const [v, mask] = [from.readVector(), signBytes(o, by.readVector())];
  maskedStore(o, address, low(o, v), o.and(mask, o.c(0xff)));
  maskedStore(o, o.add(address, o.c(8)), high(o, v), o.shrU(mask, o.c(8)));
});
const maskmovq = mmx((o, [from, by]) =>
  maskedStore(o, addressAtRdi(o, 8), from.read(), signBytes(o, o.vector(by.read(), o.c(0)))),
);

const mmxOfGeneral = mmx((o, [to, from]) => giveMmx(o, to, from.read()));
const mmxToGeneral = mmx((_, [to, from]) => to.write(from.read()));
const mmxMove = mmx((o, [to, from]) => {
  if (to.spec.kind === 'mm' && !to.isMemory) giveMmx(o, to, from.read());
  else to.write(from.read());
});
const toMmx = mixed((o, [to, from]) => giveMmx(o, to, from.read()));
const fromMmx = mixed((o, [to, from]) => to.writeVector(o.vector(from.read(), o.c(0))));

export const addSseMoves = (table: FormTable): void => {
  const doc = 'Copies.';
  addLines(table, hot({ ref, doc, sem: ALIGNED }), [
    ['movaps', 'NP 0F 28 /r', 'xmm', 'xmm/m128'],
    ['movaps', 'NP 0F 29 /r', 'xmm/m128', 'xmm'],
    ['movapd', '66 0F 28 /r', 'xmm', 'xmm/m128'],
    ['movapd', '66 0F 29 /r', 'xmm/m128', 'xmm'],
    ['movdqa', '66 0F 6F /r', 'xmm', 'xmm/m128'],
    ['movdqa', '66 0F 7F /r', 'xmm/m128', 'xmm'],
  ]);
  addLines(table, hot({ ref, doc, sem: ANY }), [
    ['movups', 'NP 0F 10 /r', 'xmm', 'xmm/m128'],
    ['movups', 'NP 0F 11 /r', 'xmm/m128', 'xmm'],
    ['movupd', '66 0F 10 /r', 'xmm', 'xmm/m128'],
    ['movupd', '66 0F 11 /r', 'xmm/m128', 'xmm'],
    ['movdqu', 'F3 0F 6F /r', 'xmm', 'xmm/m128'],
    ['movdqu', 'F3 0F 7F /r', 'xmm/m128', 'xmm'],
  ]);
  addLines(table, hot({ ref, doc: 'Copies the low 32 bits; from memory with zeros above them.', sem: SINGLE }), [
    ['movss', 'F3 0F 10 /r', 'xmm', 'xmm/m32'],
    ['movss', 'F3 0F 11 /r', 'xmm/m32', 'xmm'],
  ]);
  addLines(table, hot({ ref, doc: 'Copies the low 64 bits; from memory with zeros above them.', sem: DOUBLE }), [
    ['movsd', 'F2 0F 10 /r', 'xmm', 'xmm/m64'],
    ['movsd', 'F2 0F 11 /r', 'xmm/m64', 'xmm'],
  ]);
  const zeros = 'Copies with zeros above.';
  addLines(table, hot({ ref, doc: zeros, sem: zeroing }), [
    ['movq', 'F3 0F 7E /r', 'xmm', 'xmm/m64'],
    ['movq', '66 0F D6 /r', 'xmm/m64', 'xmm'],
  ]);
  addLines(table, hot({ ref, doc: zeros, sem: ofGeneral }), [
    ['movd', '66 0F 6E /r', 'xmm', 'r/m32'],
    ['movq', 'REX.W + 66 0F 6E /r', 'xmm', 'r/m64'],
  ]);
  addLines(table, hot({ ref, doc, sem: toGeneral }), [['movq', 'REX.W + 66 0F 7E /r', 'r/m64', 'xmm']]);
  addLines(table, hot({ ref, doc: zeros, sem: zeroing32 }), [['movd', '66 0F 7E /r', 'r/m32', 'xmm']]);

  addLines(table, rare({ ref, doc: 'Stores past the caches.', sem: ALIGNED }), [
    ['movntps', 'NP 0F 2B /r', 'm128', 'xmm'],
    ['movntpd', '66 0F 2B /r', 'm128', 'xmm'],
    ['movntdq', '66 0F E7 /r', 'm128', 'xmm'],
  ]);
  addLines(table, rare({ ref, doc: 'Loads past the caches.', sem: ALIGNED, feature: 'SSE41' }), [
    ['movntdqa', '66 0F 38 2A /r', 'xmm', 'm128'],
  ]);
  addLines(table, rare({ ref, doc, sem: ANY }), [['lddqu', 'F2 0F F0 /r', 'xmm', 'm128']]);
  const ofLow = 'Copies to or from the low half; between registers, the high half to the low one.';
  addLines(table, rare({ ref, doc: ofLow, sem: lowHalf }), [
    ['movlps', 'NP 0F 12 /r', 'xmm', 'm64'],
    ['movhlps', 'NP 0F 12 /r', 'xmm', 'xmmrm'],
    ['movlps', 'NP 0F 13 /r', 'm64', 'xmm'],
    ['movlpd', '66 0F 12 /r', 'xmm', 'm64'],
    ['movlpd', '66 0F 13 /r', 'm64', 'xmm'],
  ]);
  const ofHigh = 'Copies to or from the high half; between registers, the low half to the high one.';
  addLines(table, rare({ ref, doc: ofHigh, sem: highHalf }), [
    ['movhps', 'NP 0F 16 /r', 'xmm', 'm64'],
    ['movlhps', 'NP 0F 16 /r', 'xmm', 'xmmrm'],
    ['movhps', 'NP 0F 17 /r', 'm64', 'xmm'],
    ['movhpd', '66 0F 16 /r', 'xmm', 'm64'],
    ['movhpd', '66 0F 17 /r', 'm64', 'xmm'],
  ]);
  const masks = 'The signs of the elements as bits.';
  addLines(table, rare({ ref, doc: masks, sem: signs(32) }), [['movmskps', 'NP 0F 50 /r', 'r32', 'xmmrm']]);
  addLines(table, rare({ ref, doc: masks, sem: signs(64) }), [['movmskpd', '66 0F 50 /r', 'r32', 'xmmrm']]);
  addLines(table, { ref, doc: masks, sem: signs(8) }, [['pmovmskb', '66 0F D7 /r', 'r32', 'xmmrm']]);
  const copies = 'Copies of elements.';
  addLines(table, rare({ ref, doc: copies, sem: repeated(0, 0, 2, 2) }), [
    ['movsldup', 'F3 0F 12 /r', 'xmm', 'xmm/m128'],
  ]);
  addLines(table, rare({ ref, doc: copies, sem: repeated(1, 1, 3, 3) }), [
    ['movshdup', 'F3 0F 16 /r', 'xmm', 'xmm/m128'],
  ]);
  addLines(table, rare({ ref, doc: copies, sem: twice }), [['movddup', 'F2 0F 12 /r', 'xmm', 'xmm/m64']]);
  const selected = 'Stores the bytes that the signs of a mask choose, at rdi.';
  addLines(table, rare({ ref, doc: selected, sem: maskmovdqu }), [['maskmovdqu', '66 0F F7 /r', 'xmm', 'xmmrm']]);

  const ofMmx = rare({ ref: MMX_MANUAL, doc, sem: mmxMove });
  addLines(table, { ...ofMmx, sem: mmxOfGeneral }, [
    ['movd', 'NP 0F 6E /r', 'mm', 'r/m32'],
    ['movq', 'REX.W + NP 0F 6E /r', 'mm', 'r/m64'],
  ]);
  addLines(table, { ...ofMmx, sem: mmxToGeneral }, [
    ['movd', 'NP 0F 7E /r', 'r/m32', 'mm'],
    ['movq', 'REX.W + NP 0F 7E /r', 'r/m64', 'mm'],
  ]);
  addLines(table, ofMmx, [
    ['movq', 'NP 0F 6F /r', 'mm', 'mm/m64'],
    ['movq', 'NP 0F 7F /r', 'mm/m64', 'mm'],
    ['movntq', 'NP 0F E7 /r', 'm64', 'mm'],
  ]);
  addLines(table, { ...ofMmx, doc: selected, sem: maskmovq }, [['maskmovq', 'NP 0F F7 /r', 'mm', 'mmrm']]);
  addLines(table, rare({ ref, doc: zeros, sem: fromMmx }), [['movq2dq', 'F3 0F D6 /r', 'xmm', 'mmrm']]);
  addLines(table, rare({ ref, doc, sem: toMmx }), [['movdq2q', 'F2 0F D6 /r', 'mm', 'xmmrm']]);
  const signsOfMmx = mmx((o, [to, from]) => to.write(signBytes(o, o.vector(from.read(), o.c(0)))));
  addLines(table, { ...ofMmx, doc: masks, sem: signsOfMmx }, [['pmovmskb', 'NP 0F D7 /r', 'r32', 'mmrm']]);
};
