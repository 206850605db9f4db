/** The `loongarch64-virt` board as data: the address map and interrupt numbers of QEMU's `virt`. */

/** Facts of the board. Addresses are physical; sizes are bytes. */
export const LOONGARCH64_VIRT = {
  id: 'loongarch64-virt',
  maxHarts: 8,
  /** Guest nanoseconds a retired instruction takes: a tick of the stable counter. */
  nanosecondsPerInstruction: 10,
  ram: { low: { base: 0, size: 0x1000_0000 }, high: { base: 0x8000_0000 } },
  /** Where kernels go that do not say themselves. */
  kernelBase: 0x20_0000,
  /** Kernels are linked into a direct mapping window, which the bits above choose. */
  physicalBits: 48,
  flash: { unitSize: 0x100_0000, blockSize: 0x4_0000 },
  /** Devices that fit on the PCI bus beside the host bridge. */
  pciSlots: 31,
  /** Inputs of the bridge's controller that are wired. */
  picInputs: 32,
  /** The lowest vector of messages. */
  firstMessage: 32,
  /** Default date of the real-time clock, ns since 1970: 2025-01-01T00:00:00Z. */
  rtcStart: 1_735_689_600_000_000_000n,
  map: {
    pic0: { base: 0x1000_0000, size: 0x400, minWidth: 1 },
    rtc0: { base: 0x100d_0100, size: 0x100, minWidth: 4, interrupt: 6 },
    ged0: { base: 0x100e_001c, size: 3, minWidth: 1 },
    pcieIo: { base: 0x1800_4000, size: 0xc000, minWidth: 1 },
    flash0: { base: 0x1c00_0000, size: 0x100_0000, minWidth: 1 },
    flash1: { base: 0x1d00_0000, size: 0x100_0000, minWidth: 1 },
    fwcfg0: { base: 0x1e02_0000, size: 0x18, minWidth: 1 },
    uart0: { base: 0x1fe0_01e0, size: 0x100, minWidth: 1, interrupt: 2 },
    uart1: { base: 0x1fe0_02e0, size: 0x100, minWidth: 1, interrupt: 3 },
    uart2: { base: 0x1fe0_03e0, size: 0x100, minWidth: 1, interrupt: 4 },
    uart3: { base: 0x1fe0_04e0, size: 0x100, minWidth: 1, interrupt: 5 },
    pcie0: { base: 0x2000_0000, size: 0x800_0000, minWidth: 1, interrupt: 16 },
    msi0: { base: 0x2ff0_0000, size: 8, minWidth: 4 },
    pcieMemory: { base: 0x4000_0000, size: 0x4000_0000, minWidth: 1 },
  },
  /** The IOCSR space, whose addresses are the processors' own. */
  iocsr: {
    chip0: { base: 0x0, size: 0x40 },
    misc0: { base: 0x420, size: 8 },
    ipi0: { base: 0x1000, size: 0x200 },
    eiointc0: { base: 0x1400, size: 0x900 },
  },
  /** What the boot protocol leaves in the first MiB of RAM, and the device tree behind it. */
  boot: { commandLine: 0x0, systemTable: 0x200, tables: 0x1_0200, initrd: 0x2_0200, deviceTree: 0x10_0000 },
} as const;

/** Bytes of the command line that fit before the system table. */
export const COMMAND_LINE_BYTES = LOONGARCH64_VIRT.boot.systemTable;
