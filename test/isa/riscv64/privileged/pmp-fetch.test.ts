/** Instruction fetches under PMP, where its border goes through an instruction. */
import { describe, expect, it } from 'vitest';
import { AT, GuestBench, type Mode } from './guest-bench';

const bench = new GuestBench();
const NAPOT = 0x18n;
const NA4 = 0x10n;
const X = 4n;

/** `addi t0, zero, 1` and `c.li t0, 1`. */
const LONG = Uint8Array.of(0x93, 0x02, 0x10, 0x00);
const SHORT = Uint8Array.of(0x85, 0x42);

/** What the instruction at `pc` traps with, as cause and tval; undefined when it executes. */
const fetchAt = (mode: Mode, pc: number, code: Uint8Array): readonly [number, bigint] | undefined => {
  bench.write(pc, code);
  bench.fresh();
  bench.hart.write('x', 5, 0n);
  const trap = bench.runAt(mode, BigInt(pc));
  if (trap) expect(trap.epc).toBe(BigInt(pc));
  expect(bench.hart.read('x', 5)).toBe(trap ? 0n : 1n);
  return trap && [trap.cause, trap.tval];
};

describe('an instruction of which PMP allows one half alone', () => {
  const rows: readonly (readonly [what: string, at: number, code: Uint8Array, isForbidden: boolean])[] = [
    ['4 bytes before the border', 0x7c, LONG, false],
    ['4 bytes across it', 0x7e, LONG, true],
    ['2 bytes before it', 0x7e, SHORT, false],
  ];
  it.each(rows)(
    '%s (Machine: "Physical Memory Protection", all bytes of an access must match)',
    (_what, at, code, isForbidden) => {
      const pc = AT.data + at;
      for (const mode of ['S', 'VS'] as const) {
        // 4 bytes behind the border are no one's.
        bench.reset({
          pmpaddr0: BigInt((AT.data + 0x80) / 4),
          pmpcfg0: NA4 | (0x1fn << 8n),
          pmpaddr1: (1n << 54n) - 1n,
        });
        expect([mode, fetchAt(mode, pc, code)]).toEqual([mode, isForbidden ? [1, BigInt(pc) + 2n] : undefined]);
        expect([mode, fetchAt(mode, AT.data + 0x80, code)]).toEqual([mode, [1, BigInt(AT.data) + 0x80n]]);
        expect([mode, fetchAt(mode, AT.data + 0x84, code)]).toEqual([mode, undefined]);
      }
    },
  );
  it('and binds M-mode where the entry is locked', () => {
    bench.reset({ pmpaddr0: BigInt((AT.data + 0x80) / 4), pmpcfg0: NA4 | 0x80n });
    expect(fetchAt('M', AT.data + 0x7e, LONG)).toEqual([1, BigInt(AT.data) + 0x80n]);
    expect(fetchAt('M', AT.data + 0x7e, SHORT)).toBeUndefined();
  });
  it('across pages the second page decides on the second half', () => {
    const pc = AT.data + 0xffe;
    bench.reset({
      pmpaddr0: BigInt((AT.data + 0x1000) / 4) | 0x1ffn,
      pmpcfg0: NAPOT | 1n | (0x1fn << 8n),
      pmpaddr1: (1n << 54n) - 1n,
    });
    expect(fetchAt('S', pc, LONG)).toEqual([1, BigInt(pc) + 2n]);
    expect(fetchAt('S', pc, SHORT)).toBeUndefined();
    bench.set({ pmpcfg0: NAPOT | X | (0x1fn << 8n) });
    expect(fetchAt('S', pc, LONG)).toBeUndefined();
  });
});
