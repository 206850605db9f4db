/**
 * How `x86_64-q35` starts: a kernel by the boot protocol that it is made for, with the tables that a firmware would have left, or
 * a BIOS in flash at the processor's reset vector.
 */
import { t } from '../../../base/l10n';
import { acpiAt } from '../../boot/acpi/acpi';
import { flashFirmware, nothingToRun } from '../../boot/firmware';
import { checkDisk } from '../../boot/initial-disk';
import { LoadError } from '../../boot/load-error';
import type { BootInput, LoadPlan, LoadSegment, NamedFile } from '../../boot/load-plan';
import { startProgram } from '../../boot/pc-program';
import { type PcMode, type PcSetting, type PcStart, placeArea } from '../../boot/pc-start';
import { addDescriptors, addIdentityTables, DESCRIPTORS_LIMIT } from '../../boot/pc-tables';
import { alignUp, checkHarts, checkInRam, checkOverlaps, PAGE, type ProgramSpace, placeFile } from '../../boot/place';
import { checkMemorySize, MAX_MEMORY } from '../../memory-size';
import { X86_64_Q35 } from './map';
import { acpiFacts, memoryMap, ramOf, tablesAt } from './memory';

const { flash, highRam, biosCopy, rsdpAt, maxHarts, kernelBase } = X86_64_Q35;

/** Linear address of the first instruction behind a reset. */
const RESET_AT = highRam - 16;

/** Plans the whole memory image. @param mode how a kernel starts that does not say it itself */
export function planQ35(input: BootInput, mode?: PcMode): LoadPlan {
  checkMemorySize(input.memory);
  checkHarts(input.harts, maxHarts);
  checkDisk(input.initrd);
  const firmware = flashFirmware(input, flash.unitSize);
  const space: ProgramSpace = {
    architecture: 'x86_64',
    ram: ramOf(input.memory),
    mostRam: ramOf(MAX_MEMORY),
    kernelBase,
    linuxAt: () => kernelBase,
  };
  const { kernel, rest } = programsOf(input);
  const further = rest.flatMap((one) => placeFile(one, space).segments);
  const plan =
    input.bios || (firmware && !kernel)
      ? planFirmware(input, firmware, kernel, further)
      : planKernel(input, kernel, further, space, mode);
  for (const segment of plan.segments) checkInRam(segment, space);
  checkOverlaps(plan.segments);
  if (!firmware || (kernel && !input.bios)) return plan;
  return { ...plan, pflash0: inBank(firmware), flashCode: codeOf(firmware) };
}

/** The file that is started as a kernel, and where the user wants it. */
interface Kernel {
  readonly file: NamedFile;
  readonly at?: number;
}

const programsOf = ({ kernel, loaded = [], loadAddress, bios, pflash0 }: BootInput) => {
  if (kernel) return { kernel: { file: kernel, at: loadAddress } as Kernel, rest: loaded };
  const [first, ...rest] = loaded;
  return bios || pflash0 || !first ? { rest: loaded } : { kernel: first as Kernel, rest };
};

/** A BIOS that is shorter than the bank ends where it does, at 4 GiB. What a kernel finds in flash begins where the bank does. */
const inBank = ({ bytes }: NamedFile): Uint8Array => {
  const bank = new Uint8Array(flash.unitSize).fill(0xff);
  bank.set(bytes, flash.unitSize - bytes.length);
  return bank;
};

const codeOf = ({ bytes }: NamedFile): LoadPlan['flashCode'] => {
  const size = alignUp(bytes.length, PAGE);
  return bytes.length > 0 ? { base: highRam - size, size } : undefined;
};

function planFirmware(
  { entry }: BootInput,
  firmware: NamedFile | undefined,
  kernel: Kernel | undefined,
  further: readonly LoadSegment[],
): LoadPlan {
  if (kernel) {
    throw new LoadError(
      kernel.file.name,
      t`a BIOS starts what is on disks, not a kernel beside it`,
      t`Leave out --bios, or put the kernel on a disk.`,
    );
  }
  const bytes = firmware?.bytes ?? new Uint8Array();
  const tail = bytes.subarray(-Math.min(bytes.length, biosCopy.most));
  const copy: LoadSegment = { pa: biosCopy.end - tail.length, bytes: tail, memsz: tail.length, name: t`the BIOS` };
  return {
    segments: [...further, copy],
    entry: entry ?? RESET_AT,
    mode: 'reset',
    registers: {},
    physicalOf: [{ vaddr: BigInt(highRam - bytes.length), pa: highRam - bytes.length, size: bytes.length }],
    format: 'none',
  };
}

function planKernel(
  input: BootInput,
  kernel: Kernel | undefined,
  further: readonly LoadSegment[],
  space: ProgramSpace,
  mode: PcMode | undefined,
): LoadPlan {
  if (!kernel) throw nothingToRun();
  const base = tablesAt(input.memory);
  if (base < space.kernelBase) {
    throw new LoadError('--memory', t`a PC has at least 2 MiB of RAM`, t`Give more memory, such as 128M.`);
  }
  const { tables, rsdp } = acpiAt(acpiFacts(input.harts, input.memory), base);
  const acpi: readonly LoadSegment[] = [
    { pa: base, bytes: tables, memsz: X86_64_Q35.tables.size, name: t`the ACPI tables` },
    { pa: rsdpAt, bytes: rsdp, memsz: rsdp.length, name: t`the ACPI tables` },
  ];
  const setting: PcSetting = {
    space,
    map: memoryMap(input.memory),
    taken: [...acpi, ...further],
    rsdp: { at: rsdpAt, bytes: rsdp },
    ...(input.append !== undefined && { append: input.append }),
    ...(input.initrd && { initrd: input.initrd }),
  };
  const start = startProgram(kernel.file, setting, { loadAddress: kernel.at, mode });
  const segments = [...acpi, ...further, ...start.segments];
  const { entry } = enteredAnywhere(start, input.entry);
  const { segment, registers } = tablesFor(start, segments, setting);
  return {
    segments: segment ? [...segments, segment] : segments,
    entry,
    mode: start.mode,
    registers: { ...registers, ...start.registers },
    physicalOf: start.physicalOf,
    format: start.format,
    ...(start.initrd && { initrd: start.initrd }),
  };
}

/** Instructions begin at any address. */
const enteredAnywhere = (start: PcStart, entry: number | undefined): PcStart =>
  entry === undefined ? start : { ...start, entry };

/** What the mode needs in memory, and the registers that say where it is. */
function tablesFor(
  start: PcStart,
  taken: readonly LoadSegment[],
  setting: PcSetting,
): { readonly segment?: LoadSegment; readonly registers: LoadPlan['registers'] } {
  if (start.mode === 'real') return { registers: {} };
  const { segment, result } = placeArea(t`the processor's tables`, taken, setting, (area) => {
    const cr3 = start.mode === 'long' ? addIdentityTables(area) : 0;
    return { cr3: BigInt(cr3), gdtrBase: BigInt(addDescriptors(area, start, start.mode)) };
  });
  const { code, data } = start.selectors;
  return {
    segment,
    registers: { ...result, gdtrLimit: BigInt(DESCRIPTORS_LIMIT), cs: BigInt(code), ds: BigInt(data) },
  };
}
