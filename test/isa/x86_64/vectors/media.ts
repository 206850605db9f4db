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

/** Bytes of a register, the lowest first. */
const text = (characters: string): bigint =>
  [...characters].reduceRight((sum, character) => (sum << 8n) | BigInt(character.charCodeAt(0)), 0n);

const INTEGER: readonly MediaRow[] = [
  row('paddb wraps', '66 0f fc c1', { xmm: [0xff01n, 0x0102n] }, { xmm: [0x0003n] }),
  row('paddusb saturates', '66 0f dc c1', { xmm: [0xff01n, 0x0102n] }, { xmm: [0xff03n] }),
  row('psubsw saturates', '66 0f e9 c1', { xmm: [0x8000n, 1n] }, { xmm: [0x8000n] }),
  row(
    'pcmpeqb',
    '66 0f 74 c1',
    { xmm: [q(0x0102n, 1n), q(0x0103n, 1n)] },
    { xmm: [q(-1n & 0xffff_ffff_ffff_ff00n, -1n & ((1n << 64n) - 1n))] },
  ),
  row('pcmpgtd', '66 0f 66 c1', { xmm: [w(1, -1, 5), w(0, 1, 5)] }, { xmm: [w(-1)] }),
  row('pmaddwd', '66 0f f5 c1', { xmm: [w(0x0002_0003), w(0xffff_0004)] }, { xmm: [w(10)] }),
  row('pmulhuw', '66 0f e4 c1', { xmm: [0xffffn, 0xffffn] }, { xmm: [0xfffen] }),
  row('pmuludq', '66 0f f4 c1', { xmm: [w(-1, 7), w(-1, 9)] }, { xmm: [0xffff_fffe_0000_0001n] }),
  row('psadbw', '66 0f f6 c1', { xmm: [q(0x0105n, 1n), q(0x0301n, 0n)] }, { xmm: [q(6n, 1n)] }),
  row('punpcklbw', '66 0f 60 c1', { xmm: [0x0201n, 0x0403n] }, { xmm: [0x0402_0301n] }),
  row('punpckhqdq', '66 0f 6d c1', { xmm: [q(1n, 2n), q(3n, 4n)] }, { xmm: [q(2n, 4n)] }),
  row('packuswb', '66 0f 67 c1', { xmm: [w(0xffff_0100), w(0x0000_007f)] }, { xmm: [q(0xffn, 0x7fn)] }),
  row('packssdw', '66 0f 6b c1', { xmm: [w(0x1_0000, -0x1_0000), 0n] }, { xmm: [0x8000_7fffn] }),
  row('pshufd', '66 0f 70 c1 1b', { xmm: [0n, w(1, 2, 3, 4)] }, { xmm: [w(4, 3, 2, 1)] }),
  row(
    'pshufhw',
    'f3 0f 70 c1 1b',
    { xmm: [0n, q(5n, 0x0004_0003_0002_0001n)] },
    { xmm: [q(5n, 0x0001_0002_0003_0004n)] },
  ),
  row('shufps', '0f c6 c1 e4', { xmm: [w(1, 2, 3, 4), w(5, 6, 7, 8)] }, { xmm: [w(1, 2, 7, 8)] }),
  row('psrldq', '66 0f 73 d8 0f', { xmm: [0xabn << 120n] }, { xmm: [0xabn] }),
  row('pslldq by 16', '66 0f 73 f8 10', { xmm: [0xabn] }, { xmm: [0n] }),
  row('psraw by more than 15', '66 0f 71 e0 40', { xmm: [0x8000_7fffn] }, { xmm: [0xffff_0000n] }),
  row('psllq by a register beyond 63', '66 0f f3 c1', { xmm: [q(1n, 1n), q(64n)] }, { xmm: [0n] }),
  row('pextrw', '66 0f c5 c1 07', { xmm: [0n, 0x1234n << 112n] }, { rax: 0x1234n }),
  row('pinsrw', '66 0f c4 c0 01', { rax: 0x5_1234n, xmm: [w(-1)] }, { xmm: [0x1234_ffffn] }),
  row(
    'pshufb',
    '66 0f 38 00 c1',
    { xmm: [0x0403_0201n, 0x8000_0003n] },
    { xmm: [0x01_01_01_01_01_01_01_01_01_01_01_01_00_01_01_04n] },
  ),
  row('palignr', '66 0f 3a 0f c1 04', { xmm: [w(5, 6, 7, 8), w(1, 2, 3, 4)] }, { xmm: [w(2, 3, 4, 5)] }),
  row('phaddw', '66 0f 38 01 c1', { xmm: [0x0002_0001n, 0x0004_0003n] }, { xmm: [q(3n, 7n)] }),
  row('pabsd', '66 0f 38 1e c1', { xmm: [0n, w(-5, 5, -0x8000_0000)] }, { xmm: [w(5, 5, 0x8000_0000)] }),
  row('pmovsxbd', '66 0f 38 21 c1', { xmm: [0n, 0x80_7f_ff_01n] }, { xmm: [w(1, -1, 127, -128)] }),
  row('pblendvb', '66 0f 38 10 c1', { xmm: [0x0080n, 0xffffn] }, { xmm: [0x00ffn] }),
  row('ptest of disjoint bits', '66 0f 38 17 c1', { xmm: [1n, 2n] }, { rflags: 0x42n }),
  row('ptest of bits among others', '66 0f 38 17 c1', { xmm: [3n, 2n] }, { rflags: 0x3n }),
  row('insertps', '66 0f 3a 21 c1 98', { xmm: [w(1, 2, 3, 4), w(5, 6, 7, 8)] }, { xmm: [w(1, 7, 3, 0)] }),
  row('pcmpgtq', '66 0f 38 37 c1', { xmm: [q(2n, 0n), q(1n, 1n)] }, { xmm: [(1n << 64n) - 1n] }),
  row('paddb of MMX', '0f fc c1', { st: [0xff01n, 0x0102n] }, { st: [0xffff_0000_0000_0000_0003n], ftw: 0xff }),
  row('punpckhbw of MMX', '0f 68 c1', { st: [0x0201n << 32n, 0x0403n << 32n] }, { st: [0xffff_0000_0000_0402_0301n] }),
  row('emms', '0f 77', { ftw: 0xff }, { ftw: 0 }),
];

/** Of bytes as hexadecimal digits, the lowest first. */
const bytes = (digits: string): bigint => BigInt(`0x${(digits.match(/../g) ?? []).reverse().join('')}`);

const STRINGS_AND_CIPHERS: readonly MediaRow[] = [
  // The first of the characters of a set.
  row('pcmpistri: any', '66 0f 3a 63 c1 00', { xmm: [text('xyc'), text('abcd')] }, { rcx: 2n, rflags: 0xc3n }),
  row('pcmpistri: none', '66 0f 3a 63 c1 00', { xmm: [text('xyz'), text('abcd')] }, { rcx: 16n, rflags: 0xc2n }),
  row('pcmpistri: ranges', '66 0f 3a 63 c1 04', { xmm: [text('09'), text('ab7d')] }, { rcx: 2n }),
  row('pcmpistri: a string within', '66 0f 3a 63 c1 0c', { xmm: [text('cd'), text('abcd')] }, { rcx: 2n }),
  row('pcmpistri: the first that differs', '66 0f 3a 63 c1 18', { xmm: [text('abx'), text('aby')] }, { rcx: 2n }),
  row('pcmpistrm: a mask of bytes', '66 0f 3a 62 d1 40', { xmm: [0n, text('aba'), text('a')] }, { xmm: [0xff_00ffn] }),
  row(
    'pcmpestri: lengths from registers',
    '66 0f 3a 61 c1 00',
    { rax: 1n, rdx: 2n, xmm: [text('ba'), text('ab')] },
    { rcx: 1n },
  ),
  row('crc32 of a byte', 'f2 0f 38 f0 c1', { rax: 0xffff_ffffn, rcx: 0x31n }, { rax: 0x6f0a_661cn }),
  row('pclmulqdq', '66 0f 3a 44 c1 00', { xmm: [3n, 7n] }, { xmm: [9n] }),
  // FIPS 197, appendix B: the first round.
  row(
    'aesenc',
    '66 0f 38 dc c1',
    { xmm: [bytes('193de3bea0f4e22b9ac68d2ae9f84808'), bytes('a0fafe1788542cb123a339392a6c7605')] },
    { xmm: [bytes('a49c7ff2689f352b6b5bea43026a5049')] },
  ),
];

/** What the x87 leaves; ST(0) first. */
const number = (exponent: number, significand: bigint): bigint => (BigInt(exponent) << 64n) | significand;
const ONE = number(0x3fff, 1n << 63n);
const TWO = number(0x4000, 1n << 63n);
const INDEFINITE = number(0xffff, 3n << 62n);

const X87: readonly MediaRow[] = [
  row('fld1 pushes', 'd9 e8', {}, { st: [ONE], fsw: 0x3800, ftw: 0x80 }),
  row('fadd', 'd8 c1', { st: [ONE, ONE], ftw: 3 }, { st: [TWO, ONE], ftw: 3 }),
  row('faddp pops', 'de c1', { st: [ONE, ONE], ftw: 3 }, { st: [TWO], fsw: 0x800, ftw: 2 }),
  row('fsubrp: ST(0) less ST(1)', 'de e1', { st: [TWO, ONE], ftw: 3 }, { st: [ONE], fsw: 0x800 }),
  row('of an empty register', 'd8 c1', { st: [ONE, ONE], ftw: 1 }, { st: [INDEFINITE], fsw: 0x41, ftw: 1 }),
  row('a push without room', 'd9 e8', { ftw: 0xff }, { st: [INDEFINITE], fsw: 0x3a41, ftw: 0xff }),
  row('what is not masked gives nothing', 'd8 c1', { st: [ONE], ftw: 1, fcw: 0x37e }, { st: [ONE], fsw: 0x80c1 }),
  row('fcomi', 'db f1', { st: [ONE, TWO], ftw: 3 }, { rflags: 3n }),
  row('fucompp', 'da e9', { st: [ONE, ONE], ftw: 3 }, { fsw: 0x5000, ftw: 0 }),
  row('fnstsw', 'df e0', { fsw: 0x7800 & 0x3800 }, { rax: 0x3800n }),
  row('fninit', 'db e3', { fsw: 0x3fff & 0x3800, ftw: 0xff, fcw: 0 }, { fsw: 0, ftw: 0, fcw: 0x37f }),
  row('fxch', 'd9 c9', { st: [ONE, TWO], ftw: 3 }, { st: [TWO, ONE] }),
  row('fild', 'df 07', { memory: Uint8Array.of(2, 0) }, { st: [TWO], ftw: 0x80 }),
  row('fistp', 'db 1f', { st: [TWO], ftw: 1 }, { memory: Uint8Array.of(2, 0, 0, 0), fsw: 0x800, ftw: 0 }),
  row('fnstcw', 'd9 3f', { fcw: 0x27f }, { memory: Uint8Array.of(0x7f, 2) }),
  row('fincstp', 'd9 f7', {}, { fsw: 0x800 }),
  row('fxam of an empty register', 'd9 e5', {}, { fsw: 0x4100 }),
];

const STATE: readonly MediaRow[] = [
  row('stmxcsr', '0f ae 1f', { mxcsr: 0x1fa0 }, { memory: Uint8Array.of(0xa0, 0x1f, 0, 0) }),
  row('ldmxcsr', '0f ae 17', { memory: Uint8Array.of(0x80, 0x9f) }, { mxcsr: 0x9f80 }),
  row('xgetbv', '0f 01 d0', {}, { rax: 3n }),
];

export const MEDIA_ROWS: readonly MediaRow[] = [
  ...MOVES,
  ...FLOAT,
  ...INTEGER,
  ...STRINGS_AND_CIPHERS,
  ...X87,
  ...STATE,
];
