import type { Type } from '../types';

/** Arguments that are the same nearly everywhere and only make a name long. */
const unspoken = [
  'alloc::alloc::Global',
  'std::alloc::Global',
  'hashbrown::raw::alloc::inner::Global',
  'allocator_api2::stable::alloc::global::Global',
  'std::collections::hash::map::RandomState',
  'std::hash::random::RandomState',
  'spin::relax::Spin',
];

/** kspin's locks are one struct that differs in its guard; people know them by their alias. */
const kspin: readonly (readonly [string, string])[] = [
  ['BaseSpinLock<NoPreemptIrqSave, ', 'SpinNoIrq<'],
  ['BaseSpinLock<NoPreempt, ', 'SpinNoPreempt<'],
  ['BaseSpinLock<NoOp, ', 'SpinRaw<'],
];

/**
 * A Rust type name without module paths, default allocators and hashers:
 * `alloc::collections::vec_deque::VecDeque<usize, alloc::alloc::Global>` reads `VecDeque<usize>`.
 */
export function shortenRustName(name: string): string {
  let short = name;
  for (const argument of unspoken) short = short.split(`, ${argument}`).join('');
  short = short
    .replace(/(?:(?:[A-Za-z_]\w*|\{impl#\d+\})::)+(?!\{)/g, '')
    .replace(/(?:[A-Za-z_]\w*::)+(?=\w+::\{)/g, '');
  for (const [long, alias] of kspin) short = short.split(long).join(alias);
  return short;
}

/** The type's own name: neither path nor arguments: `Vec` of `alloc::vec::Vec<u8, …>`. */
export function stem(name: string): string {
  const end = name.indexOf('<', 1);
  const head = end < 0 ? name : name.slice(0, end);
  return head.slice(head.lastIndexOf('::') < 0 ? 0 : head.lastIndexOf('::') + 2);
}

/** A type's name as the compiler wrote it, or as its language would spell it where the debug information has none. */
export function fullTypeName(type: Type, depth = 8): string {
  if (type.name !== '') return type.name;
  if (depth === 0) return '…';
  const inner = (of: Type) => fullTypeName(of, depth - 1);
  switch (type.kind) {
    case 'pointer':
      return type.language === 'rust' ? `*const ${inner(type.target)}` : pointerName(type.target, inner);
    case 'array':
      return type.language === 'rust'
        ? `[${inner(type.element)}; ${type.count ?? ''}]`
        : arrayName(inner(type.element), type.count);
    case 'alias':
      return type.target.kind === 'pointer'
        ? `${inner(type.target)} ${type.flavour}`
        : `${type.flavour} ${inner(type.target)}`;
    case 'subroutine':
      return `${inner(type.returns)} (${type.parameters.map(inner).join(', ')})`;
    case 'struct':
    case 'union':
    case 'enumeration':
      return `${type.kind === 'enumeration' ? 'enum' : type.kind} (anonymous)`;
    case 'void':
      return 'void';
    default:
      return '';
  }
}

/** C writes the outer dimension first. */
function arrayName(element: string, count: number | undefined): string {
  const dimensions = /(?:\[\d*\])+$/.exec(element)?.[0] ?? '';
  return `${element.slice(0, element.length - dimensions.length)}[${count ?? ''}]${dimensions}`;
}

function pointerName(target: Type, inner: (of: Type) => string): string {
  if (target.kind === 'subroutine') return inner(target).replace(' (', ' (*)(');
  const text = inner(target);
  return text.endsWith('*') ? `${text}*` : `${text} *`;
}

/** The name people use in conversation. */
export const shortTypeName = (type: Type): string =>
  type.language === 'rust' ? shortenRustName(fullTypeName(type)) : fullTypeName(type);
