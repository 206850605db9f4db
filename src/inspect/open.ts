/** Binds the inspectors to a debug target: what dap calls. */
import { hex } from '../base/address';
import { t } from '../base/l10n';
import { finish, type Work } from '../base/work';
import { ExpressionError } from '../debug/expression/ast';
import type { DebugTarget } from '../debug/target';
import type { Access } from '../isa/core/translation';
import { isVmEntry, type World } from '../isa/core/world';
import { isCrossing, type RootChangedEvent, type StoredEvent, type TrapEvent } from '../machine/contract';
import { worldsOf } from './address-spaces';
import { contextOf, type InspectOptions } from './context';
import type { InspectorInfo, InspectorNode, InspectorTable } from './contract';
import { explainAddress, explainLines, explainSummary, explainTrap, type Place } from './explain';
import { worldNamed } from './explain-request';
import type { InspectContext, Inspector, PhysicalRange } from './inspector';
import { bookmarkTables } from './page-table-history';
import { pageTables } from './page-tables';
import { Past } from './past';
import { INSPECTORS } from './registry';
import { RootHistory } from './root-history';
import { StaleEntries } from './stale-entries';
import { useText } from './stale-text';
import { TrapLog } from './trap-log';
import { StoreAttribution } from './writers';

/** An inspector of one target. Nothing here throws for what the guest holds: a row says what is missing. */
export interface OpenInspector {
  readonly info: InspectorInfo;
  /** Rows below `key`, or the top rows, as `hart` sees them. */
  children(key: string | undefined, hart: number): InspectorNode[];
  table(key: string | undefined, hart: number): InspectorTable;
  /** The same in parts. The guest must stand meanwhile. */
  tableWork(key: string | undefined, hart: number): Work<InspectorTable>;
  /** Ranges whose stores make the view stale. They are watched already once somebody has looked at the view. */
  watches(hart: number): readonly PhysicalRange[];
}

/** The inspectors of one target, and what they remember. */
export interface Inspection {
  readonly inspectors: readonly OpenInspector[];
  /**
   * The walk of an address in words. `world` may be a name as users write it; without it the hart's own world is meant.
   * @throws ExpressionError for a world that does not exist or is not known yet
   */
  explain(hart: number, at: Place, access: Access, world?: string | World): string[];
  /** How an address would be found, in one line for a hover: `→ pa 0x…, 4 KiB page, RW-`. */
  summary(hart: number, at: bigint, world?: World): string;
  /** For a trap that an access raised: the same about that access, as the tables are now. Empty for other traps. */
  explainTrap(event: TrapEvent): string[];
  /** Keeps all page tables under a name, for the Page Tables view to compare with; a sentence for the user. */
  bookmarkTables(hart: number, name: string): string;
  /** Set it to hear of stale translations in use, once the Page Tables view has been looked at. */
  onWarning: ((text: string) => void) | undefined;
  dispose(): void;
}

/** Opens all inspectors on a target. Dispose it with the target. */
export function openInspectors(target: DebugTarget, options: InspectOptions = {}): Inspection {
  return new TargetInspection(target, options);
}

/** The events that tell of worlds, roots and fences. */
const NOTED = ['crossing', 'rootChanged', 'fence', 'translated'] as const;

/** What was collected at a moment. */
interface SavedInspection {
  readonly roots: ReturnType<RootHistory['save']>;
  readonly stale: ReturnType<StaleEntries['save']>;
  readonly past: ReturnType<Past['save']>;
  readonly traps: ReturnType<TrapLog['save']>;
}

class TargetInspection implements Inspection {
  readonly inspectors: readonly OpenInspector[];
  readonly dispose: () => void;
  /** Takes the text of a warning while the guest runs. */
  onWarning: ((text: string) => void) | undefined;
  private readonly roots: RootHistory;
  private readonly stale: StaleEntries;
  private readonly past: Past;
  private readonly traps: TrapLog;
  private readonly attribution: StoreAttribution;
  private readonly remarks = new Set<string>();
  private lastStop: object | undefined;
  private lastPlace: string | undefined;
  /** Views that were looked at, and by which hart: their ranges are watched. */
  private readonly looked = new Map<Inspector, number>();
  private watched: readonly PhysicalRange[] = [];

  constructor(
    private readonly target: DebugTarget,
    private readonly options: InspectOptions,
  ) {
    const writers = new StoreAttribution(target);
    this.attribution = writers;
    this.roots = new RootHistory(target.machine, (event, isNow) =>
      guarded(
        () => (isNow ? writers.placeBefore(event) : writers.functionBefore(event)),
        () => undefined,
      ),
    );
    this.stale = new StaleEntries(
      target.machine,
      this.roots,
      (event) =>
        guarded(
          () => writers.placeOf(event),
          () => undefined,
        ),
      (use) => {
        // What is executed again was told when it was executed first.
        if (target.isGoingBack) return;
        this.onWarning?.(useText(use, target.symbolText(use.pc, use.hart), target.machine.isa));
      },
    );
    this.past = new Past(this.roots, this.stale);
    this.inspectors = INSPECTORS.map((inspector) => this.open(inspector));
    this.traps = new TrapLog(target.machine, options.mostTraps);
    const stopObserving = target.machine.observe(['stored'], (event) => {
      if (event.kind === 'stored') this.stored(event);
    });
    const stopNoting = target.machine.observe(NOTED, (event) => {
      if (event.kind === 'fence') return this.stale.fenced(event);
      if (event.kind === 'translated') return this.stale.translated(event);
      this.roots.note(event);
      if (event.kind === 'rootChanged') {
        this.remark(event);
        if (this.looked.has(pageTables) && this.stale.lacksRoots) this.watch();
      }
      if (!isCrossing(event)) return;
      if (isVmEntry(event.from, event.to)) this.stale.entered(event.hart, event.to, event.instruction);
      this.past.controlBlocks.note(target.machine, event);
      this.past.worlds.note(event.hart, event.from);
      this.past.worlds.note(event.hart, event.to);
    });
    const stopRemembering = target.timeline?.remember({
      save: () => ({
        roots: this.roots.save(),
        stale: this.stale.save(),
        past: this.past.save(),
        traps: this.traps.save(),
      }),
      restore: (saved) => {
        const { roots, stale, past, traps } = saved as SavedInspection;
        this.roots.restore(roots);
        this.past.restore(past);
        this.traps.restore(traps);
        this.stale.restore(stale);
        if (this.looked.size > 0) this.watch();
      },
    });
    this.dispose = () => {
      stopRemembering?.();
      stopObserving();
      stopNoting();
      this.traps.dispose();
      target.machine.observeStores([]);
    };
  }

  /** Says once what is questionable about a root. */
  private remark({ register, value, hart, pc }: RootChangedEvent): void {
    const text = this.target.machine.isa.rootRemark?.(register, value);
    if (text === undefined || this.remarks.has(text)) return;
    this.remarks.add(text);
    const where = this.target.symbolText(pc, hart) ?? hex(pc);
    this.onWarning?.(`${where}: ${text}`);
  }

  explain(hart: number, at: Place, access: Access, world?: string | World): string[] {
    const context = this.context(hart);
    const found = typeof world === 'string' ? worldNamed(world, worldsOf(context)) : world;
    if (typeof found === 'string') throw new ExpressionError(found);
    return explainLines(explainAddress(context, at, access, found));
  }

  summary(hart: number, at: bigint, world?: World): string {
    return explainSummary(this.context(hart), at, world);
  }

  bookmarkTables(hart: number, name: string): string {
    return bookmarkTables(this.context(hart), name);
  }

  explainTrap(event: TrapEvent): string[] {
    return guarded(
      () => explainTrap(this.context(event.hart), event),
      (why) => [why],
    );
  }

  private open(inspector: Inspector): OpenInspector {
    const { id, title, icon, refreshOn, isFiltered, filterHint } = inspector;
    return {
      info: {
        id,
        title,
        icon,
        refreshOn,
        ...(isFiltered && { isFiltered }),
        ...(filterHint && { filterHint: t(filterHint) }),
      },
      children: (key, hart) =>
        guarded(
          () =>
            this.look(inspector, hart, (context) =>
              inspector.when(context) ? inspector.children(context, key) : [absent(title)],
            ),
          (why) => [{ key: `failed:${key ?? ''}`, label: why, tooltip: why, icon: 'warning', hasChildren: false }],
        ),
      table: (key, hart) => finish(this.tableWork(inspector, key, hart)),
      tableWork: (key, hart) => this.tableWork(inspector, key, hart),
      watches: (hart) =>
        guarded(
          () => inspector.watches?.(this.context(hart)) ?? [],
          () => [],
        ),
    };
  }

  private *tableWork(inspector: Inspector, key: string | undefined, hart: number): Work<InspectorTable> {
    try {
      const context = this.look(inspector, hart, (now) => now);
      return yield* inspector.tableWork?.(context, key) ?? whole(inspector.table(context, key));
    } catch (error) {
      return { columns: [], rows: [], summary: failure(error) };
    }
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
    const isGrown = guarded(
      () => this.stale.stored(event),
      () => false,
    );
    if (isGrown || touched.some((range) => range.isDecisive === true)) this.watch();
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
  label: t`${t(title)}: this machine has none`,
  icon: 'info',
  hasChildren: false,
});

/** One view's bug must not take the others, the session or the run down. */
function guarded<T>(look: () => T, failed: (why: string) => T): T {
  try {
    return look();
  } catch (error) {
    return failed(failure(error));
  }
}

const failure = (error: unknown): string =>
  t`This view could not be made: ${error instanceof Error ? error.message : String(error)}`;

// biome-ignore lint/correctness/useYield: it is one part.
function* whole<T>(done: T): Work<T> {
  return done;
}
