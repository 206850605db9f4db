/** Operands of the interpreters: registers and immediates come from the decoded record. */
import type { RegisterRef } from '../../isa/core/graph';
import type { ValueType } from '../../isa/core/ops';
import { HOT, RECORD } from '../layout';
import { cellOf, type PlacedFile } from '../state-map';
import type { OperandSource } from './expression';
import type { PreparedInsn, Program } from './program';
import { registerKey } from './record-slots';
import type { Code, Local, WasmOpcode } from './wasm-encoder';

/** For the parts of a fused run. */
export interface RunRole {
  /** Bytes from the record of the run to this instruction's. */
  readonly displacement: number;
  /** Keeps what the instruction writes to its destination. */
  readonly keep?: Local;
  /** The source field that reads what the part before kept. */
  readonly forwarded?: { readonly file: string; readonly field: string; readonly value: Local };
  readonly slots?: SlotRoles;
}

/** What a part of a fused run has to do with slots that other parts have to do with, too. */
export interface SlotRoles {
  /** Those that it writes and a part behind it reads. */
  readonly keep: ReadonlyMap<string, Local>;
  /** Those that it reads and a part before it wrote. */
  readonly kept: ReadonlyMap<string, Local>;
  /** Those that it writes and a part behind it writes again, before anybody could look. */
  readonly dead: ReadonlySet<string>;
}

export class RecordSource implements OperandSource {
  readonly #written = new Set<string>();

  constructor(
    readonly code: Code,
    readonly program: Program,
    readonly record: Local,
    readonly prepared: PreparedInsn,
    /** Pushes the pc of the record in `record`. */
    readonly pushRecordPc: () => void,
    readonly role: RunRole = { displacement: 0 },
  ) {}

  read(file: string, ref: RegisterRef, type: ValueType): void {
    const { forwarded } = this.role;
    if (forwarded && 'field' in ref && ref.field === forwarded.field && file === forwarded.file) {
      this.code.get(forwarded.value);
      return;
    }
    const placed = this.#file(file);
    this.#pushCell(placed, ref, 'read');
    const base = this.#base(placed, ref, 'read');
    if (type === 'v128') this.code.memVector('v128.load', vectorBase(placed, base));
    else this.code.mem(readOpcode(placed), base);
  }
  write(file: string, ref: RegisterRef, type: ValueType, push: () => void): void {
    const placed = this.#file(file);
    this.#pushCell(placed, ref, 'write');
    push();
    if (type === 'v128') {
      this.code.memVector('v128.store', vectorBase(placed, this.#base(placed, ref, 'write')));
      return;
    }
    if (this.role.keep) this.code.tee(this.role.keep);
    this.code.mem(writeOpcode(placed), this.#base(placed, ref, 'write'));
  }
  slot(name: string): void {
    const { keep, kept } = this.role.slots ?? {};
    const local = this.#written.has(name) ? keep?.get(name) : kept?.get(name);
    if (local) this.code.get(local);
    else this.code.i32(0).mem('i64.load', slotOffset(this.program, name));
  }
  setSlot(name: string, push: () => void): void {
    const { keep, dead } = this.role.slots ?? {};
    const local = keep?.get(name);
    const isDead = dead?.has(name) === true;
    if (!isDead) this.code.i32(0);
    if (!isDead || local) push();
    this.#written.add(name);
    if (isDead) {
      if (local) this.code.set(local);
      return;
    }
    if (local) this.code.tee(local);
    this.code.mem('i64.store', slotOffset(this.program, name));
  }
  immediate(field: string): void {
    const slot = this.prepared.slots.get(field);
    const isShort = slot?.kind === 'plain' && slot.bytes === 2;
    this.code.get(this.record).mem(isShort ? 'i32.load16_u' : 'i32.load', this.#at(field));
  }
  isWide(field: string): boolean {
    const slot = this.prepared.slots.get(field);
    return slot?.kind === 'plain' && slot.bytes === 8;
  }
  wideImmediate(field: string): void {
    this.code.get(this.record).mem('i64.load', this.#at(field));
  }
  isUnsigned(field: string): boolean {
    return !this.prepared.insn.fields.get(field)?.isSigned;
  }
  pc(): void {
    this.#pcAfter(0);
  }
  nextPc(): void {
    const { length } = this.prepared;
    if (length !== undefined) this.#pcAfter(length);
    else {
      this.#pcAfter(0);
      this.code
        .get(this.record)
        .mem('i64.load16_u', RECORD.behind + this.role.displacement)
        .i64(BigInt(this.program.code.shift))
        .op('i64.shr_u')
        .op('i64.add');
    }
  }

  #pcAfter(bytes: number): void {
    const distance = bytes + (this.role.displacement >> this.program.code.shift);
    this.pushRecordPc();
    if (distance > 0) this.code.i64(BigInt(distance)).op('i64.add');
  }

  /** Offset of an operand from the record in `record`. */
  #at(key: string): number {
    const slot = this.prepared.slots.get(key);
    if (!slot) throw new Error(`${this.prepared.insn.mnemonic}: no record slot for ${key}`);
    return this.role.displacement + slot.offset;
  }
  #file(name: string): PlacedFile {
    const file = this.program.state.files.get(name);
    if (!file) throw new Error(`${this.prepared.insn.mnemonic}: no register file ${name}`);
    return file;
  }
  /** Pushes the part of the address that varies: where the record says that the register is, or nothing but a zero. */
  #pushCell(file: PlacedFile, ref: RegisterRef, use: 'read' | 'write'): void {
    if (!('field' in ref)) this.code.i32(0);
    else {
      const key = registerKey(this.prepared.insn, file, ref.field, use);
      this.code.get(this.record).mem('i32.load16_u', this.#at(key));
    }
  }
  #base(file: PlacedFile, ref: RegisterRef, use: 'read' | 'write'): number {
    return HOT + file.offset + ('field' in ref ? 0 : cellOf(file, ref.index, use));
  }
}

const READS: Readonly<Record<number, WasmOpcode>> = {
  8: 'i64.load8_u',
  16: 'i64.load16_u',
  32: 'i64.load32_u',
  64: 'i64.load',
};
const WRITES: Readonly<Record<number, WasmOpcode>> = {
  8: 'i64.store8',
  16: 'i64.store16',
  32: 'i64.store32',
  64: 'i64.store',
};

const readOpcode = ({ name, bits }: PlacedFile): WasmOpcode => READS[bits] ?? tooWide(name);
const writeOpcode = ({ name, bits }: PlacedFile): WasmOpcode => WRITES[bits] ?? tooWide(name);

/** The offset `base` of a register, which must have the width of a vector. */
const vectorBase = ({ name, bits }: PlacedFile, base: number): number => {
  if (bits !== 128) throw new Error(`registers of ${name} are narrower than a vector`);
  return base;
};

const tooWide = (file: string): never => {
  throw new Error(`registers of ${file} are wider than a value: name parts of them by a view`);
};

/** Address of a named slot of the running hart. */
export const slotOffset = (program: Program, slot: string): number => {
  const at = program.state.slots.get(slot);
  if (at === undefined) throw new Error(`${program.isa.name} has no state slot "${slot}"`);
  return HOT + at;
};
