/** Random accesses to a PC's devices here and on QEMU's q35, with time standing still. */
import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/devices/device';
import { I8042, I8042_PIECES } from '../../src/devices/input/i8042';
import { I8259, I8259_PIECES } from '../../src/devices/intc/i8259';
import { IoApic } from '../../src/devices/intc/ioapic';
import { ICH9_PM_PIECES, Ich9Pm } from '../../src/devices/power/ich9-pm';
import { Port92 } from '../../src/devices/power/port92';
import { Mc146818 } from '../../src/devices/rtc/mc146818';
import { Hpet } from '../../src/devices/timer/hpet';
import { I8254, I8254_PIECES } from '../../src/devices/timer/i8254';
import { DeviceWindow } from '../../src/devices/window';
import { Bus } from '../../src/machine/bus';
import { Random, SEED } from '../support/random';
import { FakeContext } from './fake-context';
import { type Access, type InputLevel, runOnQemu } from './qtest';

const OPTIONS = ['-machine', 'q35', '-smp', '1', '-global', 'mc146818rtc.base_year=0'];
/** The 8259s in QEMU's object tree. */
const PICS = ['/machine/unattached/device[3]', '/machine/unattached/device[4]'] as const;
const IOAPIC = '/machine/q35/ioapic';

const input = (port: number, width: 1 | 2 | 4 = 1): Access => ({ at: port, width, isPort: true });
const output = (port: number, value: number, width: 1 | 2 | 4 = 1): Access => ({
  at: port,
  width,
  value,
  isPort: true,
});

/** A machine with one device in some windows. */
interface Here {
  readonly ports: Bus;
  readonly memory: Bus;
  setLine(line: InputLevel): void;
}

const machine = (windows: readonly (readonly [Device, number])[], setLine: Here['setLine'] = () => {}): Here => {
  const ports = new Bus();
  for (const [device, base] of windows) ports.map(device, base);
  return { ports, memory: new Bus(), setLine };
};

const run = ({ ports, memory, setLine }: Here, accesses: readonly (Access | InputLevel)[]): number[] =>
  accesses.flatMap((access) => {
    if ('input' in access) {
      setLine(access);
      return [];
    }
    const bus = access.isPort ? ports : memory;
    if (access.value === undefined) return [bus.read(access.at, access.width) ?? -1];
    bus.write(access.at, access.width, access.value);
    return [];
  });

const told = (access: Access | InputLevel): string =>
  'input' in access
    ? `${PICS.indexOf(access.device as never)}:${access.input}=${access.level}`
    : `${access.at.toString(16)}${access.value === undefined ? '?' : `=${access.value.toString(16)}`}`;

async function compare(here: Here, accesses: readonly (Access | InputLevel)[]): Promise<void> {
  const theirs = await runOnQemu(accesses, OPTIONS, 'qemu-system-x86_64');
  const ours = run(here, accesses);
  const reads = accesses.flatMap((access, index) => ('at' in access && access.value === undefined ? [index] : []));
  const different = reads.findIndex((_, index) => theirs[index] !== ours[index]);
  const upTo = reads[different] ?? 0;
  const history = accesses.slice(Math.max(0, upTo - 30), upTo + 1).map(told);
  expect(ours[different], `after ${history.join(' ')}, WORLDSTEP_SEED=${SEED}`).toBe(theirs[different]);
}

describe('devices of a PC in lockstep with QEMU', () => {
  it('i8259: initialisation, requests by edges and levels, priorities, masks, ends, polls', async () => {
    const random = new Random(SEED);
    const pic = new I8259('pic0', new FakeContext());
    const here = machine(
      [
        [new DeviceWindow('first', pic, I8259_PIECES.first, I8259_PIECES.size), 0x20],
        [new DeviceWindow('second', pic, I8259_PIECES.second, I8259_PIECES.size), 0xa0],
        [new DeviceWindow('elcr', pic, I8259_PIECES.elcr, I8259_PIECES.size), 0x4d0],
      ],
      ({ device, input: line, level }) => pic.setLine(8 * PICS.indexOf(device as never) + line, level),
    );
    const accesses: (Access | InputLevel)[] = [];
    const levels = new Array<boolean>(16).fill(false);
    const drive = (line: number, level: boolean): void => {
      if (levels[line] === level) return;
      levels[line] = level;
      accesses.push({ device: PICS[line >> 3] ?? '', input: line & 7, level });
    };
    /** With all lines low: what is high meanwhile is an edge afterwards in QEMU, and by the manual none. */
    const initialise = (): void => {
      for (const line of levels.keys()) drive(line, false);
      for (const port of [0xa0, 0x20]) {
        // Automatic ends are left to the first chip: QEMU loses an edge of the second's where two wait.
        const icw4 = random.pick(port === 0x20 ? [1, 1, 3, 0x11] : [1]);
        for (const [at, value] of [
          [0, 0x11],
          [1, 8 * random.below(32)],
          [1, 4],
          [1, icw4],
        ] as const)
          accesses.push(output(port + at, value));
      }
      // Not at other times: what was requested by an edge stays requested in QEMU, though it is a level now.
      accesses.push(output(0x4d0, random.below(256)), output(0x4d1, random.below(256)));
    };
    initialise();
    while (accesses.length < 6000) {
      const port = random.pick([0x20, 0xa0]);
      switch (random.below(9)) {
        case 0:
        case 1:
        case 2: {
          const line = random.below(16);
          if (line !== 2) drive(line, !levels[line]);
          break;
        }
        case 3:
          accesses.push(output(port + 1, random.below(256) & random.below(256)));
          break;
        case 4:
          // Ends and rotations.
          accesses.push(output(port, random.below(256) & 0xe7));
          break;
        case 5:
          accesses.push(output(port, 8 | random.pick([0, 2, 3, 0x40, 0x60])));
          break;
        case 6:
          accesses.push(output(0x20, 0x0c), input(0x20));
          break;
        case 7:
          if (random.below(8) === 0) initialise();
          break;
        default:
          accesses.push(input(random.pick([0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1])));
      }
    }
    await compare(here, accesses);
  });

  it('ioapic: redirection entries, remote requests, the identity', async () => {
    const random = new Random(SEED);
    const base = 0xfec0_0000;
    const ioapic = new IoApic('ioapic0', () => {});
    const here = machine([], ({ input: line, level }) => ioapic.setLine(line, level));
    here.memory.map(ioapic, base);
    const accesses: (Access | InputLevel)[] = [];
    const levels = new Array<boolean>(24).fill(false);
    const drive = (line: number, level: boolean): void => {
      // QEMU's input 0 is 2.
      if (line === 0 || levels[line] === level) return;
      levels[line] = level;
      accesses.push({ device: IOAPIC, input: line, level });
    };
    while (accesses.length < 3000) {
      const line = random.below(24);
      drive(line, !levels[line]);
      if (random.below(4) === 0) accesses.push({ at: base + 0x40, width: 4, value: random.below(256) });
      const register = random.pick([0, 1, 2, 0x10 + random.below(48)]);
      // An entry that becomes a level's looks at its line; QEMU waits for the line to be driven again.
      if (register >= 0x10) drive((register - 0x10) >> 1, false);
      accesses.push({ at: base, width: 4, value: register });
      // Bits that no entry has, QEMU keeps. Only interrupts are sent: no NMIs and the like.
      const bits = register >= 0x10 && register % 2 === 0 ? 0x1_f9ff : 0xffff_ffff;
      if (random.below(2) === 0)
        accesses.push({ at: base + 0x10, width: 4, value: (random.below(2 ** 32) & bits) >>> 0 });
      accesses.push({ at: base + 0x10, width: 4 }, { at: base, width: 4 });
    }
    await compare(here, accesses);
  });

  it('i8254: control words, counts by bytes, latches', async () => {
    const random = new Random(SEED);
    const pit = new I8254('pit0', new FakeContext());
    const here = machine([[new DeviceWindow('counters', pit, 0, I8254_PIECES.counters.size), 0x40]]);
    const accesses: Access[] = [];
    for (const counter of [0, 1, 2])
      accesses.push(output(0x43, (counter << 6) | 0x34), output(0x40 + counter, 1), output(0x40 + counter, 2));
    const bytes = [2, 2, 2];
    while (accesses.length < 4000) {
      const counter = random.below(3);
      const port = 0x40 + counter;
      /** Both bytes: in QEMU those that are latched are counted apart. */
      const read = (): void => {
        for (let byte = 0; byte < (bytes[counter] ?? 1); byte++) accesses.push(input(port));
      };
      switch (random.below(4)) {
        case 0: {
          // A whole programming: until a count is written, a chip has none, and QEMU goes on with the old one. QEMU has no BCD,
          // and another idea of the output, which the status has.
          const access = 1 + random.below(3);
          // A count that is latched, QEMU keeps.
          read();
          bytes[counter] = access === 3 ? 2 : 1;
          accesses.push(output(0x43, (counter << 6) | (access << 4) | (random.pick([0, 2, 3, 4]) << 1)));
          accesses.push(output(port, random.below(256)));
          if (access === 3) accesses.push(output(port, random.below(256)));
          break;
        }
        case 1:
          accesses.push(
            output(0x43, random.below(2) === 0 ? counter << 6 : 0xd0 | (random.below(2) << 5) | (random.below(8) << 1)),
          );
          break;
        default:
          read();
      }
    }
    await compare(here, accesses);
  });

  it('mc146818: control registers, alarms and RAM', async () => {
    const random = new Random(SEED);
    const rtc = new Mc146818('rtc0', new FakeContext(), { start: 0n, ram: new Map() });
    const here = machine([[rtc, 0x70]]);
    const registers = [0x0a, 0x0b, 0x0d, 1, 3, 5, ...Array.from({ length: 32 }, (_, index) => 0x40 + index)];
    // QEMU has told its memory there.
    const accesses: Access[] = registers.slice(6).flatMap((register) => [output(0x70, register), output(0x71, 0)]);
    while (accesses.length < 3000) {
      const register = random.pick(registers);
      accesses.push(output(0x70, register));
      // Reads of C, which depend on time, are not among these; nor is the time, which is the host's on the other side.
      const value =
        register === 0x0b ? random.below(256) & 0x7f : register === 0x0a ? 0x20 | random.below(16) : random.below(256);
      if (random.below(2) === 0) accesses.push(output(0x71, value));
      accesses.push(input(0x71));
    }
    await compare(here, accesses);
  });

  it('hpet: capabilities, routes, comparators, a counter that stands', async () => {
    const random = new Random(SEED);
    const base = 0xfed0_0000;
    const here = machine([]);
    here.memory.map(new Hpet('hpet0', new FakeContext()), base);
    const words = [
      0,
      4,
      0x10,
      0xf0,
      0xf4,
      ...[0, 1, 2].flatMap((timer) => [0, 4, 8, 12].map((at) => 0x100 + 0x20 * timer + at)),
    ];
    const accesses = Array.from({ length: 3000 }, (): Access => {
      const at = random.pick(words);
      if (random.below(2) === 0 || at < 0x10) return { at: base + at, width: 4 };
      // It stays off, and no timer sends messages or is periodic: QEMU takes the two halves of a period apart.
      const value = at === 0x10 ? 0 : (at & 0x11f) === 0x100 ? random.below(2 ** 14) & ~0x48 : random.below(2 ** 32);
      return { at: base + at, width: 4, value };
    });
    await compare(here, accesses);
  });

  it('ich9 power management: events, control, general-purpose events, commands', async () => {
    const random = new Random(SEED);
    const pm = new Ich9Pm('pm0', new FakeContext());
    const here = machine([
      [new DeviceWindow('pm', pm, ICH9_PM_PIECES.pm.first, ICH9_PM_PIECES.pm.size), 0x600],
      [new DeviceWindow('apm', pm, ICH9_PM_PIECES.apm.first, ICH9_PM_PIECES.apm.size), 0xb2],
    ]);
    const lpc = (register: number, value: number): Access[] => [
      output(0xcf8, 0x8000_f800 + register, 4),
      output(0xcfc, value, 4),
    ];
    // QEMU's timer begins as if it had overflowed.
    const accesses: Access[] = [...lpc(0x40, 0x601), ...lpc(0x44, 0x80), output(0x600, 0xffff, 2)];
    while (accesses.length < 2000) {
      const [port, width, mask] = random.pick([
        [0x600, 2, 0xffff],
        [0x602, 2, 0xffff],
        [0x604, 2, 0x1c01],
        [0x620, 1, 0xff],
        [0x628, 1, 0xff],
        [0xb2, 1, 3],
        [0xb3, 1, 0xff],
      ] as const);
      accesses.push(random.below(2) === 0 ? input(port, width) : output(port, random.below(2 ** 16) & mask, width));
    }
    await compare(here, accesses);
  });

  it('i8042: commands of the controller and of the keyboard', async () => {
    const random = new Random(SEED);
    const context = new FakeContext();
    const keyboard = new I8042('i8042', context, new Port92('port92', context, () => {}));
    const here = machine([
      [new DeviceWindow('data', keyboard, I8042_PIECES.data.first, 1), 0x60],
      [new DeviceWindow('status', keyboard, I8042_PIECES.status.first, 1), 0x64],
    ]);
    const accesses: Access[] = [output(0x64, 0xaa), input(0x60), output(0x64, 0x60), output(0x60, 0x65)];
    const [status, data] = [input(0x64), input(0x60)];
    while (accesses.length < 1500) {
      const mode = 4 | (random.below(2) << 6) | random.below(4);
      // QEMU's status always says that the last byte was a command.
      const conversations: readonly (readonly Access[])[] = [
        [output(0x64, 0x60), output(0x60, mode), output(0x64, 0x20), data],
        [output(0x64, 0xaa), status, data, status],
        [output(0x64, 0xab), status, data, status],
        [output(0x64, 0xa9), data, status],
        [output(0x64, 0xd2), output(0x60, random.below(256)), data],
        [output(0x60, 0xee), data],
        [output(0x60, 0xf2), data, data, data],
        [output(0x60, 0xed), data, output(0x60, random.below(8)), data],
        [output(0x60, 0xf3), data, output(0x60, random.below(128)), data],
        [output(0x60, 0xff), data, data],
      ];
      accesses.push(...random.pick(conversations));
    }
    await compare(here, accesses);
  });
});
