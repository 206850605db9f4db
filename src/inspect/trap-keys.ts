/** Keys of rows over a trap log: a filter's text, and below it a list and a record. */

/** A key of the tree: a filter, and below it a list and a record of it. */
export interface Path {
  readonly filter: string;
  /** What children's keys begin with. */
  readonly prefix: string;
  readonly rest: string;
}

const FILTER = 'find:';

/** `find:TEXT/REST`, with the text encoded as in a URI so that it may hold slashes. */
export function pathOf(key: string): Path {
  if (!key.startsWith(FILTER)) return { filter: '', prefix: '', rest: key };
  const end = key.indexOf('/');
  const encoded = key.slice(FILTER.length, end < 0 ? undefined : end);
  const rest = end < 0 ? '' : key.slice(end + 1);
  return { filter: decoded(encoded), prefix: `${FILTER}${encoded}/`, rest };
}

/** Undoes the encoding; a text that is not encoded is itself. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The key under which a view's rows are those that a filter's text lets through. */
export const filterKey = (text: string): string => `${FILTER}${encodeURIComponent(text)}`;
