/** The floating-point control and status register. @see LoongArch Reference Manual, Volume 1, 3.1.2 Floating-point Control and Status Register */

/** Places of flags in fcsr0; each has five, NX in the lowest bit to NV in the highest. */
export const FCSR = {
  /** Flags whose raising is an exception. */
  ENABLES: 0x1fn,
  RM: 0x300n,
  FLAGS: 0x1fn << 16n,
  /** What the last operation raised. */
  CAUSE: 0x1fn << 24n,
} as const;
/** Distances of the fields from bit 0. */
export const FCSR_SHIFT = { RM: 8n, FLAGS: 16n, CAUSE: 24n } as const;

/** What movgr2fcsr and movfcsr2gr see of fcsr0 under its four numbers. Other bits of it are 0. QEMU stores those of fcsr0, too. */
export const FCSR_PARTS: readonly bigint[] = [
  FCSR.ENABLES | FCSR.RM | FCSR.FLAGS | FCSR.CAUSE,
  FCSR.ENABLES,
  FCSR.FLAGS | FCSR.CAUSE,
  FCSR.RM,
];
