import { hex } from '../../base/address';
import type { Type } from '../types';
import { bare } from './layout';
import { parseInteger, writeBits } from './scalar';
import type { ImplicitTarget, Value } from './value';
import { at, plain, type Shape, type View } from './view';

/** A pointer without promises: its number, and what is there when it can be read. */
export function rawPointerShape(value: Value, type: Type, address: bigint, view: View): Shape {
  const size = type.size || view.context.addressSize;
  const pointer = bare(type);
  const target = pointer.kind === 'pointer' ? pointer.target : undefined;
  const write: Shape['write'] = (text) => {
    const parsed = /^null(ptr)?$/i.test(text.trim()) ? 0n : parseInteger(text);
    if (parsed === undefined || parsed < 0n || parsed >= 1n << BigInt(8 * size))
      return { ok: false, why: `"${text.trim()}" is not an address. Type it as 0x80200000.` };
    return writeBits(value, parsed, 8 * size, size);
  };
  const common = { isPointer: true, points: address, scalar: address, write } as const;
  if (target === undefined) return { ...plain(hex(address)), ...common };
  if (bare(target).kind === 'subroutine') return { ...plain(functionText(address, view)), ...common };
  // Of a null pointer fields have addresses, too: `&((struct node *)0)->link`.
  if (address === 0n) return { ...plain('null'), through: at({ ...value, calledBy: [] }, target, 0n), ...common };
  if (isOpaque(target)) return { ...plain(`${hex(address)}${symbolSuffix(address, view)}`), ...common };
  // The pointer is the address, what it leads to need be none.
  const pointee = at({ ...value, calledBy: [] }, target, address);
  const readable = view.read(address, 1) !== undefined;
  return {
    text: readable ? `${hex(address)} → ${view.preview(pointee)}` : `${hex(address)} → <no memory there>`,
    named: [{ name: '*', value: pointee, evaluateSuffix: '*' }],
    indexedCount: 0,
    target: pointee,
    through: pointee,
    ...common,
  };
}

/** A pointer that the compiler did not make: only what it would point to is known. */
export function implicitPointerShape(value: Value, target: ImplicitTarget, view: View): Shape {
  const found = target();
  if (typeof found === 'string') return plain(`<unavailable: ${found}>`);
  const pointer = bare(value.type);
  // What was kept may be a part or a wrapper of what the pointer's type says.
  const pointee = { ...found, type: pointer.kind === 'pointer' ? pointer.target : found.type, calledBy: [] };
  return {
    text: `<no address> → ${view.preview(pointee)}`,
    named: [{ name: '*', value: pointee, evaluateSuffix: '*' }],
    indexedCount: 0,
    isPointer: true,
    target: pointee,
    through: pointee,
  };
}

/** Nothing to see behind it: `void *`, `*const ()`, a type that is only declared. */
function isOpaque(type: Type): boolean {
  const target = bare(type);
  return target.kind === 'void' || target.kind === 'unknown' || target.size === 0;
}

/** `name (address)`. */
export function functionText(address: bigint, view: View): string {
  if (address === 0n) return 'null';
  const hit = view.context.names?.symbolAt(address);
  // An address in data is no function: it is a sentinel or garbage.
  if (hit === undefined || hit.symbol.kind === 'object') return hex(address);
  return `${hit.symbol.demangled}${hit.offset === 0n ? '' : `+${hex(hit.offset)}`} (${hex(address)})`;
}

function symbolSuffix(address: bigint, view: View): string {
  const hit = view.context.names?.symbolAt(address);
  return hit === undefined ? '' : ` (${hit.symbol.demangled}${hit.offset === 0n ? '' : `+${hex(hit.offset)}`})`;
}
