/** The processors that a board can have, by name. Slot `cpu` of a hart's state is the index in {@link CPUS}. */

/** Features by the manual's names, without FEAT_: those that some processor here has and another has not. */
export type Feature = (typeof OF_CORTEX)[number] | (typeof OF_MAX)[number];

export interface Cpu {
  readonly name: string;
  /** CNTFRQ_EL0, as QEMU's board sets it for this model. */
  readonly counterHz: number;
  readonly features: ReadonlySet<Feature>;
}

/** Optional features of Armv8.0 that Cortex-A53, A57 and A72 have. */
const OF_CORTEX = ['CRC32', 'AES', 'PMULL', 'SHA1', 'SHA256'] as const;
/** What `max` has beyond them. */
const OF_MAX = [
  'LSE',
  'LRCPC',
  'LRCPC2',
  'LSE2',
  'DIT',
  'FlagM',
  'FlagM2',
  'SB',
  'PAuth',
  'VHE',
  'PAN',
  'UAO',
  'HAFDBS',
  'VMID16',
  'RDM',
  'FP16',
  'DotProd',
  'FCMA',
  'JSCVT',
  'FHM',
  'FRINTTS',
  'SHA3',
  'SHA512',
] as const;

const CORTEX: ReadonlySet<Feature> = new Set(OF_CORTEX);

export const CPUS: readonly Cpu[] = [
  { name: 'cortex-a53', counterHz: 62_500_000, features: CORTEX },
  { name: 'cortex-a57', counterHz: 62_500_000, features: CORTEX },
  { name: 'cortex-a72', counterHz: 62_500_000, features: CORTEX },
  { name: 'max', counterHz: 1_000_000_000, features: new Set([...OF_CORTEX, ...OF_MAX]) },
];

/** Bit n: processor n of {@link CPUS} has the feature. */
export const cpusWith = (feature: Feature): bigint =>
  CPUS.reduce((bits, { features }, at) => bits | (features.has(feature) ? 1n << BigInt(at) : 0n), 0n);
