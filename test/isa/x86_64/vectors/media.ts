/** Vectors of MMX and SSE, written from the manual: what an instruction finds and what it leaves. */
import type { MediaState } from '../media-processor';

export interface MediaRow {
  readonly what: string;
  readonly code: string;
  readonly before: MediaState;
  readonly after: MediaState;
}

const row = (what: string, code: string, before: MediaState, after: MediaState): MediaRow => ({
  what,
  code,
  before,
  after,
});

/** A register of words of 32 bits, the lowest first. */
const w = (...words: readonly number[]): bigint =>
  words.reduceRight((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n);
/** Of 64 bits. */
const q = (low: bigint, high = 0n): bigint => low | (high << 64n);

const MOVES: readonly MediaRow[] = [
  row('movaps', '0f 28 c1', { xmm: [0n, w(1, 2, 3, 4)] }, { xmm: [w(1, 2, 3, 4)] }),
  row(
    'movss between registers leaves the rest',
    'f3 0f 10 c1',
    { xmm: [w(1, 2, 3, 4), w(9)] },
    { xmm: [w(9, 2, 3, 4)] },
  ),
  row('movss from memory clears it', 'f3 0f 10 07', { xmm: [w(1, 2, 3, 4)] }, { xmm: [0n] }),
  row('movsd between registers', 'f2 0f 10 c1', { xmm: [q(1n, 2n), q(9n, 8n)] }, { xmm: [q(9n, 2n)] }),
  row('movd', '66 0f 6e c0', { rax: 0x1_8000_0001n, xmm: [q(1n, 1n)] }, { xmm: [0x8000_0001n] }),
  row('movq of a general register', '66 48 0f 6e c0', { rax: 0x1_8000_0001n }, { xmm: [0x1_8000_0001n] }),
  row('movd to a general register clears the rest', '66 0f 7e c0', { rax: -1n, xmm: [w(7, 7)] }, { rax: 7n }),
  row('movq clears the upper half', 'f3 0f 7e c1', { xmm: [q(1n, 1n), q(5n, 6n)] }, { xmm: [5n] }),
  row('movhlps', '0f 12 c1', { xmm: [q(1n, 2n), q(3n, 4n)] }, { xmm: [q(4n, 2n)] }),
  row('movlhps', '0f 16 c1', { xmm: [q(1n, 2n), q(3n, 4n)] }, { xmm: [q(1n, 3n)] }),
  row('movmskps', '0f 50 c1', { xmm: [0n, w(-1, 1, -1, -1)] }, { rax: 0b1101n }),
  row('pmovmskb', '66 0f d7 c1', { xmm: [0n, q(0x80n, 0xff00n)] }, { rax: 0x201n }),
  row('movsldup', 'f3 0f 12 c1', { xmm: [0n, w(1, 2, 3, 4)] }, { xmm: [w(1, 1, 3, 3)] }),
  row('movddup', 'f2 0f 12 c1', { xmm: [0n, q(7n, 8n)] }, { xmm: [q(7n, 7n)] }),
  row('maskmovdqu', '66 0f f7 c1', { xmm: [0x0403_0201n, 0x8000_8000n] }, { memory: Uint8Array.of(0, 2, 0, 4, 0) }),
  row(
    'movq of MMX takes the stack',
    '0f 6f c1',
    { st: [0n, 0x1234n], ftw: 0 },
    { st: [0xffff_0000_0000_0000_1234n], ftw: 0xff },
  ),
  row('movq2dq', 'f3 0f d6 c1', { st: [0n, 5n], xmm: [q(1n, 1n)] }, { xmm: [5n], ftw: 0xff }),
];

const FLOAT: readonly MediaRow[] = [
  row(
    'addss leaves the rest',
    'f3 0f 58 c1',
    { xmm: [w(0x3f80_0000, 2), w(0x3f80_0000)] },
    { xmm: [w(0x4000_0000, 2)] },
  ),
  row('andnps', '0f 55 c1', { xmm: [w(0xf0f0), w(0xffff)] }, { xmm: [w(0x0f0f)] }),
  row('cmpltps', '0f c2 c1 01', { xmm: [w(0, 0x3f80_0000), w(0x3f80_0000)] }, { xmm: [w(-1, 0, 0, 0)] }),
  row('ucomiss of a NaN', '0f 2e c1', { xmm: [w(0x7fc0_0000)] }, { rflags: 0x47n, mxcsr: 0x1f80 }),
  row('comiss of a NaN is invalid', '0f 2f c1', { xmm: [w(0x7fc0_0000)] }, { rflags: 0x47n, mxcsr: 0x1f81 }),
  row('cvtsi2sd', 'f2 48 0f 2a c0', { rax: 2n, xmm: [q(0n, 9n)] }, { xmm: [q(0x4000_0000_0000_0000n, 9n)] }),
  row('cvttss2si', 'f3 0f 2c c1', { xmm: [0n, w(0xbfc0_0000)] }, { rax: 0xffff_ffffn, mxcsr: 0x1fa0 }),
  row('cvtdq2pd', 'f3 0f e6 c1', { xmm: [0n, w(1, -1)] }, { xmm: [q(0x3ff0n << 48n, 0xbff0n << 48n)] }),
  row('haddps', 'f2 0f 7c c1', { xmm: [w(0x3f80_0000, 0x3f80_0000)] }, { xmm: [w(0x4000_0000)] }),
  row('roundss', '66 0f 3a 0a c1 01', { xmm: [0n, w(0xbf00_0000)] }, { xmm: [w(0xbf80_0000)], mxcsr: 0x1fa0 }),
];

export const MEDIA_ROWS: readonly MediaRow[] = [...MOVES, ...FLOAT];
