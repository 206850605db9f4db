/** RAM of `x86_64-q35`: where it is, and what a kernel is told of it. */
import type { AcpiFacts } from '../../boot/acpi/acpi';
import { MEMORY, type MemoryRange } from '../../boot/memory-map';
import { X86_64_Q35 } from './map';

const { lowRam, highRam, biosData, tables, map, flash } = X86_64_Q35;

/** The ranges of RAM of a machine with `memory` bytes, as QEMU divides them around the devices below 4 GiB. */
export const ramOf = (memory: number): { base: number; size: number }[] => {
  const low = memory <= lowRam.most ? memory : lowRam.otherwise;
  return [{ base: 0, size: low }, ...(memory > low ? [{ base: highRam, size: memory - low }] : [])];
};

/** Where the ACPI tables are: at the end of low RAM. */
export const tablesAt = (memory: number): number => (ramOf(memory)[0]?.size ?? 0) - tables.size;

const UPPER = 0x10_0000;
/** Where a BIOS and its data are, below 1 MiB. */
const BIOS_START = 0xf_0000;

/** The memory map, as SeaBIOS would tell it. */
export const memoryMap = (memory: number): MemoryRange[] => {
  const [low, high] = ramOf(memory);
  const end = low?.size ?? 0;
  const range = (start: number, stop: number, type: number): MemoryRange => ({ start, size: stop - start, type });
  return [
    range(0, biosData.start, MEMORY.usable),
    range(biosData.start, biosData.end, MEMORY.reserved),
    range(BIOS_START, UPPER, MEMORY.reserved),
    range(UPPER, end - tables.size, MEMORY.usable),
    range(end - tables.size, end, MEMORY.reserved),
    range(map.ecam.base, map.ecam.base + map.ecam.size, MEMORY.reserved),
    range(highRam - flash.unitSize, highRam, MEMORY.reserved),
    ...(high ? [range(high.base, high.base + high.size, MEMORY.usable)] : []),
  ];
};

/** What the ACPI tables say of a machine. */
export const acpiFacts = (processors: number, memory: number): AcpiFacts => {
  const { ports, power, interrupts } = X86_64_Q35;
  const end = ramOf(memory)[0]?.size ?? 0;
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
