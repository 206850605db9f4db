/**
 * Breakpoints bound to code identity: (image, link address). The machine is told the run-time virtual and the physical
 * addresses of each, so one set before paging is on hits before and after. Nothing is ever written to guest memory.
 */
import { hex, pa, type Va, va } from '../base/address';
import { t } from '../base/l10n';
import type { CodeAddress, SourceFile } from '../symbols/types';
import { type BreakpointMode, underMode, type WhereNow } from './breakpoint-modes';
import { type HitTest, type LogPart, parseHitCondition, parseLogMessage } from './conditions';
import { type BoundPlace, type Image, type ImageSet, placesOf } from './images';
import { similarFunction } from './similar-function';
import { normalizePath, type SourceCatalogue } from './sources';

export type { BoundPlace } from './images';

/** What every kind of code breakpoint may carry. */
export interface BreakpointOptions {
  /** Keeps the id of an earlier binding. */
  readonly id?: number;
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
  readonly mode?: BreakpointMode;
}

/** Lines and columns count from 1. */
export interface SourceSpec extends BreakpointOptions {
  readonly line: number;
  readonly column?: number;
}

export interface FunctionSpec extends BreakpointOptions {
  readonly name: string;
}

export interface InstructionSpec extends BreakpointOptions {
  readonly address: Va;
  /** The address is a physical one; outside every image it matches as such. */
  readonly isPhysical?: boolean;
}

/** A code breakpoint and how it was bound. */
export interface CodeBreakpoint {
  readonly id: number;
  readonly type: 'source' | 'function' | 'instruction';
  readonly places: readonly BoundPlace[];
  /** Where it really stands, when it has a source. */
  readonly source: SourceFile | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Why it is not bound, or a remark on how it was. */
  readonly message: string | undefined;
  readonly condition: string | undefined;
  readonly hitTest: HitTest | undefined;
  readonly log: readonly LogPart[] | undefined;
  /** Hits so far, after the condition held. */
  hits: number;
}

/** The breakpoints that one owner has set. */
interface Owned {
  readonly bySource: Map<string, readonly CodeBreakpoint[]>;
  functions: readonly CodeBreakpoint[];
  instructions: readonly CodeBreakpoint[];
}

/** The owner of breakpoints that nobody claims. */
const ANYBODY = {};

/** The code breakpoints of one target. Each owner replaces its own only. */
export class Breakpoints {
  private readonly owned = new Map<object, Owned>();
  private index: readonly CodeBreakpoint[] = [];
  /** Counts changes, so that the runner knows when to tell the machine. */
  version = 0;

  constructor(
    private readonly images: ImageSet,
    private readonly sources: SourceCatalogue,
    /** Ids are unique over all kinds of breakpoints. */
    private readonly takeId: () => number,
    private readonly here: WhereNow,
  ) {}

  get all(): readonly CodeBreakpoint[] {
    return this.index;
  }

  /** Replaces the breakpoints of one source file. */
  setSource(path: string, specs: readonly SourceSpec[], owner: object = ANYBODY): readonly CodeBreakpoint[] {
    const set = specs.map((spec) => this.bindSource(path, spec));
    this.of(owner).bySource.set(normalizePath(path), set);
    this.rebuild();
    return set;
  }

  /** Replaces all function breakpoints. */
  setFunctions(specs: readonly FunctionSpec[], owner: object = ANYBODY): readonly CodeBreakpoint[] {
    const set = specs.map((spec) => this.bindFunction(spec));
    this.of(owner).functions = set;
    this.rebuild();
    return set;
  }

  /** Replaces all instruction breakpoints. */
  setInstructions(specs: readonly InstructionSpec[], owner: object = ANYBODY): readonly CodeBreakpoint[] {
    const set = specs.map((spec) => this.make('instruction', spec, this.placesAt(spec), undefined, undefined));
    this.of(owner).instructions = set;
    this.rebuild();
    return set;
  }

  /** Removes all of an owner. */
  remove(owner: object): void {
    this.owned.delete(owner);
    this.rebuild();
  }

  private of(owner: object): Owned {
    const known = this.owned.get(owner) ?? { bySource: new Map(), functions: [], instructions: [] };
    this.owned.set(owner, known);
    return known;
  }

  /** Forgets how often each was hit; a restarted guest counts anew. */
  resetHits(): void {
    for (const breakpoint of this.index) breakpoint.hits = 0;
  }

  /** An image has moved: its breakpoints go with it. */
  rebind(image: Image): void {
    const moved = (breakpoint: CodeBreakpoint): CodeBreakpoint =>
      breakpoint.places.some((place) => place.image === image)
        ? { ...breakpoint, places: unique(breakpoint.places.flatMap((place) => movedPlace(place, image))) }
        : breakpoint;
    for (const owned of this.owned.values()) {
      for (const [path, set] of owned.bySource) owned.bySource.set(path, set.map(moved));
      owned.functions = owned.functions.map(moved);
      owned.instructions = owned.instructions.map(moved);
    }
    this.rebuild();
  }

  private rebuild(): void {
    const all = [...this.owned.values()];
    this.index = [
      ...all.flatMap(({ bySource }) => [...bySource.values()].flat()),
      ...all.flatMap(({ functions }) => functions),
      ...all.flatMap(({ instructions }) => instructions),
    ];
    this.version++;
  }

  /** A bare address is code of the world the user looks at, else of the only image that it can belong to. */
  private placesAt({ address, isPhysical }: InstructionSpec): BoundPlace[] {
    const hit =
      isPhysical === true ? this.images.atPhysical(address) : (this.here.imageAt(address) ?? this.images.only(address));
    if (hit !== undefined) return placesOf(hit.image, hit.link);
    return [{ image: undefined, link: address, va: address, pa: isPhysical === true ? pa(address) : undefined }];
  }

  private bindSource(path: string, spec: SourceSpec): CodeBreakpoint {
    const files = this.sources.find(path);
    if (files.length === 0) return this.make('source', spec, [], undefined, this.whyNoSource(path));
    const codes = files.flatMap(({ image, source }) =>
      image.program.addressesOf(source, spec.line, spec.column).map((code) => ({ image, code })),
    );
    const first = codes[0];
    if (first === undefined) {
      const why = t`Line ${spec.line} has no code in the running image: it was optimised away, or is a comment or declaration. Pick a line nearby.`;
      return this.make('source', spec, [], undefined, why);
    }
    // A line slides forward; only the nearest line with code counts.
    const line = codes.reduce((least, { code }) => Math.min(least, code.line), first.code.line);
    const places = codes
      .filter(({ code }) => code.line === line)
      .flatMap(({ image, code }) => placesOf(image, code.address));
    return this.make('source', spec, places, codes.find(({ code }) => code.line === line)?.code, undefined);
  }

  private whyNoSource(path: string): string {
    if (this.images.all.length === 0) return t`No image with symbols is loaded yet.`;
    if (this.images.all.every((image) => !image.program.hasLines)) {
      return t`The images have no line tables. Build with debug information (Rust: debug = true in the profile).`;
    }
    const name = path.split(/[\\/]/).pop() ?? path;
    return t`No loaded image was built from ${name}. Check that the program matches these sources, or add a sourceMap to launch.json.`;
  }

  private bindFunction(spec: FunctionSpec): CodeBreakpoint {
    const found: { image: Image; code: CodeAddress }[] = [];
    const plain: BoundPlace[] = [];
    for (const image of this.images.all) {
      const functions = image.program.functions(spec.name);
      for (const info of functions) for (const code of info.addresses) found.push({ image, code });
      if (functions.length > 0) continue;
      for (const symbol of image.program.lookup(spec.name)) {
        if (symbol.kind === 'function' || symbol.kind === 'label') plain.push(...placesOf(image, symbol.address));
      }
    }
    const places = [...found.flatMap(({ image, code }) => placesOf(image, code.address)), ...plain];
    if (places.length > 0) return this.make('function', spec, places, found[0]?.code, undefined);
    const hexAddress = /^\*?\s*(0x[0-9a-f]{1,16})$/i.exec(spec.name.trim())?.[1];
    if (hexAddress !== undefined) {
      const at = va(BigInt(hexAddress));
      return this.make('function', spec, [{ image: undefined, link: at, va: at, pa: undefined }], undefined, undefined);
    }
    const similar = similarFunction(this.images, spec.name);
    const why =
      similar !== undefined
        ? t`No function matches "${spec.name}". Did you mean "${similar}"?`
        : t`No function matches "${spec.name}". Use a name, a path (module::function), a pattern with *, /regex/, or an address 0x….`;
    return this.make('function', spec, [], undefined, why);
  }

  private make(
    type: CodeBreakpoint['type'],
    options: BreakpointOptions,
    places: readonly BoundPlace[],
    code: CodeAddress | undefined,
    message: string | undefined,
  ): CodeBreakpoint {
    const hitTest = options.hitCondition ? parseHitCondition(options.hitCondition) : undefined;
    const bad = typeof hitTest === 'string';
    const bound = underMode(unique(places), options.mode ?? 'auto', this.here);
    return {
      id: options.id ?? this.takeId(),
      type,
      places: bad ? [] : bound.places,
      source: code?.source,
      line: code?.line,
      column: code?.column,
      message: bad ? hitTest : (message ?? bound.message),
      condition: options.condition?.trim() || undefined,
      hitTest: bad ? undefined : hitTest,
      log: options.logMessage ? parseLogMessage(options.logMessage) : undefined,
      hits: 0,
    };
  }
}

/** Where the code of a place is now. */
const movedPlace = (place: BoundPlace, image: Image): BoundPlace[] =>
  place.image !== image
    ? [place]
    : placesOf(image, place.link).map((at) => (place.rule === undefined ? at : { ...at, rule: place.rule }));

function unique(places: readonly BoundPlace[]): BoundPlace[] {
  const seen = new Map(places.map((entry) => [`${entry.image?.id}:${entry.va}`, entry]));
  return [...seen.values()];
}

/** `main.rs:12 (0x80200000)` for messages. */
export const describePlace = (entry: BoundPlace): string => hex(entry.va);
