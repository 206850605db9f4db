/** Files looked at side by side. */
const BATCH = 64;

/** Does `work` for all items, not too many at once; the results are in the order of the items. */
export async function inBatches<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  for (let at = 0; at < items.length; at += BATCH) {
    results.push(...(await Promise.all(items.slice(at, at + BATCH).map(work))));
  }
  return results;
}
