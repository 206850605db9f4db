/** The `x86_64-q35` board as data: the address map, ports and interrupt numbers of QEMU's `q35`. */

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** Facts of the board. Addresses are physical; sizes are bytes. */
export const X86_64_Q35 = {
  id: 'x86_64-q35',
  maxHarts: 8,
  /** Guest nanoseconds a retired instruction takes. */
  nanosecondsPerInstruction: 8,
  /** Where kernels go that do not say themselves. */
  kernelBase: 0x10_0000,
  /** Where a VGA has its memory in place of RAM. */
  legacyVideo: { start: 0xa_0000, end: 0xc_0000 },
  /** RAM below 4 GiB ends here at most, and here if there is more than that. */
  lowRam: { most: 0xb000_0000, otherwise: 0x8000_0000 },
  highRam: 4 * GIBIBYTE,
  /** Where the BIOS's last part appears below 1 MiB. */
  biosCopy: { end: 0x10_0000, most: 0x2_0000 },
  /** The root of the ACPI tables, where kernels look for it. */
  rsdpAt: 0xe_0000,
  /** What the firmware keeps of RAM: at the end of low RAM for tables, and below 640 KiB. */
  tables: { size: 0x2_0000 },
  biosData: { start: 0x9_fc00, end: 0xa_0000 },
  /** Banks end at 4 GiB, the first one last. */
  flash: { unitSize: 4 * MEBIBYTE, blockSize: 0x1000 },
  /** Devices that fit on the PCI bus beside those of the chip set. */
  pciSlots: 28,
  /** Default date of the real-time clock, ns since 1970: 2025-01-01T00:00:00Z. */
  rtcStart: 1_735_689_600_000_000_000n,
  /** Places in physical memory. */
  map: {
    vga0: { base: 0xb_8000, size: 0x8000 },
    ecam: { base: 0xb000_0000, size: 256 * MEBIBYTE },
    pciMemory: { base: 0xc000_0000, size: 0x3ec0_0000 },
    ioapic0: { base: 0xfec0_0000, size: 0x1000 },
    hpet0: { base: 0xfed0_0000, size: 0x400 },
    lapic0: { base: 0xfee0_0000, size: 0x10_0000 },
    flash1: { base: 0xff80_0000, size: 4 * MEBIBYTE },
    flash0: { base: 0xffc0_0000, size: 4 * MEBIBYTE },
    pciMemory64: { base: 0x80_0000_0000, size: 512 * GIBIBYTE },
  },
  /** I/O ports. */
  ports: {
    pic0: 0x20,
    pit0: 0x40,
    keyboardData: 0x60,
    portB: 0x61,
    keyboardStatus: 0x64,
    rtc0: 0x70,
    post0: 0x80,
    port92: 0x92,
    pic1: 0xa0,
    acpiCommand: 0xb2,
    bochsConsole: 0xe9,
    debugExit: 0xf4,
    vga0: 0x3c0,
    com1: 0x3f8,
    seabiosConsole: 0x402,
    elcr: 0x4d0,
    fwcfg0: 0x510,
    power: 0x600,
    pci: 0xcf8,
    reset: 0xcf9,
  },
  /** The power management block's registers, from its first port on. */
  power: { events: 0, control: 4, timer: 8, general: 0x20 },
  /** Inputs of the 8259s; the I/O APIC's are the same but for the timer's. */
  interrupts: { timer: 0, keyboard: 1, com1: 4, rtc: 8, power: 9, mouse: 12 },
  /** The I/O APIC's input of the first of the four PCI wires. */
  firstPciInterrupt: 20,
  /** Those of the 8259s until somebody routes them otherwise. */
  pciIsaInterrupts: [10, 10, 11, 11],
} as const;
