/** Random register accesses and interrupts on the GICv2 here and on QEMU's. */
import { expect, it } from 'vitest';
import { Gicv2 } from '../../src/devices/intc/gicv2';
import { Gicv2Window } from '../../src/devices/intc/gicv2-window';
import { Random, SEED } from '../support/random';
import { FakeContext } from './fake-context';
import { type Access, type InputLevel, runOnQemu } from './qtest';

// With one processor, as QEMU asks the one that executes which it is, and here none does.
const OPTIONS = ['-machine', 'virt,virtualization=on,gic-version=2', '-cpu', 'cortex-a72', '-smp', '1'];
const GIC = '/machine/unattached/device[1]';
const BASE = { distributor: 0x0800_0000, interface: 0x0801_0000, virtual: 0x0803_0000, guest: 0x0804_0000 };
const SHARED = 256;

const parts = (): ((at: number) => readonly [device: Gicv2 | Gicv2Window, offset: number]) & { gic: Gicv2 } => {
  const gic = new Gicv2('gicd0', new FakeContext(), { processors: 1, interrupts: 288 });
  const windows = {
    distributor: gic,
    interface: new Gicv2Window('gicc0', gic, 'interface'),
    virtual: new Gicv2Window('gich0', gic, 'virtual'),
    guest: new Gicv2Window('gicv0', gic, 'guest'),
  };
  const find = (at: number) => {
    const which = (Object.keys(BASE) as (keyof typeof BASE)[]).find(
      (one) => at >= BASE[one] && at < BASE[one] + 0x1_0000,
    );
    if (!which) throw new Error(`nothing at ${at}`);
    return [windows[which], at - BASE[which]] as const;
  };
  return Object.assign(find, { gic });
};

function runHere(accesses: readonly (Access | InputLevel)[]): number[] {
  const find = parts();
  const read: number[] = [];
  for (const access of accesses) {
    if ('input' in access) {
      if (access.input < SHARED) find.gic.setLine(access.input + 32, access.level);
      else find.gic.setPrivate(0, access.input - SHARED, access.level);
      continue;
    }
    const [device, offset] = find(access.at);
    if (access.value === undefined) read.push(device.read(offset, access.width));
    else device.write(offset, access.width, access.value);
  }
  return read;
}

async function compare(accesses: readonly (Access | InputLevel)[]): Promise<void> {
  const theirs = await runOnQemu(accesses, OPTIONS, 'qemu-system-aarch64');
  const ours = runHere(accesses);
  const reads = accesses.flatMap((access, index) => ('at' in access && access.value === undefined ? [index] : []));
  const different = reads.findIndex((_, index) => theirs[index] !== ours[index]);
  const upTo = reads[different] ?? 0;
  const history = accesses
    .slice(Math.max(0, upTo - 12), upTo + 1)
    .map((access) =>
      'at' in access
        ? `${access.at.toString(16)}${access.value === undefined ? '' : `<-${access.value.toString(16)}`}`
        : `${access.input}=${access.level}`,
    );
  expect(ours[different], `access ${upTo} after ${history.join(' ')}, WORLDSTEP_SEED=${SEED}`).toBe(theirs[different]);
}

const word = (at: number, value?: number): Access => ({ at, width: 4, ...(value !== undefined && { value }) });

it('distributor: groups, enables, pending and active states, priorities and triggers', async () => {
  const random = new Random(SEED);
  const { distributor } = BASE;
  const blocks = [0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380];
  const accesses = Array.from({ length: 4000 }, (): Access | InputLevel => {
    switch (random.below(8)) {
      case 0:
        return { device: GIC, input: random.below(SHARED), level: random.below(2) === 0 };
      case 1:
        // Input 25 is the controller's own: the maintenance interrupt.
        return { device: GIC, input: SHARED + random.pick([16, 20, 26, 27, 30, 31]), level: random.below(2) === 0 };
      case 2: {
        const at = distributor + 0x400 + random.below(288);
        return random.below(2) === 0 ? { at, width: 1 } : { at, width: 1, value: random.below(256) };
      }
      case 3: {
        const at = distributor + 0xc00 + 4 * random.below(18);
        // The lower bit of each pair is read as it was written on QEMU; it is reserved since version 1 of the architecture.
        return random.below(2) === 0 ? word(at) : word(at, (random.below(2 ** 32) & 0xaaaa_aaaa) >>> 0);
      }
      default: {
        const at = distributor + random.pick(blocks) + 4 * random.below(9);
        return random.below(2) === 0 ? word(at) : word(at, random.below(2 ** 32));
      }
    }
  });
  await compare(accesses);
});

// What a binary point means for interrupts that are active when it changes, QEMU has otherwise than the manual.
it.each([
  { point: 0, common: 0 },
  { point: 2, common: 0 },
  { point: 3, common: 0x10 },
  { point: 6, common: 0 },
  { point: 7, common: 0x10 },
])('interrupts: acknowledged, preempted, ended and deactivated, binary point $point', async ({ point, common }) => {
  const random = new Random(SEED + point);
  const { distributor, interface: cpu } = BASE;
  const ids = [0, 3, 15, 20, 27, 30, 33, 34, 35, 64, 65, 100];
  const accesses: (Access | InputLevel)[] = [
    word(distributor, 3),
    word(cpu, 7 | common),
    word(cpu + 4, 0xff),
    word(cpu + 8, point),
    word(cpu + 0x1c, (point + 3) & 7),
    ...[0x100, 0x104, 0x108, 0x10c].map((offset) => word(distributor + offset, 0xffff_ffff)),
  ];
  while (accesses.length < 2000) {
    const id = random.pick(ids);
    switch (random.below(12)) {
      case 0:
        accesses.push({ at: distributor + 0x400 + id, width: 1, value: random.below(16) * 16 });
        break;
      case 1:
        if (id >= 32) accesses.push({ device: GIC, input: id - 32, level: random.below(2) === 0 });
        else if (id >= 16) accesses.push({ device: GIC, input: SHARED + id, level: random.below(2) === 0 });
        else accesses.push(word(distributor + 0xf00, 0x0200_0000 | id));
        break;
      case 2:
        accesses.push(word(distributor + random.pick([0x200, 0x280]) + 4 * (id >> 5), (1 << (id & 31)) >>> 0));
        break;
      case 3:
        accesses.push(word(distributor + 0x80 + 4 * (id >> 5), random.below(2) === 0 ? 0 : (1 << (id & 31)) >>> 0));
        break;
      case 4:
        accesses.push(word(cpu + 4, random.pick([0xff, 0xff, 0x80, 0x40, 0xf0])));
        break;
      case 5:
      case 6:
        accesses.push(word(cpu, random.pick([7, 7, 7, 3, 0xf]) | common), word(cpu));
        break;
      case 7:
      case 8:
        accesses.push(word(cpu + 0x18), word(cpu + 0xc), word(cpu + 0x14));
        break;
      case 9:
        accesses.push(word(cpu + 0x10, id), word(cpu + 0x14));
        break;
      case 10:
        accesses.push(word(distributor + random.pick([0x200, 0x300]) + 4 * (id >> 5)));
        break;
      default:
        accesses.push(word(cpu + random.pick([0xd0, 0xd4, 0xd8, 0xdc])));
    }
  }
  await compare(accesses);
});

it.each([2, 4, 7])('list registers: interrupts as a guest takes and ends them, binary point %i', async (point) => {
  const random = new Random(SEED + point);
  const { virtual, guest } = BASE;
  const accesses: Access[] = [
    word(virtual, 1),
    word(guest, 7),
    word(guest + 4, 0xf8),
    word(guest + 8, point),
    word(guest + 0x1c, Math.max(3, point - 1)),
  ];
  const states = [0, 1, 1, 1, 2, 3];
  while (accesses.length < 6000) {
    switch (random.below(10)) {
      case 0:
      case 1: {
        // Each register has ids of its own: what two of the same id mean is unpredictable.
        const index = random.below(4);
        const id = 40 + 4 * random.below(8) + index;
        const value =
          id |
          (random.below(2) << 19) |
          (random.below(32) << 23) |
          (random.pick(states) << 28) |
          (random.below(2) << 30);
        accesses.push(word(virtual + 0x100 + 4 * index, value >>> 0));
        break;
      }
      case 2:
        accesses.push(word(virtual, random.below(256) | 1), word(virtual + 0x10));
        break;
      case 3:
        accesses.push(word(guest, random.pick([7, 7, 0xf, 0x17, 0x207])), word(guest));
        break;
      case 4:
        accesses.push(word(virtual + 8), word(guest + 0x18));
        break;
      case 5:
        accesses.push(word(guest + 4, random.pick([0xf8, 0xf8, 0x80, 0x40])));
        break;
      case 6:
      case 7:
        accesses.push(word(guest + 0x18), word(guest + 0xc), word(guest + 0x14));
        break;
      case 8:
        accesses.push(word(guest + random.pick([0x10, 0x10, 0x1000]), 40 + random.below(32)), word(guest + 0x14));
        break;
      default:
        accesses.push(word(virtual + random.pick([0, 4, 8, 0x10, 0x20, 0x30, 0xf0, 0x100, 0x104, 0x108, 0x10c])));
    }
  }
  await compare(accesses);
});
