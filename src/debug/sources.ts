/**
 * Source files of all images, and how their DWARF paths relate to the paths the client uses.
 * Clients send plain paths, `file:` URIs or other URIs, percent-encoded or not; comparison is on decoded text.
 */
import type { SourceFile } from '../symbols/types';
import type { Image, ImageSet } from './images';
import { SourceMap, type SourceRules } from './source-map';

export type { Program, SourceFile } from '../symbols/types';

/** A source file of one image. */
export interface ImageSource {
  readonly image: Image;
  readonly source: SourceFile;
}

/** Decodes percent escapes, unifies separators and leaves out `.` and `x/..`; `file:///x` becomes `/x`. Other schemes stay. */
export function normalizePath(path: string): string {
  let text = path;
  if (/%[0-9a-f]{2}/i.test(text)) {
    try {
      text = decodeURIComponent(text);
    } catch {
      // A literal percent sign in a plain path: keep it as it is.
    }
  }
  text = text.replace(/^file:\/\/(localhost)?/i, '').replaceAll('\\', '/');
  if (/\/\.\.?(?:\/|$)/.test(text)) text = withoutDots(text);
  const drive = /^\/?([a-z]):\//i.exec(text);
  return drive?.[1] === undefined ? text : `${drive[1].toLowerCase()}:/${text.slice(drive[0].length)}`;
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    const isStep = part === '..' && kept.length > 0 && !['', '.', '..'].includes(kept.at(-1) ?? '');
    if (isStep) kept.pop();
    else if (part !== '.' || kept.length === 0) kept.push(part);
  }
  return kept.join('/');
}

const segmentsOf = (path: string) => path.split('/').filter((part) => part !== '');

/** How many trailing path segments two paths share. */
function commonTail(left: readonly string[], right: readonly string[]): number {
  let count = 0;
  while (count < left.length && count < right.length && left.at(-1 - count) === right.at(-1 - count)) count++;
  return count;
}

/** Looks sources up by client path and spells DWARF paths for the client. */
export class SourceCatalogue {
  private readonly map: SourceMap;

  constructor(
    private readonly images: ImageSet,
    rules: SourceRules = {},
  ) {
    this.map = new SourceMap(rules);
  }

  /** The path a client can open. */
  clientPath(source: SourceFile): string {
    return this.map.map(source.path);
  }

  /** Whether a rule of the source map covers the file: then its client path is one somebody vouches for. */
  isMapped(source: SourceFile): boolean {
    return this.clientPath(source) !== source.path;
  }

  /**
   * The files that `path` names: exact after mapping, else the one file that shares the longest tail of segments
   * (a source tree that was built elsewhere). Empty when several files fit equally well.
   */
  find(path: string): readonly ImageSource[] {
    const wanted = normalizePath(path);
    const everything = this.all();
    const exact = everything.filter(
      ({ source }) => normalizePath(this.clientPath(source)) === wanted || normalizePath(source.path) === wanted,
    );
    if (exact.length > 0) return exact;
    const tail = segmentsOf(wanted);
    let best = 0;
    let found: ImageSource[] = [];
    for (const entry of everything) {
      const shared = commonTail(tail, segmentsOf(normalizePath(entry.source.path)));
      if (shared === 0 || shared < best) continue;
      if (shared > best) found = [];
      best = shared;
      found.push(entry);
    }
    const distinct = new Set(found.map(({ source }) => source.path)).size;
    return distinct === 1 ? found : [];
  }

  /** Every source file of every image. */
  all(): ImageSource[] {
    return this.images.all.flatMap((image) => image.program.sources().map((source) => ({ image, source })));
  }
}

/** Files of the Rust distribution: shown dimmed and stepped over by default. */
export const isLibraryPath = (path: string): boolean =>
  /(^|\/)rustc\/[0-9a-z.-]+\/|\/rust(lib)?\/src\/(rust\/)?library\/|(^|\/)library\/(core|alloc|std|compiler-builtins)\//.test(
    path,
  );

/** Where our builds record published crates, whose sources are not in the VSIX. */
export const isCratePath = (path: string): boolean => path.startsWith('/worldstep/crates/');
