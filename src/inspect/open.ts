/** Binds the inspectors to a debug target: what dap calls. */
import { va } from '../base/address';
import { ExpressionError } from '../debug/expression/ast';
import { localValue, staticValue, variablesInScope } from '../debug/expression/scope';
import { isLibraryPath } from '../debug/sources';
import { type CodeFrame, logicalFrames, type PhysicalFrame } from '../debug/stack';
import type { DebugTarget } from '../debug/target';
import type { StoredEvent } from '../machine/contract';
import type { SourceFile, Variable } from '../symbols/types';
import type { InspectorInfo, InspectorNode, InspectorTable } from './contract';
import type { DeviceWindow, InspectContext, Inspector, NamedValue, PhysicalRange } from './inspector';
import { type CodePlace, Past } from './past';
import { INSPECTORS } from './registry';

/** What the inspectors are told besides the target. */
export interface InspectOptions {
  /** The devices on the machine's bus, to name addresses. */
  readonly windows?: readonly DeviceWindow[];
}

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
  readonly context: (hart: number) => InspectContext;
  dispose(): void;
}

/** Directories of packages that came from a registry: `serde-1.0.2`, `.cargo/registry`. */
const isPackagePath = (path: string): boolean =>
  /\/[\w.-]+-\d+\.\d+\.\d+[^/]*\/|\/\.?cargo\/(registry|git)\//.test(path);

/** Stores whose callers are looked up between two stops; after these, only the storing function is known. */
const MOST_UNWINDS = 512;
/** Frames up from a store until the user's own code must come. */
const MOST_CALLERS = 8;

/** Looks over one target for as long as it lives. */
class TargetInspection implements Inspection {
  readonly inspectors: readonly OpenInspector[];
  private readonly past = new Past();
  private readonly stopObserving: () => void;
  private lastStop: string | undefined;
  private lastStopObject: object | undefined;
  private unwinds = 0;

  constructor(
    private readonly target: DebugTarget,
    private readonly options: InspectOptions,
  ) {
    this.inspectors = INSPECTORS.map((inspector) => this.open(inspector));
    this.stopObserving = target.machine.observe(['stored'], (event) => {
      if (event.kind === 'stored') this.past.stored({ event, place: this.placeOfStore(event) });
    });
  }

  dispose(): void {
    this.stopObserving();
  }

  private open(inspector: Inspector): OpenInspector {
    const { id, title, refreshOn } = inspector;
    return {
      info: { id, title, refreshOn },
      children: (key, hart) =>
        this.guarded(
          () => inspector.children(this.ready(hart), key),
          (why) => [{ key: `failed:${key ?? ''}`, label: why, tooltip: why, icon: 'warning', hasChildren: false }],
        ),
      table: (key, hart) =>
        this.guarded(
          () => inspector.table(this.ready(hart), key),
          (summary) => ({ columns: [], rows: [], summary }),
        ),
      watches: (hart) =>
        this.guarded(
          () => inspector.watches?.(this.ready(hart)) ?? [],
          () => [],
        ),
    };
  }

  private guarded<T>(look: () => T, failed: (why: string) => T): T {
    try {
      return look();
    } catch (error) {
      return failed(`This view could not be made: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The context of a hart, after noting a new stop. */
  private ready(hart: number): InspectContext {
    const { machine, stop } = this.target;
    const context = this.context(hart);
    this.past.isFrozen = stop === undefined;
    if (stop === undefined || stop === this.lastStopObject) return context;
    this.lastStopObject = stop;
    const identity = `${machine.retired} ${machine.cpus.map((cpu) => cpu.pc).join()}`;
    if (identity === this.lastStop) return context;
    this.lastStop = identity;
    this.unwinds = 0;
    this.past.turn();
    for (const cpu of machine.cpus) {
      for (const inspector of INSPECTORS) {
        this.guarded(
          () => inspector.note?.(this.context(cpu.hart)),
          () => undefined,
        );
      }
    }
    return context;
  }

  readonly context = (hart: number): InspectContext => {
    const { target } = this;
    const cpu = target.cpu(hart);
    return {
      machine: target.machine,
      cpu,
      images: target.images,
      windows: this.options.windows ?? [],
      past: this.past,
      statics: (image, accept) => {
        const scope = target.scope(cpu.hart);
        return image.program
          .globals(/./)
          .filter(accept)
          .flatMap((variable) => this.named(image, variable, () => staticValue(scope, image, variable)));
      },
      locals: () => this.locals(cpu.hart),
      clientPath: (source) => target.sources.clientPath(source),
      isOwnSource: (source) => this.isOwn(source),
    };
  };

  private isOwn(source: SourceFile): boolean {
    return this.target.sources.isMapped(source) || !(isLibraryPath(source.path) || isPackagePath(source.path));
  }

  private locals(hart: number): NamedValue[] {
    const { target } = this;
    const top = target.topFrame(hart);
    const { image } = top?.physical ?? {};
    if (top === undefined || image === undefined) return [];
    return logicalFrames(top.physical).flatMap((frame) => {
      const scope = target.scope(hart, frame);
      return variablesInScope(frame).flatMap((variable) =>
        this.named(image, variable, () => localValue(scope, frame, variable), frame.name),
      );
    });
  }

  private named(
    image: NamedValue['image'],
    variable: Variable,
    operand: () => ReturnType<typeof localValue>,
    functionName?: string,
  ): NamedValue[] {
    try {
      const found = operand();
      if (found.kind !== 'value') return [];
      return [{ variable, image, value: found.value, ...(functionName !== undefined && { functionName }) }];
    } catch (error) {
      if (error instanceof ExpressionError) return [];
      throw error;
    }
  }

  /** Who stores: the innermost function of the user's own sources, else the storing function itself. */
  private placeOfStore(event: StoredEvent): CodePlace | undefined {
    const { unwinder } = this.target;
    let frame: PhysicalFrame | undefined = unwinder.top(this.target.cpu(event.hart));
    if (frame.pc !== event.pc) frame = unwinder.frame(frame.cpu, va(event.pc), frame.state.registers, false);
    let innermost: CodeFrame | undefined;
    const mayUnwind = this.unwinds++ < MOST_UNWINDS;
    for (let depth = 0; depth < MOST_CALLERS && frame !== undefined; depth++) {
      const frames = logicalFrames(frame);
      innermost ??= frames[0];
      const own = frames.find(({ source }) => source !== undefined && this.isOwn(source));
      if (own !== undefined) return this.codePlace(own);
      const up: ReturnType<typeof unwinder.caller> = mayUnwind ? unwinder.caller(frame) : { kind: 'end' };
      frame = up.kind === 'frame' ? up.frame : undefined;
    }
    return innermost === undefined ? undefined : this.codePlace(innermost);
  }

  private codePlace({ name, source, line }: CodeFrame): CodePlace {
    return { functionName: name, ...(source !== undefined && { path: this.target.sources.clientPath(source), line }) };
  }
}

/** Opens all inspectors on a target. Dispose it with the target. */
export const openInspectors = (target: DebugTarget, options: InspectOptions = {}): Inspection =>
  new TargetInspection(target, options);
