/**
 * Images: a program and where it lies. Code identity is (image, link address); everything that binds to code
 * (breakpoints, symbols, frames) goes through here, so that it holds before and after paging is switched on.
 */
import { type Pa, pa, type Va, va } from '../base/address';
import type { Program, ReadMemory } from '../symbols/types';

/** A run of the image's bytes: where they are linked, where they run, and where they lie in physical memory. */
export interface Placement {
  readonly link: Va;
  readonly va: Va;
  /** Unknown for programs that somebody else loads (user programs). */
  readonly pa: Pa | undefined;
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
  /** Where linked addresses lie physically, when the loader says it exactly. */
  readonly physicalOf?: readonly { readonly vaddr: bigint; readonly pa: number; readonly size: number }[];
  readonly ram?: { readonly base: Pa; readonly size: number };
}

/**
 * Where the segments of `program` lie. Without a hint the physical address is the segment's load address when RAM
 * holds it; kernels linked high with load addresses left high are left without one.
 */
export function placementsOf(program: Program, hints: PlacementHints): Placement[] {
  const segments = program.elf.segments.filter((segment) => segment.memsz > 0n && isRealPlace(segment.vaddr, hints));
  const lowest = segments.reduce<bigint | undefined>(
    (low, segment) => (low === undefined || segment.vaddr < low ? segment.vaddr : low),
    undefined,
  );
  if (lowest === undefined) return [];
  const slide = hints.address === undefined ? 0n : hints.address - lowest;
  const ram = hints.ram;
  const inRam = (at: bigint) => ram === undefined || (at >= ram.base && at < ram.base + BigInt(ram.size));
  return segments.map((segment) => {
    const exact = hints.physicalOf?.find((one) => within(segment.vaddr, one.vaddr, BigInt(one.size)));
    let physical: Pa | undefined;
    if (exact !== undefined) physical = pa(BigInt(exact.pa) + (segment.vaddr - exact.vaddr));
    else if (hints.physical !== undefined) physical = pa(hints.physical + (segment.vaddr - lowest));
    else if (inRam(segment.paddr)) physical = segment.paddr;
    return {
      link: segment.vaddr,
      va: va(segment.vaddr + slide),
      pa: physical,
      size: segment.memsz,
      isExecutable: segment.flags.execute,
    };
  });
}

/**
 * Per-CPU data of Rust kernels is linked at 0 as a template that is copied elsewhere: nothing of it lies there, and a
 * jump to 0 must not look like code of the image.
 */
const isRealPlace = (at: bigint, { ram }: PlacementHints): boolean =>
  at >= 4096n || (ram !== undefined && at >= ram.base && at < ram.base + BigInt(ram.size));

const within = (at: bigint, start: bigint, size: bigint) => at >= start && at < start + size;

/** The images of one machine. */
export class ImageSet {
  private readonly list: Image[] = [];
  private nextId = 1;

  get all(): readonly Image[] {
    return this.list;
  }

  add(name: string, program: Program, placements: readonly Placement[]): Image {
    const image: Image = { id: this.nextId++, name, path: program.path, program, placements };
    this.list.push(image);
    return image;
  }

  byId(id: number): Image | undefined {
    return this.list.find((image) => image.id === id);
  }

  /**
   * The image that `at` belongs to: by run-time address, else (code before paging) by physical address. Programs that
   * the guest loads share addresses, each in its own space: with `read`, what is in memory there decides.
   */
  find(at: bigint, read?: ReadMemory): ImageHit | undefined {
    const places = this.list.flatMap((image) =>
      image.placements.filter((place) => within(at, place.va, place.size)).map((place) => ({ image, place })),
    );
    const isCertain = places.length === 1 && places.every(({ place }) => place.pa !== undefined);
    const chosen = isCertain || read === undefined ? places[0] : bestOf(places, at, read);
    if (chosen !== undefined) return hit(chosen.image, chosen.place, at - chosen.place.va, at);
    if (places.length > 0) return undefined;
    for (const image of this.list) {
      for (const place of image.placements) {
        if (place.pa !== undefined && within(at, place.pa, place.size)) return hit(image, place, at - place.pa, at);
      }
    }
    return undefined;
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

interface PlacedImage {
  readonly image: Image;
  readonly place: Placement;
}

/** The image whose bytes are around `at`; `undefined` when more than half of them are others (patched code still counts). */
function bestOf(places: readonly PlacedImage[], at: bigint, read: ReadMemory): PlacedImage | undefined {
  let best: PlacedImage | undefined;
  let bestScore = 0.5;
  for (const one of places) {
    const score = likeness(one, at, read);
    if (score > bestScore) [best, bestScore] = [one, score];
  }
  return best;
}

/** The share of bytes around `at` that are as in the image; 1 where either cannot be read, for lack of a better guess. */
function likeness({ image, place }: PlacedImage, at: bigint, read: ReadMemory): number {
  const page = at - (at % PAGE);
  const from = [at - WINDOW, page, place.va].reduce((a, b) => (a > b ? a : b));
  const to = [at + WINDOW, page + PAGE, place.va + place.size].reduce((a, b) => (a < b ? a : b));
  const wanted = image.program.bytesAt(va(place.link + (from - place.va)), Number(to - from));
  const found = read(from, Number(to - from));
  if (wanted === undefined || found === undefined) return 1;
  return wanted.filter((byte, index) => byte === found[index]).length / wanted.length;
}

function hit(image: Image, place: Placement, offset: bigint, at: bigint): ImageHit {
  const link = va(place.link + offset);
  return { image, link, slide: at - link };
}

/** Where a link address of an image runs and lies; `undefined` when no segment holds it. */
export function addressesOf(image: Image, link: bigint): { va: Va; pa: Pa | undefined } | undefined {
  for (const place of image.placements) {
    if (!within(link, place.link, place.size)) continue;
    const offset = link - place.link;
    return { va: va(place.va + offset), pa: place.pa === undefined ? undefined : pa(place.pa + offset) };
  }
  return undefined;
}
