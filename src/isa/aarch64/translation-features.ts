/** What each processor's translation can do: what its ID_AA64MMFR registers say. @see Arm ARM, D19.2 "ID_AA64MMFR0_EL1" and following */
import type { HartState } from '../core/privileged';
import { CPUS } from './cpus';

export interface TranslationFeatures {
  /** Bits of a physical address (PARange). */
  readonly physicalBits: number;
  /** Granules of 16 KiB. */
  readonly granule16: boolean;
  /** ASIDs and VMIDs of 16 bits, or 8. */
  readonly asidBits: 8 | 16;
  readonly vmidBits: 8 | 16;
  /** Hardware sets the access flag and the dirty state (FEAT_HAFDBS). */
  readonly hafdbs: boolean;
  /** Hierarchical permissions can be off (FEAT_HPDS). */
  readonly hpds: boolean;
  /** The EL2&0 regime (FEAT_VHE). */
  readonly vhe: boolean;
  readonly pan: boolean;
  /** PAN counts pages that programs may only execute (FEAT_PAN3). */
  readonly epan: boolean;
  /** Stage 2 tells EL1's fetches from EL0's (FEAT_XNX). */
  readonly xnx: boolean;
  /** Half of the addresses can be closed to EL0 (FEAT_E0PD). */
  readonly e0pd: boolean;
  /** Address spaces of less than 2^25 bytes (FEAT_TTST). */
  readonly ttst: boolean;
}

const ARMV8_0: TranslationFeatures = {
  physicalBits: 44,
  granule16: false,
  asidBits: 16,
  vmidBits: 8,
  hafdbs: false,
  hpds: false,
  vhe: false,
  pan: false,
  epan: false,
  xnx: false,
  e0pd: false,
  ttst: false,
};

const BY_NAME: Readonly<Record<string, TranslationFeatures>> = {
  'cortex-a53': { ...ARMV8_0, physicalBits: 40 },
  'cortex-a57': ARMV8_0,
  'cortex-a72': ARMV8_0,
  max: {
    physicalBits: 48,
    granule16: true,
    asidBits: 16,
    vmidBits: 16,
    hafdbs: true,
    hpds: true,
    vhe: true,
    pan: true,
    epan: true,
    xnx: true,
    e0pd: true,
    ttst: true,
  },
};

const BY_INDEX = CPUS.map(({ name }) => BY_NAME[name] ?? ARMV8_0);

/** Of the processor whose state this is. */
export const featuresOf = (state: Pick<HartState, 'get'>): TranslationFeatures =>
  BY_INDEX[Number(state.get('cpu'))] ?? ARMV8_0;
