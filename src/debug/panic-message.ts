/**
 * The message of a Rust panic before anything is printed, from `PanicInfo::message`. Understands the compact templates
 * of `core::fmt::Arguments` since Rust 1.93 (documented at its definition in library/core/src/fmt/mod.rs); arguments
 * other than text and integers stay `{}`, for guest functions are never called.
 */
import { hex } from '../base/address';
import { ExpressionError } from './expression/ast';
import type { DebugTarget } from './target';

/** Nobody reads more of a message in an exception box; bytes. */
const LONGEST = 2000;
/** Messages within messages. */
const DEEPEST = 4;

/** The text of the panic that the hart's innermost frame handles in its parameter `info`, when it can be read. */
export function panicMessage(target: DebugTarget, hart: number): string | undefined {
  const read = (at: bigint, length: number) => target.memory.read(target.cpu(hart), at, length);
  const word = (at: bigint): bigint | undefined => {
    const bytes = read(at, 8);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  };
  const addressOf = (name: string): bigint | undefined => {
    const operand = target.operand(`info.message.${name}`, target.scope(hart));
    return operand.kind === 'value' && operand.value.place.kind === 'memory' ? operand.value.place.address : undefined;
  };
  const text = (at: bigint | undefined, length: bigint | undefined): string | undefined => {
    const bytes = at === undefined || length === undefined || length > LONGEST ? undefined : read(at, Number(length));
    return bytes && new TextDecoder().decode(bytes);
  };
  /** A value as the function at `formatter` would print it. */
  const show = (value: bigint | undefined, formatter: bigint | undefined, depth: number): string | undefined => {
    const name = formatter === undefined ? undefined : target.symbolText(formatter, hart);
    if (value === undefined || name === undefined || depth > DEEPEST) return undefined;
    if (name === '<&str as core::fmt::Display>::fmt') return text(word(value), word(value + 8n));
    if (name === '<&str as core::fmt::Debug>::fmt') {
      const shown = text(word(value), word(value + 8n));
      return shown === undefined ? undefined : JSON.stringify(shown);
    }
    if (name === '<core::fmt::Arguments as core::fmt::Display>::fmt') return message(value, depth + 1);
    // A trait object: its data, and in its table after drop, size and alignment the function.
    if (name === '<&dyn core::fmt::Debug as core::fmt::Debug>::fmt')
      return show(word(value), word((word(value + 8n) ?? 0n) + 24n), depth + 1);
    const integer = /^<([iu])(8|16|32|64|size) as core::fmt::(Display|Debug)>::fmt$/.exec(name);
    const bits = integer?.[2] === 'size' ? 64 : Number(integer?.[2]);
    const bytes = integer === null ? undefined : read(value, bits / 8);
    if (bytes === undefined) return undefined;
    const raw = [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return `${integer?.[1] === 'i' ? BigInt.asIntN(bits, raw) : raw}`;
  };
  /** The text of the `Arguments` at `at`, whose two fields may come in either order. */
  const message = (at: bigint, depth: number): string | undefined => {
    const template = word(at + (isTemplateFirst ? 0n : 8n));
    const args = word(at + (isTemplateFirst ? 8n : 0n));
    if (template === undefined || args === undefined) return undefined;
    // A message without arguments is a plain string; its length stands where the arguments would be.
    if (args % 2n === 1n) return text(template, args >> 1n);
    return render(template, read, (index) => {
      const slot = args + BigInt(index * 16);
      return show(word(slot), word(slot + 8n), depth) ?? '{}';
    });
  };
  let isTemplateFirst = true;
  try {
    const [template, args] = [addressOf('template'), addressOf('args')];
    if (template === undefined || args === undefined) return undefined;
    isTemplateFirst = template < args;
    return message(isTemplateFirst ? template : args, 0);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** Walks the template at `at`: pieces of text by length, placeholders, a zero at the end. */
export function render(
  at: bigint,
  read: (at: bigint, length: number) => Uint8Array | undefined,
  argument: (index: number) => string,
): string | undefined {
  let out = '';
  let next = 0;
  let from = at;
  const take = (length: number): Uint8Array => {
    const bytes = read(from, length);
    if (bytes === undefined) throw new ExpressionError(`no memory at ${hex(from)}`);
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
      if (head & 1) take(4);
      if (head & 2) short();
      if (head & 4) short();
      const index = head & 8 ? short() : next;
      next = index + 1;
      out += argument(index);
    }
  }
  return `${out}…`;
}
