/** What each processor's translation can do: what its ID_AA64MMFR registers say. @see Arm ARM, D19.2 "ID_AA64MMFR0_EL1" and following */
import type { HartState } from '../core/privileged';
import { CPUS, type Cpu } from './cpus';

export interface TranslationFeatures {
  /** Bits of a physical address (PARange), at most 48. */
  readonly physicalBits: number;
  /** Granules of 16 KiB. */
  readonly granule16: boolean;
  /** ASIDs and VMIDs of 16 bits, or 8. */
  readonly asidBits: 8 | 16;
  readonly vmidBits: 8 | 16;
  /** Hardware sets the access flag, and the dirty state. */
  readonly haf: boolean;
  readonly hafdbs: boolean;
  /** Hierarchical permissions can be off. */
  readonly hpds: boolean;
  /** PAN counts pages that programs may only execute. */
  readonly epan: boolean;
  /** Stage 2 tells EL1's fetches from EL0's. */
  readonly xnx: boolean;
  /** Half of the addresses can be closed to EL0. */
  readonly e0pd: boolean;
  /** Address spaces of less than 2^25 bytes. */
  readonly ttst: boolean;
}

/** Bits by PARange, and by TCR_ELx's fields of the same values. */
export const PHYSICAL_BITS: readonly number[] = [32, 36, 40, 42, 44, 48, 48, 48];

const of = ({ id, features }: Cpu): TranslationFeatures => ({
  physicalBits: PHYSICAL_BITS[Number((id.ID_AA64MMFR0_EL1 ?? 0n) & 7n)] ?? 48,
  granule16: features.has('TGran16K'),
  asidBits: features.has('ASID16') ? 16 : 8,
  vmidBits: features.has('VMID16') ? 16 : 8,
  haf: features.has('HAF'),
  hafdbs: features.has('HAFDBS'),
  hpds: features.has('HPDS'),
  epan: features.has('PAN3'),
  xnx: features.has('XNX'),
  e0pd: features.has('E0PD'),
  ttst: features.has('TTST'),
});

const BY_INDEX = CPUS.map(of);

/** Of the processor whose state this is. */
export const featuresOf = (state: Pick<HartState, 'get'>): TranslationFeatures => {
  const found = BY_INDEX[Number(state.get('cpu'))];
  if (!found) throw new Error('no such processor');
  return found;
};
