/**
 * What a project's build tool prints, on its way to the terminal: positions get whole paths, so that editors find the
 * file. Compilers of C name files from the folder that make has gone to; rustc from the folder of the workspace.
 */
import { isAbsolute, join } from 'node:path';
import { RUSTC_POSITION } from './compiler-lines';

/** `kernel/main.c:12:5: error:`, with or without colours. */
const C_POSITION =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape.
  /^((?:\x1b\[[\d;]*[mK])*)(?!\d+:)([^\s:\x1b][^:\x1b]*)(:\d+(?::\d+)?:(?:\x1b\[[\d;]*[mK]|\s)*(?:fatal error|error|warning|note)\b)/;

/** make says where it goes: `make[1]: Entering directory '/work/kernel'`. */
const CHANGE = /^\w*make(?:\[\d+\])?: (Entering|Leaving) directory ['`](.*)'$/;

/** Rewrites the output of one tool. {@link end} must be called after the last piece. */
export class ToolLines {
  #rest = '';
  readonly #folders: string[];

  /**
   * @param folder that the tool was started in
   * @param rustFolder that rustc names files from
   */
  constructor(
    folder: string,
    private readonly rustFolder: string,
    private readonly write: (text: string) => void,
  ) {
    this.#folders = [folder];
  }

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
    const [, change, folder] = CHANGE.exec(line.trimEnd()) ?? [];
    if (change === 'Entering' && folder !== undefined) this.#folders.push(folder);
    if (change === 'Leaving' && this.#folders.length > 1) this.#folders.pop();
    const place = this.#folders.at(-1) ?? '';
    return line
      .replace(
        RUSTC_POSITION,
        (_, arrow: string, path: string, at: string) => arrow + whole(this.rustFolder, path) + at,
      )
      .replace(C_POSITION, (_, colours: string, path: string, at: string) => colours + whole(place, path) + at);
  }
}

const whole = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));
