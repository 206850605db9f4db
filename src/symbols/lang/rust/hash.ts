import { hex } from '../../../base/address';
import type { StructType } from '../../types';
import { argument, bare, core, deepMember, field, memberNamed } from '../layout';
import { stem } from '../name';
import type { Child, Value } from '../value';
import { at, type Shape, type View } from '../view';
import { matches, suffixOf } from './btree';
import { invalid } from './strings';

/**
 * `HashMap` and `HashSet` (hashbrown's, which std's are): one control byte a bucket, its high bit set when free; the
 * buckets lie before the control bytes, in reverse.
 */
export function hashShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  const table = deepMember(value, ['table'], 4);
  if (table === undefined) return undefined;
  const entryType = argument(bare(table.type), 'T');
  const numbers = ['bucket_mask', 'items'].map((member) => {
    const found = deepMember(table, [member], 3);
    return found === undefined ? undefined : view.unsigned(core(found).place, found.type.size);
  });
  const control = deepMember(table, ['ctrl'], 3);
  const [mask, items] = numbers;
  const start = control === undefined ? undefined : view.unsigned(core(control).place, view.context.addressSize);
  if (entryType === undefined || mask === undefined || items === undefined || start === undefined) return undefined;
  const buckets = mask + 1n;
  if ((buckets & mask) !== 0n || buckets > 1n << 40n) return invalid(`bucket_mask ${hex(mask)}`);
  if (items > buckets) return invalid(`items ${items} > buckets ${buckets}`);
  const text = `${name}(len: ${items})`;
  if (items === 0n) return { text, named: [], indexedCount: 0, hidesFields: true };
  if (view.read(start, 1) === undefined) return invalid(`no memory at ${hex(start)} for ${items} entries`);
  const isSet = name === 'HashSet';
  const entries = (look: View, visit: (key: Value, entry: Value) => boolean) =>
    walk(start, buckets, look, (bucket) => {
      const pair = at(value, entryType, start - (bucket + 1n) * BigInt(entryType.size));
      const pairType = bare(entryType);
      const key = memberNamed(pairType, '__0');
      const entry = memberNamed(pairType, '__1');
      return key === undefined || entry === undefined ? visit(pair, pair) : visit(field(pair, key), field(pair, entry));
    });
  return {
    text,
    named: [],
    indexedCount: Number(items),
    indexed: (from, count, look) => {
      const children: Child[] = [];
      let index = 0;
      entries(look, (key, entry) => {
        const here = index++;
        if (here < from) return true;
        if (here >= from + count) return false;
        const suffix = suffixOf(isSet ? undefined : key, here, look);
        children.push({
          name: isSet ? `[${here}]` : `[${look.preview(key)}]`,
          value: isSet ? key : entry,
          evaluateSuffix: suffix,
        });
        return true;
      });
      return children;
    },
    element: (wanted, look) => {
      let found: Value | undefined;
      let index = 0n;
      entries(look, (key, entry) => {
        if (isSet ? index++ === wanted : matches(key, wanted, look)) found = isSet ? key : entry;
        return found === undefined;
      });
      return found;
    },
    points: start,
    hidesFields: true,
  };
}

/** Visits the full buckets in order of their number. */
function walk(control: bigint, buckets: bigint, view: View, visit: (bucket: bigint) => boolean): void {
  const stride = 256n;
  for (let base = 0n; base < buckets; base += stride) {
    const count = buckets - base < stride ? buckets - base : stride;
    const bytes = view.read(control + base, Number(count));
    if (bytes === undefined) return;
    for (let i = 0; i < bytes.length; i++) {
      if (((bytes[i] ?? 0x80) & 0x80) === 0 && !visit(base + BigInt(i))) return;
    }
  }
}
