/** Binds the inspectors to a debug target: what dap calls. */
import type { MemoryReference } from '../debug/memory';
import type { DebugTarget } from '../debug/target';
import type { Access } from '../isa/core/translation';
import { contextOf, type InspectOptions } from './context';
import type { InspectorInfo, InspectorNode, InspectorTable } from './contract';
import { explainAddress } from './explain';
import type { InspectContext, Inspector, PhysicalRange } from './inspector';
import { Past } from './past';
import { INSPECTORS } from './registry';
import { StoreAttribution } from './writers';

/** An inspector of one target. Nothing here throws for what the guest holds: a row says what is missing. */
export interface OpenInspector {
  readonly info: InspectorInfo;
  /** Rows below `key`, or the top rows, as `hart` sees them. */
  children(key: string | undefined, hart: number): InspectorNode[];
  table(key: string | undefined, hart: number): InspectorTable;
  /** Ranges to give to `Machine.observeStores` before the guest runs on; empty for views that stores do not concern. */
  watches(hart: number): readonly PhysicalRange[];
}

/** The inspectors of one target, and what they remember. */
export interface Inspection {
  readonly inspectors: readonly OpenInspector[];
  /** The walk of an address in words, for `address/explain`. */
  explain(hart: number, at: MemoryReference, access: Access): string[];
  dispose(): void;
}

/** Opens all inspectors on a target. Dispose it with the target. */
export function openInspectors(target: DebugTarget, options: InspectOptions = {}): Inspection {
  return new TargetInspection(target, options);
}

class TargetInspection implements Inspection {
  readonly inspectors: readonly OpenInspector[];
  readonly dispose: () => void;
  private readonly past = new Past();
  private readonly attribution: StoreAttribution;
  private lastStop: object | undefined;
  private lastPlace: string | undefined;

  constructor(
    private readonly target: DebugTarget,
    private readonly options: InspectOptions,
  ) {
    this.inspectors = INSPECTORS.map((inspector) => this.open(inspector));
    this.attribution = new StoreAttribution(target);
    this.dispose = target.machine.observe(['stored'], (event) => {
      if (event.kind !== 'stored') return;
      const place = guarded(
        () => this.attribution.placeOf(event),
        () => undefined,
      );
      this.past.stored({ event, place });
    });
  }

  explain(hart: number, at: MemoryReference, access: Access): string[] {
    return explainAddress(this.context(hart), at, access);
  }

  private open(inspector: Inspector): OpenInspector {
    const { id, title, refreshOn } = inspector;
    return {
      info: { id, title, refreshOn },
      children: (key, hart) =>
        guarded(
          () =>
            this.look(hart, (context) =>
              inspector.when(context) ? inspector.children(context, key) : [absent(title)],
            ),
          (why) => [{ key: `failed:${key ?? ''}`, label: why, tooltip: why, icon: 'warning', hasChildren: false }],
        ),
      table: (key, hart) =>
        guarded(
          () => this.look(hart, (context) => inspector.table(context, key)),
          (summary) => ({ columns: [], rows: [], summary }),
        ),
      watches: (hart) =>
        guarded(
          () => this.look(hart, (context) => inspector.watches?.(context) ?? []),
          () => [],
        ),
    };
  }

  private context(hart: number): InspectContext {
    return contextOf(this.target, hart, this.options, this.past);
  }

  private look<T>(hart: number, at: (context: InspectContext) => T): T {
    this.past.isFrozen = this.target.stop === undefined;
    this.noteStop();
    return at(this.context(hart));
  }

  /** The first look at a stop makes the one before the past. */
  private noteStop(): void {
    const { machine, stop } = this.target;
    if (stop === undefined || stop === this.lastStop) return;
    this.lastStop = stop;
    const place = `${machine.retired} ${machine.cpus.map((cpu) => cpu.pc).join()}`;
    if (place === this.lastPlace) return;
    this.lastPlace = place;
    this.attribution.reset();
    this.past.turn();
    for (const cpu of machine.cpus) {
      for (const inspector of INSPECTORS) {
        guarded(
          () => inspector.note?.(this.context(cpu.hart)),
          () => undefined,
        );
      }
    }
  }
}

const absent = (title: string): InspectorNode => ({
  key: 'absent',
  label: `${title}: this machine has none`,
  icon: 'info',
  hasChildren: false,
});

/** One view's bug must not take the others, the session or the run down. */
function guarded<T>(look: () => T, failed: (why: string) => T): T {
  try {
    return look();
  } catch (error) {
    return failed(`This view could not be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}
