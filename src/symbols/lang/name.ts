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
