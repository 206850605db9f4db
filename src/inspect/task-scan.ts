/**
 * Finds the tasks of an ArceOS kernel in its memory. A blocked task hangs on nothing but a waker inside some future, so
 * no list leads to all of them; but each is one `Arc` on the heap, whose layout the debug information tells. Memory the
 * kernel can write is searched for what looks like one; reading its parts then says whether it is.
 */
import { pa } from '../base/address';
import type { World } from '../isa/core/world';
import { spaceOf } from './address-spaces';
import type { InspectContext } from './inspector';

/** Offsets from the start of the `Arc`'s allocation, in bytes. */
export interface TaskLayout {
  readonly strong: number;
  readonly weak: number;
  readonly id: number;
  /** Bytes that are 0 or 1. */
  readonly flags: readonly number[];
  readonly state: number;
  readonly size: number;
}

/** Memory that is searched at a time, bytes. */
const CHUNK = 1 << 20;
const MOST_MAPPINGS = 1 << 16;
/** More tasks, or references to one, than this no kernel here has: what claims to have them is none. */
const MOST_REFERENCES = 1 << 16;
const MOST_TASKS = 4096;
/** The last of `axtask::TaskState`. */
const LAST_STATE = 4;

interface Range {
  readonly va: bigint;
  readonly pa: bigint;
  readonly size: bigint;
}

/** RAM that a world's privileged code can write, each page once. */
function writableRam(context: InspectContext, world: World): Range[] {
  const { machine } = context;
  const space = spaceOf(context, world);
  const ranges = machine.isa
    .mappings(world, space.read, space.registers, MOST_MAPPINGS)
    .filter(({ perms }) => perms.write && !perms.user)
    .flatMap(({ va, pa: at, size }) =>
      machine.ram.map((ram) => {
        const high = ram.base + BigInt(ram.size);
        const before = ram.base > at ? ram.base - at : 0n;
        const behind = at + size > high ? at + size - high : 0n;
        return { va: va + before, pa: at + before, size: size - before - behind };
      }),
    )
    .filter(({ size }) => size > 0n)
    .sort((a, b) => (a.pa < b.pa ? -1 : 1));
  let end = 0n;
  return ranges.flatMap((range) => {
    const skip = end > range.pa ? end - range.pa : 0n;
    if (skip >= range.size) return [];
    end = range.pa + range.size;
    return [{ va: range.va + skip, pa: range.pa + skip, size: range.size - skip }];
  });
}

/** Virtual addresses of allocations in `world` that may hold tasks with ids below `nextId`. */
export function scanTasks(context: InspectContext, world: World, layout: TaskLayout, nextId: bigint): bigint[] {
  const found: bigint[] = [];
  for (const range of writableRam(context, world)) {
    for (let at = 0n; at < range.size; at += BigInt(CHUNK)) {
      const rest = range.size - at;
      // A task that begins in this piece may end in the next one.
      const length = Number(rest < BigInt(CHUNK + layout.size) ? rest : BigInt(CHUNK + layout.size));
      const bytes = context.machine.readPhysical(pa(range.pa + at), length);
      if (bytes === undefined) continue;
      for (const offset of candidates(bytes, layout, nextId)) {
        if (offset < CHUNK) found.push(range.va + at + BigInt(offset));
        if (found.length >= MOST_TASKS) return found;
      }
    }
  }
  return found;
}

function candidates(bytes: Uint8Array, layout: TaskLayout, nextId: bigint): number[] {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const strong = layout.strong >> 2;
  const weak = layout.weak >> 2;
  const last = (bytes.length - layout.size) >> 2;
  const found: number[] = [];
  for (let word = 0; word <= last; word += 2) {
    const count = words[word + strong] ?? 0;
    if (count === 0 || count > MOST_REFERENCES || words[word + strong + 1] !== 0) continue;
    const weakCount = words[word + weak] ?? 0;
    if (weakCount === 0 || weakCount > MOST_REFERENCES || words[word + weak + 1] !== 0) continue;
    if (isTask(bytes, word * 4, layout, nextId)) found.push(word * 4);
  }
  return found;
}

function isTask(bytes: Uint8Array, at: number, layout: TaskLayout, nextId: bigint): boolean {
  const state = bytes[at + layout.state] ?? 0;
  if (state === 0 || state > LAST_STATE) return false;
  if (layout.flags.some((offset) => (bytes[at + offset] ?? 2) > 1)) return false;
  const id = new DataView(bytes.buffer, bytes.byteOffset + at + layout.id, 8).getBigUint64(0, true);
  return id > 0n && id < nextId;
}
