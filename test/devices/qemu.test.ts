/** Random register accesses on our devices and on QEMU's. Needs qemu-system-riscv64, so it is a suite of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildVirtBoard } from '../../src/machine/boards/riscv64-virt/devices';
import { RISCV64_VIRT } from '../../src/machine/boards/riscv64-virt/map';
import { SEED } from '../support/random';
import { type Access, runOnQemu } from './qtest';

const { map, flash } = RISCV64_VIRT;

/** A small generator, so that the printed seed alone gives the run again. */
function randomFrom(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function runHere(accesses: readonly Access[]): number[] {
  const memory = { readMemory: () => undefined, writeMemory: () => false };
  const host = {
    now: () => 0n,
    alarm: () => {},
    output: () => {},
    power: () => {},
    remark: () => {},
    hartLine: () => {},
    ...memory,
  };
  const { bus } = buildVirtBoard(host, { harts: 2, pflash1: new Uint8Array() });
  const read: number[] = [];
  for (const { at, width, value } of accesses) {
    if (value === undefined) read.push(bus.read(at, width) ?? -1);
    else bus.write(at, width, value);
  }
  return read;
}

async function compare(accesses: readonly Access[], options: readonly string[] = []): Promise<void> {
  const theirs = await runOnQemu(accesses, options);
  const ours = runHere(accesses);
  const reads = accesses.flatMap((access, index) => (access.value === undefined ? [index] : []));
  const different = reads.findIndex((_, index) => theirs[index] !== ours[index]);
  const upTo = reads[different] ?? 0;
  const history = accesses.slice(Math.max(0, upTo - 10), upTo + 1).map((access) => JSON.stringify(access));
  expect(ours[different], `after ${history.join(' ')}, WORLDSTEP_SEED=${SEED}`).toBe(theirs[different]);
}

describe('devices in lockstep with QEMU', () => {
  it('ns16550: every register but the modem’s and line’s, written and read at random', async () => {
    const random = randomFrom(SEED);
    const accesses: Access[] = [];
    while (accesses.length < 3000) {
      const register = random(8);
      const at = map.uart0.base + register;
      if (random(2) === 0) accesses.push({ at, width: 1 });
      else if (register !== 5 && register !== 6) accesses.push({ at, width: 1, value: random(256) });
    }
    await compare(accesses);
  });

  it('plic: priorities, enables, thresholds and claims without requests', async () => {
    const random = randomFrom(SEED);
    const offsets = [
      () => 4 * random(96),
      () => 0x1000 + 4 * random(3),
      () => 0x2000 + 0x80 * random(4) + 4 * random(3),
      () => 0x20_0000 + 0x1000 * random(4) + 4 * random(2),
    ];
    const accesses = Array.from({ length: 3000 }, (): Access => {
      const offset = offsets[random(offsets.length)]?.() ?? 0;
      const at = map.plic0.base + offset;
      const value = random(2) === 0 ? random(8) : random(2 ** 32);
      // Source 0 has no enable bit by the specification; QEMU stores one.
      return random(2) === 0
        ? { at, width: 4 }
        : { at, width: 4, value: offset >= 0x2000 ? (value & ~1) >>> 0 : value };
    });
    await compare(accesses);
  });

  it('clint: msip and mtimecmp', async () => {
    const random = randomFrom(SEED);
    // Unlike ours, QEMU's mtimecmp starts at 0.
    const accesses: Access[] = [0x4000, 0x4004, 0x4008, 0x400c].map((offset) => ({
      at: map.clint0.base + offset,
      width: 4,
      value: 0,
    }));
    while (accesses.length < 1000) {
      const at = map.clint0.base + ([0, 4, 8, 0x4000, 0x4004, 0x4008, 0x400c][random(7)] ?? 0);
      accesses.push(random(2) === 0 ? { at, width: 4 } : { at, width: 4, value: random(2 ** 32) });
    }
    await compare(accesses);
  });

  it('goldfish rtc: alarms and interrupts', async () => {
    const random = randomFrom(SEED);
    const accesses = Array.from({ length: 1000 }, (): Access => {
      const at = map.rtc0.base + ([0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c][random(6)] ?? 0);
      // Alarms in 1970 or after 2100, never between two clocks that differ by less.
      const value = random(2) === 0 ? random(3) : 0x4000_0000 + random(0x4000_0000);
      return random(2) === 0 ? { at, width: 4 } : { at, width: 4, value };
    });
    await compare(accesses);
  });

  it('flash: query, identity, status, word and buffer programs, erases', async () => {
    const random = randomFrom(SEED);
    const { base } = map.flash1;
    const accesses: Access[] = [];
    const both = (command: number): number => (command | (command << 16)) >>> 0;
    const read = (offset: number): void => void accesses.push({ at: base + offset, width: 4 });
    const write = (offset: number, value: number): void => void accesses.push({ at: base + offset, width: 4, value });
    // A word is programmed only once between erases: QEMU overwrites where flash can only clear bits.
    const next = [0, 0, 0];
    for (let entry = 0; entry < 0x52; entry++) {
      if (entry === 0) write(0x154, both(0x98));
      read(4 * entry);
    }
    // QEMU leaves query mode only this way; the chip takes any command.
    write(0, both(0xff));
    for (let round = 0; round < 400; round++) {
      const block = random(3);
      const at = block * flash.blockSize + (next[block] ?? 0);
      switch (random(7)) {
        case 0:
          write(at, both(0x40));
          write(at, random(2 ** 32));
          next[block] = (next[block] ?? 0) + 4;
          break;
        case 1: {
          // QEMU 10 refuses a buffer of one word, and one that crosses 2 KiB; the chip takes both.
          const words = Math.min(2 + random(7), (0x800 - (at % 0x800)) / 4);
          if (words < 2) break;
          write(at, both(0xe8));
          write(at, both(words - 1));
          for (let word = 0; word < words; word++) write(at + 4 * word, random(2 ** 32));
          write(at, both(0xd0));
          next[block] = (next[block] ?? 0) + 4 * words;
          break;
        }
        case 2:
          write(at, both(0x20));
          write(at, both(0xd0));
          next[block] = 0;
          break;
        case 3:
          write(at, both(0x90));
          read(0);
          read(4);
          break;
        case 4:
          write(at, both(0x70));
          read(at);
          break;
        case 5:
          // Clear Status is left out: QEMU clears the ready bit with it.
          write(at, both(0xff));
          break;
        default:
          write(at, both(0xff));
          for (let word = 0; word < 8; word++) read(4 * random(1 + at / 4));
      }
      if (random(2) === 0) read(at);
    }
    const folder = mkdtempSync(join(tmpdir(), 'worldstep-flash-'));
    const file = join(folder, 'flash.img');
    writeFileSync(file, new Uint8Array(flash.unitSize).fill(0xff));
    try {
      await compare(accesses, ['-drive', `if=pflash,unit=1,format=raw,file=${file}`]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
