/**
 * Features of processors: where CPUID tells of each. Names are the manual's.
 * @see AMD64 APM volume 3, appendix E "Obtaining Processor Information Via the CPUID Instruction"
 */

export type CpuidRegister = 'eax' | 'ebx' | 'ecx' | 'edx';

/** The bits of one register of one leaf. */
interface FeatureWord {
  readonly leaf: number;
  readonly subleaf: number;
  readonly register: CpuidRegister;
  readonly bits: Readonly<Record<string, number>>;
}

const word = <T extends Readonly<Record<string, number>>>(
  leaf: number,
  register: CpuidRegister,
  bits: T,
  subleaf = 0,
): FeatureWord & { readonly bits: T } => ({ leaf, subleaf, register, bits });

const STANDARD_EDX = word(1, 'edx', {
  ...{ FPU: 0, VME: 1, DE: 2, PSE: 3, TSC: 4, MSR: 5, PAE: 6, MCE: 7, CMPXCHG8B: 8, APIC: 9, SysEnterSysExit: 11 },
  ...{ MTRR: 12, PGE: 13, MCA: 14, CMOV: 15, PAT: 16, PSE36: 17, CLFSH: 19, MMX: 23, FXSR: 24, SSE: 25, SSE2: 26 },
});
const STANDARD_ECX = word(1, 'ecx', {
  ...{ SSE3: 0, PCLMULQDQ: 1, MONITOR: 3, SSSE3: 9, FMA: 12, CMPXCHG16B: 13, PCID: 17, SSE41: 19, SSE42: 20 },
  ...{ X2APIC: 21, MOVBE: 22, POPCNT: 23, TscDeadline: 24, AES: 25, XSAVE: 26, AVX: 28, F16C: 29, RDRAND: 30 },
  Hypervisor: 31,
});
const STRUCTURED_EBX = word(7, 'ebx', {
  ...{ FSGSBASE: 0, TscAdjust: 1, BMI1: 3, AVX2: 5, SMEP: 7, BMI2: 8, ERMS: 9, INVPCID: 10, RDSEED: 18, ADX: 19 },
  ...{ SMAP: 20, CLFLUSHOPT: 23, CLWB: 24, SHA: 29 },
});
const STRUCTURED_ECX = word(7, 'ecx', { UMIP: 2, PKU: 3, LA57: 16, RDPID: 22 });
const EXTENDED_EDX = word(0x8000_0001, 'edx', {
  ...{ SysCallSysRet: 11, NX: 20, MmxExt: 22, FFXSR: 25, '1GPages': 26, RDTSCP: 27, LM: 29 },
});
const EXTENDED_ECX = word(0x8000_0001, 'ecx', {
  ...{ LahfSahf: 0, CmpLegacy: 1, SVM: 2, AltMovCr8: 4, ABM: 5, SSE4A: 6, MisAlignSse: 7, '3DNowPrefetch': 8 },
});
const THERMAL_EAX = word(6, 'eax', { ARAT: 2 });
const XSAVE_EAX = word(0xd, 'eax', { XSAVEOPT: 0, XSAVEC: 1, XGETBV1: 2, XSAVES: 3 }, 1);
const POWER_EDX = word(0x8000_0007, 'edx', { TscInvariant: 8 });
const SIZES_EBX = word(0x8000_0008, 'ebx', { CLZERO: 0, WBNOINVD: 9 });
const SVM_EDX = word(0x8000_000a, 'edx', {
  ...{ NP: 0, LbrVirt: 1, SVML: 2, NRIPS: 3, TscRateMsr: 4, VmcbClean: 5, FlushByAsid: 6, DecodeAssists: 7 },
  ...{ PauseFilter: 10, PauseFilterThreshold: 12, AVIC: 13, VmsaveVirt: 15, VGIF: 16, GMET: 17 },
});

/** All words of CPUID that tell of features. */
export const FEATURE_WORDS = [
  STANDARD_EDX,
  STANDARD_ECX,
  STRUCTURED_EBX,
  STRUCTURED_ECX,
  EXTENDED_EDX,
  EXTENDED_ECX,
  THERMAL_EAX,
  XSAVE_EAX,
  POWER_EDX,
  SIZES_EBX,
  SVM_EDX,
] as const;

type NamesOf<T> = T extends { readonly bits: infer Bits } ? keyof Bits & string : never;

/** Names of features, as the rows of instructions and registers ask for them. */
export type Feature = NamesOf<(typeof FEATURE_WORDS)[number]>;

/** Bits of leaf 1's EDX that leaf 8000_0001h repeats. */
export const REPEATED_EDX = 0x0183_f3ff;

/** The bits of a word of CPUID that these features set. */
export const featureBits = (
  features: ReadonlySet<Feature>,
  leaf: number,
  register: CpuidRegister,
  subleaf = 0,
): number => {
  let value = 0;
  for (const one of FEATURE_WORDS) {
    if (one.leaf !== leaf || one.register !== register || one.subleaf !== subleaf) continue;
    for (const [name, bit] of Object.entries(one.bits)) if (features.has(name as Feature)) value |= 1 << bit;
  }
  return value >>> 0;
};
