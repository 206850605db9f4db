import { type Va, va } from '../base/address';
import { elfImage, loadedBytes, type RawHeader, type RawSymbol, symbolCovering } from './elf-image';
import type { SymbolModule } from './module';
import { nameMatcher } from './pattern';
import { locationOf, opsOf, type RawLocation, type RawOp, type RawUnwindRow, rangesOf, unwindRowOf } from './raw';
import { type RawType, TypeGraph } from './type-graph';
import type {
  AddressRange,
  CodeAddress,
  CompanionName,
  ElfImage,
  ElfSymbol,
  FunctionInfo,
  InlineFrame,
  Language,
  LineRow,
  Op,
  Program,
  Scope,
  SourceFile,
  SymbolHit,
  Type,
  UnwindRow,
  Variable,
} from './types';

interface RawVariable {
  readonly id: number;
  readonly name: string;
  readonly linkageName?: string;
  readonly type: number | string | null;
  readonly source: number | null;
  readonly line: number;
  readonly isParameter: boolean;
  readonly isArtificial: boolean;
  readonly language: Language;
  readonly location: RawLocation;
  readonly frameBase?: RawLocation;
}

interface RawScope extends Omit<Scope, 'ranges' | 'variables'> {
  readonly ranges: readonly string[];
  readonly variables: readonly RawVariable[];
}

interface RawFrame extends Omit<InlineFrame, 'source' | 'declSource' | 'lo' | 'hi'> {
  readonly source: number | null;
  readonly declSource: number | null;
  readonly lo: string;
  readonly hi: string;
}

interface RawAddress extends Omit<CodeAddress, 'source' | 'address'> {
  readonly address: string;
  readonly source: number | null;
}

interface RawFunction extends Omit<FunctionInfo, 'source' | 'ranges' | 'addresses'> {
  readonly source: number | null;
  readonly ranges: readonly string[];
  readonly addresses: readonly RawAddress[];
}

type RawSource = readonly [path: string, md5?: string];

interface Named {
  readonly id: number;
  readonly name: string;
}

/** A pattern that fits more than this is a mistake; the rest is left out. */
const MAX_MATCHES = 2000;
/** Fields of one row in the flat answer of `lines_in`. */
const ROW_FIELDS = 6;

/** Answers queries about one file by asking the wasm module, and remembers what is asked again and again. */
export class ModuleProgram implements Program {
  readonly elf: ElfImage;
  readonly hasLines: boolean;
  readonly hasDebugInfo: boolean;
  readonly hasMacros: boolean;
  readonly companions: readonly CompanionName[];
  flagsOf: Program['flagsOf'] = () => undefined;
  rowOfCode: Program['rowOfCode'] = () => undefined;
  private readonly graph: TypeGraph;
  private sourceList: readonly SourceFile[] | undefined;
  private functionNames: readonly Named[] | undefined;
  private staticNames: readonly Named[] | undefined;
  private typeNames: readonly Named[] | undefined;
  private readonly notes: string[] = [];
  private readonly functionCache = new Map<number, FunctionInfo>();
  private readonly unwindCache = new Map<Va, UnwindRow | undefined>();

  constructor(
    readonly path: string,
    private readonly file: Uint8Array,
    private readonly module: SymbolModule,
    header: RawHeader,
    private readonly crashes: readonly string[],
    /** The file itself, where another one has its debug information. */
    private readonly stripped?: SymbolModule,
  ) {
    this.elf = elfImage(header, () => this.symbols());
    this.hasLines = header.hasLines;
    this.hasDebugInfo = header.hasDebugInfo;
    this.companions = header.companions;
    this.hasMacros = header.sections.some(({ name }) => /^\.z?debug_mac(?:ro|info)/.test(name));
    this.graph = new TypeGraph((id) => this.module.ask('type_by_id', BigInt(Math.max(0, id))) as RawType | undefined);
  }

  get problems(): readonly string[] {
    const noted = (this.module.ask('problems') as readonly string[] | undefined) ?? [];
    return [...noted, ...this.crashes, ...this.notes];
  }

  note(problem: string): void {
    this.notes.push(problem);
  }

  private symbols(): readonly RawSymbol[] {
    const found = this.module.ask('symbols') as readonly RawSymbol[] | undefined;
    if (found !== undefined && found.length > 0) return found;
    return (this.stripped?.ask('symbols') as readonly RawSymbol[] | undefined) ?? [];
  }

  bytesAt(vaddr: Va, length: number): Uint8Array | undefined {
    return loadedBytes(this.elf, this.file, vaddr, length);
  }

  symbolAt(at: Va): SymbolHit | undefined {
    return symbolCovering(this.elf, at);
  }

  lookup(query: string | RegExp): readonly ElfSymbol[] {
    const matches = nameMatcher(query);
    return this.elf.symbols
      .filter((s) => matches(s.demangled) || (s.name !== s.demangled && matches(s.name)))
      .slice(0, MAX_MATCHES);
  }

  functions(query: string | RegExp): readonly FunctionInfo[] {
    this.functionNames ??= this.module.list('function_names');
    const found = matching(this.functionNames, query).flatMap((id) => this.function(id) ?? []);
    if (found.length > 0) return found;
    const byLinkageName = this.lookup(query).filter((s) => s.kind === 'function' || this.isCodeLabel(s));
    return byLinkageName.map((s) => this.symbolFunction(s));
  }

  sources(): readonly SourceFile[] {
    if (this.sourceList === undefined) {
      const raw = (this.module.ask('sources') as readonly RawSource[] | undefined) ?? [];
      this.sourceList = raw.map(([path, md5], id) => ({ id, path, md5 }));
    }
    return this.sourceList;
  }

  linesOf(source: SourceFile): readonly number[] {
    return (this.module.ask('lines_of', source.id, 0) as number[] | undefined) ?? [];
  }

  columnsOf(source: SourceFile, line: number): readonly number[] {
    return line < 1 ? [] : ((this.module.ask('lines_of', source.id, line) as number[] | undefined) ?? []);
  }

  addressesOf(source: SourceFile, line: number, column = 0): readonly CodeAddress[] {
    if (line < 1) return [];
    const raw = this.module.ask('addresses_of', source.id, line, column) as readonly RawAddress[] | undefined;
    return (raw ?? []).map((a) => this.address(a));
  }

  lineAt(at: Va): LineRow | undefined {
    return this.linesIn({ lo: at, hi: va(at + 1n) })[0];
  }

  linesIn(range: AddressRange): readonly LineRow[] {
    const flat = (this.module.ask('lines_in', range.lo, range.hi) as readonly unknown[] | undefined) ?? [];
    const rows: LineRow[] = [];
    for (let i = 0; i + ROW_FIELDS <= flat.length; i += ROW_FIELDS) {
      const source = this.source(flat[i] as number | null);
      if (source === undefined) continue;
      rows.push({
        source,
        line: flat[i + 1] as number,
        column: flat[i + 2] as number,
        lo: va(BigInt(flat[i + 3] as string)),
        hi: va(BigInt(flat[i + 4] as string)),
        isStmt: flat[i + 5] as boolean,
      });
    }
    return rows;
  }

  framesAt(at: Va): readonly InlineFrame[] {
    const raw = (this.module.ask('frames_at', at) as readonly RawFrame[] | undefined) ?? [];
    if (raw.length === 0) return this.frameFromLines(at);
    return raw.map((f) => ({
      ...f,
      linkageName: f.linkageName,
      source: this.source(f.source),
      declSource: this.source(f.declSource),
      lo: va(BigInt(f.lo)),
      hi: va(BigInt(f.hi)),
    }));
  }

  scopesAt(at: Va): readonly Scope[] {
    const raw = (this.module.ask('scopes_at', at) as readonly RawScope[] | undefined) ?? [];
    return raw.map((s) => ({ ...s, ranges: rangesOf(s.ranges), variables: s.variables.map((v) => this.variable(v)) }));
  }

  unwind(at: Va): UnwindRow | undefined {
    if (this.unwindCache.has(at)) return this.unwindCache.get(at);
    const raw = (this.module.ask('unwind_row', at) ?? this.stripped?.ask('unwind_row', at)) as RawUnwindRow | undefined;
    const row = raw ? unwindRowOf(raw) : this.rowOfCode(at);
    if (this.unwindCache.size > 4096) this.unwindCache.clear();
    this.unwindCache.set(at, row);
    return row;
  }

  callSiteAt(at: Va): ReadonlyMap<number, readonly Op[]> {
    const raw = this.module.ask('call_site', at) as readonly (readonly [number, readonly RawOp[]])[] | undefined;
    return new Map((raw ?? []).map(([register, ops]) => [register, opsOf(ops)]));
  }

  globals(query: string | RegExp): readonly Variable[] {
    this.staticNames ??= this.module.list('static_names');
    return matching(this.staticNames, query).flatMap((id) => {
      const raw = this.module.ask('static_variable', BigInt(id)) as RawVariable | undefined;
      return raw === undefined ? [] : [this.variable(raw)];
    });
  }

  globalAt(at: Va): Variable | undefined {
    const raw = this.module.ask('static_at', at) as RawVariable | undefined;
    return raw && this.variable(raw);
  }

  typeNamed(name: string): Type | undefined {
    const raw = this.module.askAbout('type_named', name) as RawType | undefined;
    return raw && this.graph.admit(raw);
  }

  types(query: string | RegExp): readonly Type[] {
    this.typeNames ??= this.module.list('type_names');
    return matching(this.typeNames, query).map((id) => this.graph.type(id));
  }

  typeById(id: number): Type {
    return this.graph.type(id);
  }

  variableById(id: number): Variable | undefined {
    const raw = this.module.ask('static_variable', BigInt(id)) as RawVariable | undefined;
    return raw && this.variable(raw);
  }

  enumeratorNamed(name: string): { type: Type; value: bigint } | undefined {
    const raw = this.module.askAbout('enumerator_named', name) as { type: number; value: string } | undefined;
    if (raw === undefined) return undefined;
    const type = this.graph.type(raw.type);
    const own = type.kind === 'enumeration' ? type.enumerators.find((one) => one.name === name)?.value : undefined;
    return { type, value: own ?? BigInt(raw.value) };
  }

  macroNamed(name: string, at: Va | undefined): string | undefined {
    return this.module.askAbout('macro_named', name, at ?? 0n) as string | undefined;
  }

  private source(id: number | null): SourceFile | undefined {
    return id === null ? undefined : this.sources()[id];
  }

  private address(raw: RawAddress): CodeAddress {
    return {
      ...raw,
      functionName: raw.functionName,
      source: this.source(raw.source),
      address: va(BigInt(raw.address)),
    };
  }

  private variable(raw: RawVariable): Variable {
    const graph = this.graph;
    return {
      id: raw.id,
      name: raw.name,
      linkageName: raw.linkageName,
      source: this.source(raw.source),
      line: raw.line,
      isParameter: raw.isParameter,
      isArtificial: raw.isArtificial,
      language: raw.language,
      location: locationOf(raw.location) ?? { kind: 'none', why: 'it has no location' },
      frameBase: locationOf(raw.frameBase),
      get type() {
        return graph.type(raw.type);
      },
    };
  }

  private function(number: number): FunctionInfo | undefined {
    const known = this.functionCache.get(number);
    if (known !== undefined) return known;
    const raw = this.module.ask('function', number) as RawFunction | undefined;
    if (raw === undefined) return undefined;
    const info: FunctionInfo = {
      ...raw,
      linkageName: raw.linkageName,
      source: this.source(raw.source),
      ranges: rangesOf(raw.ranges),
      addresses: raw.addresses.map((a) => this.address(a)),
    };
    this.functionCache.set(number, info);
    return info;
  }

  private isCodeLabel(symbol: ElfSymbol): boolean {
    return symbol.kind === 'label' && this.elf.sections.some((s) => s.isExecutable && s.name === symbol.section);
  }

  /** Where only line tables are kept, a function has a symbol and lines but no entry. */
  private frameFromLines(at: Va): InlineFrame[] {
    const row = this.lineAt(at);
    const hit = row && this.symbolAt(at);
    if (row === undefined || hit === undefined) return [];
    const { symbol } = hit;
    return [
      {
        name: symbol.demangled,
        linkageName: symbol.name === symbol.demangled ? undefined : symbol.name,
        isInlined: false,
        source: row.source,
        line: row.line,
        column: row.column,
        lo: symbol.address,
        hi: symbol.size > 0n ? va(symbol.address + symbol.size) : row.hi,
        declSource: undefined,
        declLine: 0,
        language: 'other',
      },
    ];
  }

  /** A function known by its symbol only, as those written in assembly. */
  private symbolFunction(symbol: ElfSymbol): FunctionInfo {
    const row = this.lineAt(symbol.address);
    return {
      name: symbol.demangled,
      linkageName: symbol.name === symbol.demangled ? undefined : symbol.name,
      source: row?.source,
      line: row?.line ?? 0,
      ranges: symbol.size > 0n ? [{ lo: symbol.address, hi: va(symbol.address + symbol.size) }] : [],
      addresses: [
        {
          address: symbol.address,
          source: row?.source,
          line: row?.line ?? 0,
          column: row?.column ?? 0,
          functionName: symbol.demangled,
        },
      ],
    };
  }
}

function matching(names: readonly Named[], query: string | RegExp): number[] {
  const matches = nameMatcher(query);
  return names
    .filter((n) => matches(n.name))
    .slice(0, MAX_MATCHES)
    .map((n) => n.id);
}
