import { bytesOf } from '../base/size';

/**
 * Walks parsed JSON of unknown shape. A wrong value is reported with its place and replaced by a harmless one, so that
 * one pass finds every problem.
 */
export class JsonReader {
  private readonly known = new Set<string>();
  private isReported = false;
  /** The value as an object, if it is one. */
  private readonly members: Readonly<Record<string, unknown>> | undefined;

  /** @param place where `value` is, e.g. `architectures.riscv64`; empty for the whole */
  constructor(
    private readonly value: unknown,
    private readonly place: string,
    private readonly report: (place: string, problem: string) => void,
  ) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.members = isObject ? (value as Record<string, unknown>) : undefined;
  }

  /** Reports something about this value: a sentence without its subject ("must be text"). */
  problem(text: string): void {
    this.report(this.place === '' ? '' : `"${this.place}" `, text);
  }

  /** The value under `key`, which must be there. */
  get(key: string): JsonReader {
    const found = this.find(key);
    if (found) return found;
    // Its own problems would only repeat this one.
    const absent = new JsonReader(undefined, this.inside(key), () => undefined);
    if (this.members) this.report('', `"${this.inside(key)}" is missing`);
    else this.expect('an object');
    return absent;
  }

  /** The value under `key`, if there is one. */
  find(key: string): JsonReader | undefined {
    this.known.add(key);
    if (!this.members || !Object.hasOwn(this.members, key)) return undefined;
    return new JsonReader(this.members[key], this.inside(key), this.report);
  }

  /** Reports the keys that nobody asked for. */
  refuseOtherKeys(): void {
    const others = Object.keys(this.members ?? {}).filter((key) => !this.known.has(key));
    for (const key of others) {
      this.report('', `"${this.inside(key)}" is not known here; known are ${[...this.known].join(', ')}`);
    }
  }

  entries<T>(read: (value: JsonReader, key: string) => T): T[] {
    if (!this.members) return this.expect('an object') ?? [];
    return Object.entries(this.members).map(([key, value]) =>
      read(new JsonReader(value, this.inside(key), this.report), key),
    );
  }

  list<T>(read: (item: JsonReader) => T): T[] {
    if (!Array.isArray(this.value)) return this.expect('a list') ?? [];
    return this.value.map((item, index) => read(new JsonReader(item, `${this.place}[${index}]`, this.report)));
  }

  /** Text that is not empty, of the given form. */
  text(form = /./s, formName = 'text'): string {
    if (typeof this.value === 'string' && form.test(this.value)) return this.value;
    return this.expect(formName) ?? '';
  }

  /** Whether the value is text, for values that may have several shapes. */
  get isText(): boolean {
    return typeof this.value === 'string';
  }

  /** Whether the value is a list, for values that may be one thing or several. */
  get isList(): boolean {
    return Array.isArray(this.value);
  }

  bool(): boolean {
    return typeof this.value === 'boolean' ? this.value : (this.expect('true or false') ?? false);
  }

  /** A whole number from 1. */
  count(): number {
    const { value } = this;
    return typeof value === 'number' && Number.isInteger(value) && value > 0
      ? value
      : (this.expect('a number such as 1') ?? 1);
  }

  oneOf<const T extends string>(first: T, ...others: T[]): T {
    const choices = [first, ...others];
    return choices.find((choice) => choice === this.value) ?? this.expect(`one of ${choices.join(', ')}`) ?? first;
  }

  /** Bytes: a whole number, or text such as "32M" (K, M and G are powers of 1024). */
  size(): number {
    return bytesOf(this.value) ?? this.expect('a number of bytes such as "128M"') ?? 0;
  }

  /** An address of at most 64 bits, in hexadecimal text: JSON numbers are exact only up to 53. */
  address(): bigint {
    if (typeof this.value === 'string' && /^0x[0-9a-fA-F_]{1,20}$/.test(this.value)) {
      const address = BigInt(this.value.replaceAll('_', ''));
      if (address < 1n << 64n) return address;
    }
    return this.expect('an address such as "0x80200000"') ?? 0n;
  }

  /** The key under which this value stands, read as a byte offset. */
  offsetKey(key: string): number {
    if (/^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(key)) return Number(key);
    this.problem('must stand under an offset such as "0" or "0x1000"');
    return 0;
  }

  private inside(key: string): string {
    return this.place === '' ? key : `${this.place}.${key}`;
  }

  /** Reports a wrong value, once. */
  private expect(what: string): undefined {
    if (this.isReported) return undefined;
    this.isReported = true;
    const shown = this.value === undefined ? 'nothing' : JSON.stringify(this.value);
    const found = shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
    this.report(this.place === '' ? 'The whole file ' : `"${this.place}" `, `must be ${what}, not ${found}`);
    return undefined;
  }
}
