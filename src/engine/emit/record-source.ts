/** Operands of the interpreters: registers and immediates come from the decoded record. */
import type { RegisterRef } from '../../isa/core/graph';
import { HOT, SCRATCH_X, STATE } from '../layout';
import type { OperandSource } from './expression';
import type { PreparedInsn, Program } from './program';
import type { Code, Local } from './wasm-encoder';

/** For the parts of a fused pair. */
export interface PairRole {
  /** Bytes from the record of the pair to this instruction's. */
  readonly displacement: number;
  /** Keeps what the instruction writes to its destination. */
  readonly keep?: Local;
  /** The source field that reads what the first instruction kept. */
  readonly forwarded?: { readonly field: string; readonly value: Local };
}

export class RecordSource implements OperandSource {
  constructor(
    readonly code: Code,
    readonly program: Program,
    readonly record: Local,
    readonly prepared: PreparedInsn,
    /** Pushes the pc of the record in `record`. */
    readonly pushRecordPc: () => void,
    readonly role: PairRole = { displacement: 0 },
  ) {}

  readX(ref: RegisterRef): void {
    const { forwarded } = this.role;
    if (forwarded && 'field' in ref && ref.field === forwarded.field) {
      this.code.get(forwarded.value);
      return;
    }
    this.#address(ref);
    this.code.mem('i64.load', this.#base(ref, STATE.x));
  }
  readF(ref: RegisterRef): void {
    this.#address(ref);
    this.code.mem('i64.load', this.#base(ref, STATE.f));
  }
  writeX(ref: RegisterRef, push: () => void): void {
    this.#address(ref);
    push();
    if (this.role.keep) this.code.tee(this.role.keep);
    this.code.mem('i64.store', this.#base(ref, STATE.x, true));
  }
  writeF(ref: RegisterRef, push: () => void): void {
    this.#address(ref);
    push();
    this.code.mem('i64.store', this.#base(ref, STATE.f));
  }
  slot(name: string): void {
    this.code.i32(0).mem('i64.load', slotOffset(this.program, name));
  }
  immediate(field: string): void {
    this.code.get(this.record).mem('i32.load', this.#at(field));
  }
  isUnsigned(field: string): boolean {
    return !this.prepared.insn.pattern.fields.get(field)?.isSigned;
  }
  pc(): void {
    this.#pcAfter(0);
  }
  nextPc(): void {
    this.#pcAfter(this.prepared.insn.pattern.length);
  }

  #pcAfter(bytes: number): void {
    const distance = bytes + this.role.displacement / 8;
    this.pushRecordPc();
    if (distance > 0) this.code.i64(BigInt(distance)).op('i64.add');
  }

  /** Offset of a field from the record in `record`. */
  #at(field: string): number {
    return this.role.displacement + this.#slot(field).offset;
  }
  #slot(field: string) {
    const slot = this.prepared.slots.get(field);
    if (!slot) throw new Error(`${this.prepared.insn.mnemonic}: no record slot for ${field}`);
    return slot;
  }
  /** Pushes the part of the address that varies: the scaled register number, or nothing but a zero. */
  #address(ref: RegisterRef): void {
    if ('field' in ref) this.code.get(this.record).mem('i32.load16_u', this.#at(ref.field));
    else this.code.i32(0);
  }
  #base(ref: RegisterRef, file: number, isWrite = false): number {
    if ('field' in ref) return HOT + file;
    return HOT + file + 8 * (isWrite && ref.index === 0 ? SCRATCH_X : ref.index);
  }
}

/** Address of a named slot of the running hart. */
export const slotOffset = (program: Program, slot: string): number => {
  const at = program.isa.slots.indexOf(slot);
  if (at < 0) throw new Error(`${program.isa.name} has no state slot "${slot}"`);
  return HOT + STATE.slots + 8 * at;
};
