/** Bits and masks of the privileged registers that traps, paging and CSR access compute with. */

/** Privilege levels as slot `priv`, MPP and CSR numbers encode them. */
export const PRIV_U = 0;
export const PRIV_S = 1;
export const PRIV_M = 3;
/** Added to a privilege where V = 1: 4 is VU, 5 is VS. */
export const GUEST = 4;

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
  GVA: 1n << 38n,
  MPV: 1n << 39n,
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
  MSTATUS.TSR |
  MSTATUS.GVA |
  MSTATUS.MPV;

/** The part of mstatus that sstatus shows, and what can be written through it. */
export const SSTATUS_WRITABLE = MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.FS | MSTATUS.SUM | MSTATUS.MXR;
export const SSTATUS_VISIBLE = SSTATUS_WRITABLE | MSTATUS.UXL | MSTATUS.SD;

/** Interrupt bits of mip, mie and mideleg. Supervisor guest external interrupts (bit 12) do not exist: GEILEN is 0. */
export const IRQ = {
  SSI: 1 << 1,
  VSSI: 1 << 2,
  MSI: 1 << 3,
  STI: 1 << 5,
  VSTI: 1 << 6,
  MTI: 1 << 7,
  SEI: 1 << 9,
  VSEI: 1 << 10,
  MEI: 1 << 11,
} as const;

/** Interrupts that supervisor mode can own. */
export const S_INTERRUPTS = BigInt(IRQ.SSI | IRQ.STI | IRQ.SEI);
/** Interrupts of a guest's supervisor; M-mode never handles them: their bits of mideleg always read 1. */
export const VS_INTERRUPTS = BigInt(IRQ.VSSI | IRQ.VSTI | IRQ.VSEI);
export const ALL_INTERRUPTS = S_INTERRUPTS | VS_INTERRUPTS | BigInt(IRQ.MSI | IRQ.MTI | IRQ.MEI);

/** Exceptions that medeleg can hand to S: all that can occur below M. */
export const DELEGABLE = 0xf0_b7ffn;
/** Exceptions that hedeleg can hand to a guest: not its own ecalls to the hypervisor, nor what only H raises. */
export const GUEST_DELEGABLE = 0xb1ffn;

/** Fields of hstatus. VSBE and VGEIN are always 0, VSXL is always 2. */
export const HSTATUS = {
  GVA: 1n << 6n,
  SPV: 1n << 7n,
  SPVP: 1n << 8n,
  HU: 1n << 9n,
  VTVM: 1n << 20n,
  VTW: 1n << 21n,
  VTSR: 1n << 22n,
  VSXL: 3n << 32n,
} as const;
export const HSTATUS_WRITABLE =
  HSTATUS.GVA | HSTATUS.SPV | HSTATUS.SPVP | HSTATUS.HU | HSTATUS.VTVM | HSTATUS.VTW | HSTATUS.VTSR;
/** VSXL = 2: guests run with 64-bit registers, always. */
export const VSXL_64 = 2n << 32n;

/** Fields of menvcfg and henvcfg. */
export const ENVCFG = {
  FIOM: 1n,
  /** Svadu: hardware sets A and D; without it they fault when clear (Svade). */
  ADUE: 1n << 61n,
  /** Svpbmt: bits 62–61 of an entry give the memory type. */
  PBMTE: 1n << 62n,
  /** Sstc: the supervisor has a timer compare register of its own. */
  STCE: 1n << 63n,
} as const;
/** What menvcfg must allow before henvcfg can. */
export const GUEST_ENVCFG = ENVCFG.ADUE | ENVCFG.PBMTE | ENVCFG.STCE;

/** satp.MODE values that exist here. */
export const SATP_BARE = 0;
export const SATP_SV39 = 8;
export const SATP_SV48 = 9;
export const SATP_SV57 = 10;

export const U64 = (1n << 64n) - 1n;

/** Number of PMP entries implemented. */
export const PMP_ENTRIES = 16;
