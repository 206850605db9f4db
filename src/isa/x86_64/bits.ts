/** Bits of control, debug and flag registers by the manual's names. @see AMD64 APM volume 2, chapters 3 and 13.1 */

/** RFLAGS. The status flags among them are lazy, see state.ts: slot `rflags` does not have them. */
export const RFLAGS = {
  CF: 1n << 0n,
  /** Always 1. */
  fixed: 1n << 1n,
  PF: 1n << 2n,
  AF: 1n << 4n,
  ZF: 1n << 6n,
  SF: 1n << 7n,
  TF: 1n << 8n,
  IF: 1n << 9n,
  DF: 1n << 10n,
  OF: 1n << 11n,
  IOPL: 3n << 12n,
  NT: 1n << 14n,
  RF: 1n << 16n,
  VM: 1n << 17n,
  AC: 1n << 18n,
  VIF: 1n << 19n,
  VIP: 1n << 20n,
  ID: 1n << 21n,
} as const;

export const CR0 = {
  PE: 1n << 0n,
  MP: 1n << 1n,
  EM: 1n << 2n,
  TS: 1n << 3n,
  ET: 1n << 4n,
  NE: 1n << 5n,
  WP: 1n << 16n,
  AM: 1n << 18n,
  NW: 1n << 29n,
  CD: 1n << 30n,
  PG: 1n << 31n,
} as const;

export const CR4 = {
  VME: 1n << 0n,
  PVI: 1n << 1n,
  TSD: 1n << 2n,
  DE: 1n << 3n,
  PSE: 1n << 4n,
  PAE: 1n << 5n,
  MCE: 1n << 6n,
  PGE: 1n << 7n,
  PCE: 1n << 8n,
  OSFXSR: 1n << 9n,
  OSXMMEXCPT: 1n << 10n,
  UMIP: 1n << 11n,
  LA57: 1n << 12n,
  FSGSBASE: 1n << 16n,
  PCIDE: 1n << 17n,
  OSXSAVE: 1n << 18n,
  SMEP: 1n << 20n,
  SMAP: 1n << 21n,
  PKE: 1n << 22n,
} as const;

export const EFER = {
  SCE: 1n << 0n,
  LME: 1n << 8n,
  LMA: 1n << 10n,
  NXE: 1n << 11n,
  SVME: 1n << 12n,
  LMSLE: 1n << 13n,
  FFXSR: 1n << 14n,
  TCE: 1n << 15n,
} as const;

/** DR6. Bits that are not named read as `fixed` has them. */
export const DR6 = {
  /** Breakpoint 0; the others follow. */
  B0: 1n << 0n,
  BD: 1n << 13n,
  BS: 1n << 14n,
  BT: 1n << 15n,
  /** Bits that always read as 1. */
  fixed: 0xffff_0ff0n,
  writable: 0xe00fn,
} as const;

export const DR7 = {
  /** Local and global enables of breakpoint 0; those of the others follow. */
  enables: 0xffn,
  LE: 1n << 8n,
  GE: 1n << 9n,
  GD: 1n << 13n,
  fixed: 0x400n,
  writable: 0xffff_2bffn,
} as const;

/** Attributes of a segment as the VMCB has them. @see AMD64 APM volume 2, 15.5.1 "VMCB State Save Area" */
export const ATTRIBUTES = {
  type: 0xfn,
  accessed: 1n << 0n,
  /** Of data: writable; of code: readable. */
  writable: 1n << 1n,
  readable: 1n << 1n,
  /** Of data. */
  expandDown: 1n << 2n,
  /** Of code. */
  conforming: 1n << 2n,
  code: 1n << 3n,
  /** No system segment. */
  S: 1n << 4n,
  DPL: 3n << 5n,
  P: 1n << 7n,
  AVL: 1n << 8n,
  L: 1n << 9n,
  DB: 1n << 10n,
  G: 1n << 11n,
} as const;

/** Types of system descriptors. @see AMD64 APM volume 2, table 4-5 */
export const SYSTEM_TYPE = {
  tss16: 1,
  ldt: 2,
  busyTss16: 3,
  callGate16: 4,
  taskGate: 5,
  interruptGate16: 6,
  trapGate16: 7,
  /** In long mode the 64-bit TSS and the like. */
  tss: 9,
  busyTss: 11,
  callGate: 12,
  interruptGate: 14,
  trapGate: 15,
} as const;
