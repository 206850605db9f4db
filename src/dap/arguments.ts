/** Reads request arguments that anybody may have sent: every access checks the type and names what is wrong. */
import { badArgument } from './errors';

/** A JSON object whose fields are not trusted. */
export class Args {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    this.fields = isObject(value) ? value : {};
  }

  /** The whole object, unchecked. */
  get all(): Readonly<Record<string, unknown>> {
    return this.fields;
  }

  raw(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined && this.raw(name) !== null;
  }

  string(name: string): string {
    const value = this.raw(name);
    if (typeof value !== 'string') throw badArgument(name, 'a string');
    return value;
  }

  optionalString(name: string): string | undefined {
    return this.has(name) ? this.string(name) : undefined;
  }

  /** A safe integer. */
  integer(name: string): number {
    const value = this.raw(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw badArgument(name, 'a whole number');
    return value;
  }

  optionalInteger(name: string): number | undefined {
    return this.has(name) ? this.integer(name) : undefined;
  }

  /** A whole number of at least 0; `missing` where it is absent. */
  count(name: string, missing: number): number {
    const value = this.optionalInteger(name) ?? missing;
    if (value < 0) throw badArgument(name, 'at least 0');
    return value;
  }

  boolean(name: string): boolean {
    const value = this.raw(name);
    if (value === undefined || value === null) return false;
    if (typeof value !== 'boolean') throw badArgument(name, 'true or false');
    return value;
  }

  object(name: string): Args {
    const value = this.raw(name);
    if (!isObject(value)) throw badArgument(name, 'an object');
    return new Args(value);
  }

  optionalObject(name: string): Args | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  /** The elements as objects; absent counts as empty. */
  objects(name: string): Args[] {
    const value = this.raw(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw badArgument(name, 'an array');
    return value.map((element: unknown) => {
      if (!isObject(element)) throw badArgument(name, 'an array of objects');
      return new Args(element);
    });
  }

  strings(name: string): string[] {
    const value = this.raw(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value) || !value.every((element) => typeof element === 'string')) {
      throw badArgument(name, 'an array of strings');
    }
    return value as string[];
  }
}

/** A JSON object, not an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
