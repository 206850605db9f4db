/** Random tables and registers of AArch64's translation: what walks are compared on. */
import { CPUS, cpuOf } from '../../../../src/isa/aarch64/cpus';
import { resetState, STATE } from '../../../../src/isa/aarch64/state';
import { FakeHart } from '../../../support/fake-hart';
import type { Random } from '../../../support/random';
import type { Parts, Rules } from './manual-walk';
import { Physical, RAM_BASE } from './physical';

export const RAM_BYTES = 0x10_0000;

const GRANULES = [12, 14, 16] as const;

/** An address inside RAM, of a table or a page. */
const inside = (random: Random, bits: number): bigint =>
  BigInt(RAM_BASE + ((random.u32() % RAM_BYTES) >>> bits) * 2 ** bits);

/** A descriptor that mostly leads on inside RAM, with a bit wrong here and there, and some noise. */
const descriptor = (random: Random, granule: number): bigint => {
  const kind = random.below(32);
  if (kind === 0) return random.u64();
  const attributes = random.u64() & 0x0078_0000_0000_0fbcn;
  const accessed = random.below(8) === 0 ? 0n : 1n << 10n;
  if (kind < 3) return inside(random, granule) | attributes;
  // A block where it can be one: at the start of RAM's GiB, which holds all of it.
  if (kind < 6) return BigInt(RAM_BASE) | attributes | accessed | 1n;
  const more = random.below(8) === 0 ? random.u64() & 0x7800_0000_0000_0000n : 0n;
  const high = random.below(24) === 0 ? 1n << BigInt(30 + random.below(18)) : 0n;
  return inside(random, granule) | attributes | accessed | more | high | 3n;
};

export const randomMemory = (random: Random, granule: number): Physical => {
  const memory = new Physical(RAM_BYTES);
  for (let at = 0; at < RAM_BYTES; at += 8) memory.writeU64(RAM_BASE + at, descriptor(random, granule));
  return memory;
};

const encode0 = (granule: number): bigint => ({ 12: 0n, 14: 2n, 16: 1n })[granule] ?? 3n;
const encode1 = (granule: number): bigint => ({ 12: 2n, 14: 1n, 16: 3n })[granule] ?? 0n;

const tcrOf = (random: Random, granule: number, isSingle: boolean): bigint => {
  const size = (): bigint => BigInt(random.below(8) === 0 ? random.below(64) : 16 + random.below(33));
  const noise = random.u64();
  const rare = (mask: bigint): bigint => (random.below(12) === 0 ? noise & mask : 0n);
  const often = (mask: bigint): bigint => noise & mask;
  const sizeOfOutput = BigInt(random.below(4) === 0 ? random.below(8) : 5);
  if (isSingle)
    return (
      size() |
      (encode0(granule) << 14n) |
      (sizeOfOutput << 16n) |
      often(1n << 20n) |
      often((3n << 21n) | (1n << 24n) | (1n << 29n))
    );
  return (
    size() |
    (size() << 16n) |
    (encode0(granule) << 14n) |
    (encode1(granule) << 30n) |
    (sizeOfOutput << 32n) |
    rare((1n << 7n) | (1n << 23n) | (3n << 55n)) |
    often((3n << 37n) | (3n << 39n) | (3n << 41n) | (3n << 51n))
  );
};

export interface Situation {
  readonly hart: FakeHart;
  readonly rules: Rules;
  readonly granule: number;
}

export const partsOf = (hart: FakeHart): Parts => {
  const { physicalBits, features } = cpuOf(hart);
  return { pamax: physicalBits, has16k: features.has('TGran16K'), isNew: features.has('HAFDBS') };
};

const table = (random: Random): bigint =>
  (random.below(24) === 0 ? random.u64() & 0xffff_ffff_fff0n : inside(random, 6)) | BigInt(random.below(2));

/** A processor somewhere at EL0, EL1 or EL2, with its MMU on mostly, and the registers that decide. */
export const randomSituation = (random: Random, memory: { readonly granule: number }): Situation => {
  const { granule } = memory;
  const hart = new FakeHart(STATE);
  resetState(hart, { cpu: random.pick([CPUS.length - 1, CPUS.length - 1, random.below(CPUS.length)]), el: 2 });
  const parts = partsOf(hart);
  const el = random.pick([0, 0, 1, 1, 1, 2] as const);
  const isVhe = parts.isNew && random.below(3) === 0;
  let hcr = 1n << 31n;
  if (isVhe) hcr |= (1n << 34n) | (random.below(2) === 0 ? 1n << 27n : 0n);
  else if (random.below(16) === 0) hcr |= 1n << 27n;
  if (random.below(2) === 0) hcr |= 1n;
  if (random.below(12) === 0) hcr |= 1n << 12n;
  if (random.below(4) === 0) hcr |= 1n << 2n;
  // TGE takes away EL1.
  if (el === 1) hcr &= ~(1n << 27n);
  const isEl2 = el === 2 || (el === 0 && (hcr & ((1n << 27n) | (1n << 34n))) === ((1n << 27n) | (1n << 34n)));
  const isSingle = isEl2 && (hcr & (1n << 34n)) === 0n;
  const noise = random.u64();
  const sctlr =
    (random.below(10) === 0 ? 0n : 1n) | (noise & ((1n << 19n) | (1n << 57n))) | (random.below(16) === 0 ? 2n : 0n);
  const startLevel = BigInt(random.below(4));
  const vtcr =
    BigInt(random.below(8) === 0 ? random.below(64) : 16 + random.below(30)) |
    (startLevel << 6n) |
    (encode0(random.below(4) === 0 ? random.pick(GRANULES) : granule) << 14n) |
    (BigInt(random.below(4) === 0 ? random.below(8) : 5) << 16n) |
    (noise & (3n << 21n));
  const rules: Rules = {
    parts,
    el,
    pan: random.below(2) === 0,
    hcr,
    sctlr,
    tcr: tcrOf(random, random.below(4) === 0 ? random.pick(GRANULES) : granule, isSingle),
    ttbr0: table(random),
    ttbr1: table(random),
    mair: 0x44ff_0400_bbff_0cffn ^ (random.below(4) === 0 ? random.u64() : 0n),
    vtcr,
    vttbr: table(random),
  };
  const suffix = isEl2 ? 'EL2' : 'EL1';
  hart.set('EL', BigInt(el));
  hart.set('PAN', rules.pan ? 1n : 0n);
  hart.set('HCR_EL2', hcr);
  hart.set('VTCR_EL2', vtcr);
  hart.set('VTTBR_EL2', rules.vttbr);
  hart.set(`SCTLR_${suffix}`, sctlr);
  hart.set(`TCR_${suffix}`, rules.tcr);
  hart.set(`TTBR0_${suffix}`, rules.ttbr0);
  hart.set(`TTBR1_${suffix}`, rules.ttbr1);
  hart.set(`MAIR_${suffix}`, rules.mair);
  return { hart, rules, granule };
};

/** An address that is mostly in one of the ranges; some with a tag in the top byte, some nowhere. */
export const randomAddress = (random: Random, { rules }: Situation): bigint => {
  if (random.below(16) === 0) return random.u64();
  const isUpper = random.below(2) === 0;
  const size = (isUpper ? rules.tcr >> 16n : rules.tcr) & 63n;
  const bits = size < 16n ? 48 : Number(64n - size);
  let address = BigInt.asUintN(Math.max(12, bits), random.u64());
  if ((rules.sctlr & 1n) === 0n || random.below(4) === 0) address = BigInt(RAM_BASE + random.below(RAM_BYTES));
  if (isUpper) address = BigInt.asUintN(64, address - (1n << BigInt(bits)));
  return random.below(6) === 0 ? address ^ (BigInt(random.below(256)) << 56n) : address;
};
