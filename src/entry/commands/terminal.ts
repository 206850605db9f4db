/** The process's streams as the guest's console: buffered output, raw input, and QEMU's Ctrl-A commands. */

const CTRL_A = 0x01;
/** Bytes kept back before they are written in one piece. */
const BUFFER = 4096;

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
