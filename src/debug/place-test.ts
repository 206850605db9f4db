/** Whether a hart stands where a breakpoint wants it: one address may be other code in another world or address space. */
import type { Pa, Va } from '../base/address';
import type { World } from '../isa/core/world';
import type { Cpu, Machine } from '../machine/contract';
import { runsIn } from './image-world';
import type { BoundPlace, Image } from './images';
import { fulfils } from './place-rule';

const PAGE = 4096n;

/** Tests the places of breakpoints against where harts stand. */
export class PlaceTest {
  constructor(
    private readonly machine: Machine,
    /** The image whose code a hart executes. */
    private readonly imageAt: (cpu: Cpu, pc: Va) => Image | undefined,
  ) {}

  /**
   * A test of places for where the hart stands now. Most stops at an address that two worlds share are of the wrong
   * world: what costs time is found when a place gets that far, once.
   */
  of(cpu: Cpu): (place: BoundPlace) => boolean {
    const here = new Here(cpu, this.imageAt);
    return (place) => this.isHere(place, here);
  }

  /** The same virtual address may hold other code in another address space: then the bytes decide. */
  private isHere(place: BoundPlace, here: Here): boolean {
    const { rule } = place;
    if (rule?.kind === 'any-space') return place.va === here.pc;
    if (rule?.kind === 'physical') return place.pa === here.physical;
    if (rule !== undefined && !fulfils(rule, here.world)) return false;
    if (place.image !== undefined && !runsIn(place.image.worlds, here.world)) return false;
    const isPhysical = place.pa !== undefined && here.physical === place.pa;
    if (!isPhysical && place.va !== here.pc) return false;
    if (place.image === undefined) return true;
    if (here.image !== undefined || place.pa === undefined) return here.image === place.image;
    if (isPhysical || here.physical === undefined) return true;
    // The next page of physical memory may be anybody's.
    const length = Math.min(this.machine.isa.maxLength, Number(PAGE - (here.physical & (PAGE - 1n))));
    const wanted = place.image.program.bytesAt(place.link, length);
    const found = this.machine.readPhysical(here.physical, length);
    return wanted === undefined || found === undefined || wanted.every((byte, at) => byte === found[at]);
  }
}

/** Where a hart stands; everything is looked up at the first use. */
class Here {
  readonly pc: Va;
  readonly world: World;
  private foundPhysical: { readonly pa: Pa | undefined } | undefined;
  private foundImage: { readonly image: Image | undefined } | undefined;

  constructor(
    private readonly cpu: Cpu,
    private readonly imageAt: (cpu: Cpu, pc: Va) => Image | undefined,
  ) {
    this.pc = cpu.pc;
    this.world = cpu.world;
  }

  get physical(): Pa | undefined {
    this.foundPhysical ??= { pa: this.translated() };
    return this.foundPhysical.pa;
  }

  get image(): Image | undefined {
    this.foundImage ??= { image: this.imageAt(this.cpu, this.pc) };
    return this.foundImage.image;
  }

  private translated(): Pa | undefined {
    const { result } = this.cpu.translate(this.pc, 'execute', this.world);
    return result.ok ? result.pa : undefined;
  }
}
