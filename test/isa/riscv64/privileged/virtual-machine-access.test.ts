/**
 * HLV, HLVX and HSV through the engine: who may execute them, with whose rights they access, and what a fault tells.
 * @see RISC-V Privileged ISA 20240411, H: "Hypervisor Virtual-Machine Load and Store Instructions"
 */
import { describe, expect, it } from 'vitest';
import { HSTATUS, MSTATUS, VSXL_64, XL_64 } from '../../../../src/isa/riscv64/csrs-bits';
import type { Line } from '../../../support/assemble';
import { AT, dataPage, GUEST_PAGE, GuestBench, type Mode, WINDOW } from './guest-bench';
import { pte } from './physical';

const bench = new GuestBench();
const RD = 10;
const RS1 = 11;

const HLV: Line = ['hlv.d', { rd: RD, rs1: RS1 }];
const HLVX: Line = ['hlvx.wu', { rd: RD, rs1: RS1 }];
const HSV: Line = ['hsv.d', { rs1: RS1, rs2: RD }];
const KINDS = { hlv: HLV, hlvx: HLVX, hsv: HSV } as const;
type Kind = keyof typeof KINDS;

/** Runs the instruction at the window's first page; `ok`, or the trap's cause. */
const outcome = (mode: Mode, kind: Kind): string => {
  bench.hart.write('x', RS1, WINDOW);
  bench.fresh();
  const trap = bench.run(mode, [KINDS[kind]]);
  return trap ? `${trap.cause}` : 'ok';
};

/** R, W and X as entries may combine them. */
const RIGHTS = ['R', 'X', 'RX', 'RW', 'RWX'];

describe('rights are those of the guest in the mode SPVP names', () => {
  /** The section's rules, for one stage that is open to the access at all. */
  const allows = (kind: Kind, rights: string, isMxr: boolean): boolean => {
    if (kind === 'hsv') return rights.includes('W');
    if (kind === 'hlvx') return rights.includes('X');
    return rights.includes('R') || (isMxr && rights.includes('X'));
  };
  it('for every entry of both stages, SPVP, SUM, and MXR of both levels', () => {
    const wrong: unknown[] = [];
    let count = 0;
    for (const first of RIGHTS) {
      for (const second of RIGHTS) {
        for (let bits = 0; bits < 64; bits++) {
          const [isFirstU, isSecondU, isVs, isSum, isGuestMxr, isHostMxr] = Array.from(
            { length: 6 },
            (_, at) => ((bits >> at) & 1) === 1,
          );
          const [isHostSum, isMprv] = [count % 5 < 2, count % 7 < 3];
          bench.put(AT.first0, 0, pte(GUEST_PAGE, `V${first}${isFirstU ? 'U' : ''}AD`));
          bench.put(AT.second0, 0, pte(dataPage(0), `V${second}${isSecondU ? 'U' : ''}AD`));
          bench.set({
            // Neither HS-mode's SUM nor MPRV matters.
            mstatus:
              XL_64 | (isHostMxr ? MSTATUS.MXR : 0n) | (isHostSum ? MSTATUS.SUM : 0n) | (isMprv ? MSTATUS.MPRV : 0n),
            vsstatus: VSXL_64 | (isGuestMxr ? MSTATUS.MXR : 0n) | (isSum ? MSTATUS.SUM : 0n),
            hstatus: VSXL_64 | HSTATUS.HU | (isVs ? HSTATUS.SPVP : 0n),
          });
          const isOpen = isVs ? !isFirstU || isSum : isFirstU;
          for (const kind of ['hlv', 'hlvx', 'hsv'] as const) {
            const isWrite = kind === 'hsv';
            const isFirst = isOpen && allows(kind, first, Boolean(isGuestMxr || isHostMxr));
            const isSecond = isSecondU && allows(kind, second, Boolean(isHostMxr));
            const expected = !isFirst ? (isWrite ? '15' : '13') : !isSecond ? (isWrite ? '23' : '21') : 'ok';
            const mode = (['M', 'S', 'U'] as const)[count++ % 3]!;
            const seen = outcome(mode, kind);
            if (seen !== expected) wrong.push({ kind, mode, first, second, bits, seen, expected });
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('PMP has the last word, as for supervisor level', () => {
  const rows: [rights: string, expected: Readonly<Record<Kind, string>>][] = [
    ['', { hlv: '5', hlvx: '5', hsv: '7' }],
    ['R', { hlv: 'ok', hlvx: '5', hsv: '7' }],
    ['X', { hlv: '5', hlvx: '5', hsv: '7' }],
    ['RX', { hlv: 'ok', hlvx: 'ok', hsv: '7' }],
    ['RW', { hlv: 'ok', hlvx: '5', hsv: 'ok' }],
    ['RWX', { hlv: 'ok', hlvx: 'ok', hsv: 'ok' }],
  ];
  it.each(rows)('over a page with "%s"', (rights, expected) => {
    bench.reset({ hstatus: VSXL_64 | HSTATUS.SPVP | HSTATUS.HU });
    bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD'));
    bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXUAD'));
    const config = BigInt([...rights].reduce((sum, right) => sum | { R: 1, W: 2, X: 4 }[right]!, 0x18));
    bench.set({ pmpaddr0: BigInt(dataPage(0) / 4) | 0x1ffn, pmpaddr1: (1n << 54n) - 1n, pmpcfg0: config | 0x1f00n });
    for (const mode of ['M', 'S', 'U'] as const) {
      const seen = Object.fromEntries((['hlv', 'hlvx', 'hsv'] as const).map((kind) => [kind, outcome(mode, kind)]));
      expect({ mode, ...seen }).toEqual({ mode, ...expected });
    }
  });
  it('and over the tables of both stages', () => {
    for (const table of [AT.first0, AT.second0, AT.firstRoot, AT.secondRoot]) {
      bench.reset({ hstatus: VSXL_64 | HSTATUS.SPVP });
      bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD'));
      bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXUAD'));
      bench.set({ pmpaddr0: BigInt(table / 4) | 0x1ffn, pmpaddr1: (1n << 54n) - 1n, pmpcfg0: 0x1f18n });
      expect([table, outcome('S', 'hlv'), outcome('M', 'hsv')]).toEqual([table, '5', '7']);
    }
  });
});

describe('who may execute them', () => {
  const rows: [mode: Mode, isHu: boolean, expected: string][] = [
    ['M', false, 'ok'],
    ['S', false, 'ok'],
    ['U', false, '2'],
    ['U', true, 'ok'],
    ['VS', true, '22'],
    ['VU', true, '22'],
  ];
  it.each(rows)('%s with HU = %s: %s', (mode, isHu, expected) => {
    bench.reset({ hstatus: VSXL_64 | HSTATUS.SPVP | (isHu ? HSTATUS.HU : 0n) });
    bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD'));
    bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXUAD'));
    for (const kind of ['hlv', 'hlvx', 'hsv'] as const) expect(outcome(mode, kind)).toBe(expected);
  });
});

describe('what they do', () => {
  it('set A and D of the guest as its own accesses would', () => {
    bench.reset({ hstatus: VSXL_64 | HSTATUS.SPVP });
    bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWX'));
    bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXU'));
    const bits = (): bigint[] => [bench.read(AT.first0) & 0xc0n, bench.read(AT.second0) & 0xc0n];
    expect([outcome('S', 'hlv'), ...bits()]).toEqual(['ok', 0x40n, 0x40n]);
    expect([outcome('S', 'hsv'), ...bits()]).toEqual(['ok', 0xc0n, 0xc0n]);
  });
  it('translate by the second stage alone when vsatp is Bare, and not at all when both are', () => {
    bench.reset({ vsatp: 0n });
    bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXUAD'));
    bench.hart.write('x', RD, 0x1234n);
    expect(outcome('S', 'hsv')).toBe('ok');
    expect(bench.read(dataPage(0))).toBe(0x1234n);
    bench.set({ hgatp: 0n });
    bench.hart.write('x', RS1, BigInt(dataPage(0)));
    bench.fresh();
    expect(bench.run('S', [HLV])).toBeUndefined();
    expect(bench.hart.read('x', RD)).toBe(0x1234n);
  });
  it('leave a trap with SPV of the mode they ran in, SPVP as it was, and GVA', () => {
    for (const [mode, spvp] of [
      ['S', HSTATUS.SPVP],
      ['S', 0n],
      ['U', HSTATUS.SPVP],
    ] as const) {
      bench.reset({ hstatus: VSXL_64 | HSTATUS.HU | HSTATUS.SPV | spvp });
      bench.put(AT.first0, 0, pte(GUEST_PAGE, spvp ? 'VRWXAD' : 'VRWXUAD'));
      expect(outcome(mode, 'hlv')).toBe('21');
      expect(bench.hart.get('hstatus')).toBe(VSXL_64 | HSTATUS.HU | HSTATUS.GVA | spvp);
      expect(bench.hart.get('htval')).toBe(GUEST_PAGE >> 2n);
    }
  });
  it('cross a page like other accesses: the second page faults with its own addresses and the distance in htinst', () => {
    bench.reset({ hstatus: VSXL_64 | HSTATUS.SPVP });
    bench.put(AT.first0, 0, pte(GUEST_PAGE + 0x5000n, 'VRWXAD'));
    bench.put(AT.first0, 1, pte(GUEST_PAGE + 0x2000n, 'VRWXAD'));
    bench.put(AT.second0, 5, pte(dataPage(0), 'VRWXUAD'));
    bench.hart.write('x', RS1, WINDOW + 0xffdn);
    expect(bench.run('S', [HLV])).toMatchObject({
      into: 'S',
      cause: 21,
      tval: WINDOW + 0x1000n,
      guestPhysical: GUEST_PAGE + 0x2000n,
      isGuestAddress: true,
      // hlv.d a0 with 3 where rs1 was.
      instruction: 0x6c01_c573n,
    });
    // Nothing of it is stored.
    bench.hart.write('x', RD, (1n << 64n) - 1n);
    expect(bench.run('S', [HSV])).toMatchObject({ cause: 23, instruction: 0x6ea1_c073n });
    expect(bench.read(dataPage(0) + 0xff8)).toBe(0n);
    bench.put(AT.second0, 2, pte(dataPage(1), 'VRWXUAD'));
    bench.fresh();
    expect(bench.run('S', [HSV])).toBeUndefined();
    expect([bench.read(dataPage(0) + 0xff8), bench.read(dataPage(1))]).toEqual([
      0xffff_ff00_0000_0000n,
      0xff_ffff_ffffn,
    ]);
    bench.hart.write('x', RD, 0n);
    expect(bench.run('S', [HLV])).toBeUndefined();
    expect(bench.hart.read('x', RD)).toBe((1n << 64n) - 1n);
  });
});
