/**
 * Instructions as lines of the manual. A form is one opcode with its operands; its rows are what the interpreters execute: one for
 * each operand size, and for each kind of memory operand where one of the operands may be memory. Forms that do the same with
 * operands in other places (`01 /r` and `03 /r` between registers) share their rows.
 */
import type { InsnField } from '../core/field-kind';
import type { Insn } from '../core/insn';
import type { Field, Ops } from '../core/ops';
import { CAUSE } from './causes';
import type { Feature } from './cpus';
import { type Notation, parseNotation } from './notation';
import { type MemoryKind, type Operand, type OperandSpec, operandOf, parseOperand } from './operands';
import { type Bits, FIELDS, type FieldName, type X86Ops, x86Ops } from './ops';

export type OperandSize = 16 | 32 | 64;

export interface Prefixes {
  readonly hasLock: boolean;
  readonly repeat: 0 | 0xf2 | 0xf3;
  readonly has66: boolean;
  readonly has67: boolean;
  /** Number of the segment that is named, or undefined. */
  readonly segment: number | undefined;
  /** 0 where there is none. */
  readonly rex: number;
}

/** What an instruction does with its operands, in order. `bits`: the operand size, 8 in forms of bytes. */
export type Sem = (o: X86Ops, operands: readonly Operand[], bits: Bits) => void;

export interface FormOptions {
  /** One line of ours: what it does. */
  readonly doc: string;
  /** Section of the manual; absent: that of the mnemonic in AMD64 APM volume 3. */
  readonly ref?: string;
  readonly sem: Sem;
  /** Operand sizes it exists in; absent: it has none, and means the same whatever the size. */
  readonly sizes?: readonly OperandSize[];
  /** Where it exists; absent: everywhere. */
  readonly modes?: 'long' | 'legacy';
  /** In 64-bit mode its operand size is 64 without REX.W; `forced`: whatever the prefixes say. */
  readonly isDefault64?: true | 'forced';
  readonly kind?: Insn['kind'];
  /** LOCK may stand before it where its first operand is memory. */
  readonly mayLock?: true;
  /** REP or REPE and REPNE are not ignored; the manual's name of F3. */
  readonly repeats?: 'rep' | 'repe';
  /** It is executed often: it has rows for the simplest addresses, and stands in the fast interpreter itself. */
  readonly isHot?: true;
  /** See `Insn`. */
  readonly isRare?: true;
  readonly helperWrites?: string;
  /** Another name in AT&T syntax, without its suffix. */
  readonly att?: string;
  /** CPUID feature without which it raises #UD. */
  readonly feature?: Feature;
  /** The address of its operand is formed with rsp as it is behind a pop: the displacement from rsp is decoded as so much more. */
  readonly popsFirst?: true;
  /** Whether what has been decoded is this form after all. */
  readonly when?: (decoded: {
    readonly fields: Readonly<Record<string, number>>;
    readonly prefixes: Prefixes;
  }) => boolean;
  /** Bytes of the operand in memory, where it is no plain number; 0 where nothing is accessed. */
  readonly memoryBytes?: number;
}

/** An instruction as the interpreters know it. */
export interface Row extends Insn {
  readonly form: Form;
  /** Operand size; 8 in forms of bytes, 0 where there is none. */
  readonly bits: 0 | Bits;
  readonly memory?: MemoryKind;
}

export interface Form extends FormOptions {
  readonly mnemonic: string;
  readonly text: string;
  readonly notation: Notation;
  readonly operands: readonly OperandSpec[];
  /** Index of the operand that may be memory, -1 where none may. */
  readonly memoryAt: number;
  /** Some memory operand has it, and none may be a register. */
  readonly isMemoryOnly: boolean;
  /** Kinds of memory operands that it has rows for. */
  readonly memoryKinds: readonly MemoryKind[];
  /** The row of an operand size and a kind of memory operand. */
  row(size: OperandSize | 0, memory: MemoryKind | undefined): Row;
  readonly rows: readonly Row[];
}

const NAMES = ['a', 'b', 'c'] as const satisfies readonly FieldName[];

/** The field of an operand's register or value, by its place. */
export const fieldNameOf = (form: Pick<Form, 'operands'>, at: number): FieldName => {
  const { kind, text } = form.operands[at] ?? {};
  if (kind === 'immediate') return text === 'imm64' ? 'imm64' : text === 'imm2' ? 'imm2' : 'imm';
  if (kind === 'distance') return 'rel';
  return NAMES[at] ?? 'c';
};

const MANUAL = 'AMD64 APM volume 3';

/** Adds the lines of a family to a table. */
export type Family = (table: FormTable) => void;

/** Forms, and their rows by name: forms that do the same share them. Both are made when somebody first looks. */
export class FormTable {
  readonly #rows = new Map<string, Row>();
  readonly #forms: Form[] = [];
  #isFilled = false;
  #all: readonly Row[] | undefined;

  constructor(private readonly families: readonly Family[]) {}

  get forms(): readonly Form[] {
    if (!this.#isFilled) {
      this.#isFilled = true;
      for (const family of this.families) family(this);
    }
    return this.#forms;
  }

  /** All rows, each once. */
  get rows(): readonly Row[] {
    this.#all ??= this.#collected();
    return this.#all;
  }

  #collected(): readonly Row[] {
    for (const form of this.forms) void form.rows;
    return [...this.#rows.values()];
  }

  /** @param text the manual's notation, with `ib`, `iz`… for immediates, `cb`, `cz` for distances */
  add(mnemonic: string, text: string, operands: readonly string[], options: FormOptions): void {
    this.#forms.push(makeForm(this.#rows, mnemonic, text, operands, options));
  }
}

const makeForm = (
  rows: Map<string, Row>,
  mnemonic: string,
  text: string,
  operandTexts: readonly string[],
  options: FormOptions,
): Form => {
  const operands = operandTexts.map(parseOperand);
  const notation = parseNotation(text);
  const memoryAt = operands.findIndex(({ mayBeMemory }) => mayBeMemory);
  const memory = operands[memoryAt];
  const isMoffs = memory?.text.startsWith('moffs') ?? false;
  const isMemoryOnly = memory?.kind === 'memory';
  const simple: readonly MemoryKind[] = options.isHot ? ['m', 's'] : [];
  const memoryKinds: readonly MemoryKind[] = !memory ? [] : isMoffs ? ['o'] : [...simple, 'p', 'g'];
  const sizes: readonly (OperandSize | 0)[] = options.sizes ?? [0];
  const known: (Row | undefined)[] = [];
  const form: Form = {
    ...options,
    ...{ mnemonic, text, notation, operands, memoryAt, isMemoryOnly, memoryKinds },
    row: (size, kind) => {
      const at = (size >> 4) * 8 + (kind === undefined ? 0 : KINDS.indexOf(kind) + 1);
      known[at] ??= sharedRow(rows, form, size, kind);
      return known[at];
    },
    get rows() {
      const kinds: readonly (MemoryKind | undefined)[] = isMemoryOnly ? memoryKinds : [undefined, ...memoryKinds];
      return sizes.flatMap((size) => kinds.map((kind) => form.row(size, kind)));
    },
  };
  return form;
};

const KINDS: readonly MemoryKind[] = ['m', 's', 'p', 'g', 'o'];

/** The row that another form has made already, if it does the same. */
const sharedRow = (rows: Map<string, Row>, form: Form, size: OperandSize | 0, kind: MemoryKind | undefined): Row => {
  const name = rowName(form, size, kind);
  const byText = `${name}:${form.text.replaceAll(' ', '')}`;
  for (const unique of [name, byText, `${byText}:${form.modes ?? 'all'}`]) {
    const known = rows.get(unique);
    if (known?.form.sem === form.sem) return known;
    if (known) continue;
    const row = makeRow(form, unique, size, kind);
    rows.set(unique, row);
    return row;
  }
  throw new Error(`two forms of ${byText} do different things in the same modes`);
};

const LETTERS: Readonly<Record<OperandSpec['kind'], string>> = {
  general: 'r',
  memory: 'm',
  xmm: 'x',
  mm: 'y',
  st: 't',
  segment: 'S',
  control: 'C',
  debug: 'D',
  immediate: 'n',
  distance: 'j',
  one: '1',
};

/** Operands that are told apart by themselves. */
const SHORT: Readonly<Record<string, string>> = { cl: 'c', imm64: 'q', imm2: 'f' };

/**
 * `add-32-rm`, `movzx-32-rm8`: the size, then for each operand a letter (r register, n immediate, a kind of memory) and its width,
 * where that is not the size.
 */
const rowName = ({ mnemonic, operands, memoryAt }: Form, size: number, memory: MemoryKind | undefined): string => {
  const bits = size === 0 ? (operands[0]?.bits ?? 0) : size;
  const letters = operands.map((operand, at) => {
    const isMemory = at === memoryAt && memory !== undefined;
    const letter = isMemory ? memory : (SHORT[operand.text] ?? LETTERS[operand.kind]);
    const width = (isMemory ? operand.memoryBits : undefined) ?? operand.bits ?? bits;
    return operand.text in SHORT || width === bits ? letter : `${letter}${width}`;
  });
  return [mnemonic, String(bits), letters.join('')].filter((part) => part !== '').join('-');
};

const makeRow = (form: Form, name: string, size: OperandSize | 0, memory: MemoryKind | undefined): Row => {
  const { operands, memoryAt, mnemonic, sem } = form;
  const bits = (size === 0 ? (operands.find((operand) => operand.kind === 'general')?.bits ?? 0) : size) as 0 | Bits;
  let fields: ReadonlyMap<string, InsnField> | undefined;
  const widthOf = ({ bits: own, memoryBits }: OperandSpec, isMemory: boolean): number =>
    (isMemory ? memoryBits : undefined) ?? own ?? bits;
  return {
    ...{ form, bits, mnemonic: name, written: mnemonic },
    ...(memory !== undefined && { memory }),
    asm: operands.map((operand, at) => (operand.kind === 'distance' ? '{target:rel}' : `{${at}}`)).join(', '),
    ref: form.ref ?? `${MANUAL}, ${mnemonic.toUpperCase()}`,
    doc: form.doc,
    ...(form.kind && { kind: form.kind }),
    ...(form.isRare && { isRare: form.isRare }),
    ...(form.helperWrites !== undefined && { helperWrites: form.helperWrites }),
    get fields() {
      fields ??= fieldsOf(form, memory);
      return fields;
    },
    sem: (o: Ops, f: Readonly<Record<string, Field>>) => {
      const ops = x86Ops(o);
      const places = operands.map((spec, at) =>
        operandOf(ops, f as Readonly<Record<FieldName, Field>>, {
          ...{ spec, bits: widthOf(spec, at === memoryAt && memory !== undefined), name: fieldNameOf(form, at) },
          ...(at === memoryAt && memory !== undefined && { memory }),
        }),
      );
      if (form.feature) ops.trapIf(o.eqz(ops.has(form.feature)), CAUSE.UD);
      sem(ops, places, (bits === 0 ? 64 : bits) as Bits);
    },
  };
};

/** The row with another meaning: its quick form. */
export const variantOf = (row: Row, sem: Sem): Row =>
  makeRow({ ...row.form, sem }, `${row.mnemonic} quick`, row.bits === 8 ? 0 : row.bits, row.memory);

const ADDRESS_FIELDS: Readonly<Record<MemoryKind, readonly FieldName[]>> = {
  m: ['base', 'disp'],
  s: ['base', 'index', 'scale', 'disp'],
  p: ['disp', 'mask', 'segment'],
  g: ['base', 'index', 'scale', 'mask', 'segment', 'disp'],
  o: ['imm64', 'segment'],
};

const fieldsOf = (form: Form, memory: MemoryKind | undefined): ReadonlyMap<string, InsnField> => {
  const own = form.operands.flatMap((spec, at): FieldName[] =>
    (at === form.memoryAt && memory !== undefined) || spec.kind === 'one' || spec.source === 'count'
      ? []
      : [fieldNameOf(form, at)],
  );
  const names = [...own, ...(memory ? ADDRESS_FIELDS[memory] : [])];
  // String instructions and branches that come back to themselves have a distance that is no operand.
  return new Map([...new Set<FieldName>([...names, 'rel', 'mask', 'segment'])].map((name) => [name, fieldOf(name)]));
};

const fieldOf = (name: FieldName): InsnField => {
  const { kind } = FIELDS[name];
  const width = kind === 'register' ? 5 : kind === 'computed' ? 64 : 32;
  return { name, width, isSigned: kind === 'signed', bias: 0 };
};
