/**
 * Memory types, in MAIR_ELx's encoding: a byte, whose upper half is 0 for Device memory.
 * @see Arm ARM, D8.6 "Memory region attributes", MAIR_EL1, PAR_EL1
 */

/** A memory type and shareability: 0 none, 2 outer, 3 inner. */
export interface MemoryType {
  readonly attribute: number;
  readonly shareability: number;
}

export const DEVICE_nGnRnE = 0x00;
/** Write-back, allocating for reads and writes. */
export const NORMAL_WRITE_BACK = 0xff;
const NON_CACHEABLE = 4;
const OUTER = 2;
const INNER = 3;

export const isDeviceAttribute = (attribute: number): boolean => (attribute & 0xf0) === 0;

/** Of MemAttr in a stage 2 descriptor. */
export const isDeviceOfStage2 = (memAttr: number): boolean => memAttr >> 2 === 0;

/** MemAttr of a stage 2 descriptor as MAIR_ELx has it; allocation hints, which stage 2 has none of, are set. */
export const attributeOfStage2 = (memAttr: number): number => {
  const outer = memAttr >> 2;
  const inner = memAttr & 3;
  if (outer === 0) return inner << 2;
  const hint = (policy: number): number => (policy === 1 ? 0 : 3);
  return (outer << 6) | (hint(outer) << 4) | (inner << 2) | hint(inner);
};

/** Non-cacheable before write-through before write-back; hints are stage 1's. */
const cachedBy = (first: number, second: number): number => {
  if (first === NON_CACHEABLE || second === NON_CACHEABLE) return NON_CACHEABLE;
  const policy = first >> 2;
  if (policy === 0 || policy === 2) return first;
  return second >> 2 === 2 ? 0b1000 | (first & 3) : first;
};

/** What both stages make of memory together. @see Arm ARM, D8.6.6 "Combining stage 1 and stage 2 memory type attributes" */
export const combined = (first: MemoryType, second: MemoryType): MemoryType => {
  const devices = [first, second].map(({ attribute }) => attribute).filter(isDeviceAttribute);
  if (devices.length > 0) return { attribute: Math.min(...devices), shareability: OUTER };
  const outer = cachedBy(first.attribute >> 4, second.attribute >> 4);
  const inner = cachedBy(first.attribute & 15, second.attribute & 15);
  const asked = [first.shareability, second.shareability];
  return {
    attribute: (outer << 4) | inner,
    shareability: asked.includes(OUTER) ? OUTER : asked.includes(INNER) ? INNER : 0,
  };
};

/** The shareability that memory has in effect: Device, and what no cache holds, is shared by all. */
export const effectiveShareability = ({ attribute, shareability }: MemoryType): number =>
  isDeviceAttribute(attribute) || attribute === 0x44 || attribute === 0x40 ? OUTER : shareability;

const DEVICES = ['nGnRnE', 'nGnRE', 'nGRE', 'GRE'];
const POLICIES = ['write-through transient', 'non-cacheable', 'write-through', 'write-back'];

const policyName = (nibble: number): string => {
  if (nibble === NON_CACHEABLE) return 'non-cacheable';
  return nibble >> 2 === 1 ? 'write-back transient' : (POLICIES[nibble >> 2] ?? '');
};

/** `Device-nGnRE`, `Normal, write-back`, `Normal, outer non-cacheable, inner write-back`. */
export const attributeName = (attribute: number): string => {
  if (isDeviceAttribute(attribute)) return `Device-${DEVICES[(attribute >> 2) & 3]}`;
  const [outer, inner] = [policyName(attribute >> 4), policyName(attribute & 15)];
  return outer === inner ? `Normal, ${inner}` : `Normal, outer ${outer}, inner ${inner}`;
};
