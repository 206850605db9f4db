import { opsOf, type RawOp } from './raw';
import type {
  AliasType,
  BaseEncoding,
  DynamicBound,
  Language,
  Member,
  PointerType,
  TemplateParameter,
  Type,
  UnknownType,
  Variant,
  VariantPart,
  VoidType,
} from './types';

/** Another type: its id, none, or why the reference leads nowhere. */
type Ref = number | string | null;

/** How many elements a dimension has: as many, not said, or what a frame tells. */
type RawCount =
  | number
  | null
  | {
      readonly isUpper: boolean;
      readonly lower: number;
      readonly ops?: readonly RawOp[];
      readonly variable?: number | null;
    };

/** What the wasm module writes for a type: references to other types are ids, `null` means void, a text says why one leads nowhere. */
export interface RawType {
  readonly kind: Type['kind'];
  readonly id: number;
  readonly name: string;
  readonly shortName: string;
  readonly size: number;
  readonly alignment?: number;
  readonly language: Language;
  readonly encoding?: BaseEncoding;
  readonly bits?: number;
  readonly flavour?: string;
  readonly target?: Ref;
  readonly isDeclaration?: boolean;
  readonly members?: readonly RawMember[];
  readonly templates?: readonly { readonly name: string; readonly type: Ref; readonly value?: string }[];
  readonly variantPart?: {
    readonly discriminant?: RawMember;
    readonly variants: readonly { readonly values: readonly string[]; readonly members: readonly RawMember[] }[];
  };
  readonly containingType?: number;
  readonly underlying?: Ref;
  readonly enumerators?: readonly { readonly name: string; readonly value: string }[];
  readonly element?: Ref;
  readonly counts?: readonly RawCount[];
  readonly returns?: Ref;
  readonly parameters?: readonly Ref[];
  readonly why?: string;
}

interface RawMember {
  readonly name: string;
  readonly type: Ref;
  readonly offset: number;
  readonly bitOffset?: number;
  readonly bitSize?: number;
  readonly isArtificial: boolean;
  readonly isBase?: true;
  readonly place?: readonly RawOp[];
}

const VOID: VoidType = {
  kind: 'void',
  id: -1,
  name: 'void',
  shortName: 'void',
  size: 0,
  alignment: undefined,
  language: 'other',
};

/** The types of one program, read entry by entry as they are touched. */
export class TypeGraph {
  private readonly known = new Map<number, Type>();
  /** Inner dimensions of arrays have no entry of their own; their ids are negative. */
  private nextMadeUp = -2;

  constructor(private readonly read: (id: number) => RawType | undefined) {}

  type(id: Ref | undefined): Type {
    if (id === null || id === undefined) return VOID;
    if (typeof id === 'string') return unknown(0, id);
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const raw = this.read(id);
    const type = raw === undefined ? unreadable(id) : this.admit(raw);
    this.known.set(id, type);
    return type;
  }

  /** Takes a type that came unasked. A declaration may come back as its definition, under the definition's id. */
  admit(raw: RawType): Type {
    const known = this.known.get(raw.id);
    if (known !== undefined) return known;
    const type = this.build(raw);
    this.known.set(raw.id, type);
    return type;
  }

  private build(raw: RawType): Type {
    const graph = this;
    const { id, name, shortName, size, alignment, language } = raw;
    const common = { id, name, shortName, size, alignment, language };
    switch (raw.kind) {
      case 'base':
        return {
          ...common,
          kind: 'base',
          encoding: raw.encoding ?? 'other',
          ...(raw.bits === undefined ? {} : { bits: raw.bits }),
        };
      case 'pointer':
        return {
          ...common,
          kind: 'pointer',
          flavour: raw.flavour as PointerType['flavour'],
          get target() {
            return graph.type(raw.target);
          },
        };
      case 'alias':
        return {
          ...common,
          kind: 'alias',
          flavour: raw.flavour as AliasType['flavour'],
          get target() {
            return graph.type(raw.target);
          },
        };
      case 'struct':
        return {
          ...common,
          kind: 'struct',
          members: this.members(raw.members),
          templates: this.templates(raw),
          variantPart: this.variantPart(raw),
          isDeclaration: raw.isDeclaration ?? false,
          get containingType() {
            return raw.containingType === undefined ? undefined : graph.type(raw.containingType);
          },
        };
      case 'union':
        return {
          ...common,
          kind: 'union',
          members: this.members(raw.members),
          templates: this.templates(raw),
          isDeclaration: raw.isDeclaration ?? false,
        };
      case 'enumeration':
        return {
          ...common,
          kind: 'enumeration',
          get underlying() {
            return typeof raw.underlying === 'number' ? graph.type(raw.underlying) : undefined;
          },
          get enumerators() {
            return graph.enumerators(raw);
          },
        };
      case 'array':
        return this.array(raw, raw.counts ?? [], id);
      case 'subroutine':
        return {
          ...common,
          kind: 'subroutine',
          get parameters() {
            return (raw.parameters ?? []).map((p) => graph.type(p));
          },
          get returns() {
            return graph.type(raw.returns);
          },
        };
      case 'void':
        return { ...common, kind: 'void' };
      case 'unknown':
        return { ...common, kind: 'unknown', why: raw.why ?? '' };
    }
  }

  private member(raw: RawMember): Member {
    const graph = this;
    return {
      name: raw.name,
      offset: raw.offset,
      bitOffset: raw.bitOffset,
      bitSize: raw.bitSize,
      isArtificial: raw.isArtificial,
      ...(raw.isBase && { isBase: raw.isBase }),
      ...(raw.place && { place: opsOf(raw.place) }),
      get type() {
        return graph.type(raw.type);
      },
    };
  }

  private members(raw: readonly RawMember[] | undefined): Member[] {
    return (raw ?? []).map((m) => this.member(m));
  }

  private templates(raw: RawType): TemplateParameter[] {
    const graph = this;
    return (raw.templates ?? []).map((t) => ({
      name: t.name,
      value: t.value === undefined ? undefined : BigInt(t.value),
      get type() {
        return graph.type(t.type);
      },
    }));
  }

  private variantPart(raw: RawType): VariantPart | undefined {
    const part = raw.variantPart;
    if (part === undefined) return undefined;
    const discriminant = part.discriminant && this.member(part.discriminant);
    const variants = part.variants.map((v): Variant => {
      const members = this.members(v.members);
      return {
        name: members[0]?.name ?? '',
        members,
        get values() {
          const bits = 8 * (discriminant?.type.size || 8);
          const values: { lo: bigint; hi: bigint }[] = [];
          for (let i = 0; i + 1 < v.values.length; i += 2) {
            const bound = (text: string | undefined) => BigInt.asUintN(bits, BigInt(text ?? 0));
            values.push({ lo: bound(v.values[i]), hi: bound(v.values[i + 1]) });
          }
          return values;
        },
      };
    });
    return { discriminant, variants };
  }

  private enumerators(raw: RawType): { name: string; value: bigint }[] {
    let underlying = typeof raw.underlying === 'number' ? this.type(raw.underlying) : undefined;
    for (let depth = 0; underlying?.kind === 'alias' && depth < 16; depth++) underlying = underlying.target;
    const encoding = underlying?.kind === 'base' ? underlying.encoding : undefined;
    const bits = 8 * (raw.size || 8);
    return (raw.enumerators ?? []).map(({ name, value }) => {
      const number = BigInt(value);
      if (encoding === 'signed' || encoding === 'signedChar') return { name, value: BigInt.asIntN(bits, number) };
      return { name, value: encoding === undefined ? number : BigInt.asUintN(bits, number) };
    });
  }

  private array(raw: RawType, counts: readonly RawCount[], id: number): Type {
    const graph = this;
    const [first, ...inner] = counts;
    const isFixed = typeof first === 'number';
    let made: Type | undefined;
    return {
      kind: 'array',
      id,
      name: raw.name,
      shortName: raw.shortName,
      alignment: raw.alignment,
      language: raw.language,
      count: isFixed ? first : undefined,
      ...(isFixed || !first ? {} : { bound: boundOf(first) }),
      get size() {
        return isFixed ? first * this.element.size : 0;
      },
      get element() {
        if (inner.length === 0) return graph.type(raw.element);
        made ??= graph.array(raw, inner, graph.nextMadeUp--);
        return made;
      },
    };
  }
}

const boundOf = (raw: Exclude<RawCount, number | null>): DynamicBound => ({
  isUpper: raw.isUpper,
  lower: raw.lower,
  ops: raw.ops && opsOf(raw.ops),
  variable: raw.variable ?? undefined,
});

const unreadable = (id: number): UnknownType =>
  unknown(id, `the entry at .debug_info+0x${id.toString(16)} is damaged or missing`);

function unknown(id: number, why: string): UnknownType {
  return {
    kind: 'unknown',
    id,
    name: '',
    shortName: '',
    size: 0,
    alignment: undefined,
    language: 'other',
    why,
  };
}
