/** Where sources are now: rules that turn the paths of the debug information into paths that a client can open. */

/** Path prefix in the debug information → path prefix for the client; `.` is what relative paths are relative to. */
export type SourceRules = Readonly<Record<string, string>>;

/** The prefix that stands for relative paths. */
export const RELATIVE = '.';

/** Whether a path needs a folder to be found. */
export const isRelative = (path: string): boolean => !/^([a-z][a-z0-9+.-]*:|[\\/])/i.test(path);

/** A path with `.` and `..` resolved; those that lead above its beginning stay. */
export function resolveDots(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    const last = kept.at(-1);
    if (part === '.') continue;
    if (part === '..' && last !== undefined && last !== '' && last !== '..') kept.pop();
    else kept.push(part);
  }
  return kept.join('/');
}

/** The rules of one session; the longest prefix wins. */
export class SourceMap {
  private readonly prefixes: readonly (readonly [from: string, to: string])[];
  private readonly base: string | undefined;

  constructor(rules: SourceRules = {}) {
    const entries = Object.entries(rules).map(
      ([from, to]) => [from.replace(/\/+$/, ''), to.replace(/\/+$/, '')] as const,
    );
    this.base = entries.find(([from]) => from === RELATIVE)?.[1];
    this.prefixes = entries.filter(([from]) => from !== RELATIVE).sort((a, b) => b[0].length - a[0].length);
  }

  /** The path for the client. */
  map(path: string): string {
    for (const [from, to] of this.prefixes) {
      if (path === from) return to;
      if (path.startsWith(`${from}/`)) return to + path.slice(from.length);
    }
    return this.base !== undefined && isRelative(path) ? resolveDots(`${this.base}/${path}`) : path;
  }
}
