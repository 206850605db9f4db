/**
 * The `riscv64-virt` board as data: QEMU `virt`'s address map and interrupt numbers. What QEMU's board has beyond this is not
 * in it.
 */

/** Facts of the board. Addresses are physical; sizes are bytes. */
export const RISCV64_VIRT = {
  id: 'riscv64-virt',
  isa: 'riscv64',
  maxHarts: 8,
  /** Ticks of mtime a second. */
  timebase: 10_000_000,
  /** Guest nanoseconds a retired instruction takes. */
  nanosecondsPerInstruction: 10,
  ramBase: 0x8000_0000,
  /** Where SBI firmware leaves room for the kernel: the first 2 MiB of RAM are the firmware's. */
  kernelBase: 0x8020_0000,
  flash: { unitSize: 0x200_0000, blockSize: 0x4_0000 },
  /** Devices that fit on the PCI bus beside the host bridge, and on virtio's MMIO transports. */
  pciSlots: 31,
  virtioTransports: 8,
  /** PLIC sources, source 0 (none) included. */
  interruptSources: 96,
  /** Default date of the real-time clock, ns since 1970: 2025-01-01T00:00:00Z. */
  rtcStart: 1_735_689_600_000_000_000n,
  map: {
    test0: { base: 0x10_0000, size: 0x1000, minWidth: 2 },
    rtc0: { base: 0x10_1000, size: 0x1000, minWidth: 4, interrupt: 11 },
    clint0: { base: 0x200_0000, size: 0x1_0000, minWidth: 4 },
    pcieIo: { base: 0x300_0000, size: 0x1_0000, minWidth: 1 },
    plic0: { base: 0xc00_0000, size: 0x60_0000, minWidth: 4 },
    uart0: { base: 0x1000_0000, size: 0x100, minWidth: 1, interrupt: 10 },
    virtio0: { base: 0x1000_1000, size: 0x200, minWidth: 1, interrupt: 1 },
    virtio1: { base: 0x1000_2000, size: 0x200, minWidth: 1, interrupt: 2 },
    virtio2: { base: 0x1000_3000, size: 0x200, minWidth: 1, interrupt: 3 },
    virtio3: { base: 0x1000_4000, size: 0x200, minWidth: 1, interrupt: 4 },
    virtio4: { base: 0x1000_5000, size: 0x200, minWidth: 1, interrupt: 5 },
    virtio5: { base: 0x1000_6000, size: 0x200, minWidth: 1, interrupt: 6 },
    virtio6: { base: 0x1000_7000, size: 0x200, minWidth: 1, interrupt: 7 },
    virtio7: { base: 0x1000_8000, size: 0x200, minWidth: 1, interrupt: 8 },
    flash0: { base: 0x2000_0000, size: 0x200_0000, minWidth: 1 },
    flash1: { base: 0x2200_0000, size: 0x200_0000, minWidth: 1 },
    pcie0: { base: 0x3000_0000, size: 0x1000_0000, minWidth: 1, interrupt: 32 },
    pcieMemory: { base: 0x4000_0000, size: 0x4000_0000, minWidth: 1 },
    pcieMemory64: { base: 0x4_0000_0000, size: 0x4_0000_0000, minWidth: 1 },
  },
  isaString: 'rv64imafdch_zicntr_zicsr_zifencei_zba_zbb_zbs_sstc_svadu_svinval_svnapot_svpbmt',
  mmuType: 'riscv,sv57',
} as const;
