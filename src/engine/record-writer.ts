/** Decodes in TypeScript: fields that a row computes, and instructions that only a program can take apart. */
import { matchInsn } from '../isa/core/decoder';
import type { DecodedInsn, ProgramEncoding } from '../isa/core/encoding';
import type { EngineIsa } from '../isa/core/engine-isa';
import type { Insn } from '../isa/core/insn';
import { graphsInRecord } from './emit/program';
import { type RecordSlots, recordSlots } from './emit/record-slots';
import { PART } from './emit/tables';
import { FAST, FAST_OPS, RECORD } from './layout';
import type { MachineMemory } from './machine-memory';
import { cellOf } from './state-map';

const PAGE = 4096;

export class RecordWriter {
  readonly #exactOps: ReadonlyMap<Insn, number>;
  readonly #slots = new Map<Insn, RecordSlots>();

  constructor(
    readonly memory: MachineMemory,
    readonly isa: EngineIsa,
    readonly runs: Uint16Array,
  ) {
    this.#exactOps = new Map(isa.insns.map((insn, index) => [insn, index + 1]));
  }

  /** Fills the computed fields of a row that `word` matches; false when it is not that instruction after all. */
  compute(exactOp: number, record: number, word: number): boolean {
    const insn = this.isa.insns[exactOp - 1];
    const { pattern } = insn ?? {};
    if (!insn || !pattern) throw new Error(`no instruction has the opcode ${exactOp}`);
    const values = matchInsn({ ...insn, pattern }, word);
    if (!values) return false;
    for (const [name, slot] of this.#slotsOf(insn)) {
      const value = values.wide?.[name];
      if (value === undefined) continue;
      const at = record + slot.offset;
      if (slot.kind === 'plain' && slot.bytes === 4)
        this.memory.view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
      else this.memory.view.setBigUint64(at, value, true);
    }
    return true;
  }

  /** Fills a record, but for its fast opcode. */
  fill(record: number, { insn, length, fields, wide }: DecodedInsn): void {
    const { u16, i32, view } = this.memory;
    for (const slot of this.#slotsOf(insn).values()) {
      const at = record + slot.offset;
      const computed = wide?.[slot.field];
      const value = fields[slot.field] ?? (computed === undefined ? undefined : Number(BigInt.asIntN(32, computed)));
      if (slot.kind === 'plain' && slot.bytes === 8) view.setBigUint64(at, computed ?? BigInt(value ?? 0), true);
      else if (value === undefined) throw new Error(`${insn.mnemonic}: decoded without ${slot.field}`);
      else if (slot.kind === 'register') u16[at >> 1] = cellOf(slot.file, value, slot.use);
      else if (slot.bytes === 2) u16[at >> 1] = value;
      else i32[at >> 2] = value;
    }
    const exactOp = this.#exactOps.get(insn);
    if (exactOp === undefined) throw new Error(`${insn.mnemonic}: decoded, but no instruction of ${this.isa.name}`);
    u16[(record + RECORD.behind) >> 1] = length << this.memory.code.shift;
    u16[(record + RECORD.exactOp) >> 1] = exactOp;
  }

  /**
   * Decodes the instruction of a page's record and makes a run of it and those behind it where there is one. Its exact opcode
   * stays 0 when the page does not hold all of it, or it is none.
   */
  decodeRecord(encoding: ProgramEncoding, record: number, mode: number): void {
    const { u16 } = this.memory;
    const opAt = (record + RECORD.op) >> 1;
    // A breakpoint stays.
    const isFresh = u16[opAt] === FAST.undecoded;
    // Until it is decoded it is handed over: a mistake of ours then ends the run, and is not met again and again.
    if (isFresh) u16[opAt] = FAST.bail;
    const op = this.#decodeAlone(encoding, record, mode);
    if (isFresh) u16[opAt] = this.#fuse(encoding, record, op, mode);
  }

  /** Decodes one instruction. Yields its fast opcode, and leaves that of the record alone. */
  #decodeAlone(encoding: ProgramEncoding, record: number, mode: number): number {
    const { u8, i32, code } = this.memory;
    const page = record - (record % code.stride);
    const offset = (record - page) >> code.shift;
    const host = (i32[(page + code.host) >> 2] ?? 0) + offset;
    const bytes = u8.slice(host, host + Math.min(encoding.maxLength, PAGE - offset));
    const decoded = encoding.decode(bytes, mode);
    if (decoded === undefined || decoded === 'short') return FAST.bail;
    this.fill(record, decoded);
    return this.#fastOp(record, offset);
  }

  /** The fast opcode of a filled record. A direct jump within the page gets its distance in record units, too. */
  #fastOp(record: number, offset: number): number {
    const { u16, i32, code } = this.memory;
    const row = (FAST_OPS >> 1) + 3 * (u16[(record + RECORD.exactOp) >> 1] ?? 0);
    const distance = i32[(record + RECORD.imm) >> 2] ?? 0;
    const destination = offset + distance;
    const isNear = u16[row + 1] !== 0 && destination >= 0 && destination < PAGE && destination % code.unit === 0;
    if (!isNear) return u16[row] ?? FAST.bail;
    i32[(record + RECORD.near) >> 2] = distance << code.shift;
    return u16[row + (distance > 0 ? 1 : 2)] ?? FAST.bail;
  }

  /** The opcode of the run that begins with the record, or its own. */
  #fuse(encoding: ProgramEncoding, record: number, op: number, mode: number): number {
    const { u16 } = this.memory;
    const parts = [{ record, op }];
    /** Decodes up to the record of the `at`-th part; none behind the page's end, and a breakpoint stays. */
    const part = (at: number): { readonly record: number; readonly op: number } | undefined => {
      const before = parts.at(-1);
      if (before && parts.length === at) {
        const next = before.record + (u16[(before.record + RECORD.behind) >> 1] ?? 0);
        const { stride, sentinel } = this.memory.code;
        if (next % stride >= sentinel || u16[(next + RECORD.op) >> 1] === FAST.breakpoint) return undefined;
        parts.push({ record: next, op: this.#decodeAlone(encoding, next, mode) });
      }
      return parts[at];
    };
    for (let row = 0; row < this.runs.length; ) {
      const [run = op, length = 0] = this.runs.subarray(row, row + 2);
      const columns = this.runs.subarray(row + 2, row + 2 + PART.columns * length);
      row += 2 + columns.length;
      const isMatch = Array.from({ length }, (_, at) => at).every((at) => {
        const [own, destination = 0, source = 0] = columns.subarray(PART.columns * at, PART.columns * (at + 1));
        const here = part(at);
        if (!here || here.op !== own) return false;
        const before = parts[at - 1];
        if (destination === RECORD.op || !before) return true;
        return u16[(before.record + destination) >> 1] === u16[(here.record + source) >> 1];
      });
      if (isMatch) return run;
    }
    return op;
  }

  #slotsOf(insn: Insn): RecordSlots {
    const known = this.#slots.get(insn);
    if (known) return known;
    const slots = recordSlots(insn, graphsInRecord(this.isa, insn), this.memory.state, this.memory.code);
    this.#slots.set(insn, slots);
    return slots;
  }
}
