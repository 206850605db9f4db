import { va } from '../base/address';
import type { AddressRange, BaseTypeRef, CfaRule, Location, LocationEntry, Op, RegisterRule, UnwindRow } from './types';

/** What the wasm module writes for locations and unwind rows: as in `types`, with wide integers as decimal text. */
export interface RawOp {
  readonly op: Op['op'];
  readonly value?: string;
  readonly offset?: string;
  readonly type?: BaseTypeRef;
  readonly register?: number;
  readonly size?: number;
  readonly index?: number;
  readonly what?: string;
  readonly target?: number;
  readonly bits?: number;
  readonly bitOffset?: number;
  readonly bytes?: string;
  readonly die?: number;
  readonly ops?: readonly RawOp[];
  readonly name?: string;
}

export interface RawLocation {
  readonly kind: Location['kind'];
  readonly ops?: readonly RawOp[];
  readonly entries?: readonly RawEntry[];
  readonly fallback?: readonly RawOp[];
  readonly bytes?: string;
  readonly why?: string;
}

export interface RawRule {
  readonly kind: RegisterRule['kind'] | CfaRule['kind'];
  readonly register?: number;
  readonly offset?: string;
  readonly value?: string;
  readonly ops?: readonly RawOp[];
}

export interface RawUnwindRow {
  readonly lo: string;
  readonly hi: string;
  readonly returnAddressRegister: number;
  readonly isSignalFrame: boolean;
  readonly cfa: RawRule;
  readonly registers: readonly (readonly [number, RawRule])[];
}

/** Bytes from hex digits. */
export function bytesOf(hexDigits: string): Uint8Array {
  const bytes = new Uint8Array(hexDigits.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hexDigits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Ranges from a flat list of bounds. */
export function rangesOf(bounds: readonly string[]): AddressRange[] {
  const ranges: AddressRange[] = [];
  for (let i = 0; i + 1 < bounds.length; i += 2) {
    ranges.push({ lo: va(BigInt(bounds[i] ?? 0)), hi: va(BigInt(bounds[i + 1] ?? 0)) });
  }
  return ranges;
}

export function opsOf(raw: readonly RawOp[] | undefined): Op[] {
  return (raw ?? []).map(opOf);
}

function opOf(raw: RawOp): Op {
  switch (raw.op) {
    case 'const':
      return { op: 'const', value: BigInt(raw.value ?? 0), type: raw.type };
    case 'address':
    case 'plusConst':
      return { op: raw.op, value: BigInt(raw.value ?? 0) };
    case 'registerOffset':
      return { op: 'registerOffset', register: raw.register ?? 0, offset: BigInt(raw.offset ?? 0), type: raw.type };
    case 'frameOffset':
      return { op: 'frameOffset', offset: BigInt(raw.offset ?? 0) };
    case 'implicitValue':
      return { op: 'implicitValue', bytes: bytesOf(raw.bytes ?? '') };
    case 'implicitPointer':
      return { op: 'implicitPointer', die: raw.die ?? 0, offset: BigInt(raw.offset ?? 0) };
    case 'entryValue':
      return { op: 'entryValue', ops: opsOf(raw.ops) };
    case 'convert':
    case 'reinterpret':
      return { op: raw.op, type: raw.type };
    default:
      // The other operations have no wide integers: the text is the object.
      return raw as Op;
  }
}

export function locationOf(raw: RawLocation | undefined): Location | undefined {
  switch (raw?.kind) {
    case undefined:
      return undefined;
    case 'expression':
      return { kind: 'expression', ops: opsOf(raw.ops) };
    case 'list':
      return { kind: 'list', entries: entriesOf(raw.entries ?? []), fallback: raw.fallback && opsOf(raw.fallback) };
    case 'constant':
      return { kind: 'constant', bytes: bytesOf(raw.bytes ?? '') };
    case 'none':
      return { kind: 'none', why: raw.why ?? '' };
  }
}

interface RawEntry {
  readonly lo: string;
  readonly hi: string;
  readonly ops: readonly RawOp[];
}

function entriesOf(raw: readonly RawEntry[]): LocationEntry[] {
  return raw.map((e) => ({ lo: va(BigInt(e.lo)), hi: va(BigInt(e.hi)), ops: opsOf(e.ops) }));
}

export function unwindRowOf(raw: RawUnwindRow): UnwindRow {
  return {
    lo: va(BigInt(raw.lo)),
    hi: va(BigInt(raw.hi)),
    returnAddressRegister: raw.returnAddressRegister,
    isSignalFrame: raw.isSignalFrame,
    cfa: cfaOf(raw.cfa),
    registers: new Map(raw.registers.map(([number, rule]) => [number, ruleOf(rule)])),
  };
}

function cfaOf(raw: RawRule): CfaRule {
  return raw.kind === 'expression'
    ? { kind: 'expression', ops: opsOf(raw.ops) }
    : { kind: 'registerOffset', register: raw.register ?? 0, offset: BigInt(raw.offset ?? 0) };
}

function ruleOf(raw: RawRule): RegisterRule {
  switch (raw.kind) {
    case 'offset':
    case 'valOffset':
      return { kind: raw.kind, offset: BigInt(raw.offset ?? 0) };
    case 'register':
      return { kind: 'register', register: raw.register ?? 0 };
    case 'expression':
    case 'valExpression':
      return { kind: raw.kind, ops: opsOf(raw.ops) };
    case 'constant':
      return { kind: 'constant', value: BigInt(raw.value ?? 0) };
    case 'sameValue':
      return { kind: 'sameValue' };
    case 'undefined':
    case 'registerOffset':
      return { kind: 'undefined' };
  }
}
