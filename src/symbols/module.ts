/** The exports of src/symbols/wasm, one program an instance. Answers lie in a buffer that the next call overwrites. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  input(length: number): number;
  companion(kind: number): void;
  output(): number;
  output_length(): number;
  open(): void;
  problems(): void;
  symbols(): void;
  sources(): void;
  lines_of(source: number, line: number): void;
  addresses_of(source: number, line: number, column: number): void;
  lines_in(lo: bigint, hi: bigint): void;
  frames_at(va: bigint): void;
  scopes_at(va: bigint): void;
  unwind_row(va: bigint): void;
  call_site(va: bigint): void;
  function_names(): void;
  function(number: number): void;
  static_names(): void;
  static_variable(id: bigint): void;
  static_at(va: bigint): void;
  type_names(): void;
  type_by_id(id: bigint): void;
  type_named(): void;
  enumerator_named(): void;
  macro_named(va: bigint): void;
}

/** The bytes of other files that hold a part of the debug information. */
export interface Companions {
  /** The file that dwz put shared entries into. */
  readonly alternate?: Uint8Array;
  /** Files of split debug information: `.dwo`, or a `.dwp` with many. */
  readonly splits?: readonly Uint8Array[];
}

const ALTERNATE = 0;
const SPLIT = 1;

/** What may be asked of the module. */
export type Query = Exclude<keyof Exports, 'memory' | 'input' | 'companion' | 'output' | 'output_length' | 'open'>;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** After so many crashes on one file, the rest of its questions are answered with nothing. */
const MAX_CRASHES = 16;

/**
 * A wasm instance that holds one file. A crash inside (damaged input we did not foresee) loses the instance;
 * the question gets no answer, the crash is noted and the next question gets a new instance.
 */
export class SymbolModule {
  private exports: Exports | undefined;
  private crashes = 0;

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly bytes: Uint8Array,
    private readonly onCrash: (what: string) => void,
    private readonly companions: Companions = {},
  ) {}

  /** Opens the file anew. The answer is the header, or a string that says why the file is unreadable. */
  open(): unknown {
    return this.guard(() => JSON.parse(this.text(this.instantiate())));
  }

  /** The JSON answer to a query, `undefined` for none. */
  ask(query: Query, ...args: readonly (number | bigint)[]): unknown {
    return this.guard(() => JSON.parse(this.text(this.run(query, args))) ?? undefined);
  }

  /** As `ask`, with a text as the module's input. */
  askAbout(query: Query, text: string, ...args: readonly bigint[]): unknown {
    return this.guard(() => {
      const exports = this.current();
      write(exports, encoder.encode(text));
      return JSON.parse(this.text(this.run(query, args))) ?? undefined;
    });
  }

  /** The answer of a query that lists `id name` lines. */
  list(query: Query): { readonly id: number; readonly name: string }[] {
    const text = this.guard(() => this.text(this.run(query, []))) ?? '';
    const rows: { id: number; name: string }[] = [];
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('\n', start);
      const blank = text.indexOf(' ', start);
      rows.push({ id: Number(text.slice(start, blank)), name: text.slice(blank + 1, end) });
      start = end + 1;
    }
    return rows;
  }

  private run(query: Query, args: readonly (number | bigint)[]): Exports {
    const exports = this.current();
    (exports[query] as (...args: readonly (number | bigint)[]) => void)(...args);
    return exports;
  }

  private current(): Exports {
    return this.exports ?? this.instantiate();
  }

  private instantiate(): Exports {
    const instance = new WebAssembly.Instance(this.module);
    const exports = instance.exports as unknown as Exports;
    this.exports = exports;
    const { alternate, splits = [] } = this.companions;
    const others = [
      ...(alternate === undefined ? [] : [[ALTERNATE, alternate] as const]),
      ...splits.map((one) => [SPLIT, one] as const),
    ];
    for (const [kind, bytes] of others) {
      write(exports, bytes);
      exports.companion(kind);
    }
    write(exports, this.bytes);
    exports.open();
    return exports;
  }

  private text(exports: Exports): string {
    return decoder.decode(new Uint8Array(exports.memory.buffer, exports.output() >>> 0, exports.output_length() >>> 0));
  }

  private guard<T>(question: () => T): T | undefined {
    if (this.crashes >= MAX_CRASHES) return undefined;
    try {
      return question();
    } catch (error) {
      this.crashes++;
      this.onCrash(this.lastWords() ?? String(error));
      this.exports = undefined;
      return undefined;
    }
  }

  /** A panic writes its message into the output buffer before it traps. */
  private lastWords(): string | undefined {
    if (this.exports === undefined) return undefined;
    try {
      const words = this.text(this.exports);
      return words.startsWith('panicked') ? words : undefined;
    } catch {
      return undefined;
    }
  }
}

function write(exports: Exports, bytes: Uint8Array): void {
  const at = exports.input(bytes.length) >>> 0;
  new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
}
