/** Exception entry and return. @see Arm ARM, D1.3 "Exceptions" and D19.2 "ESR_EL1" */
import { describe, expect, it } from 'vitest';
import { CAUSE, causeOf, EC, FSC, INTERRUPT, TO_EL2, WRITE } from '../../../../src/isa/aarch64/causes';
import { eret, takeTrap } from '../../../../src/isa/aarch64/exceptions';
import type { TrapDetail } from '../../../../src/isa/core/privileged';
import { trapOf } from '../../../support/fake-hart';
import { at, HOST, hartWith, type Model, type Slots } from './hart';

const VBAR: Slots = { VBAR_EL1: 0xffff_0000_0001_0000n, VBAR_EL2: 0x4008_0000n };
const EPC = 0x4020_0104n;
const VA = 0x1_2345_6788n;
const IL = 1n << 25n;
const bit = (n: number): bigint => 1n << BigInt(n);
const esr = (ec: number, iss = 0n): bigint => (BigInt(ec) << 26n) | IL | iss;

interface Entry {
  readonly word?: number;
  readonly detail?: TrapDetail;
  readonly isInterrupt?: boolean;
  readonly model?: Model;
}

const entered = (
  slots: Slots,
  cause: number,
  { word = 0xd503_201f, detail, isInterrupt = false, model }: Entry = {},
) => {
  const hart = hartWith({ ...VBAR, DAIF: 0n, ...slots }, model);
  hart.word = word;
  takeTrap(hart, cause, isInterrupt, VA, EPC, detail);
  return hart;
};

const HCR = { TGE: bit(27), TEA: bit(37), E2H: bit(34), AMO: bit(5), IMO: bit(4), FMO: bit(3), VSE: bit(8) } as const;
const SP0 = { SP: 0n };

describe('an exception enters the vector', () => {
  const sync = CAUSE.brk;
  it.each<[string, Slots, number, boolean, bigint]>([
    ['of EL1 from EL0', at(0), sync, false, 0xffff_0000_0001_0400n],
    ['of EL1 from itself', at(1), sync, false, 0xffff_0000_0001_0200n],
    ['of EL1 from itself with SP_EL0', { ...at(1), ...SP0 }, sync, false, 0xffff_0000_0001_0000n],
    ['of EL2 from itself', at(2), sync, false, 0x4008_0200n],
    ['of EL2 from itself with SP_EL0', { ...at(2), ...SP0 }, sync, false, 0x4008_0000n],
    ['of EL2 from EL1, a call', at(1), CAUSE.hvc, false, 0x4008_0400n],
    ['of EL2 from EL0, with TGE', { ...at(0), HCR_EL2: HCR.TGE }, sync, false, 0x4008_0400n],
    ['of EL2 from EL0, a host’s', { ...at(0), ...HOST }, CAUSE.svc, false, 0x4008_0400n],
    ['of EL2 from EL1, by a trap', at(1), CAUSE.sysreg | TO_EL2, false, 0x4008_0400n],
    [
      'of EL2 from EL1, an external abort with TEA',
      { ...at(1), HCR_EL2: HCR.TEA },
      CAUSE.readExternal,
      false,
      0x4008_0400n,
    ],
    ['of EL1 from EL1, an external abort', at(1), CAUSE.readExternal, false, 0xffff_0000_0001_0200n],
    ['of EL2 from EL1, a debug exception with TDE', { ...at(1), MDCR_EL2: bit(8) }, sync, false, 0x4008_0400n],
    ['of IRQs', at(0), INTERRUPT.IRQ, true, 0xffff_0000_0001_0480n],
    ['of FIQs', at(1), INTERRUPT.FIQ, true, 0xffff_0000_0001_0300n],
    ['of SErrors', at(1), INTERRUPT.SError, true, 0xffff_0000_0001_0380n],
    ['of EL2 for IRQs with IMO', { ...at(1), HCR_EL2: HCR.IMO }, INTERRUPT.IRQ, true, 0x4008_0480n],
    ['of EL2 for FIQs with TGE', { ...at(0), HCR_EL2: HCR.TGE }, INTERRUPT.FIQ, true, 0x4008_0500n],
    ['of EL1 for virtual IRQs', { ...at(1), HCR_EL2: HCR.IMO }, INTERRUPT.vIRQ, true, 0xffff_0000_0001_0280n],
    ['of EL1 for virtual FIQs', { ...at(0), HCR_EL2: HCR.FMO }, INTERRUPT.vFIQ, true, 0xffff_0000_0001_0500n],
    ['of EL1 for virtual SErrors', { ...at(0), HCR_EL2: HCR.AMO }, INTERRUPT.vSError, true, 0xffff_0000_0001_0580n],
  ])('%s', (_, slots, cause, isInterrupt, target) => {
    expect(entered(slots, cause, { isInterrupt }).target).toBe(target);
  });
});

describe('an exception leaves in PSTATE and SPSR', () => {
  it('the flags and masks of before in SPSR, and all masks set', () => {
    const hart = entered({ ...at(0), N: bit(63), Z: 0n, C: 1n, V: bit(63), DAIF: 0x80n }, CAUSE.svc);
    expect([hart.get('SPSR_EL1'), hart.get('DAIF'), hart.get('EL'), hart.get('SP')]).toEqual([
      0xf000_0080n,
      0x3c0n,
      1n,
      1n,
    ]);
  });
  it('the stack pointer of EL0 in its bank, and that of EL1 in use', () => {
    const hart = entered({ ...at(0), sp: 0x1000n, SP_EL1: 0x2000n }, CAUSE.svc);
    expect([hart.get('SP_EL0'), hart.get('sp')]).toEqual([0x1000n, 0x2000n]);
  });
  it('the stack pointer as it is where the level stays on its own', () => {
    const hart = entered({ ...at(2), sp: 0x3000n }, CAUSE.brk);
    expect([hart.get('SPSR_EL2'), hart.get('sp')]).toEqual([0x9n, 0x3000n]);
  });
  it.each<[string, Slots, number, bigint]>([
    ['PAN set where SPAN is 0', { ...at(1), SCTLR_EL1: 0n }, CAUSE.brk, 1n],
    ['PAN as it was where SPAN is 1', { ...at(1), SCTLR_EL1: bit(23) }, CAUSE.brk, 0n],
    ['PAN as it was at EL2', { ...at(2), SCTLR_EL2: 0n }, CAUSE.brk, 0n],
    ['PAN set at a host’s EL2 where SPAN is 0', { ...at(0), ...HOST, SCTLR_EL2: 0n }, CAUSE.svc, 1n],
    ['PAN as it was at a host’s EL2 where SPAN is 1', { ...at(0), ...HOST, SCTLR_EL2: bit(23) }, CAUSE.svc, 0n],
  ])('%s', (_, slots, cause, pan) => {
    expect(entered(slots, cause).get('PAN')).toBe(pan);
  });
  it('PAN alone where the processor has none', () => {
    const hart = entered({ ...at(1), SCTLR_EL1: 0n }, CAUSE.brk, { model: { model: 'cortex-a53' } });
    expect([hart.get('PAN'), hart.get('SSBS')]).toEqual([0n, 0n]);
  });
  it('UAO, BTYPE, SS and IL clear, DIT as it was, SSBS as SCTLR says', () => {
    const hart = entered(
      { ...at(1), UAO: 1n, BTYPE: 2n, SS: 1n, IL: 1n, DIT: 1n, SSBS: 0n, SCTLR_EL1: bit(44) | bit(23) },
      CAUSE.brk,
    );
    expect(['UAO', 'BTYPE', 'SS', 'IL', 'DIT', 'SSBS'].map((slot) => hart.get(slot))).toEqual([0n, 0n, 0n, 0n, 1n, 1n]);
    expect(hart.get('SPSR_EL1')).toBe(0x5n | bit(23) | (2n << 10n) | bit(21) | bit(20) | bit(24));
  });
  it('tells the engine of the context and of interrupts', () => {
    expect(entered(at(0), CAUSE.svc).calls).toEqual(expect.arrayContaining(['context', 'interrupts']));
  });
});

describe('the address to return to is', () => {
  it.each<[string, number, bigint]>([
    ['behind svc', CAUSE.svc, EPC + 4n],
    ['that of brk', CAUSE.brk, EPC],
    ['that of an undefined instruction', CAUSE.undefined, EPC],
    ['that of a load', CAUSE.readAlignment, EPC],
  ])('%s', (_, cause, elr) => expect(entered(at(1), cause).get('ELR_EL1')).toBe(elr));
  it('behind hvc', () => expect(entered(at(1), CAUSE.hvc).get('ELR_EL2')).toBe(EPC + 4n));
  it('that of smc, which is trapped', () => expect(entered(at(1), CAUSE.smc | TO_EL2).get('ELR_EL2')).toBe(EPC));
});

const SVC_1234 = 0xd400_0001 + (0x1234 << 5);
/** ldr x3, [x1]; str w5, [x1, #8]; ldrsb w7, [x2]; ldrsw x9, [x2]; ldar x4, [x1]; ldp x0, x1, [x2]; ldr x3, [x1], #8; ldxr x3, [x1] */
const WORDS = {
  ldr: 0xf940_0023,
  str: 0xb900_0825,
  ldrsb: 0x39c0_0047,
  ldrsw: 0xb980_0049,
  ldar: 0xc8df_fc24,
  ldp: 0xa940_0440,
  post: 0xf840_8423,
  ldxr: 0xc85f_7c23,
  ldur: 0xf85f_8023,
  ldrRegister: 0xf862_6823,
  strh: 0x7900_0020,
  ldrSimd: 0x3dc0_0020,
} as const;
const STAGE2: TrapDetail = { guestPhysical: 0x12_3456_7890n };
const translation = (level: number, write = false): number =>
  causeOf(EC.dataAbort, FSC.translation + level, (write ? WRITE : 0) | TO_EL2);

describe('the syndrome says', () => {
  it.each<[string, Slots, number, Entry, bigint]>([
    ['the immediate of svc', at(0), CAUSE.svc, { word: SVC_1234 }, esr(0x15, 0x1234n)],
    ['that of hvc', at(1), CAUSE.hvc, { word: 0xd400_0002 + (0xffff << 5) }, esr(0x16, 0xffffn)],
    ['that of smc', at(1), CAUSE.smc | TO_EL2, { word: 0xd400_0003 + (1 << 5) }, esr(0x17, 1n)],
    ['that of brk', at(1), CAUSE.brk, { word: 0xd420_0000 + (0x800 << 5) }, esr(0x3c, 0x800n)],
    ['nothing of an undefined instruction', at(1), CAUSE.undefined, {}, esr(0)],
    ['an illegal state', at(1), CAUSE.illegalState, {}, esr(0x0e)],
    // mrs x3, CTR_EL0: op0 3, op1 3, CRn 0, CRm 0, op2 1.
    [
      'which register is read',
      at(0),
      CAUSE.sysreg,
      { word: 0xd53b_0023 },
      esr(0x18, (3n << 20n) | (1n << 17n) | (3n << 14n) | (3n << 5n) | 1n),
    ],
    // msr TTBR0_EL1, x5: op0 3, op1 0, CRn 2, CRm 0, op2 0.
    [
      'which is written',
      at(1),
      CAUSE.sysreg | TO_EL2,
      { word: 0xd518_2005 },
      esr(0x18, (3n << 20n) | (2n << 10n) | (5n << 5n)),
    ],
    // dc civac, x9: op0 1, op1 3, CRn 7, CRm 14, op2 1.
    [
      'which operation',
      at(1),
      CAUSE.sysreg | TO_EL2,
      { word: 0xd50b_7e29 },
      esr(0x18, (1n << 20n) | (1n << 17n) | (3n << 14n) | (7n << 10n) | (9n << 5n) | (14n << 1n)),
    ],
    // msr DAIFSet, #2: op0 0, op1 3, CRn 4, CRm 2, op2 6, Rt 31.
    [
      'which mask',
      at(0),
      CAUSE.sysreg,
      { word: 0xd503_42df },
      esr(0x18, (6n << 17n) | (3n << 14n) | (4n << 10n) | (31n << 5n) | (2n << 1n)),
    ],
    ['wfi', at(0), causeOf(EC.wfx), { word: 0xd503_207f }, esr(1, 0x1e0_0000n)],
    ['wfe', at(0), causeOf(EC.wfx), { word: 0xd503_205f }, esr(1, 0x1e0_0001n)],
    ['floating point', at(0), CAUSE.simd, {}, esr(7, 0x1e0_0000n)],
    ['floating point that EL2 traps', at(1), CAUSE.simd | TO_EL2, {}, esr(7, 0x1e0_0000n)],
    ['nothing of floating point that EL1 would trap, to EL2', { ...at(0), HCR_EL2: HCR.TGE }, CAUSE.simd, {}, esr(0)],
    ['a load of EL0', at(0), causeOf(EC.dataAbort, FSC.translation + 3), { word: WORDS.ldr }, esr(0x24, 7n)],
    ['a store of EL1', at(1), causeOf(EC.dataAbort, FSC.permission + 2, WRITE), { word: WORDS.str }, esr(0x25, 0x4en)],
    ['a fetch of EL0', at(0), causeOf(EC.instructionAbort, FSC.permission + 3), {}, esr(0x20, 0xfn)],
    ['a fetch of EL1', at(1), causeOf(EC.instructionAbort, FSC.accessFlag + 1), {}, esr(0x21, 9n)],
    ['alignment', at(1), CAUSE.writeAlignment, { word: WORDS.str }, esr(0x25, 0x61n)],
    ['an external abort', at(1), CAUSE.readExternal, { word: WORDS.ldr }, esr(0x25, 0x10n)],
    ['the alignment of pc', at(1), CAUSE.pcAlignment, {}, esr(0x22)],
    ['the alignment of sp', at(1), CAUSE.spAlignment, {}, esr(0x26)],
    [
      'cache maintenance as a write',
      at(1),
      causeOf(EC.dataAbort, FSC.translation + 2),
      { word: 0xd50b_7e29 },
      esr(0x25, 0x146n),
    ],
    [
      'dc zva as a store',
      at(1),
      causeOf(EC.dataAbort, FSC.translation + 2, WRITE),
      { word: 0xd50b_7420 },
      esr(0x25, 0x46n),
    ],
    // SAS at 22, SSE 21, SRT 16, SF 15, AR 14, ISV 24.
    [
      'stage 2 of ldr x3',
      at(1),
      translation(3),
      { word: WORDS.ldr, detail: STAGE2 },
      esr(0x24, bit(24) | (3n << 22n) | (3n << 16n) | bit(15) | 7n),
    ],
    [
      'stage 2 of str w5',
      at(1),
      translation(2, true),
      { word: WORDS.str, detail: STAGE2 },
      esr(0x24, bit(24) | (2n << 22n) | (5n << 16n) | 0x46n),
    ],
    [
      'stage 2 of ldrsb w7',
      at(0),
      translation(3),
      { word: WORDS.ldrsb, detail: STAGE2 },
      esr(0x24, bit(24) | bit(21) | (7n << 16n) | 7n),
    ],
    [
      'stage 2 of ldrsw x9',
      at(0),
      translation(3),
      { word: WORDS.ldrsw, detail: STAGE2 },
      esr(0x24, bit(24) | (2n << 22n) | bit(21) | (9n << 16n) | bit(15) | 7n),
    ],
    [
      'stage 2 of ldar x4',
      at(1),
      translation(3),
      { word: WORDS.ldar, detail: STAGE2 },
      esr(0x24, bit(24) | (3n << 22n) | (4n << 16n) | bit(15) | bit(14) | 7n),
    ],
    [
      'stage 2 of ldur x3',
      at(1),
      translation(1),
      { word: WORDS.ldur, detail: STAGE2 },
      esr(0x24, bit(24) | (3n << 22n) | (3n << 16n) | bit(15) | 5n),
    ],
    [
      'stage 2 of ldr x3 with an index',
      at(1),
      translation(1),
      { word: WORDS.ldrRegister, detail: STAGE2 },
      esr(0x24, bit(24) | (3n << 22n) | (3n << 16n) | bit(15) | 5n),
    ],
    [
      'stage 2 of strh w0',
      at(1),
      translation(1, true),
      { word: WORDS.strh, detail: STAGE2 },
      esr(0x24, bit(24) | (1n << 22n) | 0x45n),
    ],
    ['no more of ldp', at(1), translation(3), { word: WORDS.ldp, detail: STAGE2 }, esr(0x24, 7n)],
    ['no more of a load that writes back', at(1), translation(3), { word: WORDS.post, detail: STAGE2 }, esr(0x24, 7n)],
    ['no more of a load-exclusive', at(1), translation(3), { word: WORDS.ldxr, detail: STAGE2 }, esr(0x24, 7n)],
    ['no more of a vector', at(1), translation(3), { word: WORDS.ldrSimd, detail: STAGE2 }, esr(0x24, 7n)],
    [
      'no more of a walk of stage 1',
      at(1),
      translation(3),
      { word: WORDS.ldr, detail: { ...STAGE2, implicit: 'read' } },
      esr(0x24, 0x87n),
    ],
    [
      'a walk of stage 1 for a fetch',
      at(1),
      causeOf(EC.instructionAbort, FSC.translation + 2, TO_EL2),
      { detail: { ...STAGE2, implicit: 'read' } },
      esr(0x20, 0x86n),
    ],
  ])('%s', (_, slots, cause, entry, expected) => {
    const hart = entered(slots, cause, entry);
    expect(hart.get(`ESR_EL${hart.get('EL')}`)).toBe(expected);
  });
  it('nothing of an IRQ', () => {
    expect(entered({ ...at(0), ESR_EL1: 5n }, INTERRUPT.IRQ, { isInterrupt: true }).get('ESR_EL1')).toBe(5n);
  });
  it('that a virtual SError is one, and it is no longer pending', () => {
    const hart = entered({ ...at(1), HCR_EL2: HCR.AMO | HCR.VSE }, INTERRUPT.vSError, { isInterrupt: true });
    expect([hart.get('ESR_EL1'), hart.get('HCR_EL2')]).toEqual([esr(0x2f), HCR.AMO]);
  });
});

describe('FAR and HPFAR', () => {
  it.each<[string, number, Slots, bigint]>([
    ['have the address of a data abort', causeOf(EC.dataAbort, 7), at(0), VA],
    ['have that of a fetch', causeOf(EC.instructionAbort, 7), at(0), VA],
    ['have pc where it is not aligned', CAUSE.pcAlignment, at(0), VA],
    ['have that of a watchpoint', causeOf(EC.watchpoint), at(0), VA],
    ['are left alone by svc', CAUSE.svc, at(0), 1n],
    ['are left alone by sp alignment', CAUSE.spAlignment, at(1), 1n],
  ])('%s', (_, cause, slots, far) => {
    const hart = entered({ ...slots, FAR_EL1: 1n, HPFAR_EL2: 2n }, cause);
    expect([hart.get('FAR_EL1'), hart.get('HPFAR_EL2')]).toEqual([far, 2n]);
  });
  it('have the intermediate address of stage 2 without its lowest 12 bits', () => {
    const hart = entered(at(1), translation(3), { word: WORDS.ldr, detail: STAGE2 });
    expect([hart.get('FAR_EL2'), hart.get('HPFAR_EL2')]).toEqual([VA, 0x1234567n << 4n]);
  });
});

describe('eret', () => {
  const returned = (slots: Slots, model?: Model) => {
    const hart = hartWith({ ELR_EL1: EPC, ELR_EL2: EPC, DAIF: 0x3c0n, ...slots }, model);
    eret(hart);
    const { N, Z, C, V } = Object.fromEntries(['N', 'Z', 'C', 'V'].map((slot) => [slot, hart.get(slot)])) as Record<
      string,
      bigint
    >;
    const flags = (N! >> 63n ? 'N' : '') + (Z === 0n ? 'Z' : '') + (C ? 'C' : '') + (V! >> 63n ? 'V' : '');
    return { hart, el: hart.get('EL'), sp: hart.get('SP'), il: hart.get('IL'), daif: hart.get('DAIF'), flags };
  };
  it('goes to EL0 with its stack pointer, flags and masks', () => {
    const { hart, ...state } = returned({ ...at(1), SPSR_EL1: 0x6000_0040n, sp: 0x2000n, SP_EL0: 0x1000n });
    expect(state).toEqual({ el: 0n, sp: 0n, il: 0n, daif: 0x40n, flags: 'ZC' });
    expect([hart.target, hart.get('sp'), hart.get('SP_EL1')]).toEqual([EPC, 0x1000n, 0x2000n]);
  });
  it('closes nothing that a loop of exclusive accesses needs but opens the monitor', () => {
    expect(returned({ ...at(1), SPSR_EL1: 5n, exclusiveBytes: 8n }).hart.get('exclusiveBytes')).toBe(0n);
  });
  it.each<[string, Slots, bigint, bigint]>([
    ['EL1 with SP_EL0', { ...at(2), SPSR_EL2: 0x4n }, 1n, 0n],
    ['EL1 with SP_EL1', { ...at(2), SPSR_EL2: 0x5n }, 1n, 1n],
    ['EL2 with SP_EL0', { ...at(2), SPSR_EL2: 0x8n }, 2n, 0n],
    ['EL2 with SP_EL2', { ...at(2), SPSR_EL2: 0x9n }, 2n, 1n],
    ['EL0 of a host', { ...at(2), ...HOST, SPSR_EL2: 0x0n }, 0n, 0n],
  ])('goes to %s', (_, slots, el, sp) => {
    const state = returned(slots);
    expect([state.el, state.sp, state.il]).toEqual([el, sp, 0n]);
  });
  it.each<[string, Slots]>([
    ['to a higher level', { ...at(1), SPSR_EL1: 0x9n }],
    ['to EL3', { ...at(2), SPSR_EL2: 0xdn }],
    ['to EL0 with another stack pointer', { ...at(1), SPSR_EL1: 0x1n }],
    ['with M[1]', { ...at(1), SPSR_EL1: 0x6n }],
    ['to AArch32', { ...at(1), SPSR_EL1: 0x10n }],
    ['to EL1 with TGE', { ...at(2), HCR_EL2: HCR.TGE, SPSR_EL2: 0x5n }],
  ])('is illegal %s: the level stays, flags and masks are restored, IL is set', (_, slots) => {
    const name = slots.EL === 2n ? 'SPSR_EL2' : 'SPSR_EL1';
    const { hart, ...state } = returned({ ...slots, [name]: (slots[name] ?? 0n) | 0xa000_0080n });
    expect(state).toEqual({ el: slots.EL, sp: 1n, il: 1n, daif: 0x80n, flags: 'NC' });
    expect(hart.target).toBe(EPC);
  });
  it('restores IL from SPSR', () => expect(returned({ ...at(1), SPSR_EL1: bit(20) }).il).toBe(1n));
  it('restores what the processor has of PAN, UAO, DIT and SSBS', () => {
    const SPSR_EL1 = bit(22) | bit(23) | bit(24) | bit(12) | bit(25);
    const values = (model: string) => {
      const { hart } = returned({ ...at(1), SPSR_EL1 }, { model });
      return ['PAN', 'UAO', 'DIT', 'SSBS', 'TCO'].map((slot) => hart.get(slot));
    };
    expect([values('max'), values('cortex-a72')]).toEqual([
      [1n, 1n, 1n, 1n, 0n],
      [0n, 0n, 0n, 0n, 0n],
    ]);
  });
  it('is undefined at EL0', () => {
    expect(trapOf(() => eret(hartWith(at(0)))).cause).toBe(CAUSE.undefined);
  });
});
