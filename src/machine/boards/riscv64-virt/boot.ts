/**
 * How `riscv64-virt` starts: the boot protocols of RISC-V firmware and kernels.
 *
 * Who runs first follows from the files: a kernel alone starts in S-mode under the machine's own SBI, unless it
 * occupies the firmware's place (the first 2 MiB of RAM) or has a `tohost` symbol, which makes it a bare program for
 * M-mode. A `bios` file starts in M-mode and finds the kernel, if there is one, at its usual address.
 */
import { checkFlash, flashCode, fromFlash, nothingToRun } from '../../boot/firmware';
import { checkDisk, noRoomBeside } from '../../boot/initial-disk';
import type { BootInput, LoadPlan, LoadSegment, PhysicalRange } from '../../boot/load-plan';
import {
  alignDown,
  checkHarts,
  checkInRam,
  checkOverlaps,
  enteredAt,
  MEBIBYTE,
  PAGE,
  type Placed,
  type ProgramSpace,
  placeProgram,
  placePrograms,
} from '../../boot/place';
import { checkMemorySize, MAX_MEMORY } from '../../memory-size';
import { RISCV64_VIRT } from './map';
import { virtFdt } from './tree';

const DTB_ALIGNMENT = 2 * MEBIBYTE;
/** No device tree above this physical address, so that 32-bit firmware reaches it, as on QEMU. */
const DTB_LIMIT = 3072 * MEBIBYTE;

/**
 * Plans the whole memory image. Registers: a1 is the device tree, a2 (with a bios, else 0) OpenSBI's `fw_dynamic_info`; a0,
 * the hart's id, is each hart's own.
 */
export function planRiscv64(input: BootInput): LoadPlan {
  const { ramBase, kernelBase, flash, maxHarts } = RISCV64_VIRT;
  checkMemorySize(input.memory);
  checkHarts(input.harts, maxHarts);
  for (const bank of [input.pflash0, input.pflash1]) checkFlash(bank, flash.unitSize);

  const ram = [{ base: ramBase, size: input.memory }];
  const mostRam = [{ base: ramBase, size: MAX_MEMORY }];
  const space: ProgramSpace = {
    architecture: 'riscv64',
    ram,
    mostRam,
    kernelBase,
    linuxAt: ({ textOffset }) => ramBase + textOffset,
  };
  const bios = input.bios && placeProgram(input.bios, space, ramBase, true);
  const { kernel, others } = placePrograms(input, space);
  const starting = bios ?? kernel ?? (input.pflash0 && fromFlash(RISCV64_VIRT.map.flash0.base));
  if (!starting) throw nothingToRun();
  const first = enteredAt(starting, input.entry);
  const subject = kernel ?? first;

  const programs = [bios, kernel, ...others].flatMap((one) => one?.segments ?? []);
  for (const segment of programs) checkInRam(segment, space);
  checkOverlaps(programs);

  const tail = placeTail(input, programs, kernel?.entry ?? 0);
  const segments = [...programs, ...tail.segments];
  checkOverlaps(segments);
  return {
    segments,
    entry: first.entry,
    mode: input.mode ?? (bios || !kernel ? 'M' : startMode(first)),
    registers: { a1: BigInt(tail.dtbAt), a2: BigInt(tail.infoAt) },
    tohost: kernel?.tohost ?? bios?.tohost,
    fromhost: kernel?.fromhost ?? bios?.fromhost,
    flashCode: flashCode(input.pflash0, RISCV64_VIRT.map.flash0.base),
    dtbAt: tail.dtbAt,
    initrd: tail.initrd,
    physicalOf: subject.physicalOf,
    format: subject.format,
  };
}

function startMode(first: Placed): 'M' | 'S' {
  if (first.tohost !== undefined) return 'M';
  return first.entry < RISCV64_VIRT.kernelBase ? 'M' : 'S';
}

/** Device tree at the top of RAM where QEMU puts it, boot information behind it, initial RAM disk below. */
function placeTail(input: BootInput, programs: readonly LoadSegment[], kernelEntry: number) {
  const { initrd, memory, harts, append } = input;
  const { ramBase } = RISCV64_VIRT;
  checkDisk(initrd);
  const top = Math.min(ramBase + memory, DTB_LIMIT);
  const fdt = (range: PhysicalRange | undefined): Uint8Array =>
    virtFdt({ harts, memory, bootargs: append, initrd: range });
  const info = input.bios === undefined ? undefined : encodeDynamicInfo(kernelEntry);
  // The size does not depend on where the disk is, only on whether there is one.
  const dtbSize = fdt(initrd && { start: 0, end: 0 }).length;
  const infoOffset = alignDown(dtbSize + 15, 16);
  const need = infoOffset + (info?.length ?? 0);
  const isFree = (start: number, size: number): boolean =>
    start >= ramBase && programs.every(({ pa, memsz }) => start + size <= pa || pa + memsz <= start);
  const diskSize = initrd?.bytes.length ?? 0;
  for (const alignment of [DTB_ALIGNMENT, PAGE]) {
    const dtbAt = alignDown(top - need, alignment);
    const diskAt = alignDown(dtbAt - diskSize, PAGE);
    if (!isFree(dtbAt, need) || (diskSize > 0 && !isFree(diskAt, diskSize))) continue;
    const range = initrd && { start: diskAt, end: diskAt + diskSize };
    const dtb = fdt(range);
    const segments: LoadSegment[] = [{ pa: dtbAt, bytes: dtb, memsz: dtb.length, name: 'device tree' }];
    const infoAt = info === undefined ? 0 : dtbAt + infoOffset;
    if (info !== undefined) segments.push({ pa: infoAt, bytes: info, memsz: info.length, name: 'boot information' });
    if (initrd !== undefined) segments.push({ pa: diskAt, bytes: initrd.bytes, memsz: diskSize, name: initrd.name });
    return { segments, dtbAt, infoAt, initrd: range };
  }
  throw noRoomBeside(initrd, memory);
}

const INFO_MAGIC = 0x4942_534fn;
const INFO_VERSION = 2n;
const MODE_S = 1n;

/** OpenSBI's `struct fw_dynamic_info`: what its dynamic firmware finds through a2. Here it leads to S-mode at `next`. */
function encodeDynamicInfo(next: number): Uint8Array {
  const words = new BigUint64Array([INFO_MAGIC, INFO_VERSION, BigInt(next), MODE_S, 0n, 0n]);
  return new Uint8Array(words.buffer);
}
