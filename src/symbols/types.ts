import type { Pa, Va } from '../base/address';

/**
 * What an ELF file with DWARF says about the program, as plain data.
 * Every address here is a link address; the caller adds or removes the slide of a relocated image.
 */

/** A loadable piece of the file. `paddr` is the load address: where the boot loader puts it. */
export interface Segment {
  readonly vaddr: Va;
  readonly paddr: Pa;
  readonly offset: number;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly flags: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
}

/** A section header; sections of address 0 are not loaded. */
export interface Section {
  readonly name: string;
  readonly address: Va;
  readonly offset: number;
  readonly size: bigint;
  readonly isExecutable: boolean;
  readonly isWritable: boolean;
}

/** A row of the symbol table. */
export interface ElfSymbol {
  /** As the file spells it. */
  readonly name: string;
  /** Rust (legacy and v0) names taken apart without the hash; else the same as `name`. */
  readonly demangled: string;
  readonly address: Va;
  /** In bytes; 0 when the file does not say. */
  readonly size: bigint;
  readonly kind: 'function' | 'object' | 'section' | 'label' | 'absolute';
  readonly section: string | undefined;
  readonly isGlobal: boolean;
}

/** A symbol and how far into it an address lies. */
export interface SymbolHit {
  readonly symbol: ElfSymbol;
  readonly offset: bigint;
}

/** The machine names we know; others read as `elf-machine-N`. */
export type MachineName =
  | 'riscv64'
  | 'riscv32'
  | 'aarch64'
  | 'x86_64'
  | 'x86'
  | 'loongarch64'
  | `elf-machine-${number}`;

/** The container: header, segments, sections, symbols. */
export interface ElfImage {
  readonly machine: MachineName;
  readonly addressSize: 4 | 8;
  readonly isLittleEndian: boolean;
  readonly entry: Va;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  /** Sorted by address. */
  readonly symbols: readonly ElfSymbol[];
  /** Lower-case hex digits of the GNU build id. */
  readonly buildId: string | undefined;
  /** The storage that each thread has, in bytes. */
  readonly threadLocal: { readonly size: number; readonly alignment: number } | undefined;
}

/** Another file that a part of the debug information is in, as the program names it. */
export interface CompanionName {
  /** The debug file of a stripped program, the file that dwz put shared entries into, a file of split debug information. */
  readonly kind: 'debug' | 'alternate' | 'split';
  readonly path: string;
  /** Where the compiler ran; `path` counts from there. May be ''. */
  readonly directory: string;
  /** Lower-case hex digits; '' when it does not say. */
  readonly buildId: string;
  readonly isFound: boolean;
}

/** A source file named by a line table. Compare by `id` within one program. */
export interface SourceFile {
  readonly id: number;
  /** Compilation directory, include directory and name joined, `.` and `..` resolved; `/` separates. */
  readonly path: string;
  /** Of the contents that were compiled, lower-case hex digits, where the compiler tells (DWARF 5). */
  readonly md5: string | undefined;
}

/** A row of the line table and the addresses it covers: `lo <= va < hi`. `line` counts from 1; `column` too, 0 is the left edge or unknown. */
export interface LineRow {
  readonly source: SourceFile;
  readonly line: number;
  readonly column: number;
  readonly lo: Va;
  readonly hi: Va;
  readonly isStmt: boolean;
}

/** Where a source position or a function became code: one of the places a breakpoint must stop at. */
export interface CodeAddress {
  readonly address: Va;
  readonly source: SourceFile | undefined;
  /** The line that really has code, which may be below the one asked for; 0 when unknown. */
  readonly line: number;
  readonly column: number;
  /** The innermost function there, inlined ones included. */
  readonly functionName: string | undefined;
}

/** A function of the debug information, with all its copies. */
export interface FunctionInfo {
  /** Full path, demangled. */
  readonly name: string;
  readonly linkageName: string | undefined;
  readonly source: SourceFile | undefined;
  readonly line: number;
  /** Copies that have their own code (monomorphised ones are functions of their own with the same plain name). */
  readonly ranges: readonly AddressRange[];
  /** Where to stop: after the prologue of the concrete copy, and at the first statement of each inlined copy. */
  readonly addresses: readonly CodeAddress[];
}

/** `lo <= va < hi`. */
export interface AddressRange {
  readonly lo: Va;
  readonly hi: Va;
}

/** One logical frame at an address; several when calls were inlined. */
export interface InlineFrame {
  /** Full path, demangled. */
  readonly name: string;
  readonly linkageName: string | undefined;
  readonly isInlined: boolean;
  /** The frame's position: of the address itself for the innermost, of the inlined call for the others. */
  readonly source: SourceFile | undefined;
  readonly line: number;
  readonly column: number;
  /** The range of the concrete function, or the part of the inlined copy, that holds the address. */
  readonly lo: Va;
  readonly hi: Va;
  /** Where the function was declared. */
  readonly declSource: SourceFile | undefined;
  readonly declLine: number;
  readonly language: Language;
}

/** The source language of a compilation unit. */
export type Language = 'rust' | 'c' | 'c++' | 'asm' | 'other';

// ---------------------------------------------------------------- expressions and locations

/** How `convert` reads the bits of its operand. */
export interface BaseTypeRef {
  readonly size: number;
  readonly encoding: BaseEncoding;
}

/** One operation of a DWARF expression, already decoded; branch targets are indices into the list. */
export type Op =
  | { readonly op: 'const'; readonly value: bigint; readonly type?: BaseTypeRef }
  /** A link address: the slide is added when it is evaluated. */
  | { readonly op: 'address'; readonly value: bigint }
  | { readonly op: 'register'; readonly register: number }
  | { readonly op: 'registerOffset'; readonly register: number; readonly offset: bigint; readonly type?: BaseTypeRef }
  | { readonly op: 'frameOffset'; readonly offset: bigint }
  /** `tls`: from an offset in each thread's storage to its address in this one. */
  | { readonly op: 'cfa' | 'drop' | 'swap' | 'rot' | 'nop' | 'stackValue' | 'objectAddress' | 'tls' }
  | { readonly op: 'deref'; readonly size: number; readonly type?: BaseTypeRef }
  | { readonly op: 'pick'; readonly index: number }
  | { readonly op: 'unary'; readonly what: 'abs' | 'neg' | 'not' }
  | { readonly op: 'binary'; readonly what: BinaryOp }
  | { readonly op: 'plusConst'; readonly value: bigint }
  | { readonly op: 'branchIf' | 'skip'; readonly target: number }
  | { readonly op: 'piece'; readonly bits: number; readonly bitOffset: number }
  | { readonly op: 'implicitValue'; readonly bytes: Uint8Array }
  | { readonly op: 'implicitPointer'; readonly die: number; readonly offset: bigint }
  | { readonly op: 'entryValue'; readonly ops: readonly Op[] }
  | { readonly op: 'convert' | 'reinterpret'; readonly type: BaseTypeRef | undefined }
  | { readonly op: 'unsupported'; readonly name: string };

/** The two-operand operations of a DWARF expression. */
export type BinaryOp =
  | 'and'
  | 'div'
  | 'minus'
  | 'mod'
  | 'mul'
  | 'or'
  | 'plus'
  | 'shl'
  | 'shr'
  | 'shra'
  | 'xor'
  | 'eq'
  | 'ge'
  | 'gt'
  | 'le'
  | 'lt'
  | 'ne';

/** Where a variable lives, before it is evaluated in a frame. */
export type Location =
  | { readonly kind: 'expression'; readonly ops: readonly Op[] }
  | { readonly kind: 'list'; readonly entries: readonly LocationEntry[]; readonly fallback: readonly Op[] | undefined }
  | { readonly kind: 'constant'; readonly bytes: Uint8Array }
  | { readonly kind: 'none'; readonly why: string };

/** Where a variable lives between two addresses. */
export interface LocationEntry extends AddressRange {
  readonly ops: readonly Op[];
}

/** Where a variable is in a given frame. A register is named by its DWARF number. */
export type Located =
  | { readonly kind: 'memory'; readonly address: bigint }
  | { readonly kind: 'register'; readonly dwarf: number }
  /** A value the compiler kept only in the debug information; little-endian; may be longer than the type. */
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  | { readonly kind: 'pieces'; readonly pieces: readonly LocatedPiece[] }
  /** A pointer that the compiler did not make, to `offset` in what the variable `die` holds. */
  | { readonly kind: 'implicitPointer'; readonly die: number; readonly offset: bigint }
  | { readonly kind: 'unavailable'; readonly why: string };

/** A part of a scattered value, in order from its first bit. `bitOffset` is where it starts in its place. */
export interface LocatedPiece {
  readonly bits: number;
  readonly bitOffset: number;
  readonly at: Exclude<Located, { kind: 'pieces' }>;
}

/** Reads guest memory as the frame's world sees it; `undefined` when the address is not mapped. */
export type ReadMemory = (address: bigint, length: number) => Uint8Array | undefined;

/** The registers of one physical frame, by DWARF number. A number that is missing could not be recovered. */
export interface FrameState {
  /** The program counter; in a caller the return address. */
  readonly pc: Va;
  /** True when `pc` is a return address: then lines, scopes and locations are looked up at `pc - 1`. */
  readonly isCaller: boolean;
  readonly registers: ReadonlyMap<number, bigint>;
  /** System registers by DWARF number, read only when a rule asks; `undefined` for numbers that are none. */
  readonly special?: (dwarf: number) => bigint | undefined;
  /** The canonical frame address, when call frame information covers `pc`; `locate` works it out itself when absent. */
  readonly cfa?: bigint;
  /** The row of call frame information that holds at `pc`, where it is not the program's own. */
  readonly row?: UnwindRow;
  /** Run-time address minus link address of the image `pc` is in; 0 when absent. `pc` and the registers are run-time values. */
  readonly slide?: bigint;
  /** The frame that called this one, for values at function entry. */
  readonly caller?: () => FrameState | undefined;
}

// ---------------------------------------------------------------- unwinding

/** How to find the canonical frame address. */
export type CfaRule =
  | { readonly kind: 'registerOffset'; readonly register: number; readonly offset: bigint }
  | { readonly kind: 'expression'; readonly ops: readonly Op[] };

/** How to find a register's value in the caller. */
export type RegisterRule =
  /** Saved in memory at CFA + offset. */
  | { readonly kind: 'offset'; readonly offset: bigint }
  /** Is CFA + offset. */
  | { readonly kind: 'valOffset'; readonly offset: bigint }
  | { readonly kind: 'register'; readonly register: number }
  /** Saved in memory at the address the expression yields; the CFA is pushed first. */
  | { readonly kind: 'expression'; readonly ops: readonly Op[] }
  | { readonly kind: 'valExpression'; readonly ops: readonly Op[] }
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'sameValue' }
  | { readonly kind: 'undefined' };

/** The row of call frame information that covers an address. */
export interface UnwindRow extends AddressRange {
  readonly cfa: CfaRule;
  /** By DWARF register number; registers without a rule keep their value. */
  readonly registers: ReadonlyMap<number, RegisterRule>;
  readonly returnAddressRegister: number;
  /** The frame is that of an interrupted context: its caller's pc is exact, not a return address. */
  readonly isSignalFrame: boolean;
}

/** The result of going up one physical frame. */
export type UnwindStep =
  | { readonly kind: 'frame'; readonly frame: FrameState; readonly cfa: bigint }
  /** The outermost frame, as the debug information says. */
  | { readonly kind: 'end' }
  | { readonly kind: 'missing'; readonly why: string };

// ---------------------------------------------------------------- types

/** How the bits of a base type read. Rust's `char` is `utf`, its `u8` is `unsigned`; C's `char` is one of the chars. */
export type BaseEncoding =
  | 'signed'
  | 'unsigned'
  | 'signedChar'
  | 'unsignedChar'
  | 'bool'
  | 'float'
  | 'utf'
  | 'address'
  | 'other';

interface TypeCommon {
  /** The offset of its entry in .debug_info, unique in the program; negative for made-up ones. */
  readonly id: number;
  /** With namespaces and generic arguments, as the compiler wrote them: `alloc::vec::Vec<u8, alloc::alloc::Global>`. May be ''. */
  readonly name: string;
  /** Without namespaces: `Vec<u8, alloc::alloc::Global>`. */
  readonly shortName: string;
  /** In bytes; 0 for zero-sized and incomplete ones. */
  readonly size: number;
  readonly alignment: number | undefined;
  readonly language: Language;
}

/** An integer, a character, a boolean or a floating-point number. */
export interface BaseType extends TypeCommon {
  readonly kind: 'base';
  readonly encoding: BaseEncoding;
  /** How many bits count, where these are fewer than the bytes have: C's `_BitInt(N)`. */
  readonly bits?: number;
}

/** A thin pointer or a reference. Rust's fat pointers are structs. */
export interface PointerType extends TypeCommon {
  readonly kind: 'pointer';
  readonly flavour: 'pointer' | 'reference' | 'rvalueReference' | 'memberPointer';
  readonly target: Type;
}

/** A struct, class, tuple, Rust enum (then it has a `variantPart`), closure or fat pointer. */
export interface StructType extends TypeCommon {
  readonly kind: 'struct';
  /** In the order of the debug information; sort by `offset` for the layout. */
  readonly members: readonly Member[];
  readonly templates: readonly TemplateParameter[];
  readonly variantPart: VariantPart | undefined;
  /** Only declared here; the program has no full entry of this name. */
  readonly isDeclaration: boolean;
  /** The concrete type a Rust vtable type belongs to. */
  readonly containingType: Type | undefined;
}

/** A C or Rust union. */
export interface UnionType extends TypeCommon {
  readonly kind: 'union';
  readonly members: readonly Member[];
  readonly templates: readonly TemplateParameter[];
  readonly isDeclaration: boolean;
}

/** A field. */
export interface Member {
  readonly name: string;
  readonly type: Type;
  /** In bytes from the start of the struct. */
  readonly offset: number;
  /** For bit fields only: bits from the start of the struct, and width. */
  readonly bitOffset: number | undefined;
  readonly bitSize: number | undefined;
  readonly isArtificial: boolean;
  /** A base class of C++. */
  readonly isBase?: true;
  /** Where it is, with the object's address on the stack, when only the object tells: a virtual base. Then `offset` is 0. */
  readonly place?: readonly Op[];
}

/** A generic argument: a type, or a constant. */
export interface TemplateParameter {
  readonly name: string;
  readonly type: Type;
  readonly value: bigint | undefined;
}

/** The alternatives of a Rust enum. */
export interface VariantPart {
  /** The tag, or the niche it hides in; absent when there is one variant only. */
  readonly discriminant: Member | undefined;
  readonly variants: readonly Variant[];
}

/** One alternative. It is active when the discriminant's bytes, read unsigned, lie in one of `values`, or none matches and it is the default. */
export interface Variant {
  readonly name: string;
  /** Inclusive ranges, unsigned in the discriminant's width; empty for the default (dataful) variant. */
  readonly values: readonly { readonly lo: bigint; readonly hi: bigint }[];
  /** Usually one, of struct type, at the enum's own offset. */
  readonly members: readonly Member[];
}

/** A C enum, or the tag of a Rust enum, or a Rust enum without fields. */
export interface EnumerationType extends TypeCommon {
  readonly kind: 'enumeration';
  readonly underlying: Type | undefined;
  /** Values are signed when the underlying type is. */
  readonly enumerators: readonly { readonly name: string; readonly value: bigint }[];
}

/** A fixed array; more dimensions nest. */
export interface ArrayType extends TypeCommon {
  readonly kind: 'array';
  readonly element: Type;
  /** Absent for C's flexible arrays, and for those whose length only a frame tells. */
  readonly count: number | undefined;
  /** How a frame tells the length of C's variable-length arrays. */
  readonly bound?: DynamicBound;
}

/** A length, or the index of the last element, as an expression or as the variable (by its id) that holds it. */
export interface DynamicBound {
  readonly isUpper: boolean;
  readonly lower: number;
  readonly ops: readonly Op[] | undefined;
  readonly variable: number | undefined;
}

/** A function's type, as pointers to functions have as target. */
export interface SubroutineType extends TypeCommon {
  readonly kind: 'subroutine';
  readonly parameters: readonly Type[];
  readonly returns: Type;
}

/** A typedef or a qualifier around another type. */
export interface AliasType extends TypeCommon {
  readonly kind: 'alias';
  readonly flavour: 'typedef' | 'const' | 'volatile' | 'restrict' | 'atomic';
  readonly target: Type;
}

/** C's `void`, and what a pointer without a target points to. */
export interface VoidType extends TypeCommon {
  readonly kind: 'void';
}

/** A type that cannot be read, and why. */
export interface UnknownType extends TypeCommon {
  readonly kind: 'unknown';
  readonly why: string;
}

/**
 * A type of the program. Types are read when first touched (the fields that hold types are getters)
 * and the same entry gives the same object, so graphs may be cyclic and compare by identity.
 */
export type Type =
  | BaseType
  | PointerType
  | StructType
  | UnionType
  | EnumerationType
  | ArrayType
  | SubroutineType
  | AliasType
  | VoidType
  | UnknownType;

// ---------------------------------------------------------------- variables

/** A local, a parameter or a global. */
export interface Variable {
  /** The offset of its entry in .debug_info. */
  readonly id: number;
  /** As written; globals carry their namespaces. */
  readonly name: string;
  readonly linkageName: string | undefined;
  readonly type: Type;
  readonly source: SourceFile | undefined;
  readonly line: number;
  readonly isParameter: boolean;
  readonly isArtificial: boolean;
  readonly location: Location;
  /** What `frameOffset` counts from: the location of the function around it. */
  readonly frameBase: Location | undefined;
  readonly language: Language;
}

/** A function, an inlined copy or a block around an address. */
export interface Scope {
  readonly kind: 'function' | 'inlined' | 'block';
  /** The name of the function this scope belongs to. */
  readonly functionName: string;
  /** Index into `framesAt` of the same address. */
  readonly frame: number;
  readonly ranges: readonly AddressRange[];
  /** In the order of declaration; a name may occur twice (Rust shadowing: the later one wins). */
  readonly variables: readonly Variable[];
}

// ---------------------------------------------------------------- the program

/** A bit, or several, of a flags type. */
export interface FlagName {
  readonly name: string;
  readonly value: bigint;
}

/** An ELF file and its debug information. Queries never throw for bad debug information: they return less and note it in `problems`. */
export interface Program {
  readonly path: string;
  /** What could not be read, in sentences for the user. Grows as lazily read parts turn out bad. */
  readonly problems: readonly string[];
  /** Adds one. */
  note(problem: string): void;
  readonly elf: ElfImage;
  /** Whether there is a line table, and whether there are types and variables. */
  readonly hasLines: boolean;
  readonly hasDebugInfo: boolean;
  /** Whether it says what macros of the preprocessor were. */
  readonly hasMacros: boolean;
  /** The other files that its debug information is in. */
  readonly companions: readonly CompanionName[];

  /** Bytes the file loads at `vaddr` (zero-filled beyond `filesz`), or `undefined` when the range is not wholly in one segment. */
  bytesAt(vaddr: Va, length: number): Uint8Array | undefined;

  /** The symbol that covers `va`; a symbol without size reaches to the next one of its section. */
  symbolAt(va: Va): SymbolHit | undefined;
  /** Symbols by mangled name, demangled path, its last segments, a pattern with `*`, `/regex/`, or a RegExp. */
  lookup(nameOrPattern: string | RegExp): readonly ElfSymbol[];
  /** Functions of the debug information by the same rules, inlined-only ones included; from the symbol table where there is no debug information. */
  functions(nameOrPattern: string | RegExp): readonly FunctionInfo[];

  sources(): readonly SourceFile[];
  /** The lines of `source` that have code, ascending. */
  linesOf(source: SourceFile): readonly number[];
  /** The columns of `line` that begin a statement, ascending. */
  columnsOf(source: SourceFile, line: number): readonly number[];
  /**
   * Where to stop for a source position: one address for each inlined or monomorphised copy.
   * A line without code slides to the next one with code in the same function; empty when there is none.
   */
  addressesOf(source: SourceFile, line: number, column?: number): readonly CodeAddress[];
  lineAt(va: Va): LineRow | undefined;
  /** All rows that overlap the range, ascending; for stepping by line and for disassembly. */
  linesIn(range: AddressRange): readonly LineRow[];

  /** Logical frames, innermost first; the last is the concrete function. Empty when no debug information covers `va`. */
  framesAt(va: Va): readonly InlineFrame[];
  /** Scopes, innermost first. */
  scopesAt(va: Va): readonly Scope[];
  /** Call frame information for `va`, from .debug_frame or .eh_frame, else {@link rowOfCode}'s. */
  unwind(va: Va): UnwindRow | undefined;
  /** The same as read off the code, where nothing was written down: whoever can do so sets it. */
  rowOfCode: (va: Va) => UnwindRow | undefined;
  /** What the caller passed in registers at the call that returns to `va`: DWARF register to the expression in the caller's frame. */
  callSiteAt(va: Va): ReadonlyMap<number, readonly Op[]>;

  /** Static variables by the rules of `lookup`. */
  globals(nameOrPattern: string | RegExp): readonly Variable[];
  /** The static variable that starts at `va`; Rust vtables are among them. */
  globalAt(va: Va): Variable | undefined;
  /** The type of that full name; complete ones are preferred to declarations. */
  typeNamed(name: string): Type | undefined;
  /** Types by the rules of `lookup`. */
  types(nameOrPattern: string | RegExp): readonly Type[];
  /** The type whose entry is at that offset of .debug_info. */
  typeById(id: number): Type;
  /** The variable (of a function, too) whose entry has that id. */
  variableById(id: number): Variable | undefined;
  /** An enumerator of C or C++. */
  enumeratorNamed(name: string): { readonly type: Type; readonly value: bigint } | undefined;
  /** Parameters and body of a macro, ` 4` or `(x) ((x) + 1)`, as the unit at `va` has it, else any. */
  macroNamed(name: string, va: Va | undefined): string | undefined;
  /** What the bits of a flags type are called. Not in the debug information: whoever knows it sets it. */
  flagsOf: (type: StructType) => readonly FlagName[] | undefined;
}
