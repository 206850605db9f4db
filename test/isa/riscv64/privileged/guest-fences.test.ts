/**
 * When a change of a guest's tables, or of a register that governs them, must be seen; through the engine, whose TLBs hold
 * translations of the guest meanwhile.
 * @see RISC-V Privileged ISA 20240411, H: "Memory-Management Fences", "Hypervisor Memory-Management Fence Instructions";
 * "Svinval"
 */
import { describe, expect, it } from 'vitest';
import { ENVCFG, HSTATUS, MSTATUS, VSXL_64, XL_64 } from '../../../../src/isa/riscv64/csrs-bits';
import type { Line } from '../../../support/assemble';
import { AT, dataPage, GUEST_PAGE, GuestBench, type Mode, WINDOW } from './guest-bench';
import { pte } from './physical';

const bench = new GuestBench();
const [RD, RS1, RS2, RS3] = [10, 11, 12, 13];
const LOAD: Line = ['ld', { rd: RD, rs1: RS1, imm: 0 }];
const CSR = {
  hgatp: 0x680,
  vsatp: 0x280,
  satp: 0x180,
  henvcfg: 0x60a,
  menvcfg: 0x30a,
  vsstatus: 0x200,
  sstatus: 0x100,
} as const;

/** Two data pages, the first mapped at the window and its translation cached by a load. */
const setUp = (): void => {
  bench.reset({ hstatus: VSXL_64 | HSTATUS.SPVP });
  bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD'));
  bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXUAD'));
  bench.put(AT.second0, 1, pte(dataPage(1), 'VRWXUAD'));
  bench.put(dataPage(0), 0, 111n);
  bench.put(dataPage(1), 0, 222n);
  bench.hart.write('x', RS1, WINDOW);
  bench.fresh();
  expect(load()).toBe('111');
};
/** What a load of the guest yields: the value, or the trap's cause. */
const load = (): string => {
  const trap = bench.run('VS', [LOAD]);
  return trap ? `cause ${trap.cause}` : `${bench.hart.read('x', RD)}`;
};
/** The same by HLV from HS. */
const loadForHs = (): string => {
  const trap = bench.run('S', [['hlv.d', { rd: RD, rs1: RS1 }]]);
  return trap ? `cause ${trap.cause}` : `${bench.hart.read('x', RD)}`;
};

/** Changes of one stage's tables, with what a load must then see. */
const FIRST: readonly (readonly [what: string, change: () => void, seen: string])[] = [
  ['another guest page', () => bench.put(AT.first0, 0, pte(GUEST_PAGE + 0x1000n, 'VRWXAD')), '222'],
  ['no page', () => bench.put(AT.first0, 0, 0n), 'cause 13'],
  ['no right to read', () => bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VXAD')), 'cause 13'],
  ['no table', () => bench.put(AT.first1, 0, 0n), 'cause 13'],
];
const SECOND: readonly (readonly [what: string, change: () => void, seen: string])[] = [
  ['another physical page', () => bench.put(AT.second0, 0, pte(dataPage(1), 'VRWXUAD')), '222'],
  ['no page', () => bench.put(AT.second0, 0, 0n), 'cause 21'],
  ['a page closed to guests', () => bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXAD')), 'cause 21'],
  ['no table', () => bench.put(AT.second1, 0, 0n), 'cause 21'],
];

/** Every operand form: of everything, of an address, of an ASID or VMID, of both. */
const forms = (mnemonic: string, address: bigint): readonly (readonly [text: string, line: Line, address: bigint])[] =>
  [0, 1, 2, 3].map((form) => {
    const fields = { rs1: form & 1 ? RS2 : 0, rs2: form & 2 ? RS3 : 0 };
    return [`${mnemonic} x${fields.rs1}, x${fields.rs2}`, [mnemonic, fields], address];
  });

const afterFence = (mode: Mode, line: Line, address: bigint): void => {
  bench.hart.write('x', RS2, address);
  bench.hart.write('x', RS3, 0n);
  expect(bench.run(mode, [line])).toBeUndefined();
};

describe("a change of the first stage's tables is seen after", () => {
  const fences: readonly (readonly [mode: Mode, text: string, line: Line, address: bigint])[] = [
    ...forms('sfence.vma', WINDOW).map((row) => ['VS', ...row] as const),
    ...forms('sinval.vma', WINDOW).map((row) => ['VS', ...row] as const),
    ...forms('hfence.vvma', WINDOW).map((row) => ['S', ...row] as const),
    ...forms('hfence.vvma', WINDOW).map((row) => ['M', ...row] as const),
    ...forms('hinval.vvma', WINDOW).map((row) => ['S', ...row] as const),
  ];
  it.each(fences)('in %s: %s', (mode, _text, line, address) => {
    for (const [what, change, seen] of FIRST) {
      setUp();
      change();
      afterFence(mode, line, address);
      expect([what, load()]).toEqual([what, seen]);
    }
  });
});

describe("a change of the second stage's tables is seen after", () => {
  const fences: readonly (readonly [mode: Mode, text: string, line: Line, address: bigint])[] = [
    ...forms('hfence.gvma', GUEST_PAGE >> 2n).map((row) => ['S', ...row] as const),
    ...forms('hfence.gvma', GUEST_PAGE >> 2n).map((row) => ['M', ...row] as const),
    ...forms('hinval.gvma', GUEST_PAGE >> 2n).map((row) => ['S', ...row] as const),
  ];
  it.each(fences)('in %s: %s', (mode, _text, line, address) => {
    for (const [what, change, seen] of SECOND) {
      setUp();
      change();
      afterFence(mode, line, address);
      expect([what, load()]).toEqual([what, seen]);
    }
  });
  it('also where it moves the tables of the first stage', () => {
    setUp();
    // The same guest physical addresses, other tables behind them.
    bench.put(AT.first1, 0, pte(0x4000_7000n, 'V'));
    bench.put(AT.second0, 7, pte(AT.first0, 'VRWXUAD'));
    afterFence('S', ['hfence.vvma', { rs1: 0, rs2: 0 }], 0n);
    expect(load()).toBe('111');
    bench.put(dataPage(2), 0, pte(GUEST_PAGE + 0x1000n, 'VRWXAD'));
    bench.put(AT.second0, 7, pte(dataPage(2), 'VRWXUAD'));
    afterFence('S', ['hfence.gvma', { rs1: 0, rs2: 0 }], 0n);
    expect(load()).toBe('222');
  });
});

describe('a register that governs translation is seen at once', () => {
  const write = (mode: Mode, csr: number, value: bigint): void => {
    bench.hart.write('x', RS2, value);
    expect(bench.run(mode, [['csrrw', { rd: 0, rs1: RS2, csr }]])).toBeUndefined();
  };
  it('vsatp from HS, and as satp from VS', () => {
    for (const [mode, csr] of [
      ['S', CSR.vsatp],
      ['VS', CSR.satp],
    ] as const) {
      setUp();
      // Bare: the window is then a guest physical address. The first stage had sent it elsewhere.
      bench.put(AT.first0, 0, pte(GUEST_PAGE + 0x1000n, 'VRWXAD'));
      bench.fresh();
      expect(load()).toBe('222');
      write(mode, csr, 0n);
      expect(load()).toBe('111');
    }
  });
  it('hgatp, of which another VMID is enough to forget the old one', () => {
    setUp();
    bench.put(AT.second0, 0, pte(dataPage(1), 'VRWXUAD'));
    write('S', CSR.hgatp, bench.hart.get('hgatp') | (5n << 44n));
    expect(load()).toBe('222');
    write('S', CSR.hgatp, 0n);
    bench.put(AT.first0, 0, pte(dataPage(0), 'VRWXAD'));
    afterFence('S', ['hfence.vvma', { rs1: 0, rs2: 0 }], 0n);
    expect(load()).toBe('111');
  });
  it('vsstatus.MXR and SUM, and MXR of HS for both stages', () => {
    setUp();
    bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VXUAD'));
    bench.fresh();
    const status = bench.hart.get('vsstatus');
    expect(load()).toBe('cause 13');
    write('S', CSR.vsstatus, status | MSTATUS.SUM);
    expect(load()).toBe('cause 13');
    write('VS', CSR.sstatus, status | MSTATUS.SUM | MSTATUS.MXR);
    expect([load(), loadForHs()]).toEqual(['111', '111']);
    write('S', CSR.vsstatus, status | MSTATUS.MXR);
    expect([load(), loadForHs()]).toEqual(['cause 13', 'cause 13']);
    write('S', CSR.vsstatus, status | MSTATUS.SUM);
    write('S', CSR.sstatus, XL_64 | MSTATUS.MXR);
    expect([load(), loadForHs()]).toEqual(['111', '111']);
    // What HS's MXR opened is closed again with it.
    write('S', CSR.sstatus, XL_64);
    expect([load(), loadForHs()]).toEqual(['cause 13', 'cause 13']);
  });
  it('PMP, after a fence of each kind (Machine: "Physical Memory Protection and Paging")', () => {
    setUp();
    bench.hart.write('x', RS2, BigInt(dataPage(0) / 4) | 0x1ffn);
    expect(bench.run('M', [['csrrw', { rd: 0, rs1: RS2, csr: 0x3b0 }]])).toBeUndefined();
    bench.hart.write('x', RS2, (1n << 54n) - 1n);
    expect(bench.run('M', [['csrrw', { rd: 0, rs1: RS2, csr: 0x3b1 }]])).toBeUndefined();
    bench.hart.write('x', RS2, 0x1f18n);
    expect(bench.run('M', [['csrrw', { rd: 0, rs1: RS2, csr: 0x3a0 }]])).toBeUndefined();
    afterFence('M', ['hfence.gvma', { rs1: 0, rs2: 0 }], 0n);
    expect(load()).toBe('cause 5');
  });
  it('PBMTE of henvcfg after HFENCE.VVMA, of menvcfg after HFENCE.GVMA', () => {
    for (const [csr, name, fence, inFirst] of [
      [CSR.henvcfg, 'henvcfg', 'hfence.vvma', true],
      [CSR.menvcfg, 'menvcfg', 'hfence.gvma', false],
    ] as const) {
      setUp();
      if (inFirst) bench.put(AT.first0, 0, pte(GUEST_PAGE, 'VRWXAD', 1n << 61n));
      else bench.put(AT.second0, 0, pte(dataPage(0), 'VRWXUAD', 1n << 61n));
      bench.fresh();
      expect(load()).toBe('111');
      write('M', csr, bench.hart.get(name) & ~ENVCFG.PBMTE);
      afterFence('M', [fence, { rs1: 0, rs2: 0 }], 0n);
      expect(load()).toBe(inFirst ? 'cause 13' : 'cause 21');
    }
  });
});

describe('worlds do not see the translations of others', () => {
  it('the same address in U, HS, VU, VS and by HLV', () => {
    setUp();
    // HS has tables of its own: the window is page 2 for S, and closed to U.
    const host = AT.data + 8 * 4096;
    bench.put(host, 1, pte(host + 4096, 'V'));
    bench.put(host + 4096, 0, pte(host + 2 * 4096, 'V'));
    bench.put(host + 2 * 4096, 0, pte(dataPage(2), 'VRWXAD'));
    bench.put(host, 2, pte(0x8000_0000, 'VRWXAD'));
    bench.put(dataPage(2), 0, 333n);
    bench.set({ satp: (8n << 60n) | BigInt(host / 4096) });
    bench.fresh();
    const loadIn = (mode: Mode): string => {
      const trap = bench.run(mode, [LOAD]);
      return trap ? `cause ${trap.cause}` : `${bench.hart.read('x', RD)}`;
    };
    for (let round = 0; round < 3; round++) {
      // The trap from VU makes HLV access as VU.
      bench.set({ hstatus: VSXL_64 | HSTATUS.SPVP });
      expect([loadIn('S'), loadIn('VS'), loadForHs(), loadIn('VU')]).toEqual(['333', '111', '111', 'cause 13']);
      expect(loadForHs()).toBe('cause 13');
    }
    // A fence for one leaves the other right.
    bench.put(host + 2 * 4096, 0, pte(dataPage(1), 'VRWXAD'));
    expect(bench.run('S', [['sfence.vma', { rs1: 0, rs2: 0 }]])).toBeUndefined();
    expect([loadIn('S'), loadIn('VS')]).toEqual(['222', '111']);
    // MPRV with MPV: as the guest; without MPV: as HS.
    bench.set({ mstatus: XL_64 | MSTATUS.MPRV | MSTATUS.MPV | (1n << 11n) });
    expect(loadIn('M')).toBe('111');
    bench.set({ mstatus: XL_64 | MSTATUS.MPRV | (1n << 11n) });
    expect(loadIn('M')).toBe('222');
  });
});
