/**
 * How `aarch64-virt` starts: a kernel as `-kernel` of QEMU starts it, with the device tree in x0, or what is in flash. The
 * processor is at the highest exception level there is, with its address translation off.
 */
import { flashCode, flashFirmware, fromFlash, nothingToRun, startsFirmware } from '../../boot/firmware';
import { checkDisk, noRoomBeside } from '../../boot/initial-disk';
import type { LinuxHeader } from '../../boot/linux-image';
import type { BootInput, LoadPlan, LoadSegment, PhysicalRange } from '../../boot/load-plan';
import {
  alignUp,
  checkHarts,
  checkInRam,
  checkOverlaps,
  enteredAt,
  MEBIBYTE,
  PAGE,
  type ProgramSpace,
  placePrograms,
} from '../../boot/place';
import { checkMemorySize, MAX_MEMORY } from '../../memory-size';
import type { VirtChoices } from './choices';
import { AARCH64_VIRT } from './map';
import { virtFdt } from './tree';

/** The ranges of RAM of a machine with `memory` bytes. */
export const ramOf = (memory: number): { base: number; size: number }[] => [
  { base: AARCH64_VIRT.ramBase, size: memory },
];

/** QEMU keeps its own first instructions where a kernel with a smaller offset would be. */
const LEAST_OFFSET = PAGE;
const IMAGE_ALIGNMENT = 2 * MEBIBYTE;

/** Where a Linux Image goes: one that does not say its size is from before its text offset meant anything. */
const linuxAt = ({ textOffset, imageSize }: LinuxHeader): number => {
  const { ramBase, kernelBase } = AARCH64_VIRT;
  if (imageSize === 0) return kernelBase;
  return ramBase + textOffset + (textOffset < LEAST_OFFSET ? IMAGE_ALIGNMENT : 0);
};

/** Plans the whole memory image. Registers: x0 the device tree, x4 the entry, as QEMU's first instructions leave them. */
export function planAarch64(input: BootInput, choices: VirtChoices): LoadPlan {
  const { kernelBase, flash, maxHarts, map } = AARCH64_VIRT;
  checkMemorySize(input.memory);
  checkHarts(input.harts, maxHarts);
  const firmware = flashFirmware(input, flash.unitSize);

  const ram = ramOf(input.memory);
  const space: ProgramSpace = { architecture: 'aarch64', ram, mostRam: ramOf(MAX_MEMORY), kernelBase, linuxAt };
  const { kernel, others } = placePrograms(input, space);
  const isFirmware = startsFirmware(input, kernel);
  const starting = isFirmware ? fromFlash(map.flash0.base) : kernel;
  if (!starting) throw nothingToRun();
  const first = enteredAt(starting, input.entry);
  const programs = [...(kernel?.segments ?? []), ...others.flatMap((one) => one.segments)];
  for (const segment of programs) checkInRam(segment, space);
  checkOverlaps(programs);
  const tail = placeTail(input, choices, programs, isFirmware || kernel?.format === 'elf');
  const segments = [...programs, ...tail.segments];
  checkOverlaps(segments);
  return {
    segments,
    entry: first.entry,
    mode: choices.virtualization ? 'EL2' : 'EL1',
    registers: isFirmware ? {} : { x0: BigInt(tail.dtbAt), x4: BigInt(first.entry) },
    ...(input.bios && { pflash0: input.bios.bytes }),
    flashCode: flashCode(firmware, map.flash0.base),
    dtbAt: tail.dtbAt,
    initrd: tail.initrd,
    physicalOf: (kernel ?? first).physicalOf,
    format: (kernel ?? first).format,
  };
}

/** The kernel has at most so much before the initial RAM disk and the device tree; QEMU's number. */
const MOST_BEFORE = 128 * MEBIBYTE;

/**
 * Device tree and initial RAM disk where QEMU puts them: the disk half-way up the RAM and behind the kernel, the tree
 * behind it. For firmware, and for an ELF that leaves room for it, the tree is at the start of RAM.
 */
function placeTail(
  input: BootInput,
  choices: VirtChoices,
  programs: readonly LoadSegment[],
  prefersStart: boolean,
): { readonly segments: readonly LoadSegment[]; readonly dtbAt: number; readonly initrd?: PhysicalRange } {
  const { initrd: disk, memory, harts: processors, append: bootargs } = input;
  const { ramBase } = AARCH64_VIRT;
  checkDisk(disk);
  const fdt = (initrd: PhysicalRange | undefined): Uint8Array =>
    virtFdt({ processors, memory, choices, ...(bootargs !== undefined && { bootargs }), ...(initrd && { initrd }) });
  const end = Math.max(ramBase, ...programs.map(({ pa, memsz }) => pa + memsz));
  const diskAt = alignUp(Math.max(ramBase + Math.min(memory / 2, MOST_BEFORE), end), PAGE);
  const initrd = disk && { start: diskAt, end: diskAt + disk.bytes.length };
  const dtb = fdt(initrd);
  const isFree = programs.every(({ pa }) => pa >= ramBase + dtb.length);
  const dtbAt = prefersStart && isFree ? ramBase : alignUp(initrd?.end ?? diskAt, IMAGE_ALIGNMENT);
  if (Math.max(dtbAt + dtb.length, initrd?.end ?? 0) > ramBase + memory) throw noRoomBeside(disk, memory);
  return {
    segments: [
      { pa: dtbAt, bytes: dtb, memsz: dtb.length, name: 'device tree' },
      ...(disk && initrd ? [{ pa: initrd.start, bytes: disk.bytes, memsz: disk.bytes.length, name: disk.name }] : []),
    ],
    dtbAt,
    ...(initrd && { initrd }),
  };
}
