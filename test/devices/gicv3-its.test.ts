/** Messages by the translation service of a GICv3: its commands, its tables in memory, and what is pending at processors. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Gicv3 } from '../../src/devices/intc/gicv3';
import { Gicv3Its } from '../../src/devices/intc/gicv3-its';
import { Gicv3Redistributors } from '../../src/devices/intc/gicv3-redistributors';
import { readGicRegister, writeGicRegister } from '../../src/devices/intc/gicv3-registers';
import { FakeContext } from './fake-context';

const BASE = 0x4000_0000;
const RAM = 0x10_0000;
const AT = { ring: 0x1000, devices: 0x1_0000, collections: 0x2_0000, events: 0x3_0000, properties: 0x4_0000 } as const;
const PENDING = (processor: number): number => 0x6_0000 + 0x1_0000 * processor;
const IAR1 = (3 << 14) | (12 << 7) | (12 << 3);
const EOIR1 = IAR1 + 1;
const HOST = { group0: false, group1: false };
const SPURIOUS = 1023;

describe('the translation service', () => {
  let memory: Uint8Array;
  let context: FakeContext;
  let gic: Gicv3;
  let its: Gicv3Its;
  let redistributors: Gicv3Redistributors;
  let write = 0;

  const at = (address: number): bigint => BigInt(BASE + address);
  const set = (offset: number, value: bigint): void => {
    its.write(offset, 4, Number(value & 0xffff_ffffn));
    its.write(offset + 4, 4, Number(value >> 32n));
  };
  const get = (offset: number): bigint => BigInt(its.read(offset, 4)) | (BigInt(its.read(offset + 4, 4)) << 32n);
  const own = (processor: number, offset: number, value: bigint): void => {
    redistributors.write(0x2_0000 * processor + offset, 4, Number(value & 0xffff_ffffn));
    if (offset >= 0x70) redistributors.write(0x2_0000 * processor + offset + 4, 4, Number(value >> 32n));
  };
  /** Puts a command into the ring and lets the service do it. */
  const command = (...words: readonly bigint[]): void => {
    const view = new DataView(memory.buffer);
    for (let word = 0; word < 4; word++) view.setBigUint64(AT.ring + write + 8 * word, words[word] ?? 0n, true);
    write = (write + 32) % 0x1000;
    set(0x88, BigInt(write));
  };
  const VALID = 1n << 63n;
  const mapd = (device: number, table: number = AT.events, bits = 3) =>
    command(8n | (BigInt(device) << 32n), BigInt(bits - 1), VALID | at(table));
  const mapc = (collection: number, processor: number) =>
    command(9n, 0n, VALID | BigInt((processor << 16) | collection));
  const mapti = (device: number, event: number, id: number, collection: number) =>
    command(10n | (BigInt(device) << 32n), BigInt(event) | (BigInt(id) << 32n), BigInt(collection));
  const ofEvent = (number: number, device: number, event: number, third = 0n) =>
    command(BigInt(number) | (BigInt(device) << 32n), BigInt(event), third);
  const configure = (id: number, byte: number): void => {
    memory[AT.properties + id - 8192] = byte;
  };
  const acknowledge = (processor: number): number => Number(readGicRegister(gic, IAR1, processor, HOST));
  const take = (processor: number): number => {
    const id = acknowledge(processor);
    if (id !== SPURIOUS) writeGicRegister(gic, EOIR1, processor, BigInt(id), HOST);
    return id;
  };
  const isPendingInMemory = (processor: number, id: number): boolean =>
    (((memory[PENDING(processor) + (id >> 3)] ?? 0) >> (id & 7)) & 1) === 1;

  beforeEach(() => {
    memory = new Uint8Array(RAM);
    context = new FakeContext();
    const inside = (from: bigint, length: number) => from >= at(0) && from + BigInt(length) <= at(RAM);
    const master = {
      readMemory: (from: bigint, length: number) =>
        inside(from, length) ? memory.slice(Number(from) - BASE, Number(from) - BASE + length) : undefined,
      writeMemory: (from: bigint, bytes: Uint8Array) => {
        if (!inside(from, bytes.length)) return false;
        memory.set(bytes, Number(from) - BASE);
        return true;
      },
    };
    gic = new Gicv3('gicd0', context, { processors: 2, interrupts: 288 }, master);
    redistributors = new Gicv3Redistributors('gicr0', gic);
    its = new Gicv3Its('its0', gic, master, (text) => context.remark(text));
    gic.write(0, 4, 3);
    write = 0;
    for (const by of [0, 1]) {
      writeGicRegister(gic, (3 << 14) | (4 << 7) | (6 << 3), by, 0xf8n, HOST);
      writeGicRegister(gic, (3 << 14) | (12 << 7) | (12 << 3) | 7, by, 1n, HOST);
      own(by, 0x70, at(AT.properties) | 15n);
      own(by, 0x78, at(PENDING(by)));
      own(by, 0, 1n);
    }
    for (const id of [8192, 8193, 8194, 8195]) configure(id, 0xa1);
    set(0x100, VALID | at(AT.devices));
    set(0x108, VALID | at(AT.collections));
    set(0x80, VALID | at(AT.ring));
    its.write(0, 4, 1);
    mapc(0, 0);
    mapc(1, 1);
    mapd(8);
    mapti(8, 0, 8192, 0);
    mapti(8, 1, 8193, 1);
  });

  it('says that it has physical interrupts of 16 bits, tables of devices and of collections, and that it is never busy', () => {
    expect(get(8)).toBe(BigInt(1 | (7 << 4) | (15 << 8) | (15 << 13)));
    expect(get(0x100) & (7n << 56n)).toBe(1n << 56n);
    expect(get(0x108) & (7n << 56n)).toBe(4n << 56n);
    expect(its.read(0, 4)).toBe(0x8000_0001);
    expect(its.read(0xffe8, 4)).toBe(0x3b);
    expect(redistributors.read(8, 4) & 1).toBe(1);
    expect(gic.read(4, 4) & (1 << 17)).not.toBe(0);
  });

  it('makes of a message the interrupt of its event, at the processor of its collection', () => {
    its.message(8, 1);
    expect(isPendingInMemory(1, 8193)).toBe(true);
    expect([take(0), take(1), take(1)]).toEqual([SPURIOUS, 8193, SPURIOUS]);
    expect(isPendingInMemory(1, 8193)).toBe(false);
    expect(context.remarks).toEqual([]);
  });

  it('has all commands done when the write pointer moved, around the end of the ring', () => {
    for (let count = 0; count < 300; count++) command(5n);
    expect(get(0x90)).toBe(BigInt(write));
    its.message(8, 0);
    expect(take(0)).toBe(8192);
  });

  it('INT makes pending, CLEAR takes back, DISCARD forgets the event, too', () => {
    ofEvent(3, 8, 0);
    ofEvent(4, 8, 0);
    expect(take(0)).toBe(SPURIOUS);
    ofEvent(3, 8, 0);
    ofEvent(15, 8, 0);
    expect(take(0)).toBe(SPURIOUS);
    its.message(8, 0);
    expect(take(0)).toBe(SPURIOUS);
    expect(context.remarks[0]).toContain('event 0 of device 0x8 is not mapped (MAPTI)');
  });

  it('MOVI and MOVALL take along what is pending', () => {
    its.message(8, 0);
    ofEvent(1, 8, 0, 1n);
    expect([take(0), take(1)]).toEqual([SPURIOUS, 8192]);
    its.message(8, 0);
    command(14n, 0n, 1n << 16n, 0n);
    expect([take(1), take(0)]).toEqual([SPURIOUS, 8192]);
  });

  it('MAPI maps an event to the interrupt of its number', () => {
    mapd(9, 0x3_8000, 14);
    command(11n | (9n << 32n), 8195n, 0n);
    its.message(9, 8195);
    expect(take(0)).toBe(8195);
  });

  it('reads the configuration again at INV and INVALL', () => {
    configure(8192, 0xa0);
    its.message(8, 0);
    expect(take(0)).toBe(SPURIOUS);
    configure(8192, 0xa1);
    expect(take(0)).toBe(SPURIOUS);
    ofEvent(12, 8, 0);
    expect(take(0)).toBe(8192);
    configure(8193, 0);
    its.message(8, 1);
    configure(8193, 1);
    command(13n, 0n, 1n);
    expect(take(1)).toBe(8193);
  });

  it('gives the most urgent first, of equal ones the lowest', () => {
    mapti(8, 2, 8194, 0);
    mapti(8, 3, 8195, 0);
    configure(8195, 0x41);
    for (const event of [2, 0, 3]) its.message(8, event);
    expect([take(0), take(0), take(0)]).toEqual([8195, 8192, 8194]);
  });

  it('takes what was pending in memory when a processor switches it on', () => {
    own(0, 0, 0n);
    its.message(8, 0);
    expect(isPendingInMemory(0, 8192)).toBe(false);
    memory[PENDING(0) + (8194 >> 3)] = 1 << (8194 & 7);
    own(0, 0, 1n);
    expect(take(0)).toBe(8194);
    own(0, 0, 0n);
    memory[PENDING(0) + (8194 >> 3)] = 1 << (8194 & 7);
    own(0, 0x78, at(PENDING(0)) | (1n << 62n));
    own(0, 0, 1n);
    expect(take(0)).toBe(SPURIOUS);
  });

  it('finds devices in a table of two levels', () => {
    its.write(0, 4, 0);
    set(0x100, VALID | (1n << 62n) | at(AT.devices));
    new DataView(memory.buffer).setBigUint64(AT.devices + 8 * 2, VALID | at(0x5_0000), true);
    its.write(0, 4, 1);
    mapd(2 * 512 + 5);
    mapti(2 * 512 + 5, 0, 8192, 0);
    its.message(2 * 512 + 5, 0);
    expect(take(0)).toBe(8192);
    mapd(3);
    expect(context.remarks).toEqual(['its0: MAPD is left out: the device table has no second level for device 3']);
  });

  it.each([
    ['a device beyond its table', () => mapd(512), 'device 512 is beyond the end of its table'],
    ['a device of too many bits', () => mapd(0x1_0000), 'there is no device 0x10000'],
    ['a collection of no processor', () => mapc(2, 2), 'there is no processor 2'],
    [
      'events in nowhere',
      () => {
        mapd(9, 0x80_0000);
        mapti(9, 0, 8192, 0);
      },
      "the event table's entry at 0x40800000 is no RAM",
    ],
    ['an event of too many', () => mapti(8, 8, 8192, 0), 'event 8 is beyond the 8 of its device'],
    ['an interrupt that is none', () => mapti(8, 0, 100, 0), '100 is no interrupt that a message can be'],
    ['a device that is not mapped', () => mapti(7, 0, 8192, 0), 'device 0x7 is not mapped (MAPD)'],
    ['a collection that is not mapped', () => command(13n, 0n, 7n), 'collection 7 is not mapped (MAPC)'],
    ['a command that is none', () => command(0x77n), 'there is no command 0x77'],
  ])('leaves out %s, says so and goes on', (_, act, remark) => {
    act();
    expect(context.remarks).toHaveLength(1);
    expect(context.remarks[0]).toContain(remark);
    its.message(8, 1);
    expect(take(1)).toBe(8193);
  });

  it('stalls where its ring is no memory, and goes on when it is asked to', () => {
    its.write(0, 4, 0);
    set(0x80, VALID | 0x1234_0000n);
    its.write(0, 4, 1);
    set(0x88, 32n);
    expect(get(0x90)).toBe(1n);
    expect(context.remarks).toEqual(['its0: the command at 0x12340000 is no RAM; its ring stalls']);
    set(0x88, 0x2000n);
    expect(context.remarks[1]).toContain('beyond the end of the ring');
  });

  it('says where tables of processors are no memory', () => {
    own(0, 0, 0n);
    own(0, 0x70, 0x7000_000fn);
    own(0, 0x78, 0x7100_0000n);
    own(0, 0, 1n);
    its.message(8, 0);
    expect(take(0)).toBe(SPURIOUS);
    expect(context.remarks).toEqual([
      'gicd0: the table of pending interrupts at 0x71000000 is no RAM',
      'gicd0: the configuration of interrupt 8192 at 0x70000000 is no RAM',
      'gicd0: the table of pending interrupts at 0x71000400 is no RAM',
    ]);
  });

  it('keeps all of it in its state', () => {
    its.message(8, 0);
    const [saved, service] = [structuredClone(gic.state), structuredClone(its.state)];
    take(0);
    gic.state = saved;
    its.state = service;
    expect(take(0)).toBe(8192);
  });
});
