/** The processors that a board can have, by name. Slot `cpu` of a hart's state is the index in {@link CPUS}. */

export interface Cpu {
  readonly name: string;
  /** CNTFRQ_EL0, as QEMU's board sets it for this model. */
  readonly counterHz: number;
}

export const CPUS: readonly Cpu[] = [
  { name: 'cortex-a53', counterHz: 62_500_000 },
  { name: 'cortex-a57', counterHz: 62_500_000 },
  { name: 'cortex-a72', counterHz: 62_500_000 },
  { name: 'max', counterHz: 1_000_000_000 },
];
