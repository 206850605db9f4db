/**
 * One call stack through all worlds of a hart: the frames of the world it executes in; those of code that stands still
 * because of them (what a handler interrupted, what a hypervisor's guest last did); and those of the more privileged
 * code that entered this world. Label frames stand at each border. Frames are found lazily: a client that asks for
 * twenty levels pays for twenty.
 */
import { hex } from '../base/address';
import { t } from '../base/l10n';
import type { Isa } from '../isa/core/isa';
import { isVmEntry, type World } from '../isa/core/world';
import type { Cpu } from '../machine/contract';
import { causeText, type Frame, type FreshTrap, logicalFrames, type PhysicalFrame, type Unwinder } from './stack';
import { whatRunsIn } from './trap-policy';
import type { EntryContext, ExitContext, WorldContexts } from './world-contexts';

const LIMIT = 2000;

/** Where the frames of one world end. */
interface ChainEnd {
  /** Where the frames end on their stack. */
  readonly ends: readonly bigint[];
  /** The less privileged code that these frames interrupted, when their last one is a handler that says so. */
  readonly interrupted?: { readonly frame: PhysicalFrame; readonly label: string };
}

/** The stack of one hart at one stop, unwound as far as somebody looked. */
export class StackWalk {
  private readonly found: Frame[] = [];
  private readonly rest: Iterator<Frame, void>;
  private isComplete = false;
  private readonly seen = new Set<string>();
  private physicalCount = 0;

  constructor(
    private readonly unwinder: Unwinder,
    private readonly contexts: WorldContexts,
    private readonly cpu: Cpu,
    private readonly freshTrap: FreshTrap | undefined,
    /** Inlined calls at the innermost pc that are not shown. */
    private readonly concealed: number,
  ) {
    this.rest = this.whole();
  }

  /** Frames `start` to `start + count`; fewer at the end of the stack. */
  frames(start: number, count: number): readonly Frame[] {
    while (!this.isComplete && this.found.length < start + count) {
      const next = this.rest.next();
      if (next.done === true) this.isComplete = true;
      else this.found.push(next.value);
    }
    return this.found.slice(start, start + count);
  }

  /** Frames found so far, and whether there may be more. */
  get known(): { readonly count: number; readonly isComplete: boolean } {
    return { count: this.found.length, isComplete: this.isComplete };
  }

  private *whole(): Generator<Frame, void> {
    const top = this.unwinder.top(this.cpu);
    yield* this.section(top);
    yield* this.enterers(this.cpu.world, undefined);
  }

  /** The frames of one world, then those of the less privileged worlds that stand still because of them. */
  private *section(first: PhysicalFrame): Generator<Frame, void> {
    const { world } = first.cpu;
    const end = yield* this.chain(first);
    const exit = this.exitBelow(world, end);
    const lower = end.interrupted?.frame ?? (exit && this.contexts.exitFrame(exit, first.cpu));
    if (lower === undefined) return;
    yield this.label(end.interrupted?.label ?? stoppedLabel(this.unwinder.isa, exit as ExitContext));
    yield* this.section(lower);
    yield* this.enterers(lower.cpu.world, world);
    // A handler in front of its world's other frames: they are on the stack of whoever entered what it interrupted.
    const { entry } = exit ?? {};
    if (end.interrupted === undefined || entry === undefined || entry.unknown !== undefined) return;
    yield* this.entered(entry);
  }

  /** The exit from a less privileged world that brought the hart onto this stack. */
  private exitBelow(world: World, end: ChainEnd): ExitContext | undefined {
    const { interrupted } = end;
    if (interrupted !== undefined)
      return this.contexts.exitAt(world, interrupted.frame.pc, interrupted.frame.state.registers);
    return this.contexts.exitOnto(world, end.ends);
  }

  /** The more privileged code that entered `world`, and who entered that, as far as `limit` excluded. */
  private *enterers(world: World, limit: World | undefined): Generator<Frame, void> {
    let from = world;
    for (;;) {
      const entry = this.contexts.entryOf(this.cpu.hart, from);
      // Something ran between the two worlds whose entry was not seen: another CPU of the guest, or events were not observed.
      if (from.guest && from.level === 'user' && entry?.world.guest !== true)
        yield this.label(t`── the guest kernel below is not known: how it entered this program was not observed`);
      if (entry === undefined || (limit !== undefined && entry.world.rank >= limit.rank)) return;
      yield* this.entered(entry);
      from = entry.world;
    }
  }

  private *entered(entry: EntryContext): Generator<Frame, void> {
    const { world, to } = entry;
    const who = isVmEntry(world, to) ? t`the hypervisor` : whatRunsIn(world);
    const by = t`── entered by ${entry.mnemonic} from ${who}, ${world.mode} → ${to.mode}`;
    yield this.label(entry.unknown === undefined ? by : t`${by}: ${entry.unknown}, so no frames of it are known`);
    if (entry.unknown === undefined) yield* this.chain(this.contexts.entryFrame(entry));
  }

  /** The frames from `first` on that belong to its world. */
  private *chain(first: PhysicalFrame): Generator<Frame, ChainEnd> {
    let frame = first;
    const ends: bigint[] = [];
    for (;;) {
      ends.push(...[this.unwinder.frameEnd(frame)].filter((at) => at !== undefined));
      const frames = logicalFrames(frame);
      yield* this.physicalCount === 0 ? frames.slice(Math.min(this.concealed, frames.length - 1)) : frames;
      const up = this.above(frame);
      if (up.kind === 'end') return { ends };
      if (up.kind === 'missing') {
        yield this.label(t`stack ends here: ${up.why}`);
        return { ends };
      }
      const next = up.frame;
      const { border } = up;
      if (border !== undefined && next.cpu.world.rank !== frame.cpu.world.rank)
        return { ends, interrupted: { frame: next, label: border } };
      if (border !== undefined) yield this.label(border);
      const { world } = next.cpu;
      const identity = `${world.mode} ${next.pc}:${next.cfa ?? [...next.state.registers.values()].join()}`;
      if (this.seen.has(identity)) {
        yield this.label(t`stack ends here: the frames repeat`);
        return { ends };
      }
      this.seen.add(identity);
      if (this.physicalCount >= LIMIT) {
        yield this.label(t`stack cut after ${LIMIT} frames`);
        return { ends };
      }
      frame = next;
    }
  }

  private above(frame: PhysicalFrame) {
    const fresh = this.freshTrap;
    const up = this.unwinder.caller(frame);
    if (this.physicalCount++ > 0 || fresh === undefined || frame.pc !== fresh.handlerPc) return up;
    // A handler that says how to get to the frames of its own world, at its first instruction.
    if (up.kind === 'frame' && up.border === undefined && this.unwinder.hasRules(frame)) return up;
    // Nothing has been saved yet: the interrupted context still is in the registers.
    return { kind: 'frame', frame: fresh.interrupted(frame), border: fresh.label } as const;
  }

  private label(name: string): Frame {
    return { kind: 'label', name, hart: this.cpu.hart };
  }
}

/** The border above frames of a kernel or hypervisor, on the way to the code it serves. */
function stoppedLabel(isa: Isa, { trap }: ExitContext): string {
  const { from, to } = trap;
  const who = from.guest && !to.guest ? 'guest' : from.level === 'user' ? t`user program` : from.level;
  return t`── ${who}, stopped at ${hex(trap.instruction)}: ${causeText(isa, trap)}, ${from.mode} → ${to.mode}`;
}
