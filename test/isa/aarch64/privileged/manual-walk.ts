/**
 * Translation at EL0, EL1 and EL2 read plainly off the manual, on BigInts and with nothing of ours: what the random tests
 * compare the CPU and the debugger with.
 * @see Arm ARM, D8.2 to D8.5, D8.15 "Memory aborts", TCR_EL1, TCR_EL2, VTCR_EL2
 */

export type Kind = 'read' | 'write' | 'execute';

/** What of the optional architecture there is. */
export interface Parts {
  readonly pamax: number;
  readonly has16k: boolean;
  /** FEAT_HAFDBS, FEAT_HPDS, FEAT_XNX, FEAT_E0PD, FEAT_PAN3, FEAT_TTST: all, or none. */
  readonly isNew: boolean;
}

export interface Rules {
  readonly parts: Parts;
  readonly el: 0 | 1 | 2;
  readonly pan: boolean;
  readonly hcr: bigint;
  /** Of the regime that translates: EL1's, or EL2's. */
  readonly sctlr: bigint;
  readonly tcr: bigint;
  readonly ttbr0: bigint;
  readonly ttbr1: bigint;
  readonly mair: bigint;
  readonly vtcr: bigint;
  readonly vttbr: bigint;
}

export interface Memory {
  /** 8 aligned bytes, undefined outside memory. */
  read(at: bigint): bigint | undefined;
  write(at: bigint, value: bigint): void;
}

export interface Fault {
  /** DFSC or IFSC. */
  readonly status: number;
  readonly isStage2: boolean;
  readonly ipa?: bigint;
  readonly isOfWalk?: boolean;
}
export interface Reached {
  readonly pa: bigint;
  readonly r: boolean;
  readonly w: boolean;
  readonly x: boolean;
  readonly isDevice: boolean;
}
export type Answer = Reached | Fault;
export const isFault = (answer: Answer | bigint | Leaf): answer is Fault =>
  typeof answer === 'object' && 'status' in answer;

const slice = (value: bigint, high: number, low: number): bigint =>
  (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
const flag = (value: bigint, at: number): boolean => slice(value, at, at) === 1n;
const num = (value: bigint, high: number, low: number): number => Number(slice(value, high, low));

const TRANSLATION = 0b000100;
const ADDRESS_SIZE = 0b000000;
const ACCESS_FLAG = 0b001000;
const PERMISSION = 0b001100;
const EXTERNAL = 0b010100;
const ALIGNMENT = 0b100001;

const SIZES = [32, 36, 40, 42, 44, 48, 48, 48];

interface Leaf {
  readonly at: bigint;
  readonly descriptor: bigint;
  readonly level: number;
  readonly base: bigint;
  readonly size: bigint;
  /** Table attributes that any level had: APTable[1], APTable[0], XNTable, PXNTable. */
  readonly tables: { ro: boolean; nouser: boolean; xn: boolean; pxn: boolean };
}

interface Walk {
  readonly stage: 1 | 2;
  /** log2 of the granule. */
  readonly tg: number;
  readonly ia: bigint;
  readonly bits: number;
  readonly level: number;
  readonly ttbr: bigint;
  readonly oa: number;
  /** Where a descriptor lies in physical memory. */
  readonly locate: (at: bigint) => bigint | Fault;
}

const walk = (memory: Memory, { stage, tg, ia, bits, level: first, ttbr, oa, locate }: Walk): Leaf | Fault => {
  const fault = (status: number): Fault => ({ status, isStage2: stage === 2, ...(stage === 2 && { ipa: ia }) });
  const stride = tg - 3;
  const startBits = bits - ((3 - first) * stride + tg);
  let base = slice(ttbr, 47, 1) << 1n;
  const startSize = BigInt(Math.max(startBits + 3, 6));
  base = (base >> startSize) << startSize;
  if (base >> BigInt(oa) !== 0n) return fault(ADDRESS_SIZE);
  const tables = { ro: false, nouser: false, xn: false, pxn: false };
  for (let level = first; level <= 3; level++) {
    const low = (3 - level) * stride + tg;
    const high = level === first ? bits - 1 : low + stride - 1;
    const at = locate(base + slice(ia, high, low) * 8n);
    if (typeof at !== 'bigint') return at;
    const descriptor = memory.read(at);
    if (descriptor === undefined) return fault(EXTERNAL + level);
    const type = num(descriptor, 1, 0);
    const hasBlocks = tg === 12 ? level === 1 || level === 2 : level === 2;
    if ((type & 1) === 0) return fault(TRANSLATION + level);
    if (type === 1 && !hasBlocks) return fault(TRANSLATION + level);
    if (type === 3 && level < 3) {
      base = slice(descriptor, 47, tg) << BigInt(tg);
      if (base >> BigInt(oa) !== 0n) return fault(ADDRESS_SIZE + level);
      tables.ro ||= flag(descriptor, 62);
      tables.nouser ||= flag(descriptor, 61);
      tables.xn ||= flag(descriptor, 60);
      tables.pxn ||= flag(descriptor, 59);
      continue;
    }
    const target = slice(descriptor, 47, low) << BigInt(low);
    if (target >> BigInt(oa) !== 0n) return fault(ADDRESS_SIZE + level);
    return { at, descriptor, level, base: target, size: 1n << BigInt(low), tables };
  }
  throw new Error('level 3 has leaves only');
};

/** Translates one access; sets the access flag and the dirty state in `memory` where hardware does. */
export const manualWalk = (rules: Rules, memory: Memory, va: bigint, kind: Kind, isUnaligned = false): Answer => {
  const { parts, el, hcr, sctlr, tcr } = rules;
  const [dc, tge, e2h] = [flag(hcr, 12), flag(hcr, 27), flag(hcr, 34)];
  const isEl2Regime = el === 2 || (el === 0 && tge && e2h);
  const hasTwoRanges = !isEl2Regime || e2h;
  const hasStage2 = !isEl2Regime && !tge && (flag(hcr, 0) || dc);
  if (kind !== 'execute' && flag(sctlr, 1) && isUnaligned) return { status: ALIGNMENT, isStage2: false };

  // Stage 2, for an intermediate physical address.
  const below = (ipa: bigint, how: Kind, isOfWalk: boolean): Reached | Fault => {
    const { vtcr, vttbr } = rules;
    const of = (status: number): Fault => ({ status, isStage2: true, ipa, ...(isOfWalk && { isOfWalk }) });
    let tg = [12, 16, 14, 12][num(vtcr, 15, 14)] ?? 12;
    if (tg === 14 && !parts.has16k) tg = 12;
    const size = num(vtcr, 5, 0);
    const bits = 64 - size;
    if (size < 64 - parts.pamax || size < 16 || size > (parts.isNew ? (tg === 16 ? 47 : 48) : 39))
      return of(TRANSLATION);
    const sl0 = num(vtcr, 7, 6);
    const level = tg === 12 ? (sl0 === 3 ? 3 : 2 - sl0) : 3 - sl0;
    if (sl0 === 3 && !(tg === 12 && parts.isNew)) return of(TRANSLATION);
    if (sl0 === 2 && parts.pamax < (tg === 14 ? 42 : 44)) return of(TRANSLATION);
    const resolved = (3 - level) * (tg - 3) + tg;
    if (bits < resolved + 1 || bits > resolved + (tg - 3) + 4) return of(TRANSLATION);
    if (ipa >> BigInt(bits) !== 0n) return of(TRANSLATION);
    const oa = Math.min(SIZES[num(vtcr, 18, 16)] ?? 48, parts.pamax);
    const leaf = walk(memory, { stage: 2, tg, ia: ipa, bits, level, ttbr: vttbr, oa, locate: (at) => at });
    if (isFault(leaf)) return { ...leaf, ...(isOfWalk && { isOfWalk }) };
    const { descriptor } = leaf;
    const ha = parts.isNew && flag(vtcr, 21);
    const hd = ha && flag(vtcr, 22) && flag(descriptor, 51);
    if (!flag(descriptor, 10) && !ha) return of(ACCESS_FLAG + leaf.level);
    const isDevice = slice(descriptor, 5, 4) === 0n;
    if (isDevice && isUnaligned && !isOfWalk && kind !== 'execute') return of(ALIGNMENT);
    const r = flag(descriptor, 6);
    const w = flag(descriptor, 7) || hd;
    const xn = num(descriptor, 54, 53);
    const x = !parts.isNew ? (xn & 2) === 0 : el === 0 ? xn === 0 || xn === 1 : xn === 0 || xn === 3;
    if (!{ read: r, write: w, execute: x }[how]) return of(PERMISSION + leaf.level);
    if (isOfWalk && flag(hcr, 2) && isDevice) return of(PERMISSION + leaf.level);
    const dirtied = how === 'write' && hd ? 1n << 7n : 0n;
    const made = descriptor | (ha ? 1n << 10n : 0n) | dirtied;
    if (made !== descriptor) memory.write(leaf.at, made);
    return { pa: leaf.base + (ipa % leaf.size), r, w: w && flag(made, 7), x, isDevice };
  };
  const locate = (at: bigint): bigint | Fault => {
    if (!hasStage2) return at;
    const found = below(at, 'read', true);
    return isFault(found) ? found : found.pa;
  };
  const through = (one: Reached): Answer => {
    if (!hasStage2) return one;
    const two = below(one.pa, kind, false);
    if (isFault(two)) return two;
    return {
      pa: two.pa,
      r: one.r && two.r,
      w: one.w && two.w,
      x: one.x && two.x,
      isDevice: kind !== 'execute' && (one.isDevice || two.isDevice),
    };
  };

  // Stage 1.
  const isUpper = hasTwoRanges && flag(va, 55);
  const tbi = hasTwoRanges ? flag(tcr, isUpper ? 38 : 37) : flag(tcr, 20);
  const tbid = hasTwoRanges ? flag(tcr, isUpper ? 52 : 51) : flag(tcr, 29);
  const top = tbi && !(kind === 'execute' && tbid) ? 55 : 63;
  const isOn = flag(sctlr, 0) && (isEl2Regime || (!dc && !tge));
  if (!isOn) {
    if (slice(va, top, parts.pamax) !== 0n) return { status: ADDRESS_SIZE, isStage2: false };
    const isCached = !isEl2Regime && dc && !tge;
    const isDevice = kind !== 'execute' && !isCached;
    if (isDevice && isUnaligned) return { status: ALIGNMENT, isStage2: false };
    return through({ pa: slice(va, parts.pamax - 1, 0), r: true, w: true, x: true, isDevice });
  }
  const size = hasTwoRanges && isUpper ? num(tcr, 21, 16) : num(tcr, 5, 0);
  const tgField = hasTwoRanges && isUpper ? num(tcr, 31, 30) : num(tcr, 15, 14);
  let tg = (isUpper ? [12, 14, 12, 16] : [12, 16, 14, 12])[tgField] ?? 12;
  if (tg === 14 && !parts.has16k) tg = 12;
  const level0: Fault = { status: TRANSLATION, isStage2: false };
  if (size < 16 || size > (parts.isNew ? (tg === 16 ? 47 : 48) : 39)) return level0;
  const bits = 64 - size;
  const above = slice(va, top, bits);
  if (above !== (isUpper ? (1n << BigInt(top - bits + 1)) - 1n : 0n)) return level0;
  if (hasTwoRanges && flag(tcr, isUpper ? 23 : 7)) return level0;
  if (parts.isNew && hasTwoRanges && el === 0 && flag(tcr, isUpper ? 56 : 55)) return level0;
  const ips = hasTwoRanges ? num(tcr, 34, 32) : num(tcr, 18, 16);
  const oa = Math.min(SIZES[ips] ?? 48, parts.pamax);
  let level = 3;
  while ((3 - level) * (tg - 3) + tg + (tg - 3) < bits) level--;
  const ttbr = isUpper ? rules.ttbr1 : rules.ttbr0;
  let entry = 0n;
  const leaf = walk(memory, {
    stage: 1,
    tg,
    ia: slice(va, bits - 1, 0),
    bits,
    level,
    ttbr,
    oa,
    locate: (at) => {
      entry = at;
      return locate(at);
    },
  });
  if (isFault(leaf)) return leaf;
  const { descriptor } = leaf;
  const ha = parts.isNew && flag(tcr, hasTwoRanges ? 39 : 21);
  const hd = ha && flag(tcr, hasTwoRanges ? 40 : 22) && flag(descriptor, 51);
  const hpd = parts.isNew && flag(tcr, hasTwoRanges ? (isUpper ? 42 : 41) : 24);
  const tables = hpd ? { ro: false, nouser: false, xn: false, pxn: false } : leaf.tables;
  const of = (status: number): Fault => ({ status, isStage2: false });
  if (!flag(descriptor, 10) && !ha) return of(ACCESS_FLAG + leaf.level);
  const attribute = slice(rules.mair, 7 + 8 * num(descriptor, 4, 2), 8 * num(descriptor, 4, 2));
  const isDevice = attribute >> 4n === 0n;
  if (isDevice && isUnaligned && kind !== 'execute') return of(ALIGNMENT);
  const isReadOnly = (flag(descriptor, 7) && !hd) || tables.ro;
  const isUsers = flag(descriptor, 6) && !tables.nouser;
  const wxn = flag(sctlr, 19);
  const uxn = flag(descriptor, 54) || tables.xn;
  const pxn = flag(descriptor, 53) || tables.pxn;
  let [r, w, x] = [true, !isReadOnly, !uxn && !(wxn && !isReadOnly)];
  if (hasTwoRanges) {
    const [ur, uw] = [isUsers, isUsers && !isReadOnly];
    const ux = !uxn && !(wxn && uw);
    if (el === 0) [r, w, x] = [ur, uw, ux];
    else {
      x = !pxn && !uw && !(wxn && w);
      const epan = parts.isNew && flag(sctlr, 57);
      if (rules.pan && (ur || (epan && ux))) [r, w] = [false, false];
    }
  }
  if (!{ read: r, write: w, execute: x }[kind]) return of(PERMISSION + leaf.level);
  let made = descriptor | (ha ? 1n << 10n : 0n);
  if (hd && kind === 'write') made &= ~(1n << 7n);
  if (made !== descriptor) {
    if (hasStage2) {
      const target = below(entry, 'write', true);
      if (isFault(target)) return target;
    }
    memory.write(leaf.at, made);
  }
  const isClean = hd && flag(made, 7);
  return through({ pa: leaf.base + (slice(va, bits - 1, 0) % leaf.size), r, w: w && !isClean, x, isDevice });
};
