/**
 * Slots within fused runs: what a part writes and the next one reads does not go through memory, and what is written again before
 * anybody could look is not written at all. Flags of lazy kinds are such slots.
 */
import { nodesOf } from '../../isa/core/graph';
import type { FusedPart } from './program';
import type { SlotRoles } from './record-source';
import type { Local } from './wasm-encoder';

interface Uses {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** The run may end in front of it, and all that was done before must be in its place. */
  readonly mayStop: boolean;
}

const usesOf = ({ prepared: { graph, effects } }: FusedPart): Uses => ({
  reads: new Set([...nodesOf(graph.effects)].flatMap(({ kind }) => (kind.k === 'slot' ? [kind.name] : []))),
  writes: new Set(graph.effects.flatMap((effect) => (effect.k === 'setSlot' ? [effect.name] : []))),
  mayStop: effects.mayTrap,
});

/** The roles of a run's parts, in order. `localOf` has a local for each slot. */
export const slotRoles = (parts: readonly FusedPart[], localOf: (slot: string) => Local): SlotRoles[] => {
  const uses = parts.map(usesOf);
  const lastWriter = (slot: string, before: number): number =>
    uses.findLastIndex(({ writes }, at) => at < before && writes.has(slot));
  const nextWriter = (slot: string, after: number): number =>
    uses.findIndex(({ writes }, at) => at > after && writes.has(slot));
  const withLocals = (names: readonly string[]): Map<string, Local> =>
    new Map(names.map((name) => [name, localOf(name)]));
  return uses.map(({ reads, writes }, at) => {
    const isRead = (slot: string): boolean =>
      uses.some((one, by) => one.reads.has(slot) && lastWriter(slot, by) === at);
    const isDead = (slot: string): boolean => {
      const next = nextWriter(slot, at);
      return next > at && !uses.slice(at + 1, next + 1).some(({ mayStop }) => mayStop);
    };
    const keep = [...writes].filter((slot) => isRead(slot) || (reads.has(slot) && isDead(slot)));
    return {
      keep: withLocals(keep),
      kept: withLocals([...reads].filter((slot) => lastWriter(slot, at) >= 0)),
      dead: new Set([...writes].filter(isDead)),
    };
  });
};
