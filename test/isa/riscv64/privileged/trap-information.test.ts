/**
 * What a trap tells a hypervisor: htval and mtval2, htinst and mtinst, GVA; from real accesses on the engine.
 * @see RISC-V Privileged ISA 20240411, H: "Transformed Instruction or Pseudoinstruction for mtinst or htinst"
 */
import { describe, expect, it } from 'vitest';
import { ENVCFG, HSTATUS, MSTATUS, VSXL_64, XL_64 } from '../../../../src/isa/riscv64/csrs-bits';
import type { Line } from '../../../support/assemble';
import { SEED } from '../../../support/random';
import { AT, dataPage, GUEST_PAGE, GuestBench, type Mode, type Taken, WINDOW } from './guest-bench';
import { pte } from './physical';
import { randomFrom } from './random';

const bench = new GuestBench();
const A1 = 11;
const SP = 2;

/**
 * Instruction, its encoding, and what the trap instruction register holds: the encoding of the same instruction (expanded
 * when it has 16 bits) with base x0 and offset 0, as an assembler other than ours has it, and bit 1 clear for 16 bits.
 */
const ROWS: readonly (readonly [text: string, word: number, transformed: number])[] = [
  ['lb s1, -1032(a1)', 0xbf858483, 0x00000483],
  ['lbu s1, -1032(a1)', 0xbf85c483, 0x00004483],
  ['lh s1, -1032(a1)', 0xbf859483, 0x00001483],
  ['lhu s1, -1032(a1)', 0xbf85d483, 0x00005483],
  ['lw s1, -1032(a1)', 0xbf85a483, 0x00002483],
  ['lwu s1, -1032(a1)', 0xbf85e483, 0x00006483],
  ['ld s1, -1032(a1)', 0xbf85b483, 0x00003483],
  ['flw fs1, 2047(a1)', 0x7ff5a487, 0x00002487],
  ['fld fs1, 2047(a1)', 0x7ff5b487, 0x00003487],
  ['sb t6, -1(a1)', 0xfff58fa3, 0x01f00023],
  ['sh t6, -1(a1)', 0xfff59fa3, 0x01f01023],
  ['sw t6, -1(a1)', 0xfff5afa3, 0x01f02023],
  ['sd t6, -1(a1)', 0xfff5bfa3, 0x01f03023],
  ['fsw ft11, 1365(a1)', 0x55f5aaa7, 0x01f02027],
  ['fsd ft11, 1365(a1)', 0x55f5baa7, 0x01f03027],
  ['lr.w s1, (a1)', 0x1005a4af, 0x100024af],
  ['lr.w.aqrl s1, (a1)', 0x1605a4af, 0x160024af],
  ['sc.w s1, s2, (a1)', 0x1925a4af, 0x192024af],
  ['sc.w.rl s1, s2, (a1)', 0x1b25a4af, 0x1b2024af],
  ['amoswap.w s1, s2, (a1)', 0x0925a4af, 0x092024af],
  ['amoadd.w.aq s1, s2, (a1)', 0x0525a4af, 0x052024af],
  ['amoxor.w.rl s1, s2, (a1)', 0x2325a4af, 0x232024af],
  ['amoand.w.aqrl s1, s2, (a1)', 0x6725a4af, 0x672024af],
  ['amoor.w s1, s2, (a1)', 0x4125a4af, 0x412024af],
  ['amomin.w.aq s1, s2, (a1)', 0x8525a4af, 0x852024af],
  ['amomax.w.rl s1, s2, (a1)', 0xa325a4af, 0xa32024af],
  ['amominu.w.aqrl s1, s2, (a1)', 0xc725a4af, 0xc72024af],
  ['amomaxu.w s1, s2, (a1)', 0xe125a4af, 0xe12024af],
  ['lr.d s1, (a1)', 0x1005b4af, 0x100034af],
  ['lr.d.aqrl s1, (a1)', 0x1605b4af, 0x160034af],
  ['sc.d s1, s2, (a1)', 0x1925b4af, 0x192034af],
  ['sc.d.rl s1, s2, (a1)', 0x1b25b4af, 0x1b2034af],
  ['amoswap.d s1, s2, (a1)', 0x0925b4af, 0x092034af],
  ['amoadd.d.aq s1, s2, (a1)', 0x0525b4af, 0x052034af],
  ['amoxor.d.rl s1, s2, (a1)', 0x2325b4af, 0x232034af],
  ['amoand.d.aqrl s1, s2, (a1)', 0x6725b4af, 0x672034af],
  ['amoor.d s1, s2, (a1)', 0x4125b4af, 0x412034af],
  ['amomin.d.aq s1, s2, (a1)', 0x8525b4af, 0x852034af],
  ['amomax.d.rl s1, s2, (a1)', 0xa325b4af, 0xa32034af],
  ['amominu.d.aqrl s1, s2, (a1)', 0xc725b4af, 0xc72034af],
  ['amomaxu.d s1, s2, (a1)', 0xe125b4af, 0xe12034af],
  ['c.lw s1, 64(a1)', 0x41a4, 0x00002481],
  ['c.ld s1, 64(a1)', 0x61a4, 0x00003481],
  ['c.fld fs1, 248(a1)', 0x3de4, 0x00003485],
  ['c.sw s1, 120(a1)', 0xdda4, 0x00902021],
  ['c.sd s1, 120(a1)', 0xfda4, 0x00903021],
  ['c.fsd fa5, 136(a1)', 0xa5dc, 0x00f03025],
  ['c.lwsp t6, 168(sp)', 0x5faa, 0x00002f81],
  ['c.ldsp t6, 168(sp)', 0x7faa, 0x00003f81],
  ['c.fldsp ft11, 504(sp)', 0x3ffe, 0x00003f85],
  ['c.swsp t6, 88(sp)', 0xccfe, 0x01f02021],
  ['c.sdsp t6, 88(sp)', 0xecfe, 0x01f03021],
  ['c.fsdsp ft11, 264(sp)', 0xa67e, 0x01f03025],
  ['hlv.b s1, (a1)', 0x6005c4f3, 0x600044f3],
  ['hlv.bu s1, (a1)', 0x6015c4f3, 0x601044f3],
  ['hlv.h s1, (a1)', 0x6405c4f3, 0x640044f3],
  ['hlv.hu s1, (a1)', 0x6415c4f3, 0x641044f3],
  ['hlvx.hu s1, (a1)', 0x6435c4f3, 0x643044f3],
  ['hlv.w s1, (a1)', 0x6805c4f3, 0x680044f3],
  ['hlv.wu s1, (a1)', 0x6815c4f3, 0x681044f3],
  ['hlvx.wu s1, (a1)', 0x6835c4f3, 0x683044f3],
  ['hlv.d s1, (a1)', 0x6c05c4f3, 0x6c0044f3],
  ['hsv.b s2, (a1)', 0x6325c073, 0x63204073],
  ['hsv.h s2, (a1)', 0x6725c073, 0x67204073],
  ['hsv.w s2, (a1)', 0x6b25c073, 0x6b204073],
  ['hsv.d s2, (a1)', 0x6f25c073, 0x6f204073],
];

const isStore = (text: string): boolean => /^(s|fs|c\.f?s|hsv|amo)/.test(text);
const isAtomic = (text: string): boolean => /^(lr|sc|amo)/.test(text);
const bytesOf = (text: string): number => {
  const width = /^(?:c\.)?(?:hlvx?\.|hsv\.|f?[ls]|lr\.|sc\.|amo\w+\.)([bhwd])/.exec(text)?.[1] ?? '';
  return { b: 1, h: 2, w: 4, d: 8 }[width] ?? 0;
};
const encoded = (word: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, word, true);
  return (word & 3) === 3 ? bytes : bytes.subarray(0, 2);
};

/** Runs a row with its address at `address`, from VS or, for HLV and HSV, from HS. */
const runAt = (text: string, word: number, address: bigint): Taken | undefined => {
  const offset = BigInt(/ (-?\d+)\(/.exec(text)?.[1] ?? 0);
  bench.hart.write('x', text.includes('(sp)') ? SP : A1, BigInt.asUintN(64, address - offset));
  // A failed SC does not access.
  bench.set({ reservation: address, reservationValue: 0n });
  bench.fresh();
  return bench.run(text.startsWith('h') ? 'S' : 'VS', encoded(word));
};

/** Pages 0 to 2 of the window: open; nothing in the second stage; nothing in the first. */
const setUp = (slots: Readonly<Record<string, bigint>> = {}): void => {
  bench.reset({ hstatus: VSXL_64 | HSTATUS.SPVP, ...slots });
  bench.put(AT.first0, 0, pte(GUEST_PAGE + 0x5000n, 'VRWXAD'));
  bench.put(AT.second0, 5, pte(dataPage(0), 'VRWXUAD'));
  bench.put(AT.first0, 1, pte(GUEST_PAGE + 0x2000n, 'VRWXAD'));
  // Physical memory that is not there.
  bench.put(AT.first0, 3, pte(GUEST_PAGE + 0x3000n, 'VRWXAD'));
  bench.put(AT.second0, 3, pte(0x10_0000_0000n, 'VRWXUAD'));
};

describe('a guest-page fault of an access', () => {
  it.each(ROWS)('of %s tells the instruction transformed, and where', (text, word, transformed) => {
    for (const into of ['S', 'M'] as const) {
      setUp(into === 'M' ? { medeleg: 0n } : {});
      expect(runAt(text, word, WINDOW + 0x1038n)).toEqual({
        into,
        cause: isStore(text) ? 23 : 21,
        epc: BigInt(AT.code),
        tval: WINDOW + 0x1038n,
        guestPhysical: GUEST_PAGE + 0x2038n,
        instruction: BigInt(transformed),
        isGuestAddress: true,
      });
    }
  });
  it(`counts how far behind its address a misaligned access fails (WORLDSTEP_SEED=${SEED})`, () => {
    const { bits } = randomFrom(SEED);
    setUp();
    for (const [text, word, transformed] of ROWS) {
      const bytes = bytesOf(text);
      expect(bytes, text).toBeGreaterThan(0);
      if (isAtomic(text) || bytes === 1) continue;
      const before = 1 + (bits() % (bytes - 1));
      const trap = runAt(text, word, WINDOW + 0x1000n - BigInt(before));
      expect({ text, ...trap }).toMatchObject({
        text,
        tval: WINDOW + 0x1000n,
        guestPhysical: GUEST_PAGE + 0x2000n,
        instruction: BigInt(transformed) | BigInt(before << 15),
      });
    }
  });
});

describe('other faults of an access', () => {
  const kinds: readonly (readonly [what: string, page: bigint, load: number, store: number])[] = [
    ['the first stage refuses', 2n, 13, 15],
    ['physical memory is not there', 3n, 5, 7],
  ];
  it.each(kinds)('tell the instruction, but no guest physical address: %s', (_what, page, load, store) => {
    for (const [text, word, transformed] of ROWS) {
      // Left over from an earlier trap.
      setUp({ htval: 5n, htinst: 0x3000n });
      const trap = runAt(text, word, WINDOW + page * 0x1000n);
      expect({ text, ...trap }).toEqual({
        text,
        into: 'S',
        cause: isStore(text) ? store : load,
        epc: BigInt(AT.code),
        tval: WINDOW + page * 0x1000n,
        guestPhysical: 0n,
        instruction: BigInt(transformed),
        isGuestAddress: true,
      });
    }
  });
  it('an atomic access that is misaligned has distance 0', () => {
    for (const [text, word, transformed] of ROWS.filter(([name]) => isAtomic(name))) {
      setUp();
      const address = WINDOW + 0x1001n;
      expect({ text, ...runAt(text, word, address) }).toMatchObject({
        cause: text.startsWith('lr') ? 4 : 6,
        tval: address,
        instruction: BigInt(transformed),
        guestPhysical: 0n,
        isGuestAddress: true,
      });
    }
  });
  it('handled by the guest leave htval and htinst alone', () => {
    setUp({ hedeleg: 0xb1ffn, htval: 5n, htinst: 0x3000n, hstatus: VSXL_64 | HSTATUS.SPV | HSTATUS.GVA });
    expect(runAt('ld s1, 0(a1)', 0x0005_b483, WINDOW + 0x2000n)).toMatchObject({ into: 'VS', cause: 13 });
    expect([bench.hart.get('htval'), bench.hart.get('htinst')]).toEqual([5n, 0x3000n]);
    expect(bench.hart.get('hstatus')).toBe(VSXL_64 | HSTATUS.SPV | HSTATUS.GVA);
  });
});

describe('traps that no access caused', () => {
  const rows: readonly (readonly [what: string, mode: Mode, line: Line, cause: number, tval: bigint])[] = [
    ['ecall', 'VS', ['ecall', {}], 10, 0n],
    ['ecall', 'VU', ['ecall', {}], 8, 0n],
    // The manual would allow the address, too.
    ['ebreak', 'VS', ['ebreak', {}], 3, 0n],
    ['illegal', 'VS', ['csrrs', { rd: 5, rs1: 0, csr: 0x300 }], 2, 0x3000_22f3n],
    ['virtual', 'VS', ['csrrs', { rd: 5, rs1: 0, csr: 0x600 }], 22, 0x6000_22f3n],
    ['virtual', 'VU', ['sret', {}], 22, 0x1020_0073n],
  ];
  it.each(rows)('%s in %s: no address, no instruction, GVA clear', (_what, mode, line, cause, tval) => {
    for (const into of ['S', 'M'] as const) {
      const status = { mstatus: XL_64 | MSTATUS.GVA, hstatus: VSXL_64 | HSTATUS.GVA };
      bench.reset({ ...status, htval: 5n, htinst: 7n, mtval2: 5n, mtinst: 7n, ...(into === 'M' && { medeleg: 0n }) });
      expect(bench.run(mode, [line])).toMatchObject({
        into,
        cause,
        tval,
        guestPhysical: 0n,
        instruction: 0n,
        isGuestAddress: false,
      });
    }
  });
});

describe('a fault while the walker reads or updates the tables of the first stage', () => {
  const PSEUDO = { read: 0x3000n, write: 0x3020n } as const;
  /** An access of each kind at the window's first page: of the guest itself, and of its hypervisor. */
  const ACCESSES: readonly (readonly [what: string, mode: Mode, word: number | undefined, cause: number])[] = [
    ['load', 'VS', 0x0005_b483, 21],
    ['store', 'VS', 0x01f5_b023, 23],
    ['AMO', 'VS', 0x0925_b4af, 23],
    ['fetch', 'VS', undefined, 20],
    ['HLV', 'S', 0x6c05_c4f3, 21],
    ['HSV', 'S', 0x6f25_c073, 23],
  ];
  const go = (mode: Mode, word: number | undefined): Taken | undefined => {
    bench.hart.write('x', A1, WINDOW + 0x18n);
    bench.fresh();
    return word === undefined ? bench.runAt(mode, WINDOW + 0x18n) : bench.run(mode, encoded(word));
  };
  const rows: readonly (readonly [what: string, spoil: () => void, guestPhysical: bigint, kind: 'read' | 'write'])[] = [
    ['no page under the root', () => bench.set({ vsatp: (8n << 60n) | 0x5_0000n }), 0x5000_0008n, 'read'],
    [
      'no page under the table of level 1',
      () => bench.put(AT.firstRoot, 1, pte(0x5000_0000n, 'V')),
      0x5000_0000n,
      'read',
    ],
    ['no page under the table of level 0', () => bench.put(AT.first1, 0, pte(0x4000_7000n, 'V')), 0x4000_7000n, 'read'],
    [
      'a page for execution only: MXR does not help the walker',
      () => {
        bench.put(AT.first1, 0, pte(0x4000_7000n, 'V'));
        bench.put(AT.second0, 7, pte(AT.first0, 'VXUA'));
        bench.set({ mstatus: bench.hart.get('mstatus') | MSTATUS.MXR });
      },
      0x4000_7000n,
      'read',
    ],
    [
      'a page that is not U',
      () => {
        bench.put(AT.first1, 0, pte(0x4000_7000n, 'V'));
        bench.put(AT.second0, 7, pte(AT.first0, 'VRWXAD'));
      },
      0x4000_7000n,
      'read',
    ],
    [
      'A clear in the second stage without ADUE',
      () => {
        bench.put(AT.first1, 0, pte(0x4000_7000n, 'V'));
        bench.put(AT.second0, 7, pte(AT.first0, 'VRWXUD'));
        bench.set({ menvcfg: ENVCFG.STCE });
      },
      0x4000_7000n,
      'read',
    ],
    [
      'A or D to be set where the second stage allows no write',
      () => {
        bench.put(AT.first1, 0, pte(0x4000_7000n, 'V'));
        bench.put(AT.second0, 7, pte(AT.first0, 'VRUAD'));
        bench.put(AT.first0, 0, pte(GUEST_PAGE + 0x5000n, 'VRWX'));
      },
      0x4000_7000n,
      'write',
    ],
    ['a table beyond the 41 bits of Sv39x4', () => bench.put(AT.firstRoot, 1, pte(1n << 41n, 'V')), 1n << 41n, 'read'],
  ];
  it.each(rows)('%s', (_what, spoil, guestPhysical, kind) => {
    for (const [what, mode, word, cause] of ACCESSES) {
      for (const into of ['S', 'M'] as const) {
        setUp(into === 'M' ? { medeleg: 0n } : {});
        spoil();
        // Without its root the guest fetches nothing.
        if (guestPhysical === 0x5000_0008n && mode === 'VS' && word !== undefined) continue;
        const tval = WINDOW + 0x18n;
        // QEMU 10 writes the value of a read for a write, too.
        expect({ what, ...go(mode, word) }).toEqual({
          what,
          into,
          cause,
          epc: word === undefined ? WINDOW + 0x18n : BigInt(AT.code),
          tval,
          guestPhysical,
          instruction: PSEUDO[kind],
          isGuestAddress: true,
        });
      }
    }
  });
  it('is an access fault, without all that, where physical memory or PMP is the reason', () => {
    const reasons: readonly (() => void)[] = [
      () => {
        bench.put(AT.first1, 0, pte(0x4000_7000n, 'V'));
        bench.put(AT.second0, 7, pte(0x10_0000_0000n, 'VRWXUAD'));
      },
      () => bench.set({ pmpaddr1: (1n << 54n) - 1n, pmpaddr0: BigInt(AT.first0 / 4) | 0x1ffn, pmpcfg0: 0x1f18n }),
      () => bench.set({ pmpaddr1: (1n << 54n) - 1n, pmpaddr0: BigInt(AT.second0 / 4) | 0x1ffn, pmpcfg0: 0x1f18n }),
    ];
    for (const spoil of reasons) {
      for (const [what, mode, word, cause] of ACCESSES) {
        setUp();
        spoil();
        expect({ what, ...go(mode, word) }).toMatchObject({
          what,
          cause: { 20: 1, 21: 5, 23: 7 }[cause],
          guestPhysical: 0n,
        });
      }
    }
  });
});

describe('a fault of the second stage itself', () => {
  const rows: readonly (readonly [
    what: string,
    flags: string,
    more: bigint,
    causes: readonly [number, number, number],
  ])[] = [
    ['A and D clear: hardware sets them (Svadu)', 'VRWXU', 0n, [0, 0, 0]],
    ['V clear', 'RWXUAD', 0n, [20, 21, 23]],
    ['U clear', 'VRWXAD', 0n, [20, 21, 23]],
    ['G set: ignored', 'VRWXUGAD', 0n, [0, 0, 0]],
    ['not executable', 'VRWUAD', 0n, [20, 0, 0]],
    ['not writable', 'VRXUAD', 0n, [0, 0, 23]],
    ['not readable', 'VXUAD', 0n, [0, 21, 23]],
    ['W without R', 'VWXUAD', 0n, [20, 21, 23]],
    ['memory type NC (Svpbmt)', 'VRWXUAD', 1n << 61n, [0, 0, 0]],
    ['memory type 3, reserved', 'VRWXUAD', 3n << 61n, [20, 21, 23]],
    ['a reserved bit', 'VRWXUAD', 1n << 54n, [20, 21, 23]],
    ['N without its size (Svnapot)', 'VRWXUAD', 1n << 63n, [20, 21, 23]],
  ];
  const loop = 0x0000_006f;
  it.each(rows)('%s', (_what, flags, more, [fetch, load, store]) => {
    const go = (access: 'fetch' | 'load' | 'store'): number => {
      bench.reset({});
      bench.write(dataPage(0) + 0x18, encoded(loop));
      bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD'));
      bench.put(AT.second0, 0, pte(dataPage(0), flags, more));
      bench.hart.write('x', A1, WINDOW + 0x18n);
      bench.fresh();
      const trap =
        access === 'fetch'
          ? bench.runAt('VS', WINDOW + 0x18n)
          : bench.run('VS', encoded(access === 'load' ? 0x0005_b483 : 0x01f5_b023));
      if (trap) expect(trap).toMatchObject({ tval: WINDOW + 0x18n, guestPhysical: GUEST_PAGE + 0x18n });
      return trap?.cause ?? 0;
    };
    expect([go('fetch'), go('load'), go('store')]).toEqual([fetch, load, store]);
  });
  it('A or D clear without ADUE (Svade), whatever henvcfg asks', () => {
    for (const [flags, word, cause] of [
      ['VRWXU', 0x0005_b483, 21],
      ['VRWXUA', 0x0005_b483, 0],
      ['VRWXU', 0x01f5_b023, 23],
      ['VRWXUA', 0x01f5_b023, 23],
      ['VRWXUAD', 0x01f5_b023, 0],
    ] as const) {
      bench.reset({ menvcfg: 0n });
      bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD'));
      bench.put(AT.second0, 0, pte(dataPage(0), flags));
      bench.hart.write('x', A1, WINDOW);
      bench.fresh();
      expect([flags, bench.run('VS', encoded(word))?.cause ?? 0]).toEqual([flags, cause]);
      expect(bench.read(AT.second0)).toBe(pte(dataPage(0), flags));
    }
  });
  it('without PBMTE of menvcfg a memory type is reserved in both stages, without that of henvcfg in the first alone', () => {
    for (const [menvcfg, henvcfg, inFirst, inSecond] of [
      [ENVCFG.PBMTE, ENVCFG.PBMTE, 0, 0],
      [ENVCFG.PBMTE, 0n, 13, 0],
      [0n, ENVCFG.PBMTE, 13, 21],
    ] as const) {
      const seen = [true, false].map((isFirst) => {
        bench.reset({ menvcfg: menvcfg | ENVCFG.ADUE, henvcfg: henvcfg | ENVCFG.ADUE });
        bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD', isFirst ? 1n << 61n : 0n));
        bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXUAD', isFirst ? 0n : 1n << 61n));
        bench.hart.write('x', A1, WINDOW);
        bench.fresh();
        return bench.run('VS', encoded(0x0005_b483))?.cause ?? 0;
      });
      expect(seen).toEqual([inFirst, inSecond]);
    }
  });
  it('a range of 64 KiB (Svnapot) in either stage', () => {
    bench.reset();
    // Code and data lie in one aligned range.
    const range = AT.code + 0x8000;
    for (const [first, second] of [
      [pte(GUEST_PAGE + 0x8000n, 'VRWXAD', 1n << 63n), undefined],
      [undefined, pte(range, 'VRWXUAD', 1n << 63n)],
    ] as const) {
      for (let page = 0; page < 16; page++) {
        bench.put(AT.first0, page, first ?? pte(GUEST_PAGE + BigInt(page) * 0x1000n, 'VRWXAD'));
        bench.put(AT.second0, page, second ?? pte(AT.code + page * 4096, 'VRWXUAD'));
      }
      bench.fresh();
      bench.hart.write('x', A1, WINDOW + 0x7040n);
      const at = AT.code + 0x7040;
      bench.put(at, 0, 0x1234_5678_9abcn);
      expect(bench.run('VS', encoded(0x0005_b483))).toBeUndefined();
      expect(bench.hart.read('x', 9)).toBe(0x1234_5678_9abcn);
    }
  });
});
