/** The process's streams as the guest's console: buffered output, raw input, and QEMU's Ctrl-A commands. */

const CTRL_A = 0x01;
/** Bytes kept back before they are written in one piece. */
const BUFFER = 4096;
/** Of a console line, characters that are looked at. */
const LONGEST_LINE = 4096;

const KEYS_HELP = '\r\nCtrl-A X  quit\r\nCtrl-A H  this list\r\nCtrl-A Ctrl-A  send Ctrl-A to the guest\r\n';

/** Splits typed bytes into what the guest gets and what is a command to us. */
export class EscapeKeys {
  #isEscaped = false;

  /** `quit` is set when Ctrl-A X was typed; bytes after it are dropped. */
  take(typed: Uint8Array): { readonly bytes: Uint8Array; readonly quit: boolean; readonly help: boolean } {
    const bytes: number[] = [];
    let help = false;
    for (const byte of typed) {
      if (!this.#isEscaped) {
        if (byte === CTRL_A) this.#isEscaped = true;
        else bytes.push(byte);
        continue;
      }
      this.#isEscaped = false;
      const key = String.fromCharCode(byte).toLowerCase();
      if (key === 'x') return { bytes: Uint8Array.from(bytes), quit: true, help };
      if (key === 'h') help = true;
      else if (byte === CTRL_A || key === 'a') bytes.push(CTRL_A);
    }
    return { bytes: Uint8Array.from(bytes), quit: false, help };
  }
}

/** Without colours and other escape sequences. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins them
const plain = (text: string): string => text.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').trim();

/** The end of a line that says where Rust panicked; the next one says why. */
const PLACE = /panicked at .*:\d+:\d+:\s*$/;

/** Watches console output for lines that say that the guest failed. */
export class PanicWatch {
  readonly #decoder = new TextDecoder();
  #line = '';
  #isFound = false;
  #isComplete = false;
  /** The line above, when this one says more about it. */
  #heading = '';

  constructor(readonly markers: readonly string[]) {}

  /** The line, as far as it has been printed, once one has been seen; Rust's place with the message below it. */
  get found(): string | undefined {
    return this.#isFound ? plain(`${this.#heading} ${this.#line.trim()}`) : undefined;
  }

  add(bytes: Uint8Array): void {
    if (this.#isComplete) return;
    for (const piece of this.#decoder.decode(bytes, { stream: true }).split(/(?<=\n)/)) {
      // A line without end must not grow for ever; markers are short.
      this.#line = (this.#line + piece).slice(-LONGEST_LINE);
      this.#isFound ||= this.markers.some((marker) => this.#line.includes(marker));
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

/** The console of one run. {@link close} must be called at its end, or the process stays and the terminal stays raw. */
export class Terminal {
  readonly #keys = new EscapeKeys();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #typed: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  /** No more input will come. */
  inputEnded = false;
  /** The user typed Ctrl-A X, or nobody reads the output any more. */
  hasQuit = false;

  constructor(
    readonly stdin: NodeJS.ReadStream,
    readonly stdout: NodeJS.WriteStream,
  ) {
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', this.#receive);
    stdin.on('end', this.#end);
    stdin.on('error', this.#end);
    stdout.on('error', this.#quit);
  }

  get isInteractive(): boolean {
    return this.stdin.isTTY === true;
  }

  write(bytes: Uint8Array): void {
    this.#pending.push(bytes.slice());
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= BUFFER) this.flush();
  }

  flush(): void {
    if (this.#pendingBytes === 0) return;
    this.stdout.write(Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** What was typed since the last call. */
  typed(): Uint8Array | undefined {
    if (this.#typed.length === 0) return undefined;
    const bytes = Buffer.concat(this.#typed);
    this.#typed = [];
    return new Uint8Array(bytes);
  }

  /** Resolves when input arrives or ends, the user quits, or after `milliseconds`, where given. */
  wait(milliseconds?: number): Promise<void> {
    if (this.#typed.length > 0 || this.inputEnded || this.hasQuit) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => this.#wake?.(), milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  close(): void {
    this.flush();
    if (this.stdin.isTTY) this.stdin.setRawMode(false);
    this.stdin.off('data', this.#receive);
    this.stdin.pause();
    // A pipe that stays open would keep the process.
    this.stdin.unref?.();
  }

  readonly #receive = (data: Buffer): void => {
    const { bytes, quit, help } = this.isInteractive
      ? this.#keys.take(data)
      : { bytes: new Uint8Array(data), quit: false, help: false };
    if (bytes.length > 0) this.#typed.push(bytes);
    if (help) this.stdout.write(KEYS_HELP);
    if (quit) this.hasQuit = true;
    this.#wake?.();
  };
  readonly #end = (): void => {
    this.inputEnded = true;
    this.#wake?.();
  };
  readonly #quit = (): void => {
    this.hasQuit = true;
    this.#wake?.();
  };
}
