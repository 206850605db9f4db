/** Operands of the interpreters: registers and immediates come from the decoded record. */
import type { RegisterRef } from '../../isa/core/graph';
import type { Code, Local } from '../../isa/core/wasm-encoder';
import { HOT, SCRATCH_X, STATE } from '../layout';
import type { OperandSource } from './expression';
import type { PreparedInsn } from './program';

export class RecordSource implements OperandSource {
  constructor(
    readonly code: Code,
    readonly record: Local,
    readonly prepared: PreparedInsn,
    readonly pushPc: () => void,
  ) {}

  readX(ref: RegisterRef): void {
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
    this.code.mem('i64.store', this.#base(ref, STATE.x, true));
  }
  writeF(ref: RegisterRef, push: () => void): void {
    this.#address(ref);
    push();
    this.code.mem('i64.store', this.#base(ref, STATE.f));
  }
  immediate(field: string): void {
    this.code.get(this.record).mem('i32.load', this.#slot(field).offset);
  }
  isUnsigned(field: string): boolean {
    return !this.prepared.insn.pattern.fields.get(field)?.isSigned;
  }
  pc(): void {
    this.pushPc();
  }
  nextPc(): void {
    this.pushPc();
    this.code.i64(BigInt(this.prepared.insn.pattern.length)).op('i64.add');
  }

  #slot(field: string) {
    const slot = this.prepared.slots.get(field);
    if (!slot) throw new Error(`${this.prepared.insn.mnemonic}: no record slot for ${field}`);
    return slot;
  }
  /** Pushes the part of the address that varies: the scaled register number, or nothing but a zero. */
  #address(ref: RegisterRef): void {
    if ('field' in ref) this.code.get(this.record).mem('i32.load16_u', this.#slot(ref.field).offset);
    else this.code.i32(0);
  }
  #base(ref: RegisterRef, file: number, isWrite = false): number {
    if ('field' in ref) return HOT + file;
    return HOT + file + 8 * (isWrite && ref.index === 0 ? SCRATCH_X : ref.index);
  }
}
