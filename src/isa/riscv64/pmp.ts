/**
 * Physical memory protection: 16 entries, the lowest-numbered match decides.
 * When the machine itself answers SBI (slot `sbi` is 1) no firmware can have opened memory for S-mode, so PMP does not
 * apply; otherwise S and U may touch nothing that no entry matches, as the manual has it.
 * @see RISC-V Privileged ISA, "Physical Memory Protection"
 */
import type { Access } from '../core/translation';
import { PMP_ENTRIES, PRIV_M } from './csrs-bits';

interface SlotReader {
  get(slot: string): bigint;
}

const LOCKED = 0x80;
/** R, W and X, in the order of `RIGHT`. */
const ANY = 7;
const A_TOR = 1;
const A_NA4 = 2;

/** One active entry: bytes from `low` up to but excluding `high`, in physical addresses. */
export interface PmpRegion {
  readonly entry: number;
  readonly low: number;
  readonly high: number;
  readonly config: number;
}

/** Configuration byte of an entry. */
export const pmpConfig = (state: SlotReader, entry: number): number =>
  Number((state.get(entry < 8 ? 'pmpcfg0' : 'pmpcfg2') >> BigInt((entry & 7) * 8)) & 0xffn);

/**
 * Makes a pmpcfg value legal byte by byte: a locked entry keeps its byte, bits 6:5 read 0, and W without R (reserved)
 * loses W.
 */
export const legalPmpcfg = (value: bigint, old: bigint): bigint => {
  let result = 0n;
  for (let shift = 0n; shift < 64n; shift += 8n) {
    const before = (old >> shift) & 0xffn;
    let byte = (value >> shift) & 0x9fn;
    if ((byte & 3n) === 2n) byte &= ~2n;
    result |= (before & 0x80n ? before : byte) << shift;
  }
  return result;
};

/** Whether pmpaddr of `entry` ignores writes: its entry is locked, or the next one is a locked TOR that starts here. */
export const isPmpaddrLocked = (state: SlotReader, entry: number): boolean => {
  if (pmpConfig(state, entry) & LOCKED) return true;
  if (entry + 1 === PMP_ENTRIES) return false;
  const next = pmpConfig(state, entry + 1);
  return (next & LOCKED) !== 0 && ((next >> 3) & 3) === A_TOR;
};

/** The entries that are on, lowest number first. Addresses above 2^53 lose low bits, where no memory is. */
export const pmpRegions = (state: SlotReader): PmpRegion[] => {
  const regions: PmpRegion[] = [];
  addRegions(regions, state, 0, state.get('pmpcfg0'));
  addRegions(regions, state, 8, state.get('pmpcfg2'));
  return regions;
};

const ADDRESS_SLOTS = Array.from({ length: PMP_ENTRIES }, (_, index) => `pmpaddr${index}`);
const addressOf = (state: SlotReader, entry: number): bigint => state.get(ADDRESS_SLOTS[entry] ?? '');

const addRegions = (regions: PmpRegion[], state: SlotReader, first: number, configs: bigint): void => {
  if (configs === 0n) return;
  const halves = [Number(configs & 0xffff_ffffn), Number(configs >> 32n)];
  for (let entry = first; entry < first + 8; entry++) {
    const config = ((halves[(entry >> 2) & 1] ?? 0) >>> ((entry & 3) * 8)) & 0xff;
    const kind = (config >> 3) & 3;
    if (kind === 0) continue;
    const below = kind === A_TOR && entry > 0 ? addressOf(state, entry - 1) : 0n;
    const [low, high] = regionBounds(kind, addressOf(state, entry), below);
    regions.push({ entry, low, high, config });
  }
};

const regionBounds = (kind: number, address: bigint, below: bigint): readonly [number, number] => {
  if (kind === A_TOR) return [Number(below << 2n), Number(address << 2n)];
  if (kind === A_NA4) return [Number(address << 2n), Number((address << 2n) + 4n)];
  // NAPOT: the lowest zero bit of the address tells the size.
  const ones = address ^ (address + 1n);
  const low = (address & ~ones) << 2n;
  return [Number(low), Number(low + ((ones + 1n) << 2n))];
};

/**
 * What `privilege` may do with the bytes from `at` up to `end`: bits of `RIGHT`; or -1 when the
 * deciding entry covers only part of them. An access that gets -1 fails; a page that gets -1 must be asked per access.
 */
export const regionsAllow = (regions: readonly PmpRegion[], privilege: number, at: number, end: number): number => {
  for (const { low, high, config } of regions) {
    if (high <= at || low >= end || high <= low) continue;
    if (low > at || high < end) return -1;
    return privilege === PRIV_M && !(config & LOCKED) ? ANY : config & ANY;
  }
  return privilege === PRIV_M ? ANY : 0;
};

/** Whether `allowed`, as {@link regionsAllow} yields it, includes `access`. */
export const pmpIncludes = (allowed: number, access: Access): boolean =>
  allowed > 0 && (allowed & (access === 'read' ? 1 : access === 'write' ? 2 : 4)) !== 0;
