/**
 * How `loongarch64-virt` starts: a kernel as `-kernel` of QEMU starts it, in direct addresses with the tables of an EFI boot
 * loader, or what is in flash.
 */
import { t } from '../../../base/l10n';
import { systemTable } from '../../boot/efi';
import { flashCode, flashFirmware, fromFlash, nothingToRun, startsFirmware } from '../../boot/firmware';
import { checkDisk } from '../../boot/initial-disk';
import { LoadError } from '../../boot/load-error';
import type { BootInput, LoadPlan, LoadSegment, PhysicalRange } from '../../boot/load-plan';
import {
  alignDown,
  alignUp,
  checkHarts,
  checkInRam,
  checkOverlaps,
  enteredAt,
  PAGE,
  type ProgramSpace,
  placePrograms,
} from '../../boot/place';
import { checkMemorySize, MAX_MEMORY, sizeOf } from '../../memory-size';
import { COMMAND_LINE_BYTES, LOONGARCH64_VIRT } from './map';
import { virtFdt } from './tree';

/** The ranges of RAM of a machine with `memory` bytes. */
export const ramOf = (memory: number): { base: number; size: number }[] => {
  const { low, high } = LOONGARCH64_VIRT.ram;
  if (memory <= low.size) return [{ base: low.base, size: memory }];
  return [
    { base: low.base, size: low.size },
    { base: high.base, size: memory - low.size },
  ];
};

/**
 * Plans the whole memory image. Registers: a0 is 1 (the tables are there), a1 the command line, a2 the EFI system table; pc
 * keeps the window of an ELF's entry, as on QEMU 10, which direct addresses leave out: code that goes on as it turns
 * windows on, or has taken addresses relative to pc, is in its window then.
 */
export function planLoongarch64(input: BootInput): LoadPlan {
  const { kernelBase, physicalBits, flash, maxHarts, boot, map } = LOONGARCH64_VIRT;
  checkMemorySize(input.memory);
  checkHarts(input.harts, maxHarts);
  const firmware = flashFirmware(input, flash.unitSize);

  const ram = ramOf(input.memory);
  const mostRam = ramOf(MAX_MEMORY);
  const space: ProgramSpace = {
    architecture: 'loongarch64',
    ram,
    mostRam,
    kernelBase,
    linuxAt: ({ textOffset }) => textOffset,
    physicalBits,
  };
  const { kernel, others } = placePrograms(input, space);
  const starting = startsFirmware(input, kernel) ? fromFlash(map.flash0.base) : kernel;
  if (!starting) throw nothingToRun();
  const first = enteredAt(starting, input.entry);
  const programs = [...(kernel?.segments ?? []), ...others.flatMap((one) => one.segments)];
  for (const segment of programs) checkInRam(segment, space);
  const tables = bootTables(input, space, programs);
  const segments = [...programs, ...tables.segments];
  checkOverlaps(segments);
  return {
    segments,
    entry: first.entry,
    mode: 'PLV0',
    registers: {
      pc: first.pc ?? BigInt(first.entry),
      a0: 1n,
      a1: BigInt(boot.commandLine),
      a2: BigInt(boot.systemTable),
    },
    ...(input.bios && { pflash0: input.bios.bytes }),
    flashCode: flashCode(firmware, map.flash0.base),
    dtbAt: boot.deviceTree,
    initrd: tables.initrd,
    physicalOf: (kernel ?? first).physicalOf,
    format: (kernel ?? first).format,
  };
}

/** Command line, EFI tables and device tree in the first MiBs; the initial RAM disk where {@link placeDisk} finds room. */
function bootTables(
  input: BootInput,
  { ram }: ProgramSpace,
  programs: readonly LoadSegment[],
): { readonly segments: readonly LoadSegment[]; readonly initrd?: PhysicalRange } {
  const { boot } = LOONGARCH64_VIRT;
  const { initrd: disk, append = '', harts } = input;
  const commandLine = new TextEncoder().encode(`${append}\0`);
  if (commandLine.length > COMMAND_LINE_BYTES) {
    throw new LoadError(
      '--append',
      t`the command line has ${commandLine.length - 1} bytes`,
      t`Give at most ${COMMAND_LINE_BYTES - 1}.`,
    );
  }
  checkDisk(disk);
  const initrd = disk && placeDisk(disk.bytes.length, ram, programs);
  if (disk && !initrd) {
    const total = ram.reduce((sum, { size }) => sum + size, 0);
    throw new LoadError(
      '--memory',
      t`no room is left for the initial RAM disk beside the kernel in ${sizeOf(total)}`,
      t`Give more memory.`,
    );
  }
  const tree = virtFdt({
    processors: harts,
    ram,
    ...(input.append !== undefined && { bootargs: append }),
    ...(initrd && { initrd }),
  });
  const efi = systemTable({ at: boot, deviceTree: boot.deviceTree, initrd });
  const segment = (name: string, pa: number, bytes: Uint8Array): LoadSegment => ({
    pa,
    bytes,
    memsz: bytes.length,
    name,
  });
  return {
    segments: [
      segment('command line', boot.commandLine, commandLine),
      ...efi.map(({ at, bytes }) => segment('EFI tables', at, bytes)),
      segment('device tree', boot.deviceTree, tree),
      ...(disk && initrd ? [segment(disk.name, initrd.start, disk.bytes)] : []),
    ],
    ...(initrd && { initrd }),
  };
}

/** So many times its size a kernel may need behind itself, to move or to unpack itself; QEMU's number. */
const ROOM_FOR_KERNEL = 4;
const DISK_ALIGNMENT = 64 * 1024;

/**
 * Where QEMU puts it: behind the kernel with some room between, or else where high RAM begins. The end of a range is the
 * last resort: kernels take their first memory there, before they know of the disk.
 */
function placeDisk(
  size: number,
  ram: ProgramSpace['ram'],
  programs: readonly LoadSegment[],
): PhysicalRange | undefined {
  const { kernelBase } = LOONGARCH64_VIRT;
  const behind = Math.max(kernelBase, ...programs.map(({ pa, memsz }) => pa + memsz));
  const kernelBytes = programs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const places = [
    alignUp(behind + ROOM_FOR_KERNEL * kernelBytes, DISK_ALIGNMENT),
    ...ram.slice(1).map(({ base }) => base),
    ...[...ram].reverse().map(({ base, size: length }) => alignDown(base + length - size, PAGE)),
  ];
  const start = places.find(
    (at) =>
      at >= kernelBase &&
      ram.some(({ base, size: length }) => at >= base && at + size <= base + length) &&
      programs.every(({ pa, memsz }) => at + size <= pa || pa + memsz <= at),
  );
  return start === undefined ? undefined : { start, end: start + size };
}
