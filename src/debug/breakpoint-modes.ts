/** How a breakpoint's place is told apart from other code at its address. */
import { hex, pa } from '../base/address';
import { t } from '../base/l10n';
import { hasStage, rootsOf, type World } from '../isa/core/world';
import type { Cpu } from '../machine/contract';
import type { BoundPlace, ImageHit } from './images';
import type { PlaceRule } from './place-rule';

/** Modes of code breakpoints, in the order in which users see them; their texts are translated where they are shown. */
export const BREAKPOINT_MODES = [
  {
    mode: 'auto',
    label: 'Auto',
    description: 'Stops where the code of its program executes, in whatever address space that is.',
  },
  {
    mode: 'this-space',
    label: 'This address space',
    description: 'Stops in the address space that the guest is in now (same page tables), not in others.',
  },
  {
    mode: 'any-space',
    label: 'Any space',
    description: 'Stops at the virtual address in every world and address space, whatever is there.',
  },
  {
    mode: 'physical',
    label: 'Physical',
    description: 'Stops at the physical address, under whatever virtual address it executes.',
  },
  { mode: 'host', label: 'Host only', description: 'As Auto, but not inside virtual machines.' },
  { mode: 'guest', label: 'Guest only', description: 'As Auto, but only inside virtual machines.' },
] as const;
export type BreakpointMode = (typeof BREAKPOINT_MODES)[number]['mode'];

/** Where the user is when breakpoints are set. */
export interface WhereNow {
  /** The hart that is looked at. */
  cpu(): Cpu;
  /** The image at a run-time address in that hart's world. */
  imageAt(at: bigint): ImageHit | undefined;
}

/** Places under a mode, as seen from where a hart is now; `message` says what that came to, or why it came to nothing. */
export function underMode(
  places: readonly BoundPlace[],
  mode: BreakpointMode,
  here: WhereNow,
): { readonly places: readonly BoundPlace[]; readonly message?: string } {
  if (mode === 'auto' || places.length === 0) return { places };
  if (mode === 'physical') return physicalPlaces(places, here);
  if (mode !== 'this-space') return { places: places.map((place) => ({ ...place, rule: { kind: mode } })) };
  const { world } = here.cpu();
  const { guest, roots } = world;
  const rule: PlaceRule = { kind: mode, space: { guest, roots } };
  return { places: places.map((place) => ({ ...place, rule })), message: t`Stops in ${describe(world)} only.` };
}

function physicalPlaces(places: readonly BoundPlace[], here: WhereNow) {
  const found = places.flatMap((place): BoundPlace[] => {
    const at = place.pa ?? translated(place, here);
    return at === undefined ? [] : [{ ...place, pa: at, rule: { kind: 'physical' } }];
  });
  const [first] = found;
  if (first?.pa !== undefined) return { places: found, message: t`Stops at physical ${hex(first.pa)}.` };
  return {
    places: [],
    message: t`${hex(places[0]?.va ?? 0n)} has no physical address in ${describe(here.cpu().world)}. Stop where it is mapped, then set the breakpoint again.`,
  };
}

/** Where the code lies now, if it is there at all. */
function translated({ image, va }: BoundPlace, here: WhereNow) {
  if (image !== undefined && here.imageAt(va)?.image !== image) return undefined;
  const { result } = here.cpu().translate(va, 'execute');
  return result.ok ? pa(result.pa) : undefined;
}

const describe = (world: World): string => {
  const { guest } = world;
  if (!hasStage(world, 1))
    return guest ? t`the guest’s address space without paging` : t`the address space without paging`;
  const tables = rootsOf(world, 1)
    .map(({ table }) => hex(table))
    .join(', ');
  return guest ? t`the guest’s address space with root ${tables}` : t`the address space with root ${tables}`;
};
