/** Worlds and their translation as views look at them: the hart's own, those it ran in before, those it could enter. */
import { pa, va } from '../base/address';
import { t } from '../base/l10n';
import { imageWorldOf } from '../debug/image-world';
import type { PhysicalReader } from '../isa/core/isa';
import type { Access, Translation } from '../isa/core/translation';
import { hasSameTables, hasStage, stage2Alone, type World } from '../isa/core/world';
import type { InspectContext } from './inspector';
import type { KnownRoot } from './root-history';

/** One way to translate addresses: a world, and the registers and memory its tables are read with. */
export interface AddressSpace {
  readonly world: World;
  readonly read: PhysicalReader;
  registers(name: string): bigint;
}

/** `world` as the selected hart's registers and memory stand now; without it, the world the hart is in. */
export const spaceOf = ({ machine, cpu }: InspectContext, world: World = cpu.world): AddressSpace => ({
  world,
  read: (at, length) => machine.readPhysical(at, length),
  registers: (name) => cpu.readRegister(name),
});

/** A known root as its registers named it, read from memory as it is now. */
export function spaceOfRoot(context: InspectContext, { world, registers }: KnownRoot): AddressSpace {
  const space = spaceOf(context, world);
  return { ...space, registers: (name) => registers.get(name) ?? space.registers(name) };
}

/** Walks for a virtual address; for a guest physical one when the space is {@link stage2Of} another. */
export const translateIn = (
  { machine }: Pick<InspectContext, 'machine'>,
  { world, read, registers }: AddressSpace,
  at: Translation['va'],
  access: Access,
): Translation => machine.isa.translate(world, read, at, access, registers);

const PAGE = 4096n;

/** Bytes at a virtual address of a space; undefined where any of them cannot be read there. */
export function readIn(
  context: Pick<InspectContext, 'machine'>,
  space: AddressSpace,
  from: bigint,
  length: number,
): Uint8Array | undefined {
  const out = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const at = va(from + BigInt(done));
    const part = Math.min(length - done, Number(PAGE - (at % PAGE)));
    const { result } = translateIn(context, space, at, 'read');
    const bytes = result.ok ? space.read(pa(result.pa), part) : undefined;
    if (bytes === undefined) return undefined;
    out.set(bytes, done);
    done += part;
  }
  return out;
}

/** The second stage alone, which translates guest physical addresses; undefined where a world has none. */
export function stage2Of(space: AddressSpace): AddressSpace | undefined {
  return hasStage(space.world, 2) ? { ...space, world: stage2Alone(space.world) } : undefined;
}

/** `guest user (VU)`, `kernel (S)`: what kind of code, and the manual's name of its mode. */
export const worldText = (world: World): string => `${t(imageWorldOf(world))} (${world.mode})`;

/** The second stage below a first one; undefined where the addresses of the first tables are physical. */
export const backingOf = (space: AddressSpace): AddressSpace | undefined =>
  hasStage(space.world, 1) ? stage2Of(space) : undefined;

/** Two worlds with the same tables and the same identity. */
export const isSameWorld = (a: World, b: World): boolean =>
  a.mode === b.mode && hasSameTables(a, b) && a.asid === b.asid && a.vmid === b.vmid;

/**
 * The worlds an address can be explained in, best guess first for each mode: the one the hart is in, those it ran in (the
 * last first), then those its registers describe though it has not been there.
 */
export function worldsOf(context: InspectContext): World[] {
  const { cpu, machine, past } = context;
  return [cpu.world, ...past.worlds.of(cpu.hart), ...machine.isa.worlds((name) => cpu.readRegister(name))];
}
