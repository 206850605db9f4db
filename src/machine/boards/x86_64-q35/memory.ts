/** RAM of `x86_64-q35`: where it is, and what a kernel is told of it. */
import { ACPI_COMMAND } from '../../../devices/power/ich9-pm';
import type { AcpiFacts } from '../../boot/acpi/acpi';
import { MEMORY, type MemoryRange } from '../../boot/memory-map';
import { X86_64_Q35 } from './map';

const { lowRam, highRam, legacyVideo, biosData, tables, map, flash } = X86_64_Q35;

/** The ranges of RAM of a machine with `memory` bytes, as QEMU divides them around the devices below 4 GiB. */
export const ramOf = (memory: number): { base: number; size: number }[] => {
  const end = lowEnd(memory);
  return [
    { base: 0, size: Math.min(end, legacyVideo.start) },
    ...(end > legacyVideo.end ? [{ base: legacyVideo.end, size: end - legacyVideo.end }] : []),
    ...(memory > end ? [{ base: highRam, size: memory - end }] : []),
  ];
};

/** The end of RAM below 4 GiB. */
export const lowEnd = (memory: number): number => (memory <= lowRam.most ? memory : lowRam.otherwise);

/** Where the ACPI tables are: at the end of low RAM. */
export const tablesAt = (memory: number): number => lowEnd(memory) - tables.size;

const UPPER = 0x10_0000;
/** Where a BIOS and its data are, below 1 MiB. */
const BIOS_START = 0xf_0000;

/** The memory map, as SeaBIOS would tell it. */
export const memoryMap = (memory: number): MemoryRange[] => {
  const end = lowEnd(memory);
  const range = (start: number, stop: number, type: number): MemoryRange => ({ start, size: stop - start, type });
  return [
    range(0, biosData.start, MEMORY.usable),
    range(biosData.start, biosData.end, MEMORY.reserved),
    range(BIOS_START, UPPER, MEMORY.reserved),
    range(UPPER, end - tables.size, MEMORY.usable),
    range(end - tables.size, end, MEMORY.reserved),
    range(map.ecam.base, map.ecam.base + map.ecam.size, MEMORY.reserved),
    range(highRam - flash.unitSize, highRam, MEMORY.reserved),
    ...(memory > end ? [range(highRam, highRam + memory - end, MEMORY.usable)] : []),
  ];
};

/** RAM as a BIOS is told of it, which takes what it needs of that itself. */
export const firmwareMap = (memory: number): MemoryRange[] => {
  const end = lowEnd(memory);
  const high = memory > end ? [{ start: highRam, size: memory - end, type: MEMORY.usable }] : [];
  return [{ start: 0, size: end, type: MEMORY.usable }, ...high];
};

/** What the ACPI tables say of a machine. */
export const acpiFacts = (processors: number, memory: number): AcpiFacts => {
  const { ports, power, interrupts } = X86_64_Q35;
  const end = lowEnd(memory);
  const { ecam } = map;
  return {
    processors,
    localApic: map.lapic0.base,
    ioApic: map.ioapic0.base,
    hpet: map.hpet0.base,
    pci: {
      ecam,
      windows: [...(end < ecam.base ? [{ base: end, size: ecam.base - end }] : []), map.pciMemory, map.pciMemory64],
      firstInterrupt: X86_64_Q35.firstPciInterrupt,
      isaInterrupts: X86_64_Q35.pciIsaInterrupts,
    },
    power: {
      command: { port: ports.acpiCommand, enable: ACPI_COMMAND.ENABLE, disable: ACPI_COMMAND.DISABLE },
      events: ports.power + power.events,
      control: ports.power + power.control,
      timer: ports.power + power.timer,
      general: ports.power + power.general,
      reset: ports.reset,
      resetValue: 0x0f,
      interrupt: interrupts.power,
    },
    sleepType: 0,
    legacy: { serial: interrupts.com1, clock: interrupts.rtc, keyboard: interrupts.keyboard },
  };
};
