/** Which tables and rules hold in a world, for the debugger: those that it names, with the rest of the registers as they are now. */
import type { HartState } from '../core/privileged';
import type { Access } from '../core/translation';
import { hasStage, rootsOf, type TableRoot, type World } from '../core/world';
import { isStage1On, type Regime, rangeOf, regimeAt } from './address-ranges';
import { SPSR } from './bits';
import type { WalkSpace } from './paging';
import { type Accessor, type FirstStage, firstStage, rangeSpace, type SecondStage, secondStage } from './walk-spaces';

export type Registers = (name: string) => bigint;

type SlotReader = Pick<HartState, 'get'>;

const LEVELS: Readonly<Record<string, number>> = { vEL0: 0, EL0: 0, vEL1: 1, EL1: 1, EL2: 2 };

export const levelOf = ({ mode }: Pick<World, 'mode'>): number => LEVELS[mode] ?? 1;

const regimeOf = (world: World, state: SlotReader): Regime => {
  const el = levelOf(world);
  if (el === 2) return world.level === 'kernel' ? 'EL2&0' : 'EL2';
  if (el === 1 || world.guest) return 'EL1&0';
  const [root] = rootsOf(world, 1);
  if (root) return root.register.endsWith('EL2') ? 'EL2&0' : 'EL1&0';
  return regimeAt(state, 0);
};

/** Who accesses, in a world: with the PSTATE.PAN there is now. */
export const accessorOf = (world: World, registers: Registers): Accessor => ({
  regime: regimeOf(world, { get: registers }),
  isUser: levelOf(world) === 0,
  pan: (registers('cpsr') & SPSR.PAN) !== 0n,
});

/** A root of the world instead of what its register names now. */
const rooted = (space: WalkSpace, root: TableRoot | undefined): WalkSpace =>
  root === undefined ? space : { ...space, table: Number(root.table) };

/** Stage 1 for an address of a world. */
export const firstStageOf = (world: World, registers: Registers, va: bigint, access: Access): FirstStage => {
  const state = { get: registers };
  const accessor = accessorOf(world, registers);
  const pan = accessor.pan && access !== 'execute';
  const isOn = hasStage(world, 1) || (world.isDirect !== true && isStage1On(state, accessor.regime));
  const first = firstStage(state, { ...accessor, pan }, va, access, isOn);
  const { space } = first;
  if (!space) return first;
  const root = rootsOf(world, 1).find(({ from, to }) => va >= from && va <= to);
  return { ...first, space: rooted(space, root) };
};

/** Stage 2 of a guest's world. */
export const secondStageOf = (world: World, registers: Registers): SecondStage | undefined => {
  const [root] = rootsOf(world, 2);
  if (root === undefined) return undefined;
  const second = secondStage({ get: registers }, levelOf(world) === 0);
  return { ...second, space: rooted(second.space, root) };
};

/** The tables behind one root of a world. */
export const spaceOfRoot = (world: World, root: TableRoot, registers: Registers): WalkSpace | undefined => {
  if (root.stage === 2) return secondStageOf({ ...world, roots: [root] }, registers)?.space;
  const state = { get: registers };
  const accessor = accessorOf(world, registers);
  const range = rangeOf(state, accessor.regime, root.from !== 0n);
  return rooted(rangeSpace(state, accessor, range), root);
};
