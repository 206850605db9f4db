/**
 * The processors that a board can have, by name. Slot `cpu` of a hart's state is the index in {@link CPUS}.
 *
 * Values are those of the models' manuals, with two fields as this machine has it: there is no AArch32 at any exception level
 * (QEMU 10 claims it), and data is little-endian at all of them. Registers that are not named are 0.
 */
import { claims, FEATURE_NAMES, type Feature, withFeatures } from './features';

export type { Feature } from './features';

export interface Cpu {
  readonly name: string;
  /** CNTFRQ_EL0, as QEMU's board sets it for this model. */
  readonly counterHz: number;
  /** What the ID registers read, by name; of ID_AA64PFR0_EL1 without EL2 and GIC, which are the machine's. */
  readonly id: Readonly<Record<string, bigint>>;
  /** CCSIDR_EL1 by CSSELR_EL1: data and instructions of level 1, level 2. */
  readonly caches: readonly bigint[];
  readonly features: ReadonlySet<Feature>;
  /** Bits of a physical address (PARange), at most 48. */
  readonly physicalBits: number;
}

/** Bits of physical addresses by PARange, and by the fields of TCR_ELx and VTCR_EL2 that have its values. */
export const PHYSICAL_BITS: readonly number[] = [32, 36, 40, 42, 44, 48, 48, 48];

const ISAR0_V8 = 0x1_1120n;
const DFR0_V8 = 0x1030_5106n;
/** 64-bit state alone at EL0 and EL1; floating point and SIMD are there. */
const PFR0 = 0x11n;

const cpu = (
  name: string,
  counterHz: number,
  caches: readonly bigint[],
  id: Readonly<Record<string, bigint>>,
): Cpu => ({
  name,
  counterHz,
  caches,
  id,
  features: new Set(FEATURE_NAMES.filter((feature) => claims(id, feature))),
  physicalBits: PHYSICAL_BITS[Number((id.ID_AA64MMFR0_EL1 ?? 0n) & 7n)] ?? 48,
});

/** What `max` has beyond Armv8.0: only what there are instructions, registers and rules of translation for. */
const MAX_FEATURES: readonly Feature[] = [
  'AES',
  'PMULL',
  'SHA1',
  'SHA256',
  'SHA512',
  'CRC32',
  'LSE',
  'RDM',
  'SHA3',
  'DotProd',
  'FHM',
  'FlagM2',
  'TLBIRANGE',
  'DPB2',
  'PAuth',
  'JSCVT',
  'FCMA',
  'LRCPC2',
  'FRINTTS',
  'PACGA',
  'SB',
  'FP16',
  'DIT',
  'BTI',
  'SSBS2',
  'ASID16',
  'TGran16K',
  'HAFDBS',
  'VMID16',
  'VHE',
  'HPDS',
  'PAN3',
  'XNX',
  'CNP',
  'UAO',
  'TTST',
  'LSE2',
  'E0PD',
];

export const CPUS: readonly Cpu[] = [
  cpu('cortex-a53', 62_500_000, [0x700f_e01an, 0x201f_e00an, 0x707f_e07an], {
    MIDR_EL1: 0x410f_d034n,
    REVIDR_EL1: 0x100n,
    CTR_EL0: 0x8444_8004n,
    CLIDR_EL1: 0x0a20_0023n,
    ID_AA64PFR0_EL1: PFR0,
    ID_AA64DFR0_EL1: DFR0_V8,
    ID_AA64ISAR0_EL1: ISAR0_V8,
    ID_AA64MMFR0_EL1: 0x1022n,
    PMCR_EL0: 0x4103_0000n,
  }),
  cpu('cortex-a57', 62_500_000, [0x701f_e00an, 0x201f_e012n, 0x70ff_e07an], {
    MIDR_EL1: 0x411f_d070n,
    CTR_EL0: 0x8444_c004n,
    CLIDR_EL1: 0x0a20_0023n,
    ID_AA64PFR0_EL1: PFR0,
    ID_AA64DFR0_EL1: DFR0_V8,
    ID_AA64ISAR0_EL1: ISAR0_V8,
    ID_AA64MMFR0_EL1: 0x1024n,
    PMCR_EL0: 0x4101_0000n,
  }),
  cpu('cortex-a72', 62_500_000, [0x701f_e00an, 0x201f_e012n, 0x707f_e07an], {
    MIDR_EL1: 0x410f_d083n,
    CTR_EL0: 0x8444_c004n,
    CLIDR_EL1: 0x0a20_0023n,
    ID_AA64PFR0_EL1: PFR0,
    ID_AA64DFR0_EL1: DFR0_V8,
    ID_AA64ISAR0_EL1: ISAR0_V8,
    ID_AA64MMFR0_EL1: 0x1024n,
    PMCR_EL0: 0x4102_0000n,
  }),
  cpu(
    'max',
    1_000_000_000,
    [0x701f_e00an, 0x201f_e012n, 0x70ff_e07an],
    withFeatures(
      {
        MIDR_EL1: 0x000f_0510n,
        CTR_EL0: 0xb444_c004n,
        CLIDR_EL1: 0x0200_0023n,
        ID_AA64PFR0_EL1: PFR0,
        // Armv8.1 debug and PMUv3.1; breakpoints and watchpoints as the others have.
        ID_AA64DFR0_EL1: 0x1030_5407n,
        // 48 bits of physical address.
        ID_AA64MMFR0_EL1: 0x1005n,
        PMCR_EL0: 0x4101_0000n,
      },
      MAX_FEATURES,
    ),
  ),
];

/** The processor of a hart. */
export const cpuOf = (state: { get(slot: string): bigint }): Cpu => {
  const found = CPUS[Number(state.get('cpu'))];
  if (!found) throw new Error('no such processor');
  return found;
};

/** Whether a hart has a feature. */
export const hasFeature = (state: { get(slot: string): bigint }, feature: Feature): boolean =>
  cpuOf(state).features.has(feature);

/** Bit n: processor n of {@link CPUS} has the feature. */
export const cpusWith = (feature: Feature): bigint =>
  CPUS.reduce((bits, { features }, at) => bits | (features.has(feature) ? 1n << BigInt(at) : 0n), 0n);
