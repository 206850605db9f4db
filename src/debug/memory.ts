/** Guest memory as the debugger reads and writes it: by physical address, or by virtual address in a hart's world. */

import { hex, type Pa, pa, type Va, va } from '../base/address';
import { t } from '../base/l10n';
import type { Access } from '../isa/core/translation';
import { hasSameTables, hasStage, type World } from '../isa/core/world';
import { isSameMachine } from './trap-policy';

export type { Access } from '../isa/core/translation';

import type { Cpu, Machine } from '../machine/contract';
import { IMAGE_WORLDS, type ImageWorld, imageWorldOf } from './image-world';
import type { ImageSet } from './images';

/**
 * A place in one of the address spaces, as a DAP memory reference spells it: `pa:0x80200000`, `va:0x1000` or plain hex;
 * `guest-kernel:0x80200000` is a virtual address of a world that the hart need not be in.
 */
export interface MemoryReference {
  readonly space: 'pa' | 'va';
  readonly address: bigint;
  /** The world of a virtual address; absent: where the hart is. */
  readonly world?: ImageWorld;
}

const PAGE = 4096n;

/** Parses `pa:0x…`, `va:0x…`, `kernel:0x…`, `0x…` or decimal digits; `undefined` for anything else or more than 64 bits. */
export function parseReference(text: string): MemoryReference | undefined {
  const match = /^\s*(?:([a-z][a-z-]*):)?(0x[0-9a-f_]{1,20}|[0-9]{1,20})\s*$/i.exec(text);
  if (match === null) return undefined;
  const space = match[1]?.toLowerCase() ?? 'va';
  const world = IMAGE_WORLDS.find((one) => spelled(one) === space);
  if (world === undefined && space !== 'pa' && space !== 'va') return undefined;
  const digits = (match[2] ?? '').replaceAll('_', '');
  if (/^0x$/i.test(digits)) return undefined;
  const address = BigInt(digits);
  if (address >= 1n << 64n) return undefined;
  return { space: space === 'pa' ? 'pa' : 'va', address, ...(world === undefined ? {} : { world }) };
}

const spelled = (world: ImageWorld): string => world.replace(' ', '-');

/** The text of a reference; virtual ones of the hart's own world are plain hex, which every client understands. */
export function formatReference({ space, address, world }: MemoryReference): string {
  if (space === 'pa') return `pa:${hex(address)}`;
  return world === undefined ? hex(address) : `${spelled(world)}:${hex(address)}`;
}

/** What an address of a frame's world means to somebody who asks later: it names that world unless the hart is in it. */
export function referenceIn(
  { machine, cpu }: { readonly machine: Machine; readonly cpu: Cpu },
  reference: MemoryReference,
): MemoryReference {
  const hart = machine.cpus[cpu.hart];
  if (reference.space === 'pa' || hart === undefined || hart === cpu || isSameSpace(hart.world, cpu.world))
    return reference;
  return { ...reference, world: imageWorldOf(cpu.world) };
}

const isSameSpace = (a: World, b: World): boolean => imageWorldOf(a) === imageWorldOf(b) && hasSameTables(a, b);

/** Reads and writes without disturbing the guest. Every method is side-effect free except the writes. */
export class TargetMemory {
  /** Less privileged worlds that harts have been seen in: their pages may be closed to the mode a hart is in now. */
  private readonly lesser = new Map<string, World>();

  /** A hart as code of that world of it sees memory; for references that name a world. */
  inWorld: (cpu: Cpu, world: ImageWorld) => Cpu = (cpu) => cpu;

  constructor(
    private readonly machine: Machine,
    private readonly images: ImageSet,
  ) {}

  /** The hart as the reference means it. */
  viewOf(cpu: Cpu, { world }: Pick<MemoryReference, 'world'>): Cpu {
    return world === undefined ? cpu : this.inWorld(cpu, world);
  }

  /** Code in this world exists: what it may read can be shown while its kernel handles a trap. */
  noteWorld(world: World): void {
    this.lesser.set(`${world.mode} ${world.guest} ${hasStage(world, 1)}`, world);
  }

  /** Worlds below a hart's in the same machine (its own, or the same virtual one); the current address space first. */
  private worldsBelow(world: World): World[] {
    const below = [...this.lesser.values()].filter((one) => isSameMachine(one, world) && one.rank < world.rank);
    return [...below.map(({ mode, rank, level }) => ({ ...world, mode, rank, level })), ...below];
  }

  /** The physical address behind `at`, or why there is none. Image contents are found even where they are not mapped. */
  physical(cpu: Cpu, at: Va, access: Access = 'read'): { readonly pa: Pa } | { readonly why: string } {
    let { result } = cpu.translate(at, access);
    for (const world of result.ok ? [] : this.worldsBelow(cpu.world)) {
      if (result.ok) break;
      const other = cpu.translate(at, access, world).result;
      if (other.ok) result = other;
    }
    if (result.ok && this.machine.readPhysical(result.pa, 1) !== undefined) return { pa: result.pa };
    // The images' own places are those of this machine, not of a virtual one.
    const image = cpu.world.guest ? undefined : this.images.physicalOf(at);
    if (image !== undefined) return { pa: image.pa };
    return { why: result.ok ? t`no memory at physical ${hex(result.pa)}` : result.fault.rule };
  }

  /** All of the bytes, or `undefined`. */
  read(cpu: Cpu, at: bigint, length: number): Uint8Array | undefined {
    const bytes = this.readSome(cpu, { space: 'va', address: at }, length);
    return bytes.length === length ? bytes : undefined;
  }

  /** As many bytes as can be read from the start. */
  readSome(cpu: Cpu, from: MemoryReference, length: number): Uint8Array {
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const at = BigInt.asUintN(64, from.address + BigInt(done));
      const part = Math.min(length - done, Number(PAGE - (at % PAGE)));
      const bytes = this.readPart(cpu, { ...from, address: at }, part);
      if (bytes === undefined) return out.subarray(0, done);
      out.set(bytes, done);
      done += part;
    }
    return out;
  }

  private readPart(cpu: Cpu, from: MemoryReference, length: number): Uint8Array | undefined {
    if (from.space === 'pa') return this.machine.readPhysical(pa(from.address), length);
    const found = this.physical(this.viewOf(cpu, from), va(from.address));
    return 'pa' in found ? this.machine.readPhysical(found.pa, length) : undefined;
  }

  /** Writes as many bytes as lie in RAM from the start; returns their number. */
  write(cpu: Cpu, to: MemoryReference, bytes: Uint8Array): number {
    let done = 0;
    while (done < bytes.length) {
      const at = BigInt.asUintN(64, to.address + BigInt(done));
      const part = bytes.subarray(done, done + Math.min(bytes.length - done, Number(PAGE - (at % PAGE))));
      let target = pa(at);
      if (to.space === 'va') {
        const found = this.physical(this.viewOf(cpu, to), va(at));
        if (!('pa' in found)) return done;
        target = found.pa;
      }
      if (!this.machine.writePhysical(target, part)) return done;
      done += part.length;
    }
    return done;
  }
}
