/** Rows of MMX and SSE on single instructions. @see AMD64 APM volumes 4 and 5 */
import { describe, expect, it } from 'vitest';
import { CR0, CR4 } from '../../../src/isa/x86_64/bits';
import { CAUSE } from '../../../src/isa/x86_64/causes';
import { MediaProcessor, type MediaState } from './media-processor';
import { MEDIA_ROWS } from './vectors/media';

const processor = new MediaProcessor();

/** Bytes of hexadecimal text. */
const code = (text: string): number[] => text.split(' ').map((byte) => Number.parseInt(byte, 16));

const run = (text: string, before: MediaState = {}) => processor.run(code(text), before);

describe('rows of MMX and SSE', () => {
  it.each(MEDIA_ROWS)('$what', ({ code: text, before, after }) => {
    const given = run(text, before);
    const told: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(after)) {
      const found = given[name as keyof typeof given];
      told[name] = Array.isArray(value) ? (found as unknown[]).slice(0, value.length) : found;
      if (name === 'memory') told[name] = [...given.memory.slice(0, (value as Uint8Array).length)];
    }
    const wanted = { ...after, ...(after.memory && { memory: [...after.memory] }) };
    expect({ cause: given.cause, length: given.length, ...told }).toEqual({
      cause: undefined,
      length: code(text).length,
      ...wanted,
    });
  });
});

const ADDPS = '0f 58 c1';
const PXOR_MMX = '0f 6f c1';

describe('access to SSE and MMX', () => {
  it.each([
    ['SSE without CR4.OSFXSR is undefined', ADDPS, { cr4: 0n }, CAUSE.UD],
    ['SSE with CR0.EM is undefined', ADDPS, { cr0: CR0.EM }, CAUSE.UD],
    ['SSE with CR0.TS is not available', ADDPS, { cr0: CR0.TS }, CAUSE.NM],
    ['MMX with CR0.EM is undefined', PXOR_MMX, { cr0: CR0.EM }, CAUSE.UD],
    ['MMX with CR0.TS is not available', PXOR_MMX, { cr0: CR0.TS }, CAUSE.NM],
    ['MMX where an x87 exception waits', PXOR_MMX, { fsw: 0x8081, fcw: 0x37e }, CAUSE.MF],
    ['an operand that is not aligned', '0f 28 47 01', {}, CAUSE.GP],
    ['a store that is not aligned', '66 0f e7 47 08', {}, CAUSE.GP],
  ] as const)('%s', (_, text, before, cause) => {
    expect(run(text, before).cause).toBe(cause);
  });

  it('an exception that is not masked is #XF, and leaves the destination', () => {
    const before = { xmm: [0x3f80_0000n, 0n], mxcsr: 0x1f80 & ~0x200 };
    expect(run('f3 0f 5e c1', before)).toMatchObject({ cause: CAUSE.XF, mxcsr: 0x1d84 });
    expect(run('f3 0f 5e c1', before).xmm[0]).toBe(0x3f80_0000n);
  });

  it('it is #UD where the system does not want it', () => {
    expect(run('f3 0f 5e c1', { xmm: [0x3f80_0000n, 0n], mxcsr: 0x1d80, cr4: CR4.OSFXSR }).cause).toBe(CAUSE.UD);
  });

  it('moves of any alignment reach across', () => {
    const memory = Uint8Array.from({ length: 32 }, (_, at) => at);
    expect(run('0f 10 47 01', { memory }).xmm[0]).toBe(0x100f_0e0d_0c0b_0a09_0807_0605_0403_0201n);
  });
});
