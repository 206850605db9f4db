/**
 * Images: a program and where it lies. Code identity is (image, link address); everything that binds to code
 * (breakpoints, symbols, frames) goes through here, so that it holds before and after paging is switched on.
 */
import { type Ipa, ipa, type Pa, pa, type Va, va } from '../base/address';
import type { World } from '../isa/core/world';
import type { Program, ReadMemory, Segment } from '../symbols/types';
import { type ImageWorld, runsIn } from './image-world';
import type { PlaceRule } from './place-rule';

/** A run of the image's bytes: where they are linked, where they run, and where they lie in physical memory. */
export interface Placement {
  readonly link: Va;
  readonly va: Va;
  /** Unknown for programs that somebody else loads (user programs). */
  readonly pa: Pa | undefined;
  /** Where it lies in the memory that its virtual machine has, for programs of a guest: there it runs before its paging. */
  readonly ipa?: Ipa;
  readonly size: bigint;
  readonly isExecutable: boolean;
}

/** A program at its place. */
export interface Image {
  readonly id: number;
  /** Short name for lists: `msgqueue`. */
  readonly name: string;
  readonly path: string;
  readonly program: Program;
  readonly placements: readonly Placement[];
  /** Where its code runs, when somebody said so; else it may run in every world. */
  readonly worlds?: readonly ImageWorld[];
}

/** Where an address of the running guest is in an image. `slide` is run-time minus link address. */
export interface ImageHit {
  readonly image: Image;
  readonly link: Va;
  readonly slide: bigint;
}

/** What the loader knows about a program's place. */
export interface PlacementHints {
  /** Run-time address of the lowest loaded byte, for images that do not run where they were linked. */
  readonly address?: Va;
  /** Physical address of the lowest loaded byte, as the boot loader chose it. */
  readonly physical?: Pa;
  /** Guest physical address of the lowest loaded byte, for programs of a virtual machine. */
  readonly guestPhysical?: Ipa;
  /** The program is loaded by the guest itself: its load addresses say nothing about this machine's memory. */
  readonly isLoadedByGuest?: boolean;
  /** Where linked addresses lie physically, when the loader says it exactly. */
  readonly physicalOf?: readonly { readonly vaddr: bigint; readonly pa: number; readonly size: number }[];
  readonly ram?: readonly { readonly base: Pa; readonly size: number }[];
}

/**
 * Where the segments of `program` lie. Without a hint the physical address is the segment's load address when RAM
 * holds it; kernels linked high with load addresses left high are left without one.
 */
export function placementsOf(program: Program, hints: PlacementHints): Placement[] {
  const loaded = program.elf.segments.filter((segment) => segment.memsz > 0n);
  const startsAtZero = loaded.some(({ flags, vaddr }) => flags.execute && vaddr < FIRST_PAGE);
  const segments = loaded.filter((segment) => startsAtZero || isRealPlace(segment, hints));
  const lowest = segments.reduce<bigint | undefined>(
    (low, segment) => (low === undefined || segment.vaddr < low ? segment.vaddr : low),
    undefined,
  );
  if (lowest === undefined) return [];
  const slide = hints.address === undefined ? 0n : hints.address - lowest;
  const inRam = (at: bigint) => hints.ram === undefined || isIn(hints.ram, at);
  return segments.map((segment) => {
    const exact = hints.physicalOf?.find((one) => within(segment.vaddr, one.vaddr, BigInt(one.size)));
    let physical: Pa | undefined;
    if (exact !== undefined) physical = pa(BigInt(exact.pa) + (segment.vaddr - exact.vaddr));
    else if (hints.physical !== undefined) physical = pa(hints.physical + (segment.vaddr - lowest));
    else if (hints.isLoadedByGuest !== true && inRam(segment.paddr)) physical = segment.paddr;
    const guest = hints.guestPhysical;
    return {
      link: segment.vaddr,
      va: va(segment.vaddr + slide),
      pa: physical,
      ...(guest === undefined ? {} : { ipa: ipa(guest + (segment.vaddr - lowest)) }),
      size: segment.memsz,
      isExecutable: segment.flags.execute,
    };
  });
}

/** Whether the guest may put the program anywhere: then only its bytes in memory tell where it is. */
export function isMovable(program: Program, hints: PlacementHints, worlds: readonly ImageWorld[] = []): boolean {
  if (hints.isLoadedByGuest !== true || hints.address !== undefined) return false;
  if (worlds.includes('guest kernel') && hints.guestPhysical === undefined) return true;
  return program.elf.segments.some(({ flags, memsz, vaddr }) => flags.execute && memsz > 0n && vaddr < FIRST_PAGE);
}

const FIRST_PAGE = 4096n;

/**
 * Per-CPU data of Rust kernels is linked at 0 as a template that is loaded and copied elsewhere: nothing of it lies there,
 * and a jump to 0 must not look like code of the image. Where RAM begins at 0, what is loaded at 0, too, lies there.
 */
const isRealPlace = ({ vaddr, paddr }: Segment, { ram }: PlacementHints): boolean =>
  vaddr >= FIRST_PAGE || (ram !== undefined && isIn(ram, vaddr) && BigInt(paddr) === BigInt(vaddr));

const isIn = (ram: NonNullable<PlacementHints['ram']>, at: bigint): boolean =>
  ram.some(({ base, size }) => at >= base && at < base + BigInt(size));

const within = (at: bigint, start: bigint, size: bigint) => at >= start && at < start + size;

/** An image as its set sees it. */
interface MovableImage extends Image {
  placements: readonly Placement[];
}

/** The images of one machine. */
export class ImageSet {
  private readonly list: MovableImage[] = [];
  private nextId = 1;

  get all(): readonly Image[] {
    return this.list;
  }

  add(name: string, program: Program, placements: readonly Placement[], worlds?: readonly ImageWorld[]): Image {
    const image: MovableImage = {
      id: this.nextId++,
      name,
      path: program.path,
      program,
      placements,
      ...(worlds === undefined ? {} : { worlds }),
    };
    this.list.push(image);
    return image;
  }

  /** The image lies elsewhere than was thought; it stays the same image. */
  move(image: Image, placements: readonly Placement[]): void {
    const moved = this.list.find((one) => one === image);
    if (moved !== undefined) moved.placements = placements;
  }

  byId(id: number): Image | undefined {
    return this.list.find((image) => image.id === id);
  }

  /**
   * The image that `at` belongs to: by run-time address, else (code before paging) by physical address. Programs share
   * addresses, each in its own space: those that may run in `world` come into question, and with `read`, what is in
   * memory there decides.
   */
  find(at: bigint, read?: ReadMemory, world?: World): ImageHit | undefined {
    const known = world === undefined ? this.list : this.list.filter((image) => runsIn(image.worlds, world));
    const mapped = placed(known, at, (place) => place.va);
    const isCertain = mapped.length === 1 && mapped[0]?.place.pa !== undefined && world?.guest !== true;
    const chosen = isCertain || read === undefined ? mapped[0] : bestOf(mapped, read);
    if (chosen !== undefined) return chosen.hit;
    if (mapped.length > 0 && world === undefined) return undefined;
    const bare = placed(known, at, (place) => (world?.guest === true ? place.ipa : place.pa));
    return (world === undefined || read === undefined ? bare[0] : bestOf(bare, read))?.hit;
  }

  /** The image that lies at a physical address. */
  atPhysical(at: bigint): ImageHit | undefined {
    return placed(this.list, at, (place) => place.pa)[0]?.hit;
  }

  /** The only image at a run-time address, whatever the world; none where several could be. */
  only(at: bigint): ImageHit | undefined {
    const found = placed(this.list, at, (place) => place.va);
    return found.length === 1 ? found[0]?.hit : undefined;
  }

  /** Where a run-time address of an image lies physically, by the image's own placement. */
  physicalOf(at: bigint): { pa: Pa; length: bigint } | undefined {
    for (const image of this.list) {
      for (const place of image.placements) {
        if (place.pa === undefined || !within(at, place.va, place.size)) continue;
        return { pa: pa(place.pa + (at - place.va)), length: place.va + place.size - at };
      }
    }
    return undefined;
  }
}

/** Bytes before and after an address that are compared with an image. */
const WINDOW = 128n;
const PAGE = 4096n;
/** So much of two programs is compared at most. */
const MOST_COMPARED = 16n * PAGE;

/** An address in an image: `from` is where the placement starts in the space of the address. */
interface PlacedAddress {
  readonly place: Placement;
  readonly from: bigint;
  readonly at: bigint;
  readonly hit: ImageHit;
}

/** The places that hold `at`, in the space that `baseOf` speaks of; images with declared worlds first. */
function placed(
  images: readonly Image[],
  at: bigint,
  baseOf: (place: Placement) => bigint | undefined,
): PlacedAddress[] {
  const found = images.flatMap((image) =>
    image.placements.flatMap((place): PlacedAddress[] => {
      const from = baseOf(place);
      if (from === undefined || !within(at, from, place.size)) return [];
      const link = va(place.link + (at - from));
      return [{ place, from, at, hit: { image, link, slide: at - link } }];
    }),
  );
  return found.sort((a, b) => Number(a.hit.image.worlds === undefined) - Number(b.hit.image.worlds === undefined));
}

/**
 * The image whose bytes are around `at`; `undefined` when more than half of them are others (patched code still counts).
 * Programs begin alike: where that does not tell them apart, the rest of their code does.
 */
function bestOf(places: readonly PlacedAddress[], read: ReadMemory): PlacedAddress | undefined {
  const best = mostAlike(places, (one) => likeness(codeOf(one), WINDOW, read)).filter(([score]) => score > 0.5);
  if (best.length < 2) return best[0]?.[1];
  const rivals = best.map(([, one]) => one);
  return mostAlike(rivals, (one) => wholeLikeness(codeOf(one), read))[0]?.[1];
}

/** Those with the highest score, each with it. */
function mostAlike(
  places: readonly PlacedAddress[],
  score: (one: PlacedAddress) => number,
): (readonly [score: number, one: PlacedAddress])[] {
  const scored = places.map((one) => [score(one), one] as const);
  const highest = scored.reduce((most, [each]) => Math.max(most, each), 0);
  return scored.filter(([each]) => each === highest);
}

/** How alike the code is page by page, as far as a look may take. */
function wholeLikeness(one: PlacedAddress, read: ReadMemory): number {
  const { place, from } = one;
  const end = place.size < MOST_COMPARED ? place.size : MOST_COMPARED;
  let sum = 0;
  for (let offset = 0n; offset < end; offset += PAGE) {
    sum += likeness({ ...one, at: from + offset }, PAGE, read);
  }
  return sum / Number((end + PAGE - 1n) / PAGE);
}

/** Data changes while the program runs: the image's code tells whether it is there. */
function codeOf(one: PlacedAddress): PlacedAddress {
  if (one.place.isExecutable) return one;
  const { image } = one.hit;
  const place = image.placements.find(({ isExecutable }) => isExecutable);
  if (place === undefined) return one;
  const from = one.from + (place.link - one.place.link);
  return { place, from, at: from, hit: { image, link: place.link, slide: from - place.link } };
}

/** The share of bytes around an address that are as in the image; 1 where either cannot be read, for lack of a better guess. */
function likeness({ place, from, at, hit }: PlacedAddress, window: bigint, read: ReadMemory): number {
  const page = at - (at % PAGE);
  const start = [at - window, page, from].reduce((a, b) => (a > b ? a : b));
  const end = [at + window, page + PAGE, from + place.size].reduce((a, b) => (a < b ? a : b));
  const wanted = hit.image.program.bytesAt(va(place.link + (start - from)), Number(end - start));
  const found = read(start, Number(end - start));
  if (wanted === undefined || found === undefined) return 1;
  return wanted.filter((byte, index) => byte === found[index]).length / wanted.length;
}

/** A place where a breakpoint stops. `image` is absent for bare addresses outside every image. */
export interface BoundPlace {
  readonly image: Image | undefined;
  readonly link: Va;
  readonly va: Va;
  readonly pa: Pa | undefined;
  /** What else must hold; absent: the image and its worlds decide. */
  readonly rule?: PlaceRule;
}

/** Every address at which a hart may come to one of these places. */
export const addressesOfPlaces = (places: readonly BoundPlace[]): ReadonlySet<bigint> =>
  new Set(places.flatMap(({ va, pa }) => (pa === undefined ? [va] : [va, pa])));

/** The places of a link address: two for a guest's code that also runs before the guest's paging. */
export function placesOf(image: Image, link: Va): BoundPlace[] {
  const at = addressesOf(image, link);
  if (at === undefined) return [];
  const bare = at.ipa === undefined ? [] : [{ image, link, va: va(at.ipa), pa: undefined }];
  return [{ image, link, va: at.va, pa: at.pa }, ...bare];
}

/** Where a link address runs and lies. */
export type RunAddresses = Pick<Placement, 'va' | 'pa' | 'ipa'>;

/** Where a link address of an image runs and lies; `undefined` when no segment holds it. */
export function addressesOf(image: Image, link: bigint): RunAddresses | undefined {
  for (const place of image.placements) {
    if (!within(link, place.link, place.size)) continue;
    const offset = link - place.link;
    return {
      va: va(place.va + offset),
      pa: place.pa === undefined ? undefined : pa(place.pa + offset),
      ...(place.ipa === undefined ? {} : { ipa: ipa(place.ipa + offset) }),
    };
  }
  return undefined;
}
