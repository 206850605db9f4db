/** Maps that must not grow: the entries used last are kept. */

/** Sets an entry as the one used last, and drops those used longest ago beyond `most`. */
export function keepLast<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
