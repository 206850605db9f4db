/**
 * What the compiler prints, on its way to the terminal: positions get whole paths, so that editors find the file
 * whatever folder they take relative paths from. rustc names files relative to the crate, and those of other crates by
 * the names that debug information gets.
 */
import { isAbsolute, join } from 'node:path';
import type { SourceRoot } from '../../image/kernel-package';

/** `--> src/main.rs:12:5`, with or without colours: what is before the path, the path, line and column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape.
export const RUSTC_POSITION = /^((?:\x1b\[[\d;]*m|\s)*(?:-->|:::)(?:\x1b\[[\d;]*m|\s)+)([^\s\x1b][^\x1b]*?)(:\d+:\d+)/;

/** Rewrites the output of one build. {@link end} must be called after the last piece. */
export class CompilerLines {
  #rest = '';
  #crate: string | undefined;

  /**
   * @param steps the crates in the order in which they are compiled; each begins with a line that ends in its folder
   * @param folder of the kernel.json, where `sources` start
   */
  constructor(
    private readonly steps: readonly { readonly crate: string }[],
    private readonly sources: readonly SourceRoot[],
    private readonly folder: string,
    private readonly write: (text: string) => void,
  ) {}

  /** Takes a piece of output; whole lines go on. */
  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.write(`${this.#rewritten(line)}\n`);
  }

  end(): void {
    if (this.#rest !== '') this.write(`${this.#rewritten(this.#rest)}\n`);
    this.#rest = '';
  }

  #rewritten(line: string): string {
    this.#crate = this.steps.find(({ crate }) => line.endsWith(` in ${crate}`))?.crate ?? this.#crate;
    return line.replace(
      RUSTC_POSITION,
      (_, arrow: string, path: string, place: string) => arrow + this.#whole(path) + place,
    );
  }

  #whole(path: string): string {
    if (!isAbsolute(path)) return this.#crate === undefined ? path : join(this.#crate, path);
    const root = this.sources
      .filter(({ recordedAs }) => path.startsWith(`${recordedAs}/`))
      .sort((a, b) => b.recordedAs.length - a.recordedAs.length)[0];
    return root ? join(this.folder, root.folder, path.slice(root.recordedAs.length)) : path;
  }
}
