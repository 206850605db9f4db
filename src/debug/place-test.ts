/** Whether a hart stands where a breakpoint wants it: one address may be other code in another world or address space. */
import type { Pa, Va } from '../base/address';
import type { Cpu, Machine } from '../machine/contract';
import type { BoundPlace } from './breakpoints';
import type { Image } from './images';

/** Tests the places of breakpoints against where harts stand. */
export class PlaceTest {
  constructor(
    private readonly machine: Machine,
    /** The image whose code a hart executes. */
    private readonly imageAt: (cpu: Cpu, pc: Va) => Image | undefined,
  ) {}

  /** A test of places for where the hart stands now; what it knows of that place is found once. */
  of(cpu: Cpu): (place: BoundPlace) => boolean {
    const { pc } = cpu;
    const here = cpu.translate(pc, 'execute').result;
    const physical = here.ok ? here.pa : undefined;
    const image = this.imageAt(cpu, pc);
    return (place) => this.isHere(place, pc, physical, image);
  }

  /** The same virtual address may hold other code in another address space: then the bytes decide. */
  private isHere(place: BoundPlace, pc: Va, physical: Pa | undefined, image: Image | undefined): boolean {
    const isKnown = place.image === undefined || image === place.image;
    if (place.pa !== undefined && physical === place.pa) return isKnown || image === undefined;
    if (place.va !== pc) return false;
    if (place.image === undefined || physical === undefined) return true;
    if (place.pa === undefined) return isKnown;
    const length = this.machine.isa.maxLength;
    const wanted = place.image.program.bytesAt(place.link, length);
    const found = this.machine.readPhysical(physical, length);
    return wanted === undefined || found === undefined || wanted.every((byte, at) => byte === found[at]);
  }
}
