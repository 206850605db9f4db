/** Finds in a guest's console output that it has panicked, whatever it is written in. */

/** Of a console line, characters that are looked at. */
const LONGEST_LINE = 4096;

/** Instructions that a guest gets to switch off after it has printed that it panicked. */
export const PANIC_GRACE = 100_000_000n;

/** Without colours and other escape sequences. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins them
const plain = (text: string): string => text.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').trim();

/** The end of a line that says where Rust panicked; the next one says why. */
const PLACE = /panicked at .*:\d+:\d+:\s*$/i;

/** Watches console output for lines that say that the guest failed. */
export class PanicWatch {
  readonly #decoder = new TextDecoder();
  #line = '';
  #isFound = false;
  #isComplete = false;
  /** The line above, when this one says more about it. */
  #heading = '';

  constructor(private readonly isPanic: (line: string) => boolean) {}

  /** The line, as far as it has been printed, once one has been seen; Rust's place with the message below it. */
  get found(): string | undefined {
    return this.#isFound ? plain(`${this.#heading} ${this.#line.trim()}`) : undefined;
  }

  add(bytes: Uint8Array): void {
    if (this.#isComplete) return;
    for (const piece of this.#decoder.decode(bytes, { stream: true }).split(/(?<=\n)/)) {
      // A line without end must not grow for ever; markers are short.
      this.#line = (this.#line + piece).slice(-LONGEST_LINE);
      this.#isFound ||= this.isPanic(plain(this.#line));
      if (!piece.endsWith('\n')) continue;
      if (this.#isFound && this.#heading === '' && PLACE.test(plain(this.#line))) {
        this.#heading = this.#line.trim();
      } else {
        this.#isComplete = this.#isFound;
        if (this.#isComplete) return;
      }
      this.#line = '';
    }
  }
}
