import { beforeEach, describe, expect, it } from 'vitest';
import { GIC_LINE, GIC_LINES } from '../../src/devices/intc/gic-banks';
import { Gicv3 } from '../../src/devices/intc/gicv3';
import { Gicv3Redistributors } from '../../src/devices/intc/gicv3-redistributors';
import { readGicRegister, writeGicRegister } from '../../src/devices/intc/gicv3-registers';
import { FakeContext, NO_MEMORY } from './fake-context';

const register = (op1: number, crn: number, crm: number, op2: number): number =>
  (3 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;
const ICC = {
  PMR: register(0, 4, 6, 0),
  IAR0: register(0, 12, 8, 0),
  EOIR0: register(0, 12, 8, 1),
  BPR0: register(0, 12, 8, 3),
  AP1R0: register(0, 12, 9, 0),
  AP1R1: register(0, 12, 9, 1),
  DIR: register(0, 12, 11, 1),
  RPR: register(0, 12, 11, 3),
  SGI1R: register(0, 12, 11, 5),
  IAR1: register(0, 12, 12, 0),
  EOIR1: register(0, 12, 12, 1),
  HPPIR1: register(0, 12, 12, 2),
  BPR1: register(0, 12, 12, 3),
  CTLR: register(0, 12, 12, 4),
  SRE: register(0, 12, 12, 5),
  IGRPEN0: register(0, 12, 12, 6),
  IGRPEN1: register(0, 12, 12, 7),
} as const;
const ICH = {
  HCR: register(4, 12, 11, 0),
  VTR: register(4, 12, 11, 1),
  MISR: register(4, 12, 11, 2),
  EISR: register(4, 12, 11, 3),
  ELRSR: register(4, 12, 11, 5),
  VMCR: register(4, 12, 11, 7),
  LR0: register(4, 12, 12, 0),
  LR4: register(4, 12, 12, 4),
} as const;
const HOST = { group0: false, group1: false };
const GUEST = { group0: true, group1: true };
const FRAME = 0x2_0000;

describe('gicv3', () => {
  let context: FakeContext;
  let gic: Gicv3;
  let redistributors: Gicv3Redistributors;
  const read = (number: number, by = 0, guest = HOST) => readGicRegister(gic, number, by, guest);
  const write = (number: number, value: bigint, by = 0, guest = HOST) =>
    writeGicRegister(gic, number, by, value, guest);
  const line = (processor: number, name: keyof typeof GIC_LINE): boolean =>
    context.line(processor * GIC_LINES + GIC_LINE[name]);
  const asking = (): number[] => [0, 1, 2].filter((processor) => line(processor, 'irq'));
  /** Registers of a processor's own interrupts. */
  const own = (processor: number, offset: number, value: number) =>
    redistributors.write(processor * FRAME + 0x1_0000 + offset, 4, value);

  beforeEach(() => {
    context = new FakeContext();
    gic = new Gicv3('gicd0', context, { processors: 3, interrupts: 288 }, NO_MEMORY);
    redistributors = new Gicv3Redistributors('gicr0', gic);
    gic.write(0, 4, 3);
    for (const by of [0, 1, 2]) {
      own(by, 0x80, 0xffff_ffff);
      own(by, 0x100, 0xffff_ffff);
      write(ICC.PMR, 0xf8n, by);
      write(ICC.IGRPEN1, 1n, by);
    }
    gic.write(0x84, 4, 0xffff_ffff);
    gic.write(0x104, 4, 0xffff_ffff);
  });

  it('sends a shared interrupt to the processor that its route names', () => {
    gic.write(0x6000 + 8 * 40, 4, 2);
    gic.setLine(40, true);
    expect(asking()).toEqual([2]);
    expect([read(ICC.IAR1, 0), read(ICC.IAR1, 2)]).toEqual([1023n, 40n]);
    expect(asking()).toEqual([]);
    write(ICC.EOIR1, 40n, 2);
    expect(asking()).toEqual([2]);
  });

  it('sends an interrupt that is routed to no processor nowhere', () => {
    gic.write(0x6000 + 8 * 40, 4, 0x0100);
    gic.setLine(40, true);
    expect(asking()).toEqual([]);
  });

  it.each([
    { what: 'the listed processors', value: 0x300_0006n, to: [1, 2] },
    { what: 'all but the one that asks', value: (1n << 40n) | 0x300_0000n, to: [1, 2] },
    { what: 'nobody in another cluster', value: (1n << 16n) | 0x300_0007n, to: [] },
    { what: 'nobody of another range', value: (1n << 44n) | 0x300_0007n, to: [] },
  ])('sends software generated interrupts to $what', ({ value, to }) => {
    write(ICC.SGI1R, value);
    expect(asking()).toEqual(to);
  });

  it('asks with FIQ for group 0, and gives each group its own registers', () => {
    own(0, 0x80, ~(1 << 27) >>> 0);
    write(ICC.IGRPEN0, 1n);
    gic.setPrivate(0, 27, true);
    expect([line(0, 'fiq'), line(0, 'irq')]).toEqual([true, false]);
    expect([read(ICC.IAR1), read(ICC.IAR0)]).toEqual([1023n, 27n]);
    // An end in the other group's register is none.
    write(ICC.EOIR1, 27n);
    expect(read(ICC.RPR)).toBe(0n);
    write(ICC.EOIR0, 27n);
    expect(read(ICC.RPR)).toBe(0xffn);
  });

  it('preempts by the bits of the priority that the binary point leaves', () => {
    const priority = (id: number, value: number) => redistributors.write(0x1_0000 + 0x400 + id, 1, value);
    priority(30, 0x80);
    priority(27, 0x70);
    write(ICC.BPR1, 7n);
    gic.setPrivate(0, 30, true);
    expect([read(ICC.IAR1), read(ICC.RPR)]).toEqual([30n, 0x80n]);
    gic.setPrivate(0, 27, true);
    expect([line(0, 'irq'), read(ICC.HPPIR1)]).toEqual([true, 27n]);
    expect([read(ICC.IAR1), read(ICC.RPR), read(ICC.AP1R0)]).toEqual([27n, 0n, 0x1_0001n]);
    write(ICC.EOIR1, 27n);
    expect(read(ICC.RPR)).toBe(0x80n);
  });

  it('does not preempt where only bits below the binary point differ', () => {
    write(ICC.BPR1, 7n);
    redistributors.write(0x1_0000 + 0x400 + 30, 1, 0x60);
    redistributors.write(0x1_0000 + 0x400 + 27, 1, 0x40);
    gic.setPrivate(0, 30, true);
    read(ICC.IAR1);
    gic.setPrivate(0, 27, true);
    expect(line(0, 'irq')).toBe(false);
  });

  it('keeps an interrupt active until DIR where ends only drop the priority', () => {
    write(ICC.CTLR, 2n);
    gic.setPrivate(0, 30, true);
    read(ICC.IAR1);
    write(ICC.EOIR1, 30n);
    expect(asking()).toEqual([]);
    write(ICC.DIR, 30n);
    expect(asking()).toEqual([0]);
  });

  it('gives a guest the virtual interface, and its list registers their ends', () => {
    write(ICH.HCR, 1n);
    write(ICH.LR0, (1n << 62n) | (1n << 60n) | (1n << 41n) | (0x80n << 48n) | 100n);
    expect(line(0, 'virtualIrq')).toBe(false);
    write(ICC.PMR, 0xf8n, 0, GUEST);
    write(ICC.IGRPEN1, 1n, 0, GUEST);
    expect(line(0, 'virtualIrq')).toBe(true);
    expect([read(ICC.IAR1, 0, GUEST), read(ICC.RPR, 0, GUEST), read(ICC.RPR)]).toEqual([100n, 0x80n, 0xffn]);
    write(ICC.EOIR1, 100n, 0, GUEST);
    expect([read(ICH.EISR), read(ICH.ELRSR), read(ICH.MISR)]).toEqual([1n, 0xen, 1n]);
  });

  it('ends the physical interrupt that a list register is bound to', () => {
    write(ICC.CTLR, 2n);
    gic.setPrivate(0, 27, true);
    read(ICC.IAR1);
    write(ICC.EOIR1, 27n);
    write(ICH.HCR, 1n);
    write(ICH.LR0, (1n << 62n) | (1n << 61n) | (1n << 60n) | (27n << 32n) | 27n);
    write(ICH.VMCR, 0xf800_0002n);
    expect(read(ICC.IAR1, 0, GUEST)).toBe(27n);
    write(ICC.EOIR1, 27n, 0, GUEST);
    expect([read(ICH.LR0)! >> 62n, asking()]).toEqual([0n, [0]]);
  });

  it('asks the hypervisor for maintenance by private interrupt 25, and counts ends that it did not offer', () => {
    write(ICH.HCR, 5n);
    write(ICC.IGRPEN1, 1n, 0, GUEST);
    expect(asking()).toEqual([]);
    write(register(4, 12, 9, 0), 1n);
    write(ICC.EOIR1, 50n, 0, GUEST);
    expect([read(ICH.HCR), asking()]).toEqual([0x800_0005n, [0]]);
  });

  it('says what it is: five bits of priority, four list registers, system registers always on', () => {
    expect([read(ICC.CTLR), read(ICH.VTR), read(ICC.SRE)]).toEqual([0x8c00n, 0x90a0_0003n, 7n]);
    expect([read(ICC.BPR0), read(ICC.BPR1)]).toEqual([2n, 3n]);
  });

  it('has no registers for more priorities and list registers than it has', () => {
    for (const number of [ICC.AP1R1, ICH.LR4, register(0, 0, 0, 0)]) {
      expect([read(number), write(number, 1n)]).toEqual([undefined, false]);
    }
    expect(write(ICH.VTR, 0n)).toBe(false);
    expect(read(ICC.PMR, 7)).toBeUndefined();
  });

  it('tells processors apart in its redistributors, and which is the last', () => {
    const typer = [0, 1, 2].map((processor) =>
      [8, 12].map((offset) => redistributors.read(processor * FRAME + offset, 4)),
    );
    expect(typer).toEqual([
      [1, 0],
      [0x101, 1],
      [0x211, 2],
    ]);
  });

  it('wakes a redistributor when that is asked for', () => {
    const waker = () => redistributors.read(FRAME + 0x14, 4);
    expect(waker()).toBe(6);
    redistributors.write(FRAME + 0x14, 4, 0);
    expect(waker()).toBe(0);
  });
});
