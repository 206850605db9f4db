/** Which tables and rules hold in a world, for the debugger: those that it names, with the rest of the registers as they are now. */
import { hasStage, rootsOf, type TableRoot, type World } from '../core/world';
import type { WalkSpace } from './paging';
import { type FirstStage, firstSpace, firstStage, secondSpace } from './walk-spaces';
import { registersOf } from './worlds';

export type Registers = (name: string) => bigint;

const stateOf = ({ guest }: World, registers: Registers) => registersOf(registers, guest ? 'guest' : 'host');

/** Who accesses, in a world. */
const accessorOf = ({ level }: World) => ({ isUser: level === 'user', isImplicit: false });

/** The processor's own tables for an address of a world. */
export const firstStageOf = (world: World, registers: Registers, va: bigint): FirstStage => {
  const [root] = rootsOf(world, 1);
  return firstStage(stateOf(world, registers), accessorOf(world), va, hasStage(world, 1), root?.table);
};

/** Nested tables of a guest's world. */
export const secondSpaceOf = (world: World, registers: Registers): WalkSpace | undefined => {
  const [root] = rootsOf(world, 2);
  return root && secondSpace({ get: registers }, root.table);
};

/** The tables behind one root of a world. */
export const spaceOfRoot = (world: World, root: TableRoot, registers: Registers): WalkSpace =>
  root.stage === 2
    ? secondSpace({ get: registers }, root.table)
    : firstSpace(stateOf(world, registers), accessorOf(world), root.table);
