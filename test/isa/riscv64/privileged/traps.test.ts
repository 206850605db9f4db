import { describe, expect, it } from 'vitest';
import { FirmwareCall } from '../../../../src/isa/core/privileged';
import { CAUSES, causeName } from '../../../../src/isa/riscv64/causes';
import { resetState, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { HELPERS } from '../../../../src/isa/riscv64/helpers';
import { pendingInterrupt, prepareFp, takeTrap, wakesFromWait } from '../../../../src/isa/riscv64/traps';
import { FakeHart, trapOf } from '../../../support/fake-hart';

const U = 0n;
const S = 1n;
const M = 3n;
const XL = 0xa_0000_0000n;
const SIE = 1n << 1n;
const MIE = 1n << 3n;
const SPIE = 1n << 5n;
const MPIE = 1n << 7n;
const SPP = 1n << 8n;
const MPP_S = 1n << 11n;
const MPP_M = 3n << 11n;
const MPRV = 1n << 17n;
const TVM = 1n << 20n;
const TW = 1n << 21n;
const TSR = 1n << 22n;
const INTERRUPT = 1n << 63n;

const hartWith = (slots: Record<string, bigint>): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, slot === 'mstatus' ? value | XL : value);
  return hart;
};
const run = (hart: FakeHart, mnemonic: string): void => HELPERS[mnemonic]!(hart, () => 0);
const mstatus = (hart: FakeHart): bigint => hart.get('mstatus') & ~XL;

describe('trap entry', () => {
  it('delegates an exception from U-mode to S-mode and stacks SIE and the mode', () => {
    const hart = hartWith({ priv: U, medeleg: 0x2000n, mstatus: SIE | SPP, stvec: 0x8020_0000n });
    takeTrap(hart, 13, false, 0x1234n, 0x4000n);
    expect(hart.get('priv')).toBe(S);
    expect([hart.get('scause'), hart.get('stval'), hart.get('sepc')]).toEqual([13n, 0x1234n, 0x4000n]);
    expect(mstatus(hart)).toBe(SPIE);
    expect(hart.target).toBe(0x8020_0000n);
    expect(hart.calls).toContain('context');
  });
  it('sets SPP for a trap from S-mode and clears SPIE when SIE was 0', () => {
    const hart = hartWith({ priv: S, medeleg: 0x2000n, mstatus: SPIE });
    takeTrap(hart, 13, false, 0n, 0n);
    expect(mstatus(hart)).toBe(SPP);
  });
  it('never delegates a trap from M-mode', () => {
    const hart = hartWith({ priv: M, medeleg: 0xb3ffn, mideleg: 0x222n, mstatus: MIE, mtvec: 0x8000_0100n });
    takeTrap(hart, 2, false, 0xffn, 0x8000_0004n);
    expect(hart.get('priv')).toBe(M);
    expect([hart.get('mcause'), hart.get('mtval'), hart.get('mepc')]).toEqual([2n, 0xffn, 0x8000_0004n]);
    expect(mstatus(hart)).toBe(MPP_M | MPIE);
    expect(hart.target).toBe(0x8000_0100n);
    expect(hart.get('scause')).toBe(0n);
  });
  it('enters M-mode for what is not delegated, with the old mode in MPP', () => {
    const hart = hartWith({ priv: S, mstatus: MIE | SIE | MPRV });
    takeTrap(hart, 9, false, 0n, 0x8020_0000n);
    expect(mstatus(hart)).toBe(MPP_S | MPIE | SIE | MPRV);
    const user = hartWith({ priv: U, mstatus: MPP_M | MPIE });
    takeTrap(user, 8, false, 0n, 0n);
    expect(mstatus(user)).toBe(0n);
  });
  it('uses mideleg for interrupts and medeleg for exceptions of the same number', () => {
    const hart = hartWith({ priv: U, mideleg: 0x20n, medeleg: 0n });
    takeTrap(hart, 5, true, 0n, 0n);
    expect(hart.get('scause')).toBe(INTERRUPT | 5n);
    const other = hartWith({ priv: U, mideleg: 0x20n, medeleg: 0n });
    takeTrap(other, 5, false, 0n, 0n);
    expect(other.get('mcause')).toBe(5n);
  });

  const vectors: [tvec: bigint, cause: number, isInterrupt: boolean, target: bigint][] = [
    [0x8000_0000n, 7, true, 0x8000_0000n],
    [0x8000_0001n, 7, true, 0x8000_001cn],
    [0x8000_0001n, 11, true, 0x8000_002cn],
    [0x8000_0001n, 13, false, 0x8000_0000n],
    [0xffff_ffff_ffff_fffdn, 3, true, 0x8n],
  ];
  it.each(vectors)('tvec %s with cause %s (interrupt: %s) enters at %s', (tvec, cause, isInterrupt, target) => {
    const hart = hartWith({ mtvec: tvec });
    takeTrap(hart, cause, isInterrupt, 0n, 0n);
    expect(hart.target).toBe(target);
    const supervisor = hartWith({ priv: S, stvec: tvec, medeleg: 0xffffn, mideleg: 0xffffn });
    takeTrap(supervisor, cause, isInterrupt, 0n, 0n);
    expect(supervisor.target).toBe(target);
  });
});

describe('trap return', () => {
  const returns: [what: string, mnemonic: string, slots: Record<string, bigint>, priv: bigint, after: bigint][] = [
    ['mret to U pops MPIE and leaves MPP = U', 'mret', { priv: M, mstatus: MPIE }, U, MIE | MPIE],
    ['mret to S clears MPRV', 'mret', { priv: M, mstatus: MPP_S | MPRV }, S, MPIE],
    ['mret to M keeps MPRV', 'mret', { priv: M, mstatus: MPP_M | MPRV | MIE }, M, MPIE | MPRV],
    ['sret to U pops SPIE', 'sret', { priv: S, mstatus: SPIE }, U, SIE | SPIE],
    ['sret to S leaves SPP = U', 'sret', { priv: S, mstatus: SPP | SIE }, S, SPIE],
    ['sret in M-mode clears MPRV and ignores TSR', 'sret', { priv: M, mstatus: SPP | MPRV | TSR }, S, SPIE | TSR],
  ];
  it.each(returns)('%s', (_what, mnemonic, slots, priv, after) => {
    const hart = hartWith({ mepc: 0x8000_1000n, sepc: 0x8020_1002n, ...slots });
    run(hart, mnemonic);
    expect(hart.get('priv')).toBe(priv);
    expect(mstatus(hart)).toBe(after);
    expect(hart.target).toBe(mnemonic === 'mret' ? 0x8000_1000n : 0x8020_1002n);
  });
});

describe('what is illegal where', () => {
  const rows: [mnemonic: string, mode: bigint, bits: bigint, isLegal: boolean][] = [
    ['mret', M, 0n, true],
    ['mret', S, 0n, false],
    ['mret', U, 0n, false],
    ['sret', M, TSR, true],
    ['sret', S, 0n, true],
    ['sret', S, TSR, false],
    ['sret', U, 0n, false],
    ['wfi', M, TW, true],
    ['wfi', S, 0n, true],
    ['wfi', S, TW, false],
    ['wfi', U, 0n, false],
    ['sfence.vma', M, TVM, true],
    ['sfence.vma', S, 0n, true],
    ['sfence.vma', S, TVM, false],
    ['sfence.vma', U, 0n, false],
    ['fence.i', U, 0n, true],
  ];
  it.each(rows)('%s in mode %s with mstatus %s legal: %s', (mnemonic, mode, bits, isLegal) => {
    const hart = hartWith({ priv: mode, mstatus: bits });
    hart.word = 0x1050_0073;
    if (isLegal) {
      run(hart, mnemonic);
      const call = { wfi: 'wait', 'sfence.vma': 'host translations', 'fence.i': 'code' }[mnemonic];
      if (call) expect(hart.calls).toEqual([call]);
    } else {
      expect(trapOf(() => run(hart, mnemonic))).toEqual({ cause: 2, tval: 0x1050_0073n });
      expect(hart.get('priv')).toBe(mode);
      expect(hart.calls).toEqual([]);
    }
  });
});

describe('environment calls', () => {
  it.each([
    [U, 8],
    [S, 9],
    [M, 11],
  ])('ecall in mode %s raises cause %s with tval 0', (priv, cause) => {
    expect(trapOf(() => run(hartWith({ priv }), 'ecall'))).toEqual({ cause, tval: 0n });
  });
  it('ecall from S-mode goes to the machine when it answers SBI, from U-mode it traps', () => {
    expect(() => run(hartWith({ priv: S, sbi: 1n }), 'ecall')).toThrow(FirmwareCall);
    expect(trapOf(() => run(hartWith({ priv: U, sbi: 1n }), 'ecall')).cause).toBe(8);
  });
  it('ebreak raises cause 3', () => {
    expect(trapOf(() => run(hartWith({}), 'ebreak'))).toEqual({ cause: 3, tval: 0n });
  });
});

describe('interrupts', () => {
  type Row = [what: string, slots: Record<string, bigint>, cause: number | undefined];
  const rows: Row[] = [
    ['nothing pending', { priv: U, mie: 0xaaan }, undefined],
    ['pending but not enabled', { priv: U, mipLines: 0xaaan }, undefined],
    ['M-mode with MIE = 0', { priv: M, mie: 0xaaan, mipLines: 0xaaan }, undefined],
    ['M-mode with MIE = 1', { priv: M, mstatus: MIE, mie: 0x80n, mipLines: 0x80n }, 7],
    ['S-mode takes M-level interrupts whatever MIE is', { priv: S, mie: 0x80n, mipLines: 0x80n }, 7],
    [
      'M-mode never takes delegated ones',
      { priv: M, mstatus: MIE | SIE, mideleg: 0x222n, mie: 0x222n, mip: 0x222n },
      undefined,
    ],
    ['undelegated S interrupts go to M', { priv: S, mie: 0x222n, mip: 0x222n }, 9],
    [
      'S-mode with SIE = 0 keeps delegated ones waiting',
      { priv: S, mideleg: 0x222n, mie: 0x222n, mip: 0x222n },
      undefined,
    ],
    ['S-mode with SIE = 1', { priv: S, mstatus: SIE, mideleg: 0x222n, mie: 0x222n, mip: 0x20n }, 5],
    ['U-mode takes delegated ones whatever SIE is', { priv: U, mideleg: 0x222n, mie: 0x222n, mip: 0x2n }, 1],
    ['M-level before S-level', { priv: U, mideleg: 0x200n, mie: 0xaaan, mip: 0x22n, mipLines: 0x200n }, 1],
    ['a software bit counts like a line', { priv: U, mie: 0x200n, mip: 0x200n }, 9],
  ];
  it.each(rows)('%s', (_what, slots, cause) => {
    expect(pendingInterrupt(hartWith(slots))).toBe(cause);
  });
  it('are taken in the order MEI MSI MTI SEI SSI STI', () => {
    const hart = hartWith({ priv: U, mie: 0xaaan, mipLines: 0xaaan });
    const order: number[] = [];
    for (let cause = pendingInterrupt(hart); cause !== undefined; cause = pendingInterrupt(hart)) {
      order.push(cause);
      hart.set('mipLines', hart.get('mipLines') & ~(1n << BigInt(cause)));
    }
    expect(order).toEqual([11, 3, 7, 9, 1, 5]);
  });
  it('end wfi even when globally disabled or delegated elsewhere', () => {
    expect(wakesFromWait(hartWith({ priv: M, mie: 0x20n, mip: 0x20n, mideleg: 0x20n }))).toBe(true);
    expect(wakesFromWait(hartWith({ priv: M, mie: 0x20n, mip: 0x2n }))).toBe(false);
  });
});

describe('floating-point state', () => {
  it('Off makes FP instructions illegal', () => {
    expect(trapOf(() => prepareFp(hartWith({}), false)).cause).toBe(2);
  });
  it('becomes Dirty only when a register or flag changes', () => {
    const hart = hartWith({ mstatus: 2n << 13n });
    prepareFp(hart, false);
    expect(mstatus(hart)).toBe(2n << 13n);
    prepareFp(hart, true);
    expect(mstatus(hart)).toBe(3n << 13n);
  });
});

describe('the table of causes', () => {
  it('has unique ids and unique numbers among exceptions and among interrupts', () => {
    expect(new Set(CAUSES.map((row) => row.id)).size).toBe(CAUSES.length);
    expect(new Set(CAUSES.map((row) => `${row.isInterrupt} ${row.cause}`)).size).toBe(CAUSES.length);
  });
  it('names causes, and numbers unknown ones', () => {
    expect(causeName(13, false)).toBe('Load page fault');
    expect(causeName(5, true)).toBe('Supervisor timer interrupt');
    expect(causeName(63, false)).toBe('cause 63');
  });
});
