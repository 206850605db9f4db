/** Who stored something: looked up at the moment of the store, because the stack tells it only then. */
import type { Va } from '../base/address';
import { type CodeFrame, logicalFrames, type PhysicalFrame } from '../debug/stack';
import type { DebugTarget } from '../debug/target';
import type { StoredEvent } from '../machine/contract';
import { isOwnSource } from './context';
import type { CodePlace } from './past';

/** Stores whose callers are looked up between two stops; after these, only the storing function is known. */
const MOST_UNWINDS = 512;
/** Frames up from a store within which the user's own code must come. */
const MOST_CALLERS = 8;

/** Finds the code behind stores to watched memory. */
export class StoreAttribution {
  private unwinds = 0;
  /** The storing functions of addresses, for stores whose callers are not looked up. */
  private readonly places = new Map<bigint, CodePlace | undefined>();

  constructor(private readonly target: DebugTarget) {}

  /** A new stop: stores after it are worth looking at closely again. */
  reset(): void {
    this.unwinds = 0;
  }

  /**
   * The innermost function of the user's own sources on the stack of the store, else the storing function itself.
   * Called while the hart executes the store: its registers and stack are those of that instruction.
   */
  placeOf(event: Pick<StoredEvent, 'hart' | 'pc'>): CodePlace | undefined {
    return this.ownPlaceOf(event) ?? this.placeOfCode(event.pc);
  }

  /** The same for an instruction that is just done, when the hart is at `pc` behind it. */
  placeBefore(event: Pick<StoredEvent, 'hart' | 'pc'>): CodePlace | undefined {
    return this.ownPlaceOf(event) ?? this.functionBefore(event);
  }

  /** The function that has the instruction before `pc`, however much of others was inlined there. */
  functionBefore({ hart, pc }: Pick<StoredEvent, 'hart' | 'pc'>): CodePlace | undefined {
    const cpu = this.target.cpu(hart);
    const found = this.target.images.find(pc - 1n, this.target.unwinder.reader(cpu), cpu.world);
    const frame = found?.image.program.framesAt(found.link).at(-1);
    return frame === undefined ? undefined : this.codePlace(frame);
  }

  private ownPlaceOf(event: Pick<StoredEvent, 'hart' | 'pc'>): CodePlace | undefined {
    if (this.unwinds++ >= MOST_UNWINDS) return undefined;
    const { unwinder } = this.target;
    const top = unwinder.top(this.target.cpu(event.hart));
    let frame: PhysicalFrame | undefined =
      top.pc === event.pc ? top : unwinder.frame(top.cpu, event.pc, top.state.registers, false);
    for (let depth = 0; depth < MOST_CALLERS && frame !== undefined; depth++) {
      const own = logicalFrames(frame).find(({ source }) => source !== undefined && isOwnSource(this.target, source));
      if (own !== undefined) return this.codePlace(own);
      const up: ReturnType<typeof unwinder.caller> = unwinder.caller(frame);
      frame = up.kind === 'frame' ? up.frame : undefined;
    }
    return undefined;
  }

  private placeOfCode(pc: Va): CodePlace | undefined {
    if (this.places.has(pc)) return this.places.get(pc);
    const found = this.target.images.find(pc);
    const frames = found?.image.program.framesAt(found.link) ?? [];
    const best = frames.find(({ source }) => source !== undefined && isOwnSource(this.target, source)) ?? frames[0];
    const place = best === undefined ? undefined : this.codePlace(best);
    this.places.set(pc, place);
    return place;
  }

  private codePlace({ name, source, line }: Pick<CodeFrame, 'name' | 'source' | 'line'>): CodePlace {
    return { functionName: name, ...(source !== undefined && { path: this.target.sources.clientPath(source), line }) };
  }
}
