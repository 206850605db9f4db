/** Bits of the system registers that the rules of exceptions and translation look at. @see Arm ARM, D19 "AArch64 System Register Descriptions" */

export const U64 = (1n << 64n) - 1n;

const bit = (n: number): bigint => 1n << BigInt(n);

/** SCTLR_EL1 and SCTLR_EL2. */
export const SCTLR = {
  M: bit(0),
  A: bit(1),
  C: bit(2),
  SA: bit(3),
  SA0: bit(4),
  nAA: bit(6),
  SED: bit(8),
  UMA: bit(9),
  EnRCTX: bit(10),
  EOS: bit(11),
  I: bit(12),
  EnDB: bit(13),
  DZE: bit(14),
  UCT: bit(15),
  nTWI: bit(16),
  nTWE: bit(18),
  WXN: bit(19),
  EIS: bit(22),
  SPAN: bit(23),
  E0E: bit(24),
  EE: bit(25),
  UCI: bit(26),
  EnDA: bit(27),
  nTLSMD: bit(28),
  EnIB: bit(30),
  EnIA: bit(31),
  BT0: bit(35),
  BT1: bit(36),
  DSSBS: bit(44),
} as const;

export const HCR = {
  VM: bit(0),
  SWIO: bit(1),
  PTW: bit(2),
  FMO: bit(3),
  IMO: bit(4),
  AMO: bit(5),
  VF: bit(6),
  VI: bit(7),
  VSE: bit(8),
  FB: bit(9),
  BSU: 3n << 10n,
  DC: bit(12),
  TWI: bit(13),
  TWE: bit(14),
  TID0: bit(15),
  TID1: bit(16),
  TID2: bit(17),
  TID3: bit(18),
  TSC: bit(19),
  TIDCP: bit(20),
  TACR: bit(21),
  TSW: bit(22),
  TPCP: bit(23),
  TPU: bit(24),
  TTLB: bit(25),
  TVM: bit(26),
  TGE: bit(27),
  TDZ: bit(28),
  HCD: bit(29),
  TRVM: bit(30),
  RW: bit(31),
  CD: bit(32),
  ID: bit(33),
  E2H: bit(34),
  TLOR: bit(35),
  TERR: bit(36),
  TEA: bit(37),
  MIOCNCE: bit(38),
  APK: bit(40),
  API: bit(41),
} as const;

/** MDCR_EL2's traps. */
export const MDCR = { TPMCR: bit(5), TPM: bit(6), TDE: bit(8), TDA: bit(9), TDOSA: bit(10), TDRA: bit(11) } as const;

/** DAIF, as the register and SPSR have them. */
export const DAIF = { D: bit(9), A: bit(8), I: bit(7), F: bit(6), all: 0x3c0n } as const;

/** SPSR_ELx, whose fields are those of PSTATE. */
export const SPSR = {
  /** M[3:0]: the exception level in bits 3 and 2, and whether it uses its own stack pointer in bit 0. */
  M: 0xfn,
  /** M[4]: AArch32. */
  nRW: bit(4),
  BTYPE: 3n << 10n,
  SSBS: bit(12),
  IL: bit(20),
  SS: bit(21),
  PAN: bit(22),
  UAO: bit(23),
  DIT: bit(24),
  TCO: bit(25),
  V: bit(28),
  C: bit(29),
  Z: bit(30),
  N: bit(31),
} as const;

/** Slot `lines`: what the interrupt controller drives. */
export const LINE = { IRQ: bit(0), FIQ: bit(1), vIRQ: bit(2), vFIQ: bit(3), vSError: bit(4) } as const;
