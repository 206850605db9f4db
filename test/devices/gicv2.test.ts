import { beforeEach, describe, expect, it } from 'vitest';
import { GIC_LINE, GIC_LINES } from '../../src/devices/intc/gic-banks';
import { Gicv2 } from '../../src/devices/intc/gicv2';
import { Gicv2Window } from '../../src/devices/intc/gicv2-window';
import { Gicv2m } from '../../src/devices/intc/gicv2m';
import { FakeContext } from './fake-context';

const [CTLR, PMR, IAR, EOIR, DIR] = [0, 4, 0xc, 0x10, 0x1000];
const ENABLE = 0x100;
const TARGET = 0x800;
const SGIR = 0xf00;

describe('gicv2', () => {
  let context: FakeContext;
  let gic: Gicv2;
  let cpu: Gicv2Window;
  let hypervisor: Gicv2Window;
  let guest: Gicv2Window;
  const line = (processor: number, name: keyof typeof GIC_LINE): boolean =>
    context.line(processor * GIC_LINES + GIC_LINE[name]);
  const asking = (): number[] => [0, 1, 2].filter((processor) => line(processor, 'irq'));

  beforeEach(() => {
    context = new FakeContext();
    gic = new Gicv2('gicd0', context, { processors: 3, interrupts: 288 });
    cpu = new Gicv2Window('gicc0', gic, 'interface');
    hypervisor = new Gicv2Window('gich0', gic, 'virtual');
    guest = new Gicv2Window('gicv0', gic, 'guest');
    gic.write(CTLR, 4, 1);
    for (const by of [0, 1, 2]) {
      cpu.write(CTLR, 4, 1, by);
      cpu.write(PMR, 4, 0xff, by);
    }
  });

  it('sends a shared interrupt to all processors in its target byte, and the first that reads has it', () => {
    gic.write(TARGET + 40, 1, 0b110);
    gic.write(ENABLE + 4, 4, 1 << 8);
    gic.setLine(40, true);
    expect(asking()).toEqual([1, 2]);
    expect(cpu.read(IAR, 4, 2)).toBe(40);
    expect(asking()).toEqual([]);
    expect(cpu.read(IAR, 4, 1)).toBe(1023);
    cpu.write(EOIR, 4, 40, 2);
    expect(asking()).toEqual([1, 2]);
    gic.setLine(40, false);
    expect(asking()).toEqual([]);
  });

  it('has no targets that are no processors', () => {
    gic.write(TARGET + 40, 4, 0xffff_ffff);
    expect(gic.read(TARGET + 40, 4)).toBe(0x0707_0707);
    expect([0, 1, 2].map((by) => gic.read(TARGET, 1, by))).toEqual([1, 2, 4]);
  });

  it.each([
    { what: 'the listed processors', value: 0x0006_0003, to: [1, 2] },
    { what: 'all but the one that asks', value: 0x0100_0003, to: [1, 2] },
    { what: 'the one that asks', value: 0x0200_0003, to: [0] },
    { what: 'nobody by the reserved filter', value: 0x0307_0003, to: [] },
  ])('sends software generated interrupts to $what', ({ value, to }) => {
    gic.write(SGIR, 4, value, 0);
    expect(asking()).toEqual(to);
  });

  it('says who asked for a software generated interrupt, each one in turn', () => {
    gic.write(SGIR, 4, 0x0001_0005, 2);
    gic.write(SGIR, 4, 0x0001_0005, 1);
    expect(gic.read(0xf20 + 5, 1, 0)).toBe(0b110);
    expect(cpu.read(IAR, 4, 0)).toBe((1 << 10) | 5);
    cpu.write(EOIR, 4, (1 << 10) | 5, 0);
    expect(cpu.read(IAR, 4, 0)).toBe((2 << 10) | 5);
    cpu.write(EOIR, 4, (2 << 10) | 5, 0);
    expect(cpu.read(IAR, 4, 0)).toBe(1023);
  });

  it('asks with FIQ for group 0 where that is wanted, with IRQ for group 1', () => {
    gic.write(CTLR, 4, 3);
    cpu.write(CTLR, 4, 0xb, 0);
    gic.write(ENABLE, 4, 3 << 27);
    gic.write(0x80, 4, 1 << 28);
    gic.setPrivate(0, 27, true);
    expect([line(0, 'fiq'), line(0, 'irq')]).toEqual([true, false]);
    gic.setPrivate(0, 27, false);
    gic.setPrivate(0, 28, true);
    expect([line(0, 'fiq'), line(0, 'irq')]).toEqual([false, true]);
  });

  it('keeps an interrupt active until DIR where ends only drop the priority', () => {
    cpu.write(CTLR, 4, 0x201, 0);
    gic.write(ENABLE, 4, 1 << 30);
    gic.setPrivate(0, 30, true);
    expect(cpu.read(IAR, 4, 0)).toBe(30);
    cpu.write(EOIR, 4, 30, 0);
    expect([gic.read(0x300, 4, 0) >>> 30, asking()]).toEqual([1, []]);
    cpu.write(DIR, 4, 30, 0);
    expect(asking()).toEqual([0]);
  });

  it('lets a guest end a physical interrupt that its list register is bound to', () => {
    cpu.write(CTLR, 4, 0x201, 0);
    gic.write(ENABLE, 4, 1 << 27);
    gic.setPrivate(0, 27, true);
    cpu.read(IAR, 4, 0);
    cpu.write(EOIR, 4, 27, 0);
    hypervisor.write(0, 4, 1, 0);
    hypervisor.write(0x100, 4, (0x9000_0000 | (27 << 10) | 27) >>> 0, 0);
    guest.write(CTLR, 4, 1, 0);
    guest.write(PMR, 4, 0xf8, 0);
    expect(line(0, 'virtualIrq')).toBe(true);
    expect(guest.read(IAR, 4, 0)).toBe(27);
    expect(line(0, 'virtualIrq')).toBe(false);
    guest.write(EOIR, 4, 27, 0);
    expect([hypervisor.read(0x100, 4, 0) >>> 28, gic.read(0x300, 4, 0)]).toEqual([8, 0]);
    expect(asking()).toEqual([0]);
  });

  it('asks the hypervisor for maintenance by private interrupt 25', () => {
    gic.write(ENABLE, 4, 1 << 25);
    hypervisor.write(0, 4, 3, 0);
    expect(asking()).toEqual([0]);
    hypervisor.write(0x100, 4, 0x1000_0020, 0);
    hypervisor.write(0x104, 4, 0x1000_0021, 0);
    expect(asking()).toEqual([]);
  });

  it('shows what could be acknowledged without acknowledging it, when a debugger looks', () => {
    gic.write(ENABLE, 4, 1 << 30);
    gic.setPrivate(0, 30, true);
    expect([cpu.peek(IAR, 4), cpu.peek(IAR, 4), asking()]).toEqual([30, 30, [0]]);
  });

  it('keeps input levels over a reset and forgets all else', () => {
    gic.write(ENABLE, 4, 1 << 30);
    gic.setPrivate(0, 30, true);
    gic.reset();
    expect([gic.read(CTLR, 4), gic.read(ENABLE, 4, 0), gic.read(0x200, 4, 0), asking()]).toEqual([
      0,
      0xffff,
      2 ** 30,
      [],
    ]);
  });

  it('ignores offsets without registers, and processors and interrupts that are not there', () => {
    for (let offset = 0x10; offset < 0x1_0000; offset += 4) gic.write(offset, 4, 0xffff_ffff, 7);
    for (const window of [cpu, hypervisor, guest]) {
      for (let offset = 0; offset < 0x1_0000; offset += 0x104) window.write(offset, 4, 0xffff_ffff, 7);
      expect(window.read(0, 4, 7)).toBe(0);
    }
    gic.setLine(288, true);
    gic.setLine(3, true);
    gic.setPrivate(7, 30, true);
    expect(asking()).toEqual([]);
  });
});

describe('gicv2m', () => {
  it('makes an edge of a message whose number it has, and of no other', () => {
    const raised: number[] = [];
    const context = new FakeContext();
    context.irq = (level, id = 0) => {
      if (level) raised.push(id);
    };
    const frame = new Gicv2m('v2m0', context, { first: 80, count: 64 });
    for (const id of [79, 80, 143, 144]) frame.write(0x40, 4, id);
    expect([frame.read(8, 4), raised]).toEqual([0x50_0040, [80, 143]]);
  });
});
