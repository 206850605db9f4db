/** Random register accesses and inputs on the GICv3's distributor and redistributor here and on QEMU's. */
import { expect, it } from 'vitest';
import { Gicv3 } from '../../src/devices/intc/gicv3';
import { Gicv3Redistributors } from '../../src/devices/intc/gicv3-redistributors';
import { Random, SEED } from '../support/random';
import { FakeContext, NO_MEMORY } from './fake-context';
import { type Access, type InputLevel, runOnQemu } from './qtest';

const OPTIONS = ['-machine', 'virt,virtualization=on,gic-version=3', '-cpu', 'cortex-a72', '-smp', '1'];
const GIC = '/machine/unattached/device[1]';
const DISTRIBUTOR = 0x0800_0000;
const REDISTRIBUTOR = 0x080a_0000;
const PRIVATE_FRAME = REDISTRIBUTOR + 0x1_0000;
const SHARED = 256;

it('distributor and redistributor: groups, enables, states, priorities, triggers and routes', async () => {
  const random = new Random(SEED);
  const word = (at: number, value?: number): Access => ({ at, width: 4, ...(value !== undefined && { value }) });
  const blocks = [0x80, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380];
  const accesses: (Access | InputLevel)[] = [
    ...[0, 8, 0xffe0, 0xffe8].map((offset) => word(DISTRIBUTOR + offset)),
    ...[4, 0xc, 0x14, 0xffe0, 0xffe8].map((offset) => word(REDISTRIBUTOR + offset)),
    word(REDISTRIBUTOR + 0x14, 0),
    word(REDISTRIBUTOR + 0x14),
  ];
  while (accesses.length < 5000) {
    const isRead = random.below(2) === 0;
    const value = random.below(2 ** 32);
    switch (random.below(9)) {
      case 0:
        accesses.push({ device: GIC, input: random.below(SHARED), level: random.below(2) === 0 });
        break;
      case 1: {
        // Input 25 is the controller's own: the maintenance interrupt.
        const input = SHARED + random.pick([16, 20, 26, 27, 30, 31]);
        accesses.push({ device: GIC, input, level: random.below(2) === 0 });
        break;
      }
      case 2: {
        const id = random.below(288);
        const at = (id < 32 ? PRIVATE_FRAME : DISTRIBUTOR) + 0x400 + id;
        accesses.push(isRead ? { at, width: 1 } : { at, width: 1, value: value & 0xff });
        break;
      }
      case 3: {
        const index = random.below(18);
        const at = (index < 2 ? PRIVATE_FRAME : DISTRIBUTOR) + 0xc00 + 4 * index;
        accesses.push(isRead ? word(at) : word(at, (value & 0xaaaa_aaaa) >>> 0));
        break;
      }
      case 4: {
        const half = random.below(2);
        const at = DISTRIBUTOR + 0x6000 + 8 * (32 + random.below(256)) + 4 * half;
        // QEMU keeps bits that are reserved, and those that send to one of many, though it says that it cannot.
        accesses.push(isRead ? word(at) : word(at, value & (half === 0 ? 0x00ff_ffff : 0xff)));
        break;
      }
      case 5:
        accesses.push(isRead ? word(DISTRIBUTOR) : word(DISTRIBUTOR, value & 3));
        break;
      default: {
        const index = random.below(9);
        const at = (index === 0 ? PRIVATE_FRAME : DISTRIBUTOR) + random.pick(blocks) + 4 * index;
        accesses.push(isRead ? word(at) : word(at, value));
      }
    }
  }
  const theirs = await runOnQemu(accesses, OPTIONS, 'qemu-system-aarch64');
  const gic = new Gicv3('gicd0', new FakeContext(), { processors: 1, interrupts: 288 }, NO_MEMORY);
  const redistributors = new Gicv3Redistributors('gicr0', gic);
  const ours: number[] = [];
  for (const access of accesses) {
    if ('input' in access) {
      if (access.input < SHARED) gic.setLine(access.input + 32, access.level);
      else gic.setPrivate(0, access.input - SHARED, access.level);
      continue;
    }
    const { at, width, value } = access;
    const [device, base] = at < REDISTRIBUTOR ? [gic, DISTRIBUTOR] : [redistributors, REDISTRIBUTOR];
    if (value === undefined) ours.push(device.read(at - base, width));
    else device.write(at - base, width, value);
  }
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
});
