/** How the rows of model-specific registers are written. */
import type { FieldSpec } from '../../base/fields';
import type { HartState } from '../core/privileged';
import type { Feature } from './cpuid-features';

/** What reading a register takes. */
export type MsrSource = Pick<HartState, 'get' | 'read' | 'time' | 'readSpace'>;

/** The groups that a debugger lists them in. */
export type MsrGroup =
  | 'control'
  | 'system calls'
  | 'memory types'
  | 'time'
  | 'machine check'
  | 'debug'
  | 'virtualization';

export interface Msr {
  readonly name: string;
  readonly number: number;
  readonly doc: string;
  readonly group: MsrGroup;
  readonly fields?: readonly FieldSpec[];
  /** Bits that software can write. */
  readonly writable: bigint;
  /** Bits whose writes have no effect; all others must be written as 0. */
  readonly ignored?: bigint;
  /** Writing it is #GP. */
  readonly isReadOnly?: true;
  /** It holds a linear address: what is not canonical is #GP. */
  readonly isAddress?: true;
  /** Any of these: it is there on processors with one of them. */
  readonly features?: readonly Feature[];
  /** It reads as this, and there is no slot of its name. */
  readonly constant?: bigint;
  readonly reset?: bigint;
  /** Its value, where it is not its slot's. */
  read?(state: MsrSource): bigint;
  /** Whether a value may be written, beyond `writable`. */
  accepts?(state: HartState, value: bigint): boolean;
  /** What writing does, where that is not storing: given the new value with the unwritable bits as before. */
  write?(state: HartState, value: bigint): void;
}

type Bits = readonly [name: string, high: number, low?: number, doc?: string, values?: FieldSpec['values']];

/** Fields of a register, the highest first. */
export const fields = (...bits: Bits[]): readonly FieldSpec[] =>
  bits.map(([name, high, low = high, doc, values]) => ({
    name,
    high,
    low,
    ...(doc !== undefined && { doc }),
    ...(values !== undefined && { values }),
  }));

type More = Partial<Omit<Msr, 'name' | 'number' | 'doc' | 'group' | 'writable'>>;

/** A function that makes rows of one group. */
export const rowsOf =
  (group: MsrGroup) =>
  (name: string, number: number, writable: bigint, doc: string, more: More = {}): Msr => ({
    name,
    number,
    doc,
    group,
    writable,
    ...more,
  });

/** All 64 bits, and the low 32. */
export const ALL = 0xffff_ffff_ffff_ffffn;
export const LOW = 0xffff_ffffn;
/** Bits of physical addresses of pages. */
export const PAGES = 0xf_ffff_ffff_f000n;
