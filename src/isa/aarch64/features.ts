/**
 * The optional parts of the architecture, by the field of an ID register that says whether a processor has them. What a
 * processor has follows from its ID registers alone (see `cpus.ts`).
 * @see Arm ARM, D19.2, the ID registers, and A2 for the features' names
 */

type IdField = readonly [register: string, low: number, least: number];

const ISAR0 = 'ID_AA64ISAR0_EL1';
const ISAR1 = 'ID_AA64ISAR1_EL1';
const ISAR2 = 'ID_AA64ISAR2_EL1';
const PFR0 = 'ID_AA64PFR0_EL1';
const PFR1 = 'ID_AA64PFR1_EL1';
const MMFR0 = 'ID_AA64MMFR0_EL1';
const MMFR1 = 'ID_AA64MMFR1_EL1';
const MMFR2 = 'ID_AA64MMFR2_EL1';

/** The manual's name without FEAT_: the field, its lowest bit, and the least value with which the feature is there. */
export const FEATURES = {
  AES: [ISAR0, 4, 1],
  PMULL: [ISAR0, 4, 2],
  SHA1: [ISAR0, 8, 1],
  SHA256: [ISAR0, 12, 1],
  SHA512: [ISAR0, 12, 2],
  CRC32: [ISAR0, 16, 1],
  LSE: [ISAR0, 20, 2],
  RDM: [ISAR0, 28, 1],
  SHA3: [ISAR0, 32, 1],
  SM3: [ISAR0, 36, 1],
  SM4: [ISAR0, 40, 1],
  DotProd: [ISAR0, 44, 1],
  FHM: [ISAR0, 48, 1],
  FlagM: [ISAR0, 52, 1],
  FlagM2: [ISAR0, 52, 2],
  TLBIOS: [ISAR0, 56, 1],
  TLBIRANGE: [ISAR0, 56, 2],
  DPB: [ISAR1, 0, 1],
  DPB2: [ISAR1, 0, 2],
  /** Address authentication with QARMA5. */
  PAuth: [ISAR1, 4, 1],
  JSCVT: [ISAR1, 12, 1],
  FCMA: [ISAR1, 16, 1],
  LRCPC: [ISAR1, 20, 1],
  LRCPC2: [ISAR1, 20, 2],
  /** Generic authentication with QARMA5: `pacga`. */
  PACGA: [ISAR1, 24, 1],
  FRINTTS: [ISAR1, 32, 1],
  SB: [ISAR1, 36, 1],
  SPECRES: [ISAR1, 40, 1],
  BF16: [ISAR1, 44, 1],
  I8MM: [ISAR1, 52, 1],
  WFxT: [ISAR2, 0, 2],
  MOPS: [ISAR2, 16, 1],
  FP16: [PFR0, 16, 1],
  RAS: [PFR0, 28, 1],
  DIT: [PFR0, 48, 1],
  BTI: [PFR1, 0, 1],
  SSBS: [PFR1, 4, 1],
  /** PSTATE.SSBS by `mrs` and `msr`. */
  SSBS2: [PFR1, 4, 2],
  MTE: [PFR1, 8, 1],
  ASID16: [MMFR0, 4, 2],
  TGran16K: [MMFR0, 20, 1],
  ECV: [MMFR0, 60, 1],
  /** The access flag in hardware. */
  HAF: [MMFR1, 0, 1],
  /** The dirty state in hardware. */
  HAFDBS: [MMFR1, 0, 2],
  VMID16: [MMFR1, 4, 2],
  VHE: [MMFR1, 8, 1],
  /** Hierarchical permissions can be off. */
  HPDS: [MMFR1, 12, 1],
  LOR: [MMFR1, 16, 1],
  PAN: [MMFR1, 20, 1],
  PAN2: [MMFR1, 20, 2],
  /** PAN counts pages that EL0 may only execute: SCTLR_EL1.EPAN. */
  PAN3: [MMFR1, 20, 3],
  /** Stage 2 tells EL1's fetches from EL0's. */
  XNX: [MMFR1, 28, 1],
  CNP: [MMFR2, 0, 1],
  UAO: [MMFR2, 4, 1],
  IESB: [MMFR2, 12, 1],
  /** Address spaces of less than 2^25 bytes. */
  TTST: [MMFR2, 28, 1],
  /** Unaligned atomic accesses within 16 bytes. */
  LSE2: [MMFR2, 32, 1],
  IDST: [MMFR2, 36, 1],
  S2FWB: [MMFR2, 40, 1],
  TTL: [MMFR2, 48, 1],
  EVT: [MMFR2, 56, 1],
  /** Half of the addresses can be closed to EL0. */
  E0PD: [MMFR2, 60, 1],
} as const satisfies Readonly<Record<string, IdField>>;

export type Feature = keyof typeof FEATURES;

/** In an order that stays: an instruction names a feature by its number here. */
export const FEATURE_NAMES = Object.keys(FEATURES) as readonly Feature[];

/** Whether ID registers with these values say that a feature is there. */
export const claims = (id: Readonly<Record<string, bigint>>, feature: Feature): boolean => {
  const [register, low, least] = FEATURES[feature];
  return Number(((id[register] ?? 0n) >> BigInt(low)) & 0xfn) >= least;
};

/** ID registers with the fields of features added to some that have none of them. */
export const withFeatures = (
  id: Readonly<Record<string, bigint>>,
  features: readonly Feature[],
): Readonly<Record<string, bigint>> => {
  const all: Record<string, bigint> = { ...id };
  for (const feature of features) {
    const [register, low, least] = FEATURES[feature];
    const old = all[register] ?? 0n;
    const before = Number((old >> BigInt(low)) & 0xfn);
    all[register] = old + (BigInt(Math.max(before, least) - before) << BigInt(low));
  }
  return all;
};
