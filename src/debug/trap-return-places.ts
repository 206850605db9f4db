/** Where images have instructions that enter less privileged worlds, and the functions around them. */
import { type Va, va } from '../base/address';
import type { Cpu, Machine } from '../machine/contract';
import type { BoundPlace } from './breakpoints';
import { imageWorldOf } from './image-world';
import { addressesOf, type Image, type ImageSet } from './images';
import type { Unwinder } from './stack';

/** What is known of a place with such an instruction. */
export interface ReturnPlace {
  readonly image: Image;
  /** Call frame information says how to get to the caller from there. */
  readonly hasRules: boolean;
  /** Run-time address of the function around it. */
  readonly function: Va;
}

/** The places of one machine's images. What is found is kept: code does not change. */
export class TrapReturnPlaces {
  private readonly known = new Map<string, ReturnPlace>();
  private readonly functions = new Map<Image, ReadonlySet<bigint>>();

  constructor(
    private readonly machine: Machine,
    private readonly images: ImageSet,
    private readonly unwinder: Unwinder,
  ) {}

  /** The first instructions of all functions without call frame information, where they run now. */
  get breakpoints(): BoundPlace[] {
    return this.images.all.flatMap((image) =>
      [...this.functionsOf(image)].flatMap((link) => {
        const at = addressesOf(image, link);
        return at === undefined ? [] : [{ image, link: va(link), ...at }];
      }),
    );
  }

  /** Link addresses of the functions of an image that enter other worlds and have no call frame information. */
  functionsOf(image: Image): ReadonlySet<bigint> {
    const known = this.functions.get(image);
    if (known !== undefined) return known;
    const starts = new Set<bigint>();
    for (const at of encodingsIn(image, this.machine.isa.trapReturns)) {
      const around = image.program.symbolAt(at);
      // The same bytes may be data between the code.
      if (around === undefined || around.symbol.kind === 'object') continue;
      if (image.program.unwind(at) === undefined) starts.add(around.symbol.address);
    }
    this.functions.set(image, starts);
    return starts;
  }

  /** The place at a run-time address in the world of `cpu`; `undefined` outside the images. */
  at(cpu: Cpu, pc: Va): ReturnPlace | undefined {
    const key = `${imageWorldOf(cpu.world)} ${pc}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const hit = this.images.find(pc, this.unwinder.reader(cpu), cpu.world);
    const around = hit?.image.program.symbolAt(hit.link);
    if (hit === undefined || around === undefined) return undefined;
    const place: ReturnPlace = {
      image: hit.image,
      hasRules: hit.image.program.unwind(hit.link) !== undefined,
      function: va(pc - around.offset),
    };
    this.known.set(key, place);
    return place;
  }
}

/** Link addresses in the executable segments of an image where one of the encodings stands. */
function encodingsIn(image: Image, encodings: readonly Uint8Array[]): Va[] {
  const found: Va[] = [];
  for (const segment of image.program.elf.segments) {
    if (!segment.flags.execute) continue;
    const code = image.program.bytesAt(segment.vaddr, Number(segment.filesz)) ?? new Uint8Array();
    for (const wanted of encodings) {
      for (let at = code.indexOf(wanted[0] ?? 0); at >= 0; at = code.indexOf(wanted[0] ?? 0, at + 1)) {
        if (wanted.every((byte, index) => code[at + index] === byte)) found.push(va(segment.vaddr + BigInt(at)));
      }
    }
  }
  return found;
}
