/**
 * The message and the place of a Rust panic before anything is printed. `core::fmt::Arguments` has had two layouts:
 * slices of pieces and placeholders, and since Rust 1.93 one compact template (documented at its definition in
 * library/core/src/fmt/mod.rs). What cannot be printed stays `{}`.
 */
import { hex } from '../base/address';
import { t } from '../base/l10n';
import { ExpressionError } from './expression/ast';
import { toInteger } from './expression/operand';
import { variablesInScope } from './expression/scope';
import { type FormatSpec, PLAIN, ValueFormatter } from './format-value';
import type { DebugTarget } from './target';
import { operandRow } from './variables';

/** Nobody reads more of a message in an exception box; characters. */
const LONGEST = 2000;
/** Messages within messages. */
const DEEPEST = 4;
/** Bytes of an `Argument`, and of a `&str` among pieces. */
const SLOT = 16n;

/** What is known of a panic. */
export interface PanicReport {
  readonly message?: string;
  /** As the compiler recorded it: `src/main.rs:33:5`. */
  readonly place?: string;
}

/** The panic that a hart is about to handle: it stands at the beginning of `symbol`, a function that panics pass. */
export function panicReport(target: DebugTarget, hart: number, symbol: string): PanicReport {
  const reader = new PanicReader(target, hart);
  for (const info of reader.infos(symbol)) {
    const place = reader.place(`${info}.location`);
    if (place === undefined) continue;
    const message = reader.guarded(() => reader.message(`${info}.message`, 0));
    return { place, ...(message === undefined ? {} : { message }) };
  }
  return {};
}

class PanicReader {
  private depth = 0;
  private readonly values: ValueFormatter;

  constructor(
    private readonly target: DebugTarget,
    private readonly hart: number,
  ) {
    this.values = new ValueFormatter(target, hart, (at) =>
      this.message(`(*(core::fmt::Arguments*)${hex(at)})`, this.depth + 1),
    );
  }

  /**
   * Expressions for the `PanicInfo`, the best first. At the first instruction it is what the first argument's register
   * refers to, and its parameter has not been stored yet; later the debug information says where the parameter is.
   */
  infos(symbol: string): string[] {
    const { target, hart } = this;
    const { frame } = target.values.scope(hart);
    const variables = frame === undefined ? [] : variablesInScope(frame);
    const parameters = variables.filter(({ isParameter, type }) => isParameter && /\bPanicInfo\b/.test(type.name));
    const names = parameters.map(({ name }) => name);
    const [first = ''] = target.machine.isa.arguments;
    const at = this.integer(`$${first}`);
    if (!symbol.endsWith('rust_begin_unwind') || at === undefined) return names;
    const types = ['core::panic::panic_info::PanicInfo', 'core::panic::PanicInfo'];
    const inRegister = types.map((type) => `(*(${type}*)${hex(at)})`);
    const isAtStart = !target.symbolText(target.cpu(hart).pc, hart)?.includes('+0x');
    return isAtStart ? [...inRegister, ...names] : [...names, ...inRegister];
  }

  place(location: string): string | undefined {
    const file = this.shown(`${location}.filename`) ?? this.shown(`${location}.file`);
    const [line, column] = [this.shown(`${location}.line`), this.shown(`${location}.col`)];
    if (file === undefined || line === undefined || column === undefined) return undefined;
    return `${file.replace(/^"(.*)"$/, '$1')}:${line}:${column}`;
  }

  /** The text of the `Arguments` that an expression stands for. */
  message(expression: string, depth: number): string | undefined {
    if (depth > DEEPEST) return undefined;
    const outer = this.depth;
    this.depth = depth;
    try {
      const template = this.addressOf(`${expression}.template`);
      const pieces = template === undefined ? this.addressOf(`${expression}.pieces`) : undefined;
      const args = this.addressOf(`${expression}.args`);
      if (args === undefined) return undefined;
      if (template !== undefined) return this.compact(this.values.word(template), this.values.word(args));
      return pieces === undefined ? undefined : this.sliced(expression, pieces, args);
    } finally {
      this.depth = outer;
    }
  }

  /** `undefined` where the guest's memory or debug information do not say. */
  guarded<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof ExpressionError) return undefined;
      throw error;
    }
  }

  private compact(template: bigint | undefined, args: bigint | undefined): string | undefined {
    if (template === undefined || args === undefined) return undefined;
    // A message without arguments is a plain string; its length stands where the arguments would be.
    if (args % 2n === 1n) return this.values.text(template, args >> 1n);
    return render(
      template,
      (at, length) => this.values.read(at, length),
      (index, spec) => this.argument(args + BigInt(index) * SLOT, 0n, spec),
    );
  }

  private sliced(expression: string, pieces: bigint, args: bigint): string | undefined {
    const { values } = this;
    const [texts, count, slots] = [values.word(pieces), values.word(pieces + 8n), values.word(args)];
    const slotCount = values.word(args + 8n);
    if (texts === undefined || count === undefined || slots === undefined || slotCount === undefined) return undefined;
    // Rust orders fields as it likes.
    const first = `${expression}.args[0]`;
    const value = this.addressOf(`${first}.ty.value`) ?? this.addressOf(`${first}.value`) ?? slots;
    const placeholders = this.placeholders(expression);
    let out = '';
    for (let index = 0n; index < count && out.length < LONGEST; index++) {
      const piece = texts + index * SLOT;
      out += values.text(values.word(piece), values.word(piece + 8n)) ?? '…';
      const placeholder = placeholders?.[Number(index)] ?? { position: index, spec: PLAIN };
      const isLast = index >= BigInt(placeholders?.length ?? Number(slotCount));
      if (!isLast) out += this.argument(slots + placeholder.position * SLOT, value - slots, placeholder.spec);
    }
    return out;
  }

  /** Which argument goes where, and how; `undefined` where each comes once, in order and plain. */
  private placeholders(expression: string): { readonly position: bigint; readonly spec: FormatSpec }[] | undefined {
    const fmt = this.addressOf(`${expression}.fmt`);
    const at = fmt === undefined ? 0n : this.values.word(fmt);
    const count = fmt === undefined ? 0n : this.values.word(fmt + 8n);
    if (!at || count === undefined || count > LONGEST) return undefined;
    return Array.from({ length: Number(count) }, (_, index) => {
      const one = `((core::fmt::rt::Placeholder*)${hex(at)})[${index}]`;
      return {
        position: this.integer(`${one}.position`) ?? BigInt(index),
        spec: specOf(this.integer(`${one}.flags`) ?? 0n, this.shown(`${one}.width`)),
      };
    });
  }

  private argument(slot: bigint, valueOffset: bigint, spec: FormatSpec): string {
    const value = this.values.word(slot + valueOffset);
    const formatter = this.values.word(slot + 8n - valueOffset);
    const text = value === undefined || formatter === undefined ? undefined : this.values.show(value, formatter, spec);
    return text ?? '{}';
  }

  private addressOf(expression: string): bigint | undefined {
    const operand = this.guarded(() => this.target.values.operand(expression, this.target.values.scope(this.hart)));
    return operand?.kind === 'value' && operand.value.place.kind === 'memory' ? operand.value.place.address : undefined;
  }

  private integer(expression: string): bigint | undefined {
    return this.guarded(() => toInteger(this.target.values.operand(expression, this.target.values.scope(this.hart))));
  }

  private shown(expression: string): string | undefined {
    const operand = this.guarded(() => this.target.values.operand(expression, this.target.values.scope(this.hart)));
    const text = operand === undefined ? '<' : operandRow(expression, operand, expression).text;
    return text.startsWith('<') ? undefined : text;
  }
}

/** Flags of `FormattingOptions` since Rust 1.87, and their numbers before. */
const ALTERNATE = { now: 1n << 23n, before: 1n << 2n };
const ZERO = { now: 1n << 24n, before: 1n << 3n };

function specOf(flags: bigint, width: string | undefined): FormatSpec {
  // Below bit 21 there is the character that fills, a blank unless another was chosen.
  const has = ({ now, before }: typeof ZERO): boolean =>
    flags >= 1n << 21n || (flags & 0x1f_ffffn) === 0x20n ? (flags & now) !== 0n : (flags & before) !== 0n;
  return {
    isAlternate: has(ALTERNATE),
    isZeroPadded: has(ZERO),
    width: Number(/^Is\((\d+)\)$/.exec(width ?? '')?.[1] ?? 0),
  };
}

/** Walks the template at `at`: pieces of text by length, placeholders, a zero at the end. */
export function render(
  at: bigint,
  read: (at: bigint, length: number) => Uint8Array | undefined,
  argument: (index: number, spec: FormatSpec) => string,
): string | undefined {
  let out = '';
  let next = 0;
  let from = at;
  const take = (length: number): Uint8Array => {
    const bytes = read(from, length);
    if (bytes === undefined) throw new ExpressionError(t`no memory at ${hex(from)}`);
    from += BigInt(length);
    return bytes;
  };
  const short = (): number => {
    const [low = 0, high = 0] = take(2);
    return low | (high << 8);
  };
  while (out.length < LONGEST) {
    const [head = 0] = take(1);
    if (head === 0) return out;
    if (head <= 0x80) out += new TextDecoder().decode(take(head === 0x80 ? short() : head));
    else if (head < 0xc0) return undefined;
    else {
      const flags = head & 1 ? take(4).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) : 0n;
      const width = head & 2 ? short() : 0;
      if (head & 4) short();
      const index = head & 8 ? short() : next;
      next = index + 1;
      const spec = {
        isAlternate: (flags & ALTERNATE.now) !== 0n,
        isZeroPadded: (flags & ZERO.now) !== 0n,
        // An indirect one is the number of another argument.
        width: head & 16 ? 0 : width,
      };
      out += argument(index, spec);
    }
  }
  return `${out}…`;
}
