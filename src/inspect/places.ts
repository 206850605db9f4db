/** What lies at an address: a symbol, a section of an image, a device, RAM. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import { isOfMachine } from '../debug/image-world';
import type { Image, ImageHit } from '../debug/images';
import type { World } from '../isa/core/world';
import { type AddressSpace, readIn } from './address-spaces';
import type { InspectContext } from './inspector';
import { counted } from './text';

type Places = Pick<InspectContext, 'images' | 'windows' | 'machine'>;
type Images = Pick<InspectContext, 'images' | 'machine'>;

/** Names for at most so many sections or devices of a range. */
const MOST_NAMES = 3;
/** Numbers below this are not taken for addresses: per-CPU sections are linked at 0. */
const LEAST_ADDRESS = 0x1000n;
const PAGE = 0x1000n;

/** The image that has something at an address; of programs that share addresses the one of that space's world. */
export function imageAt(places: Images, at: bigint, space?: AddressSpace): ImageHit | undefined {
  if (at < LEAST_ADDRESS) return undefined;
  if (space === undefined) return places.images.find(at);
  const { machine } = places;
  return places.images.find(at, (from, length) => readIn({ machine }, space, from, length), space.world);
}

/** `msgqueue::producer+0x12`, when an image has a symbol there. */
export function symbolText(places: Images, at: bigint, space?: AddressSpace): string | undefined {
  const found = imageAt(places, at, space);
  const hit = found?.image.program.symbolAt(found.link);
  if (hit === undefined) return undefined;
  return hit.offset === 0n ? hit.symbol.demangled : `${hit.symbol.demangled}+${hex(hit.offset)}`;
}

const overlaps = (a: bigint, aSize: bigint, b: bigint, bSize: bigint) => a < b + bSize && b < a + aSize;

const someNames = (names: readonly string[]): string => {
  const rest = names.length - MOST_NAMES;
  return [...names.slice(0, MOST_NAMES), ...(rest > 0 ? [t`${rest} more`] : [])].join(', ');
};

/** Kernels and the programs under them share tables, so a range of either is named in both worlds. */
const imagesOf = ({ images }: Pick<InspectContext, 'images'>, world: World | undefined): readonly Image[] =>
  world === undefined ? images.all : images.all.filter((image) => isOfMachine(image.worlds, world));

/** `msgqueue .data, .bss`: the sections of images in a range of virtual addresses, largest first. */
export function sectionNames(
  places: Pick<InspectContext, 'images'>,
  va: bigint,
  size: bigint,
  world?: World,
): string[] {
  return imagesOf(places, world).flatMap((image) => {
    const inside = image.placements.flatMap((place) => {
      const slide = place.va - place.link;
      return image.program.elf.sections.filter(
        (section) =>
          section.size > 0n &&
          section.address >= place.link &&
          section.address < place.link + place.size &&
          overlaps(section.address + slide, section.size, va, size),
      );
    });
    if (inside.length === 0) return [];
    const names = inside.sort((a, b) => (a.size > b.size ? -1 : 1)).map((section) => section.name);
    return [`${image.name} ${someNames(names)}`];
  });
}

/** `uart0`, `RAM`: what answers at a range of physical addresses. */
export function physicalNames(places: Pick<InspectContext, 'windows' | 'machine'>, pa: bigint, size: bigint): string[] {
  const { machine, windows } = places;
  const names = windows.filter((window) => overlaps(window.base, window.size, pa, size)).map((window) => window.name);
  if (machine.ram.some((ram) => overlaps(ram.base, BigInt(ram.size), pa, size))) names.push('RAM');
  return names;
}

/** Bytes of the images that lie in a range, up to the end of their last page. */
function imageBytes(places: Pick<InspectContext, 'images'>, va: bigint, size: bigint, world?: World): bigint {
  let end = va;
  for (const place of imagesOf(places, world).flatMap((image) => image.placements)) {
    const placeEnd = place.va + place.size;
    if (overlaps(place.va, place.size, va, size) && placeEnd > end) end = placeEnd;
  }
  return (end - va + PAGE - 1n) & -PAGE;
}

/** What a mapped range holds, in a few words; '' when nothing is known there. */
export function rangeNames(places: Places, va: bigint, pa: bigint, size: bigint, world?: World): string {
  const sections = sectionNames(places, va, size, world);
  const physical = physicalNames(places, pa, size);
  if (sections.length === 0) return someNames(physical);
  return [...sections, ...physical.filter((name) => name !== 'RAM' || size > imageBytes(places, va, size, world))].join(
    ', ',
  );
}

/** `(of 7 devices)` for an address nothing answers. */
export const nothingThere = (places: Pick<InspectContext, 'windows'>): string =>
  places.windows.length === 0 ? t`no RAM` : t`no RAM and none of the ${counted(places.windows.length, 'device')}`;
