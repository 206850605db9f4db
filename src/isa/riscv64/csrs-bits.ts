/** Bits and masks of the privileged registers that traps, paging and CSR access compute with. */

/** Privilege levels as slot `priv`, MPP and CSR numbers encode them. */
export const PRIV_U = 0;
export const PRIV_S = 1;
export const PRIV_M = 3;

/** Fields of mstatus. SD is computed when read and never stored in the slot. */
export const MSTATUS = {
  SIE: 1n << 1n,
  MIE: 1n << 3n,
  SPIE: 1n << 5n,
  MPIE: 1n << 7n,
  SPP: 1n << 8n,
  MPP: 3n << 11n,
  FS: 3n << 13n,
  MPRV: 1n << 17n,
  SUM: 1n << 18n,
  MXR: 1n << 19n,
  TVM: 1n << 20n,
  TW: 1n << 21n,
  TSR: 1n << 22n,
  UXL: 3n << 32n,
  SXL: 3n << 34n,
  SD: 1n << 63n,
} as const;

/** UXL = SXL = 2: both lower privileges run with 64-bit registers, always. */
export const XL_64 = (2n << 32n) | (2n << 34n);

/** What `csrw mstatus` can change. */
export const MSTATUS_WRITABLE =
  MSTATUS.SIE |
  MSTATUS.MIE |
  MSTATUS.SPIE |
  MSTATUS.MPIE |
  MSTATUS.SPP |
  MSTATUS.MPP |
  MSTATUS.FS |
  MSTATUS.MPRV |
  MSTATUS.SUM |
  MSTATUS.MXR |
  MSTATUS.TVM |
  MSTATUS.TW |
  MSTATUS.TSR;

/** The part of mstatus that sstatus shows, and what can be written through it. */
export const SSTATUS_WRITABLE = MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.FS | MSTATUS.SUM | MSTATUS.MXR;
export const SSTATUS_VISIBLE = SSTATUS_WRITABLE | MSTATUS.UXL | MSTATUS.SD;

/** Interrupt bits of mip, mie and mideleg. */
export const IRQ = { SSI: 1 << 1, MSI: 1 << 3, STI: 1 << 5, MTI: 1 << 7, SEI: 1 << 9, MEI: 1 << 11 } as const;

/** Interrupts that supervisor mode can own. */
export const S_INTERRUPTS = BigInt(IRQ.SSI | IRQ.STI | IRQ.SEI);
export const ALL_INTERRUPTS = S_INTERRUPTS | BigInt(IRQ.MSI | IRQ.MTI | IRQ.MEI);

/** Exceptions that medeleg can hand to S: all that can occur below M. */
export const DELEGABLE = 0xb3ffn;

/** satp.MODE values that exist here. */
export const SATP_BARE = 0;
export const SATP_SV39 = 8;
export const SATP_SV48 = 9;
export const SATP_SV57 = 10;

export const U64 = (1n << 64n) - 1n;

/** Number of PMP entries implemented. */
export const PMP_ENTRIES = 16;
