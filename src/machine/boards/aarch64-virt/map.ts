/** The `aarch64-virt` board as data: the address map and interrupt numbers of QEMU's `virt`. */

/** Virtio's MMIO transports: one behind the other, with one interrupt each. */
const TRANSPORTS = { count: 32, base: 0xa00_0000, stride: 0x200, interrupt: 48 } as const;

interface TransportWindow {
  readonly base: number;
  readonly size: number;
  readonly minWidth: 1;
  readonly interrupt: number;
}

/** The transports by their names. Devices get them from the last one down, as on QEMU. */
export const VIRTIO_TRANSPORTS: Readonly<Record<string, TransportWindow>> = Object.fromEntries(
  Array.from({ length: TRANSPORTS.count }, (_, index) => [
    `virtio${index}`,
    {
      base: TRANSPORTS.base + index * TRANSPORTS.stride,
      size: TRANSPORTS.stride,
      minWidth: 1,
      interrupt: TRANSPORTS.interrupt + index,
    },
  ]),
);

/** Facts of the board. Addresses are physical; sizes are bytes; interrupts are ids, of which 32 and up are shared. */
export const AARCH64_VIRT = {
  id: 'aarch64-virt',
  maxHarts: 8,
  /** Guest nanoseconds a retired instruction takes. */
  nanosecondsPerInstruction: 8,
  ramBase: 0x4000_0000,
  /** Where kernels go that do not say themselves. */
  kernelBase: 0x4008_0000,
  flash: { unitSize: 0x400_0000, blockSize: 0x4_0000 },
  /** Devices that fit on the PCI bus beside the host bridge. */
  pciSlots: 31,
  virtioTransports: TRANSPORTS.count,
  /** Ids, private ones included. */
  interrupts: 288,
  /** Ids of GICv2's messages. */
  messages: { first: 80, count: 64 },
  /** The timers' interrupts, private ones. */
  timers: { physical: 30, virtual: 27, hypervisor: 26, hypervisorVirtual: 28 },
  /** Default date of the real-time clock, ns since 1970: 2025-01-01T00:00:00Z. */
  rtcStart: 1_735_689_600_000_000_000n,
  map: {
    flash0: { base: 0x0, size: 0x400_0000, minWidth: 1 },
    flash1: { base: 0x400_0000, size: 0x400_0000, minWidth: 1 },
    gicd0: { base: 0x800_0000, size: 0x1_0000, minWidth: 1 },
    gicc0: { base: 0x801_0000, size: 0x1_0000, minWidth: 1 },
    v2m0: { base: 0x802_0000, size: 0x1000, minWidth: 2 },
    gich0: { base: 0x803_0000, size: 0x1_0000, minWidth: 1 },
    gicv0: { base: 0x804_0000, size: 0x1_0000, minWidth: 1 },
    its0: { base: 0x808_0000, size: 0x2_0000, minWidth: 1 },
    /** One behind the other, for as many processors as there are. */
    gicr0: { base: 0x80a_0000, size: 0xf6_0000, minWidth: 1 },
    uart0: { base: 0x900_0000, size: 0x1000, minWidth: 1, interrupt: 33 },
    rtc0: { base: 0x901_0000, size: 0x1000, minWidth: 1, interrupt: 34 },
    fwcfg0: { base: 0x902_0000, size: 0x18, minWidth: 1 },
    gpio0: { base: 0x903_0000, size: 0x1000, minWidth: 1, interrupt: 39 },
    pcieMemory: { base: 0x1000_0000, size: 0x2eff_0000, minWidth: 1 },
    pcieIo: { base: 0x3eff_0000, size: 0x1_0000, minWidth: 1 },
    pcie0: { base: 0x40_1000_0000, size: 0x1000_0000, minWidth: 1, interrupt: 35 },
    pcieMemory64: { base: 0x80_0000_0000, size: 0x80_0000_0000, minWidth: 1 },
    ...VIRTIO_TRANSPORTS,
  },
  /** The pin of the power key. */
  powerPin: 3,
} as const;

/** A shared interrupt as device trees number it. */
export const sharedNumber = (id: number): number => id - 32;
/** A private one. */
export const privateNumber = (id: number): number => id - 16;
