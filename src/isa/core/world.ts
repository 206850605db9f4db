/**
 * Where an instruction executes. `World` here is the debugger's word for one privilege regime of one machine
 * (user, kernel, guest user, guest kernel, hypervisor, firmware); it is not Arm's Secure/Non-secure world.
 */
import type { Ipa, Pa } from '../../base/address';

/** Of a guest's modes: `user` and `kernel`, too. */
export type WorldLevel = 'user' | 'kernel' | 'hypervisor' | 'firmware';

/** A table that walks start from. */
export interface TableRoot {
  readonly stage: 1 | 2;
  /** Where the table lies; that of a stage 1 with a stage 2 below is a guest physical address. */
  readonly table: Pa | Ipa;
  /** The first address whose walk starts here. */
  readonly from: bigint;
  /** The last one. */
  readonly to: bigint;
  /** The register that names the table. */
  readonly register: string;
  /** The number that tells its entries from other tables' in a TLB; absent where they are the same for all address spaces. */
  readonly asid?: number;
}

export interface World {
  readonly isa: string;
  /** The manual's name: `U`, `S`, `HS`, `M`, `VU`, `VS`. */
  readonly mode: string;
  /** Privilege, larger is more privileged; a guest's ranks lie below its hypervisor's. */
  readonly rank: number;
  readonly guest: boolean;
  /**
   * What kind of code the mode is for; `firmware` and `hypervisor` only where these have a mode of their own, besides one
   * for kernels.
   */
  readonly level: WorldLevel;
  readonly asid: number;
  readonly vmid: number;
  /** What the bytes of code mean, see `EngineIsa.decodeMode`; absent where they have one meaning, or it is 0. */
  readonly codeMode?: number;
  /** Whether addresses are physical, where that does not follow from there being no roots: mapping may be on without any. */
  readonly isDirect?: boolean;
  /**
   * Where walks start: of stage 1 each for addresses of its own, by address, then of stage 2. A stage that is off has none.
   */
  readonly roots: readonly TableRoot[];
}

/** The range of a root that serves every address. */
export const ALL_ADDRESSES = { from: 0n, to: 0xffff_ffff_ffff_ffffn } as const;

/** The roots of one stage. */
export const rootsOf = ({ roots }: Pick<World, 'roots'>, stage: 1 | 2): readonly TableRoot[] =>
  roots.filter((root) => root.stage === stage);

/** Whether a stage translates. */
export const hasStage = ({ roots }: Pick<World, 'roots'>, stage: 1 | 2): boolean =>
  roots.some((root) => root.stage === stage);

/** Whether what one stage yields is translated by another one. */
export const hasTwoStages = (world: Pick<World, 'roots'>): boolean => hasStage(world, 1) && hasStage(world, 2);

/** Where the walks of a world's addresses start: in stage 1, or in stage 2 where there is no stage 1. */
export const firstRoots = (world: Pick<World, 'roots'>): readonly TableRoot[] =>
  rootsOf(world, hasStage(world, 1) ? 1 : 2);

/** The root that the walk of an address starts from, if any serves it. */
export const rootAt = (world: Pick<World, 'roots'>, address: bigint): TableRoot | undefined =>
  firstRoots(world).find(({ from, to }) => address >= from && address <= to);

/** The world as one of its first roots alone would make it, each; a world without tables is none. */
export const byRoot = (world: World): World[] =>
  firstRoots(world).map((root) => ({
    ...world,
    roots: root.stage === 1 ? [root, ...rootsOf(world, 2)] : [root],
  }));

/** Stage 2 alone, which translates guest physical addresses. */
export const stage2Alone = (world: World): World => ({ ...world, roots: rootsOf(world, 2) });

/** The tables of a world as a text: equal for worlds that are translated by the same ones. */
export const tablesKey = ({ roots }: Pick<World, 'roots'>): string =>
  roots.map(({ stage, table, from }) => `${stage}:${from}:${table}`).join(' ');

const isSameRoot = (one: TableRoot, other: TableRoot): boolean =>
  one.table === other.table && one.stage === other.stage && one.from === other.from;

/** Whether two worlds are translated by the same tables. */
export const hasSameTables = (one: Pick<World, 'roots'>, other: Pick<World, 'roots'>): boolean =>
  one.roots.length === other.roots.length && includesTables(one, other);

/** Whether all tables of `part` are among those of `world`. */
export const includesTables = (world: Pick<World, 'roots'>, part: Pick<World, 'roots'>): boolean =>
  part.roots.every((root) => world.roots.some((other) => isSameRoot(root, other)));

/** Whether a change between worlds enters a virtual machine. */
export const isVmEntry = (from: World, to: World): boolean => !from.guest && to.guest;

/** Whether a change between worlds leaves a virtual machine. */
export const isVmExit = (from: World, to: World): boolean => from.guest && !to.guest;
