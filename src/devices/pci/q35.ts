/**
 * The host bridge of Intel's Q35 chipset as PCI sees it: where ECAM is, and which parts of the first MiB are RAM. On this machine
 * both stay where they are; the registers keep what is written.
 * @see Intel 3 Series Express Chipset Family datasheet, 5.1
 */
import type { PciIdentity } from './configuration';

/** Register 0x60 of the bridge: the address of ECAM, 256 buses of it, and in bit 0 that it is on. */
export const PCIEXBAR = 0x60;
const PAM_BITS = 0x33;

export const Q35_HOST_BRIDGE: PciIdentity = {
  vendor: 0x8086,
  device: 0x29c0,
  revision: 0,
  classCode: 0x06_00_00,
  subsystemVendor: 0x1af4,
  subsystem: 0x1100,
  interruptPin: 0,
  bars: [],
  capabilities: [],
  registers: [
    { name: 'PCIEXBAR', offset: PCIEXBAR, width: 4, reset: 0, writable: 0xf000_0007 },
    { name: 'PCIEXBAR_HIGH', offset: PCIEXBAR + 4, width: 4, reset: 0, writable: 0xf },
    { name: 'PAM0', offset: 0x90, width: 1, reset: 0, writable: 0x30 },
    ...[1, 2, 3, 4, 5, 6].map((index) => ({
      name: `PAM${index}`,
      offset: 0x90 + index,
      width: 1 as const,
      reset: 0,
      writable: PAM_BITS,
    })),
    { name: 'SMRAM', offset: 0x9d, width: 1, reset: 0x02, writable: 0x78 },
    { name: 'ESMRAMC', offset: 0x9e, width: 1, reset: 0x38, writable: 0xc7 },
  ],
};
