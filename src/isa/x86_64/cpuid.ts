/**
 * What CPUID tells: features from the model, and what the machine has.
 * @see AMD64 APM volume 3, appendix E "Obtaining Processor Information Via the CPUID Instruction"
 */
import type { HartState } from '../core/privileged';
import { CR4 } from './bits';
import { featureBits, REPEATED_EDX } from './cpuid-features';
import { type Cpu, cpuOf, signatureOf } from './cpus';
import { EXIT } from './svm/exit-codes';
import { checkIntercept } from './svm/intercepts';

/** The four registers, each 32 bits, unsigned. */
export interface CpuidResult {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

export type CpuidSource = Pick<HartState, 'get' | 'hart'>;

type Leaf = (state: CpuidSource, subleaf: number, cpu: Cpu) => Partial<CpuidResult>;

const HIGHEST_STANDARD = 0xd;
const APIC_ENABLED = 1n << 11n;
const APIC_FEATURE = 1 << 9;
const OSXSAVE = 1 << 27;
const HTT = 1 << 28;
const CMP_LEGACY = 1 << 1;
/** Of CLFLUSH, in units of 8 bytes. */
const LINE = 8;
/** State components that XCR0 can enable: x87 and SSE; and the size of an XSAVE area with both and a header. */
const COMPONENTS = 3;
const XSAVE_BYTES = 576;

/** Up to 4 characters from a place of a text. */
const characters = (text: string, at: number): number => {
  let value = 0;
  for (let n = 0; n < 4; n++) value |= (text.charCodeAt(at + n) || 0) << (8 * n);
  return value;
};

const vendor = (text: string): Partial<CpuidResult> => ({
  ebx: characters(text, 0),
  edx: characters(text, 4),
  ecx: characters(text, 8),
});
const VENDOR = vendor('AuthenticAMD');
/** As QEMU's own emulation says: programs that look for it find the same ports. */
const HYPERVISOR = 'TCGTCGTCGTCG';

const processorsOf = (state: CpuidSource): number => Number(state.get('processors'));
/** Bits of an APIC id that tell processors apart. */
const idBits = (state: CpuidSource): number => Math.ceil(Math.log2(Math.max(1, processorsOf(state))));

const standardEdx = (state: CpuidSource, cpu: Cpu): number => {
  const bits = featureBits(cpu.features, 1, 'edx');
  return state.get('APIC_BASE') & APIC_ENABLED ? bits : bits & ~APIC_FEATURE;
};

const brand =
  (at: number): Leaf =>
  (_, __, { brand: text }) => ({
    eax: characters(text, at),
    ebx: characters(text, at + 4),
    ecx: characters(text, at + 8),
    edx: characters(text, at + 12),
  });

/** Levels of topology: threads of a core, of which there is one, and cores. */
const topology: Leaf = (state, subleaf) => {
  const edx = state.hart;
  if (subleaf === 0) return { eax: 0, ebx: 1, ecx: 0x100, edx };
  if (subleaf === 1) return { eax: idBits(state), ebx: processorsOf(state), ecx: 0x201, edx };
  return { ecx: subleaf & 0xff, edx };
};

const xsave: Leaf = (_, subleaf, { features }) => {
  if (!features.has('XSAVE')) return {};
  if (subleaf === 0) return { eax: COMPONENTS, ebx: XSAVE_BYTES, ecx: XSAVE_BYTES };
  if (subleaf !== 1) return {};
  return { eax: featureBits(features, 0xd, 'eax', 1), ebx: features.has('XSAVEC') ? XSAVE_BYTES : 0 };
};

const LEAVES: ReadonlyMap<number, Leaf> = new Map<number, Leaf>([
  [0x0, () => ({ eax: HIGHEST_STANDARD, ...VENDOR })],
  [
    0x1,
    (state, _, cpu) => {
      const count = processorsOf(state);
      const isSeveral = count > 1;
      return {
        eax: signatureOf(cpu),
        ebx: (state.hart << 24) | (isSeveral ? count << 16 : 0) | (LINE << 8),
        ecx: featureBits(cpu.features, 1, 'ecx') | (state.get('cr4') & CR4.OSXSAVE ? OSXSAVE : 0),
        edx: standardEdx(state, cpu) | (isSeveral ? HTT : 0),
      };
    },
  ],
  [0x6, (_, __, { features }) => ({ eax: featureBits(features, 6, 'eax') })],
  [
    0x7,
    (_, subleaf, { features }) =>
      subleaf === 0 ? { ebx: featureBits(features, 7, 'ebx'), ecx: featureBits(features, 7, 'ecx') } : {},
  ],
  [0xb, topology],
  [0xd, xsave],
  [
    0x4000_0000,
    () => ({
      eax: 0x4000_0001,
      ebx: characters(HYPERVISOR, 0),
      ecx: characters(HYPERVISOR, 4),
      edx: characters(HYPERVISOR, 8),
    }),
  ],
  [0x8000_0000, (_, __, { extendedLeaves }) => ({ eax: extendedLeaves, ...VENDOR })],
  [
    0x8000_0001,
    (state, _, cpu) => ({
      eax: signatureOf(cpu),
      ecx: featureBits(cpu.features, 0x8000_0001, 'ecx') | (processorsOf(state) > 1 ? CMP_LEGACY : 0),
      edx: featureBits(cpu.features, 0x8000_0001, 'edx') | (standardEdx(state, cpu) & REPEATED_EDX),
    }),
  ],
  [0x8000_0002, brand(0)],
  [0x8000_0003, brand(16)],
  [0x8000_0004, brand(32)],
  // Caches as QEMU's models have them: 64 KiB for data and instructions each, 512 KiB, 16 MiB.
  [0x8000_0005, () => ({ eax: 0x01ff_01ff, ebx: 0x01ff_01ff, ecx: 0x4002_0140, edx: 0x4002_0140 })],
  [0x8000_0006, () => ({ ebx: 0x4200_4200, ecx: 0x0200_8140, edx: 0x0080_8140 })],
  [0x8000_0007, (_, __, { features }) => ({ edx: featureBits(features, 0x8000_0007, 'edx') })],
  [
    0x8000_0008,
    (state, _, { features, physicalBits }) => ({
      eax: physicalBits | ((features.has('LA57') ? 57 : 48) << 8),
      ebx: featureBits(features, 0x8000_0008, 'ebx'),
      ecx: (processorsOf(state) - 1) | (idBits(state) << 12),
    }),
  ],
  [
    0x8000_000a,
    (_, __, { features, asids }) =>
      features.has('SVM') ? { eax: 1, ebx: asids, edx: featureBits(features, 0x8000_000a, 'edx') } : {},
  ],
]);

/** What CPUID yields for a leaf (EAX) and subleaf (ECX); zeros for leaves that there are not. */
export const cpuidOf = (state: CpuidSource, leaf: number, subleaf: number): CpuidResult => {
  const cpu = cpuOf(state);
  const isThere = leaf < 0x8000_0000 || leaf <= cpu.extendedLeaves;
  const { eax = 0, ebx = 0, ecx = 0, edx = 0 } = (isThere && LEAVES.get(leaf)?.(state, subleaf, cpu)) || {};
  return { eax: eax >>> 0, ebx: ebx >>> 0, ecx: ecx >>> 0, edx: edx >>> 0 };
};

/** Numbers of the registers that CPUID writes. */
const [RAX, RCX, RDX, RBX] = [0, 1, 2, 3];

/** The instruction. @throws Trap #VMEXIT */
export const cpuid = (state: HartState): void => {
  checkIntercept(state, EXIT.CPUID);
  const number = (register: number): number => Number(BigInt.asUintN(32, state.read('r', register)));
  const { eax, ebx, ecx, edx } = cpuidOf(state, number(RAX), number(RCX));
  for (const [register, value] of [
    [RAX, eax],
    [RBX, ebx],
    [RCX, ecx],
    [RDX, edx],
  ] as const) {
    state.write('r', register, BigInt(value));
  }
};
