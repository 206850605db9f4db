/** Which worlds each hart has been seen in. */
import type { World } from '../isa/core/world';

/** The worlds that traps and returns from them have shown, the last one of each mode. */
export class WorldNotes {
  private readonly byHart = new Map<number, Map<string, World>>();

  /** The hart executes, or did, in `world`. */
  note(hart: number, world: World): void {
    const modes = this.byHart.get(hart) ?? new Map<string, World>();
    this.byHart.set(hart, modes);
    // Inserted anew, so that the order is that of the last visit.
    modes.delete(world.mode);
    modes.set(world.mode, world);
  }

  /** What was seen, for {@link restore}. */
  save(): ReadonlyMap<number, ReadonlyMap<string, World>> {
    return new Map([...this.byHart].map(([hart, modes]) => [hart, new Map(modes)]));
  }

  restore(saved: ReadonlyMap<number, ReadonlyMap<string, World>>): void {
    this.byHart.clear();
    for (const [hart, modes] of saved) this.byHart.set(hart, new Map(modes));
  }

  /** The last visited first. */
  of(hart: number): World[] {
    return [...(this.byHart.get(hart)?.values() ?? [])].reverse();
  }
}
