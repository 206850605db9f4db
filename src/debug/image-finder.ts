/**
 * Finds where a guest put programs that may lie anywhere: position-independent ones, and guest kernels whose load address
 * nobody declared. When a hart enters a less privileged world at code of no image, the bytes there are looked for in them.
 */

import { ipa, type Va, va } from '../base/address';
import { hasStage } from '../isa/core/world';
import { type Cpu, isPassage, type StopEvent } from '../machine/contract';
import { runsIn } from './image-world';
import type { Image, ImageSet, Placement } from './images';

/** Bytes before and after an address that must all be as in the image, and how few of them are enough. */
const WINDOW = 64n;
const LEAST = 16n;
const PAGE = 4096n;
/** Entries that are looked at before a program is given up: each costs a stop of the machine. */
const MOST_LOOKS = 2000;

export class ImageFinder {
  private looks = 0;

  constructor(
    private readonly images: ImageSet,
    /** Images whose place is not known. */
    private readonly lost: Set<Image>,
    private readonly imageAt: (cpu: Cpu, at: bigint) => Image | undefined,
    private readonly read: (cpu: Cpu, at: bigint, length: number) => Uint8Array | undefined,
    /** Told when an image has been found. */
    private readonly found: (image: Image) => void,
  ) {}

  /** Nothing is left to be found. */
  get isDone(): boolean {
    return this.lost.size === 0 || this.looks >= MOST_LOOKS;
  }

  /** Whether a look at where this event leads may find something. */
  wants(event: StopEvent): boolean {
    if (this.isDone || !isPassage(event)) return false;
    return [...this.lost].some((image) => runsIn(image.worlds, event.to));
  }

  /** Looks at where a hart stands; true when that told where an image is. */
  look(cpu: Cpu): boolean {
    this.looks++;
    const { pc, world } = cpu;
    const known = this.imageAt(cpu, pc);
    if (known !== undefined) {
      this.lost.delete(known);
      return false;
    }
    const candidates = [...this.lost].filter((image) => runsIn(image.worlds, world));
    const matches = candidates.flatMap((image) =>
      linksOf(image, pc, (at, length) => this.read(cpu, at, length)).map((link) => ({ image, link })),
    );
    const [match] = matches;
    if (match === undefined || matches.length > 1) return false;
    const { image, link } = match;
    const isBare = world.guest && !hasStage(world, 1);
    this.images.move(image, isBare ? withIpa(image, pc - link) : withVa(image, pc - link));
    this.lost.delete(image);
    this.found(image);
    return true;
  }
}

const withVa = ({ placements }: Image, slide: bigint): Placement[] =>
  placements.map((place) => ({ ...place, va: va(place.link + slide) }));

const withIpa = ({ placements }: Image, slide: bigint): Placement[] =>
  placements.map((place) => ({ ...place, ipa: ipa(place.link + slide) }));

/** The link addresses in an image's code where the bytes are those around `at`; programs move by whole pages. */
function linksOf(image: Image, at: bigint, read: (at: bigint, length: number) => Uint8Array | undefined): Va[] {
  const links: Va[] = [];
  for (const place of image.placements.filter(({ isExecutable }) => isExecutable)) {
    const first = place.link + BigInt.asUintN(12, at - place.link);
    for (let link = first; link < place.link + place.size; link += PAGE) {
      if (isLike(image, place, link, at, read)) links.push(va(link));
    }
  }
  return links;
}

function isLike(
  { program }: Image,
  place: Placement,
  link: bigint,
  at: bigint,
  read: (at: bigint, length: number) => Uint8Array | undefined,
): boolean {
  const inPage = BigInt.asUintN(12, at);
  const before = [WINDOW, inPage, link - place.link].reduce((a, b) => (a < b ? a : b));
  const after = [WINDOW, PAGE - inPage, place.link + place.size - link].reduce((a, b) => (a < b ? a : b));
  if (before + after < LEAST) return false;
  const length = Number(before + after);
  const wanted = program.bytesAt(va(link - before), length);
  const found = read(at - before, length);
  return wanted !== undefined && found !== undefined && wanted.every((byte, index) => byte === found[index]);
}
