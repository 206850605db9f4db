/** Which interrupt is next, what ends wfi, and the timers. @see Arm ARM, D1.3.3 and D12 */
import { describe, expect, it } from 'vitest';
import { INTERRUPT } from '../../../../src/isa/aarch64/causes';
import { isrOf, pendingInterrupt, wakesFromWait } from '../../../../src/isa/aarch64/interrupts';
import { isAsserted, setTimerValue, TIMERS, ticksLeft, timerValue } from '../../../../src/isa/aarch64/timers';
import { at, HOST, hartWith, type Slots } from './hart';

const bit = (n: number): bigint => 1n << BigInt(n);
const HCR = { FMO: bit(3), IMO: bit(4), AMO: bit(5), VF: bit(6), VI: bit(7), VSE: bit(8), TGE: bit(27) } as const;
const [IRQ, FIQ, V_IRQ] = [1n, 2n, 4n];
const [F, I, A] = [bit(6), bit(7), bit(8)];
const { IRQ: irq, FIQ: fiq, vIRQ, vFIQ, vSError } = INTERRUPT;

describe('the next interrupt is', () => {
  it.each<[string, Slots, number | undefined]>([
    ['none where no line is driven', { ...at(1), DAIF: 0n }, undefined],
    ['an IRQ', { ...at(1), DAIF: 0n, lines: IRQ }, irq],
    ['none where IRQs are masked', { ...at(1), DAIF: I, lines: IRQ }, undefined],
    ['an FIQ before an IRQ', { ...at(1), DAIF: 0n, lines: IRQ | FIQ }, fiq],
    ['an IRQ where FIQs are masked', { ...at(1), DAIF: F, lines: IRQ | FIQ }, irq],
    ['none at EL2 for EL1', { ...at(2), DAIF: 0n, lines: IRQ }, undefined],
    ['an IRQ at EL2 with IMO', { ...at(2), DAIF: 0n, lines: IRQ, HCR_EL2: HCR.IMO }, irq],
    ['none at EL2 where it masks them', { ...at(2), DAIF: I, lines: IRQ, HCR_EL2: HCR.IMO }, undefined],
    ['one for EL2 whatever EL1 masks', { ...at(1), DAIF: I, lines: IRQ, HCR_EL2: HCR.IMO }, irq],
    ['one for EL2 with TGE', { ...at(0), DAIF: I, lines: FIQ, HCR_EL2: HCR.TGE }, fiq],
    ['none where a host’s EL0 masks it', { ...at(0), ...HOST, DAIF: I, lines: IRQ }, undefined],
    ['a virtual IRQ by its line', { ...at(1), DAIF: 0n, lines: V_IRQ, HCR_EL2: HCR.IMO }, vIRQ],
    ['a virtual IRQ by HCR_EL2.VI', { ...at(0), DAIF: 0n, HCR_EL2: HCR.IMO | HCR.VI }, vIRQ],
    ['no virtual IRQ without IMO', { ...at(1), DAIF: 0n, HCR_EL2: HCR.VI }, undefined],
    ['no virtual IRQ with TGE', { ...at(0), DAIF: 0n, HCR_EL2: HCR.IMO | HCR.VI | HCR.TGE }, undefined],
    ['no virtual IRQ at EL2', { ...at(2), DAIF: 0n, HCR_EL2: HCR.IMO | HCR.VI }, undefined],
    ['no virtual IRQ that EL1 masks', { ...at(1), DAIF: I, HCR_EL2: HCR.IMO | HCR.VI }, undefined],
    ['a virtual FIQ', { ...at(1), DAIF: I, HCR_EL2: HCR.FMO | HCR.VF }, vFIQ],
    ['a virtual SError', { ...at(1), DAIF: 0n, HCR_EL2: HCR.AMO | HCR.VSE }, vSError],
    ['no virtual SError that is masked', { ...at(1), DAIF: A, HCR_EL2: HCR.AMO | HCR.VSE }, undefined],
    ['a physical one before a virtual one', { ...at(1), DAIF: 0n, lines: IRQ | V_IRQ, HCR_EL2: HCR.IMO }, irq],
  ])('%s', (_, slots, cause) => expect(pendingInterrupt(hartWith(slots))).toBe(cause));
});

describe('wfi ends', () => {
  it.each<[string, Slots, boolean]>([
    ['not while nothing is pending', at(1), false],
    ['with an IRQ that is masked', { ...at(1), DAIF: I, lines: IRQ }, true],
    ['with an FIQ', { ...at(2), lines: FIQ }, true],
    ['with a virtual IRQ at EL1', { ...at(1), DAIF: I, HCR_EL2: HCR.IMO | HCR.VI }, true],
    ['not with a virtual IRQ at EL2', { ...at(2), HCR_EL2: HCR.IMO | HCR.VI }, false],
  ])('%s', (_, slots, ends) => expect(wakesFromWait(hartWith(slots))).toBe(ends));
});

it('ISR_EL1 shows EL1 virtual interrupts where the physical ones are EL2’s', () => {
  const isr = (slots: Slots): bigint => isrOf(hartWith(slots));
  expect(isr({ ...at(1), lines: IRQ })).toBe(I);
  expect(isr({ ...at(1), lines: IRQ, HCR_EL2: HCR.IMO })).toBe(0n);
  expect(isr({ ...at(1), lines: FIQ, HCR_EL2: HCR.IMO | HCR.VI | HCR.AMO | HCR.VSE })).toBe(A | I | F);
  expect(isr({ ...at(2), lines: FIQ, HCR_EL2: HCR.IMO | HCR.FMO | HCR.VI })).toBe(F);
});

describe('a timer', () => {
  const running = (slots: Slots, time: bigint) => Object.assign(hartWith(slots), { time });
  it('asserts its interrupt when the count reaches the value, and says how long that is', () => {
    const hart = running({ CNTP_CTL_EL0: 1n, CNTP_CVAL_EL0: 1000n }, 400n);
    expect([ticksLeft(hart, TIMERS.CNTP), isAsserted(hart, TIMERS.CNTP)]).toEqual([600n, false]);
    hart.time = 1000n;
    expect([ticksLeft(hart, TIMERS.CNTP), isAsserted(hart, TIMERS.CNTP)]).toEqual([0n, true]);
  });
  it('asserts nothing while it is off or masked', () => {
    for (const ctl of [0n, 2n, 3n]) {
      const hart = running({ CNTP_CTL_EL0: ctl, CNTP_CVAL_EL0: 0n }, 5n);
      expect([ticksLeft(hart, TIMERS.CNTP), isAsserted(hart, TIMERS.CNTP)]).toEqual([undefined, false]);
    }
  });
  it('counts from CNTVOFF_EL2 where it is the virtual one', () => {
    const slots = {
      CNTVOFF_EL2: 300n,
      CNTV_CTL_EL0: 1n,
      CNTV_CVAL_EL0: 1000n,
      CNTHV_CTL_EL2: 1n,
      CNTHV_CVAL_EL2: 1000n,
    };
    const hart = running(slots, 1000n);
    expect([isAsserted(hart, TIMERS.CNTV), ticksLeft(hart, TIMERS.CNTV), isAsserted(hart, TIMERS.CNTHV)]).toEqual([
      false,
      300n,
      true,
    ]);
  });
  it('has what is left as a signed number of 32 bits', () => {
    const hart = running({ CNTP_CVAL_EL0: 1000n }, 1001n);
    expect(timerValue(hart, TIMERS.CNTP)).toBe(0xffff_ffffn);
    setTimerValue(hart, TIMERS.CNTP, 0xffff_fff0n);
    expect(hart.get('CNTP_CVAL_EL0')).toBe(985n);
    setTimerValue(hart, TIMERS.CNTP, 100n);
    expect(hart.get('CNTP_CVAL_EL0')).toBe(1101n);
  });
});
