/** Binds the inspectors to a debug target: what dap calls. */
import type { MemoryReference } from '../debug/memory';
import type { DebugTarget } from '../debug/target';
import type { Access } from '../isa/core/translation';
import type { StoredEvent } from '../machine/contract';
import { contextOf, type InspectOptions } from './context';
import type { InspectorInfo, InspectorNode, InspectorTable } from './contract';
import { explainAddress } from './explain';
import type { InspectContext, Inspector, PhysicalRange } from './inspector';
import { Past } from './past';
import { INSPECTORS } from './registry';
import { TrapLog } from './trap-log';
import { StoreAttribution } from './writers';

/** An inspector of one target. Nothing here throws for what the guest holds: a row says what is missing. */
export interface OpenInspector {
  readonly info: InspectorInfo;
  /** Rows below `key`, or the top rows, as `hart` sees them. */
  children(key: string | undefined, hart: number): InspectorNode[];
  table(key: string | undefined, hart: number): InspectorTable;
  /** Ranges whose stores make the view stale. They are watched already once somebody has looked at the view. */
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
  private readonly traps: TrapLog;
  private readonly attribution: StoreAttribution;
  private lastStop: object | undefined;
  private lastPlace: string | undefined;
  /** Views that were looked at, and by which hart: their ranges are watched. */
  private readonly looked = new Map<Inspector, number>();
  private watched: readonly PhysicalRange[] = [];

  constructor(
    private readonly target: DebugTarget,
    private readonly options: InspectOptions,
  ) {
    this.inspectors = INSPECTORS.map((inspector) => this.open(inspector));
    this.attribution = new StoreAttribution(target);
    this.traps = new TrapLog(target.machine);
    const stopObserving = target.machine.observe(['stored'], (event) => {
      if (event.kind === 'stored') this.stored(event);
    });
    this.dispose = () => {
      stopObserving();
      this.traps.dispose();
      target.machine.observeStores([]);
    };
  }

  explain(hart: number, at: MemoryReference, access: Access): string[] {
    return explainAddress(this.context(hart), at, access);
  }

  private open(inspector: Inspector): OpenInspector {
    const { id, title, refreshOn, isFiltered } = inspector;
    return {
      info: { id, title, refreshOn, ...(isFiltered && { isFiltered }) },
      children: (key, hart) =>
        guarded(
          () =>
            this.look(inspector, hart, (context) =>
              inspector.when(context) ? inspector.children(context, key) : [absent(title)],
            ),
          (why) => [{ key: `failed:${key ?? ''}`, label: why, tooltip: why, icon: 'warning', hasChildren: false }],
        ),
      table: (key, hart) =>
        guarded(
          () => this.look(inspector, hart, (context) => inspector.table(context, key)),
          (summary) => ({ columns: [], rows: [], summary }),
        ),
      watches: (hart) =>
        guarded(
          () => inspector.watches?.(this.context(hart)) ?? [],
          () => [],
        ),
    };
  }

  private context(hart: number): InspectContext {
    return contextOf(this.target, hart, this.options, this.past, this.traps);
  }

  private look<T>(inspector: Inspector, hart: number, at: (context: InspectContext) => T): T {
    this.past.isFrozen = this.target.stop === undefined;
    const isNew = this.noteStop();
    if (inspector.watches !== undefined && (isNew || this.looked.get(inspector) !== hart)) {
      this.looked.set(inspector, hart);
      this.watch();
    }
    return at(this.context(hart));
  }

  /** Asks for the stores that concern the views that were looked at. */
  private watch(): void {
    this.watched = [...this.looked].flatMap(([inspector, hart]) =>
      guarded(
        () => inspector.watches?.(this.context(hart)) ?? [],
        () => [],
      ),
    );
    this.target.machine.observeStores(this.watched);
  }

  private stored(event: StoredEvent): void {
    const end = event.pa + BigInt(event.length);
    const touched = this.watched.filter(({ pa, length }) => event.pa < pa + BigInt(length) && pa < end);
    if (touched.some((range) => range.isAttributed === true)) {
      const place = guarded(
        () => this.attribution.placeOf(event),
        () => undefined,
      );
      this.past.stored({ event, place });
    }
    if (touched.some((range) => range.isDecisive === true)) this.watch();
  }

  /** The first look at a stop makes the one before the past. True when it is the first. */
  private noteStop(): boolean {
    const { machine, stop } = this.target;
    if (stop === undefined || stop === this.lastStop) return false;
    this.lastStop = stop;
    const place = `${machine.retired} ${machine.cpus.map((cpu) => cpu.pc).join()}`;
    if (place === this.lastPlace) return false;
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
    return true;
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
