/** The current address space of a hart: its root table and every mapped range. */
import { type Pa, pa } from '../base/address';
import type { Mapping, Permissions } from '../isa/core/translation';
import type { InspectContext } from './inspector';

/** Ranges looked for before giving up: tables that are garbage map everything in pieces. */
export const MOST_RANGES = 4096;

/** `RW- U`: what a page allows, and to whom. */
export const permissionText = ({ read, write, execute, user }: Permissions): string =>
  `${read ? 'R' : '-'}${write ? 'W' : '-'}${execute ? 'X' : '-'}${user ? ' U' : ''}`;

/** Physical memory for a walker. */
export const readerOf =
  ({ machine }: InspectContext) =>
  (at: Pa, length: number) =>
    machine.readPhysical(at, length);

/** Registers for a walker. */
export const registersOf =
  ({ cpu }: InspectContext) =>
  (name: string) =>
    cpu.readRegister(name);

/** A root table and its level. */
export interface Root {
  readonly table: Pa;
  readonly level: number;
}

/** The root table of the hart's current world; undefined when addresses are physical. */
export function currentRoot(context: InspectContext): Root | undefined {
  const { machine, cpu } = context;
  const { world } = cpu;
  const level = machine.isa.rootLevel(world, registersOf(context));
  return level === undefined || world.stage1 === undefined ? undefined : { table: pa(world.stage1), level };
}

/** The mapped ranges by address; `isCut` when there are more. */
export interface MappedRanges {
  readonly list: readonly Mapping[];
  readonly isCut: boolean;
}

/** A listing and all it was made from. */
interface Listing {
  readonly ranges: MappedRanges;
  readonly worldKey: string;
  readonly registers: ReadonlyMap<string, bigint>;
  /** By address; a table that contains itself is read often and kept once. */
  readonly pages: ReadonlyMap<Pa, Uint8Array | undefined>;
}

/** A structure of more tables is listed anew each time rather than remembered. */
const MOST_PAGES = 4096;

/** The last listing of each hart. Making one takes long, comparing its few tables does not. */
const listings = new WeakMap<InspectContext['machine'], Map<number, Listing>>();

/** Every range that the current tables map. */
export function mappedRanges(context: InspectContext): MappedRanges {
  const { machine, cpu } = context;
  const ofMachine = listings.get(machine) ?? new Map<number, Listing>();
  listings.set(machine, ofMachine);
  const known = ofMachine.get(cpu.hart);
  if (known !== undefined && isCurrent(context, known)) return known.ranges;
  const made = list(context);
  if (made.pages.size <= MOST_PAGES) ofMachine.set(cpu.hart, made);
  else ofMachine.delete(cpu.hart);
  return made.ranges;
}

const worldKeyOf = ({ cpu }: InspectContext): string => `${cpu.world.mode} ${cpu.world.stage1} ${cpu.world.stage2}`;

function list(context: InspectContext): Listing {
  const { machine, cpu } = context;
  const registers = new Map<string, bigint>();
  const pages = new Map<Pa, Uint8Array | undefined>();
  const found = machine.isa.mappings(
    cpu.world,
    (at, length) => {
      const bytes = machine.readPhysical(at, length);
      if (pages.size <= MOST_PAGES) pages.set(at, bytes);
      return bytes;
    },
    (name) => {
      const value = cpu.readRegister(name);
      registers.set(name, value);
      return value;
    },
    MOST_RANGES + 1,
  );
  const ranges = { list: found.slice(0, MOST_RANGES), isCut: found.length > MOST_RANGES };
  return { ranges, worldKey: worldKeyOf(context), registers, pages };
}

/** A listing depends on nothing but what was read for it. A page that could not be read is not trusted to stay so. */
function isCurrent(context: InspectContext, { worldKey, registers, pages }: Listing): boolean {
  if (worldKey !== worldKeyOf(context)) return false;
  for (const [name, value] of registers) if (context.cpu.readRegister(name) !== value) return false;
  for (const [at, bytes] of pages) {
    if (bytes === undefined || !isSame(context.machine.readPhysical(at, bytes.length), bytes)) return false;
  }
  return true;
}

function isSame(now: Uint8Array | undefined, before: Uint8Array): boolean {
  if (now?.length !== before.length) return false;
  for (let index = 0; index < before.length; index++) if (now[index] !== before[index]) return false;
  return true;
}
