/** Conditions on where a hart is, beside the address that a breakpoint stands at. */
import { hasSameTables, type World } from '../isa/core/world';

/** One address space: the tables that translate in it. */
export type AddressSpace = Pick<World, 'guest' | 'roots'>;

/** A condition on where a hart is, beside the place's address. */
export type PlaceRule =
  | { readonly kind: 'any-space' | 'physical' | 'host' | 'guest' }
  | { readonly kind: 'this-space'; readonly space: AddressSpace };

/** Whether a world fulfils a rule. */
export function fulfils(rule: PlaceRule, world: World): boolean {
  if (rule.kind === 'host' || rule.kind === 'guest') return world.guest === (rule.kind === 'guest');
  if (rule.kind !== 'this-space') return true;
  return rule.space.guest === world.guest && hasSameTables(rule.space, world);
}
