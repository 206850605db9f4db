/** Conditions on where a hart is, beside the address that a breakpoint stands at. */
import type { World } from '../isa/core/world';

/** One address space: the tables that translate in it. */
export type AddressSpace = Pick<World, 'guest' | 'stage1' | 'stage2'>;

/** A condition on where a hart is, beside the place's address. */
export type PlaceRule =
  | { readonly kind: 'any-space' | 'physical' | 'host' | 'guest' }
  | { readonly kind: 'this-space'; readonly space: AddressSpace };

/** Whether a world fulfils a rule. */
export function fulfils(rule: PlaceRule, world: World): boolean {
  if (rule.kind === 'host' || rule.kind === 'guest') return world.guest === (rule.kind === 'guest');
  if (rule.kind !== 'this-space') return true;
  const { guest, stage1, stage2 } = rule.space;
  return guest === world.guest && stage1 === world.stage1 && stage2 === world.stage2;
}
