/** Operands as the manual writes them, and how rows read and write them. */
import type { Field, V32, V64, V128 } from '../core/ops';
import { OPERAND } from './operand-check';
import type { Bits, FieldName, X86Ops } from './ops';

/** Where the bits of an operand's register stand in an instruction. */
export type RegisterSource = 'reg' | 'rm' | 'opcode' | 'vvvv' | 'accumulator' | 'count' | 'fixed';

/** What an operand is. */
export interface OperandSpec {
  /** As the manual writes it: `r/m`, `r32`, `xmm/m128`, `imm`. */
  readonly text: string;
  readonly kind:
    | 'general'
    | 'xmm'
    | 'mm'
    | 'st'
    | 'segment'
    | 'control'
    | 'debug'
    | 'memory'
    | 'immediate'
    | 'distance'
    | 'one';
  /** Of its register, where it may be one. */
  readonly source?: RegisterSource;
  readonly mayBeMemory: boolean;
  /** Its own width; absent: the operand size. Of memory that is no number, 0. */
  readonly bits?: number;
  /** In memory, where that is less than in a register. */
  readonly memoryBits?: number;
}

const SOURCES: Readonly<Record<string, RegisterSource>> = { r: 'reg', rr: 'rm', o: 'opcode', v: 'vvvv' };
const withBits = (text: string): { bits: number } | Record<string, never> =>
  text === '' ? {} : { bits: Number(text) };

/**
 * General: `r/m`, `r` (ModRM.reg), `rr` (ModRM.rm, never memory), `o` (in the opcode), `v` (VEX.vvvv), `a` (al to rax), `cl`, `dx`, each
 * with a width or of operand size. `m`: memory alone; `moffs`: at an address in the instruction. `xmm`, `xmm/m128`, `xmmrm`
 * (ModRM.rm, never memory); `mm`, `mm/m64`, `mmrm`; `st(i)`; `Sreg`, `CRn`, `DRn`; `imm` and `uimm`; `rel`; `1`.
 * @throws Error when it is none of these: a mistake of ours.
 */
export const parseOperand = (text: string): OperandSpec => {
  const general = /^(r\/m|rr|r|o|v|a|m|moffs)(\d*)$/.exec(text);
  if (general) {
    const [, kind = '', width = ''] = general;
    if (kind === 'a') return { text, kind: 'general', source: 'accumulator', mayBeMemory: false, ...withBits(width) };
    if (kind === 'm' || kind === 'moffs') return { text, kind: 'memory', mayBeMemory: true, ...withBits(width) };
    if (kind === 'r/m') return { text, kind: 'general', source: 'rm', mayBeMemory: true, ...withBits(width) };
    return { text, kind: 'general', source: SOURCES[kind] ?? 'reg', mayBeMemory: false, ...withBits(width) };
  }
  const mixed = /^r(32|64|)\/m(8|16|32|64)$/.exec(text);
  if (mixed) {
    const [, register = '', memory] = mixed;
    const base = { text, kind: 'general', source: 'rm', mayBeMemory: true } as const;
    return { ...base, ...withBits(register), memoryBits: Number(memory) };
  }
  const vector = /^(xmm|mm)(rm)?(?:\/m(\d+))?$/.exec(text);
  if (vector) {
    const [, kind, isRm, memory] = vector;
    const isSource = isRm !== undefined || memory !== undefined;
    return {
      ...{ text, kind: kind === 'xmm' ? 'xmm' : 'mm', bits: kind === 'xmm' ? 128 : 64 },
      ...{ source: isSource ? 'rm' : 'reg', mayBeMemory: memory !== undefined },
      ...(memory !== undefined && { memoryBits: Number(memory) }),
    };
  }
  const known = OTHERS[text];
  if (!known) throw new Error(`what operand is ${text}?`);
  return { text, mayBeMemory: false, ...known };
};

const OTHERS: Readonly<Record<string, Omit<OperandSpec, 'text' | 'mayBeMemory'>>> = {
  cl: { kind: 'general', source: 'count', bits: 8 },
  dx: { kind: 'general', source: 'fixed', bits: 16 },
  'st(i)': { kind: 'st', source: 'rm' },
  Sreg: { kind: 'segment', source: 'reg' },
  CRn: { kind: 'control', source: 'reg' },
  DRn: { kind: 'debug', source: 'reg' },
  imm: { kind: 'immediate' },
  uimm: { kind: 'immediate' },
  imm64: { kind: 'immediate', bits: 64 },
  imm2: { kind: 'immediate' },
  rel: { kind: 'distance' },
  1: { kind: 'one' },
};

/**
 * Kinds of memory operands, each a row of its own: `m` base + disp, `s` base + index × scale + disp, both in 64-bit mode without a
 * segment; `p` pc + disp; `g` any base, index, scale, segment and length of address, with the check of its segment's limit; `o`
 * at an address in the instruction.
 */
export type MemoryKind = 'm' | 's' | 'p' | 'g' | 'o';

/** An operand as a row sees it. Values are zero-extended. */
export interface Operand {
  readonly spec: OperandSpec;
  /** Of a register, or of memory. */
  readonly bits: number;
  readonly isMemory: boolean;
  /** The kind of memory operand that it is. */
  readonly memory: MemoryKind | undefined;
  /** The field that names its register or is its value. */
  readonly field: Field;
  read(): V64;
  /** Sign-extended. */
  readSigned(): V64;
  /** A register of 32 bits clears the upper half; those of 8 and 16 leave the rest. */
  write(v: V64): void;
  /** Reads, and writes what `change` makes of it, in one; with `when` only where that is 1. Yields the old value. */
  update(change: (old: V64) => V64, when?: (old: V64) => V32): V64;
  /** Address of memory, behind its segment's checks for an access of so many bytes (its own when not said). */
  address(use: 'read' | 'write', bytes?: number): V64;
  /** Address in its segment, as LEA computes it. */
  offset(): V64;
  /** A vector register, or memory of 128 bits, which must be aligned for most instructions. */
  readVector(alignment?: 'aligned' | 'any'): V128;
  writeVector(v: V128, alignment?: 'aligned' | 'any'): void;
}

const FILES: Readonly<Record<number, string>> = { 8: 'b', 16: 'w', 32: 'd', 64: 'r' };

/** What a row knows of an operand when its `sem` runs. */
export interface OperandPlace {
  readonly spec: OperandSpec;
  readonly bits: number;
  /** Absent: a register or an immediate. */
  readonly memory?: MemoryKind;
  readonly name: FieldName;
}

/** The operand at `place` in words. `f` are the row's fields. */
export const operandOf = (o: X86Ops, f: Readonly<Record<FieldName, Field>>, place: OperandPlace): Operand => {
  const { spec, bits, memory, name } = place;
  const width = bits as Bits;
  const bytes = (bits / 8) as 1 | 2 | 4 | 8;
  let formed: V64 | undefined;
  const offset = (): V64 => {
    formed ??= offsetOf(o, f, memory ?? 'm');
    return formed;
  };
  let linear: V64 | undefined;
  const address = (use: 'read' | 'write', count = bytes as number): V64 => {
    linear ??= linearOf(o, f, memory ?? 'm', offset(), use, count);
    return linear;
  };
  const common = { spec, bits, isMemory: memory !== undefined, memory, address, offset };
  const noVector = (): never => {
    throw new Error(`${spec.text} is no vector`);
  };
  if (memory !== undefined) {
    const align = (at: V64): void => o.guard('aligned16', 0, o.lo32(o.and(at, o.c(15))));
    const upper = (at: V64): V64 => o.add(at, o.c(8));
    return {
      ...common,
      get field(): Field {
        throw new Error(`${spec.text} is in memory`);
      },
      read: () => o.load(bytes, false, address('read')),
      readSigned: () => o.load(bytes, true, address('read')),
      write: (v) => o.store(bytes, address('write'), v),
      update: (change, when) => o.update(bytes, false, address('write'), change, when),
      readVector: (alignment = 'aligned') => {
        const at = address('read', 16);
        if (alignment === 'aligned') align(at);
        return o.vector(o.load(8, false, at), o.load(8, false, upper(at)));
      },
      writeVector: (v, alignment = 'aligned') => {
        const at = address('write', 16);
        if (alignment === 'aligned') align(at);
        o.store(8, at, o.half(v, 'low'));
        o.store(8, upper(at), o.half(v, 'high'));
      },
    };
  }
  if (spec.kind === 'immediate' || spec.kind === 'one') {
    const value = (): V64 => (spec.kind === 'one' ? o.c(1) : o.imm(f[name]));
    return {
      ...common,
      get field() {
        return f[name];
      },
      read: () => o.low(value(), width),
      readSigned: value,
      write: noVector,
      update: noVector,
      readVector: noVector,
      writeVector: noVector,
    };
  }
  const file = spec.kind === 'xmm' ? 'xmmLow' : spec.kind === 'mm' ? 'mm' : (FILES[bits] ?? 'r');
  const read = (): V64 => {
    if (spec.source === 'count') return o.read('b', 1);
    return o.read(file, f[name]);
  };
  const write = (v: V64): void => {
    if (bits === 32 && spec.kind === 'general') o.write('r', f[name], o.low(v, 32));
    else o.write(file, f[name], v);
  };
  return {
    ...common,
    get field() {
      return f[name];
    },
    read,
    readSigned: () => o.extend(read(), width),
    write,
    update: (change, when) => {
      const old = read();
      const value = change(old);
      write(when ? o.select(when(old), value, old) : value);
      return old;
    },
    readVector: () => (spec.kind === 'xmm' ? o.readVector('xmm', f[name]) : noVector()),
    writeVector: (v) => (spec.kind === 'xmm' ? o.writeVector('xmm', f[name], v) : noVector()),
  };
};

const offsetOf = (o: X86Ops, f: Readonly<Record<FieldName, Field>>, memory: MemoryKind): V64 => {
  if (memory === 'o') return o.imm(f.imm64);
  if (memory === 'p') return o.and(o.pcRel(f.disp), o.read('mask', f.mask));
  const base = o.read('address', f.base);
  if (memory === 'm') return o.add(base, o.imm(f.disp));
  const index = o.shl(o.read('address', f.index), o.read('scale', f.scale));
  const sum = o.add(o.add(base, index), o.imm(f.disp));
  return memory === 's' ? sum : o.and(sum, o.read('mask', f.mask));
};

const linearOf = (
  o: X86Ops,
  f: Readonly<Record<FieldName, Field>>,
  memory: MemoryKind,
  offset: V64,
  use: 'read' | 'write',
  bytes: number,
): V64 => {
  if (memory === 'm' || memory === 's') return offset;
  if (memory !== 'p') {
    const last = bytes > 1 ? o.add(offset, o.c(bytes - 1)) : offset;
    const end = o.read(use === 'read' ? 'readEnd' : 'writeEnd', f.segment);
    o.guard(
      'operand',
      bytes | (use === 'write' ? OPERAND.write : 0) | (memory === 'o' ? OPERAND.absolute : 0),
      o.ltU(end, last),
    );
  }
  return o.add(offset, o.read('segment', f.segment));
};
