/**
 * The processors that a board can have, by name. Slot `cpu` of a hart's state is the index in {@link CPUS}.
 *
 * Each claims what there are instructions, registers and rules for, and nothing else: QEMU's models of the same names claim AVX, too.
 */
import type { Feature } from './cpuid-features';

export type { Feature } from './cpuid-features';

export interface Cpu {
  readonly name: string;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  /** The name that leaves 8000_0002h to 8000_0004h spell. */
  readonly brand: string;
  /** Highest extended leaf. */
  readonly extendedLeaves: number;
  /** How many ASIDs there are, from 0 on. */
  readonly asids: number;
  readonly physicalBits: number;
  readonly features: ReadonlySet<Feature>;
}

/** What every x86-64 processor has. */
const BASE: readonly Feature[] = [
  ...(['FPU', 'DE', 'PSE', 'TSC', 'MSR', 'PAE', 'MCE', 'CMPXCHG8B', 'APIC', 'SysEnterSysExit'] as const),
  ...(['MTRR', 'PGE', 'MCA', 'CMOV', 'PAT', 'PSE36', 'CLFSH', 'MMX', 'FXSR', 'SSE', 'SSE2'] as const),
  ...(['SSE3', 'CMPXCHG16B', 'Hypervisor', 'SysCallSysRet', 'NX', 'LM', 'LahfSahf'] as const),
];
const EPYC: readonly Feature[] = [
  ...BASE,
  ...(['PCLMULQDQ', 'SSSE3', 'SSE41', 'SSE42', 'X2APIC', 'MOVBE', 'POPCNT', 'AES', 'XSAVE', 'RDRAND'] as const),
  ...(['FSGSBASE', 'BMI1', 'SMEP', 'BMI2', 'RDSEED', 'ADX', 'SMAP', 'CLFLUSHOPT'] as const),
  ...(['1GPages', 'RDTSCP', 'ABM', '3DNowPrefetch', 'TscInvariant', 'ARAT'] as const),
  ...(['SVM', 'NP', 'LbrVirt', 'NRIPS', 'TscRateMsr', 'VmcbClean', 'FlushByAsid', 'DecodeAssists'] as const),
  ...(['PauseFilter', 'PauseFilterThreshold', 'VmsaveVirt', 'VGIF'] as const),
];

export const CPUS: readonly Cpu[] = [
  {
    name: 'qemu64',
    family: 15,
    model: 107,
    stepping: 1,
    brand: 'QEMU Virtual CPU version 2.5+',
    extendedLeaves: 0x8000_000a,
    asids: 16,
    physicalBits: 40,
    features: new Set([...BASE, 'SVM', 'NP']),
  },
  {
    name: 'EPYC',
    family: 23,
    model: 1,
    stepping: 2,
    brand: 'AMD EPYC Processor',
    extendedLeaves: 0x8000_001e,
    asids: 16,
    physicalBits: 40,
    features: new Set(EPYC),
  },
  {
    name: 'max',
    family: 23,
    model: 1,
    stepping: 2,
    brand: 'Worldstep x86-64 processor, all features',
    extendedLeaves: 0x8000_001e,
    asids: 32_768,
    physicalBits: 48,
    features: new Set([
      ...EPYC,
      ...(['PCID', 'INVPCID', 'TscDeadline', 'TscAdjust', 'ERMS', 'UMIP', 'LA57', 'RDPID', 'CLWB'] as const),
      ...(['XSAVEOPT', 'XSAVEC', 'XGETBV1', 'WBNOINVD'] as const),
    ]),
  },
];

type CpuReader = { get(slot: string): bigint };

/** The processor of a hart. */
export const cpuOf = (state: CpuReader): Cpu => {
  const found = CPUS[Number(state.get('cpu'))];
  if (!found) throw new Error('no such processor');
  return found;
};

/** Whether a hart has a feature. */
export const hasFeature = (state: CpuReader, feature: Feature): boolean => cpuOf(state).features.has(feature);

/** Bit n: processor n of {@link CPUS} has the feature. */
export const cpusWith = (feature: Feature): bigint =>
  CPUS.reduce((bits, { features }, at) => bits | (features.has(feature) ? 1n << BigInt(at) : 0n), 0n);

/** Family, model and stepping as leaf 1's EAX has them, and EDX behind a reset. */
export const signatureOf = ({ family, model, stepping }: Cpu): number => {
  const base = Math.min(family, 15);
  const extended = family - base;
  return (extended << 20) | ((model >> 4) << 16) | (base << 8) | ((model & 15) << 4) | stepping;
};
