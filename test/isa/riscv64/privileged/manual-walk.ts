/**
 * The two stages of a guest's translation read plainly off the manual, on BigInts and with nothing of ours: what the random
 * tests compare the CPU and the debugger with.
 * @see RISC-V Privileged ISA 20240411, "Virtual Address Translation Process"; H: "Two-Stage Address Translation";
 * "Svnapot", "Svpbmt", "Svadu"; "Physical Memory Protection and Paging"
 */
import type { Access } from '../../../../src/isa/core/translation';

/** The registers that decide, and whose access it is. */
export interface Rules {
  readonly vsatp: bigint;
  readonly hgatp: bigint;
  readonly mstatus: bigint;
  readonly vsstatus: bigint;
  readonly menvcfg: bigint;
  readonly henvcfg: bigint;
  readonly isUser: boolean;
  /** HLVX. */
  readonly isExecutableLoad?: boolean;
  /** What PMP allows S-mode in the page at a physical address: bits of 1 read, 2 write, 4 execute. All when absent. */
  readonly pmp?: (page: bigint) => number;
}

export interface Memory {
  /** 8 aligned bytes, undefined outside RAM. */
  read(at: bigint): bigint | undefined;
  write(at: bigint, value: bigint): void;
}

/** A trap: cause, the guest physical address of a guest-page fault, and whether the walker's own access met it. */
export interface Refused {
  readonly cause: number;
  readonly guestPhysical?: bigint;
  readonly implicit?: 'read' | 'write';
}
export type Answer = { readonly pa: bigint; readonly perms: bigint } | Refused;

const [V, R, W, X, U, A, D] = [1n, 2n, 4n, 8n, 16n, 64n, 128n];
const MXR = 1n << 19n;
const SUM = 1n << 18n;
const ADUE = 1n << 61n;
const PBMTE = 1n << 62n;
/** 44 bits. */
const PPN = (1n << 44n) - 1n;
const LEVELS: Readonly<Record<string, number>> = { 0: 0, 8: 3, 9: 4, 10: 5 };
/** Nothing lies at or above this physical address. */
const NOWHERE = 1n << 53n;

interface Stage {
  readonly atp: bigint;
  readonly isSecond: boolean;
  readonly isUser: boolean;
  readonly isSum: boolean;
  readonly isMxr: boolean;
  readonly isExecutableLoad: boolean;
  readonly isUpdating: boolean;
  readonly isTyped: boolean;
}
/** A leaf that allows the access: where it leads, where it lies, and what it becomes. */
interface Leaf {
  readonly to: bigint;
  readonly at: bigint;
  readonly pte: bigint;
  readonly updated: bigint;
}
type Failure = 'page' | 'access';
const isLeaf = (found: Leaf | Failure | Refused): found is Leaf => typeof found === 'object' && 'to' in found;

const isAllowed = (stage: Stage, pte: bigint, access: Access): boolean => {
  const isOwn = stage.isUser ? (pte & U) !== 0n : (pte & U) === 0n || (stage.isSum && access !== 'execute');
  if (!isOwn) return false;
  if (access === 'write') return (pte & W) !== 0n;
  if (access === 'execute' || stage.isExecutableLoad) return (pte & X) !== 0n;
  return (pte & R) !== 0n || (stage.isMxr && (pte & X) !== 0n);
};

/** Reserved bits and encodings that make any entry fault. */
const isReserved = (stage: Stage, pte: bigint, level: number): boolean => {
  const type = (pte >> 61n) & 3n;
  const isTable = (pte & (R | X)) === 0n;
  if ((pte & V) === 0n || (pte & (R | W)) === W || ((pte >> 54n) & 0x7fn) !== 0n) return true;
  if (type === 3n || (type !== 0n && !stage.isTyped)) return true;
  if (isTable) return level === 0 || type !== 0n || pte >> 63n !== 0n || (pte & (U | A | D)) !== 0n;
  return pte >> 63n !== 0n && (level > 0 || ((pte >> 10n) & 15n) !== 8n);
};

/** One stage. `locate` finds where an entry really lies. */
const walk = (
  stage: Stage,
  pmp: (page: bigint) => number,
  memory: Memory,
  address: bigint,
  access: Access,
  locate: (at: bigint) => bigint | Refused,
): Leaf | Failure | Refused => {
  const levels = LEVELS[String(stage.atp >> 60n)] ?? 0;
  const bits = 12 + 9 * levels + (stage.isSecond ? 2 : 0);
  const low = BigInt.asUintN(bits, address);
  const extended = stage.isSecond ? low : BigInt.asUintN(64, BigInt.asIntN(bits, low));
  if (extended !== address) return 'page';
  let table = (stage.atp & PPN) << 12n;
  for (let level = levels - 1; level >= 0; level--) {
    const above = low >> BigInt(12 + 9 * level);
    const named = table + (level === levels - 1 ? above : above & 511n) * 8n;
    const at = locate(named);
    if (typeof at !== 'bigint') return at;
    const pte = (pmp(at >> 12n) & 1) === 0 ? undefined : memory.read(at);
    if (pte === undefined) return 'access';
    if (isReserved(stage, pte, level)) return 'page';
    const target = ((pte >> 10n) & PPN) << 12n;
    if ((pte & (R | X)) === 0n) {
      table = target;
      continue;
    }
    const size = 1n << BigInt(12 + 9 * level);
    if (target % size !== 0n && pte >> 63n === 0n) return 'page';
    if (!isAllowed(stage, pte, access)) return 'page';
    const updated = pte | A | (access === 'write' ? D : 0n);
    if (updated !== pte && !stage.isUpdating) return 'page';
    const base = pte >> 63n === 0n ? target : (target & ~0xffffn) | (low & 0xf000n);
    return { to: base + (low & (size - 1n)), at, pte, updated };
  }
  return 'page';
};

/** Translates as a load, store or fetch of the guest; sets A and D in `memory` where that is due. */
export const manualWalk = (rules: Rules, memory: Memory, va: bigint, access: Access): Answer => {
  const pmp = rules.pmp ?? (() => 7);
  const kind = { execute: 0, read: 1, write: 3 }[access];
  const accessFault: Refused = { cause: { execute: 1, read: 5, write: 7 }[access] };
  const pageFault: Refused = { cause: 12 + kind };
  const first: Stage = {
    atp: rules.vsatp,
    isSecond: false,
    isUser: rules.isUser,
    isSum: (rules.vsstatus & SUM) !== 0n,
    isMxr: ((rules.vsstatus | rules.mstatus) & MXR) !== 0n,
    isExecutableLoad: rules.isExecutableLoad ?? false,
    isUpdating: (rules.henvcfg & rules.menvcfg & ADUE) !== 0n,
    isTyped: (rules.henvcfg & rules.menvcfg & PBMTE) !== 0n,
  };
  const second: Stage = {
    ...first,
    atp: rules.hgatp,
    isSecond: true,
    isUser: true,
    isMxr: (rules.mstatus & MXR) !== 0n,
    isUpdating: (rules.menvcfg & ADUE) !== 0n,
    isTyped: (rules.menvcfg & PBMTE) !== 0n,
  };
  /** The second stage: a leaf, with none where it is Bare. */
  const below = (address: bigint, how: Access, implicit?: 'read' | 'write'): { to: bigint; leaf?: Leaf } | Refused => {
    if (second.atp >> 60n === 0n) return address >= NOWHERE ? accessFault : { to: address };
    const stage = implicit ? { ...second, isMxr: false, isExecutableLoad: false } : second;
    const found = walk(stage, pmp, memory, address, how, (at) => (at >= NOWHERE ? accessFault : at));
    if (found === 'access') return accessFault;
    const guest = { cause: 20 + kind, guestPhysical: address, ...(implicit && { implicit }) };
    if (found === 'page') return guest;
    if (!isLeaf(found)) return found;
    if (found.to >= NOWHERE) return accessFault;
    return found.updated !== found.pte && (pmp(found.at >> 12n) & 2) === 0
      ? accessFault
      : { to: found.to, leaf: found };
  };
  const update = (leaf: Leaf | undefined): void => {
    if (leaf && leaf.updated !== leaf.pte) memory.write(leaf.at, (memory.read(leaf.at) ?? 0n) | leaf.updated);
  };
  /** An access of the walker's own. */
  const implicitly = (address: bigint, how: 'read' | 'write'): bigint | Refused => {
    const found = below(address, how, how);
    if (!('to' in found)) return found;
    update(found.leaf);
    return found.to;
  };
  let leaf: Leaf | undefined;
  let between = va;
  if (first.atp >> 60n !== 0n) {
    let entry = 0n;
    const found = walk(first, pmp, memory, va, access, (at) => {
      entry = at;
      return implicitly(at, 'read');
    });
    if (found === 'access') return accessFault;
    if (found === 'page') return pageFault;
    if (!isLeaf(found)) return found;
    if (found.updated !== found.pte) {
      const at = implicitly(entry, 'write');
      if (typeof at !== 'bigint') return at;
      if ((pmp(at >> 12n) & 2) === 0) return accessFault;
    }
    leaf = found;
    between = found.to;
  }
  const end = below(between, access);
  if (!('to' in end)) return end;
  const needed = { execute: 4, read: 1, write: 2 }[access] | (rules.isExecutableLoad ? 4 : 0);
  if ((pmp(end.to >> 12n) & needed) !== needed) return accessFault;
  // D is exact: nothing but the device itself can stop the store now.
  update(leaf);
  update(end.leaf);
  const all = R | W | X;
  return { pa: end.to, perms: (leaf?.pte ?? all) & (end.leaf?.pte ?? all) & all };
};
