/** Emits the decoder of pattern encodings: from an instruction word to a record, out of the same patterns everything else reads. */
import { type Discriminator, discriminate } from '../../isa/core/discriminator';
import type { PatternEncoding } from '../../isa/core/encoding';
import { type Insn, isPatternInsn, type PatternInsn } from '../../isa/core/insn';
import type { PatternField } from '../../isa/core/pattern';
import type { PreparedInsn, Program } from './program';
import type { RecordSlot } from './record-slots';
import { Code, type FunctionRef, type Label, type Local, type ModuleBuilder } from './wasm-encoder';

export interface DecodeImports {
  /** `(exactOp, record, word)`: fills computed fields; 0 when the word is not that instruction. */
  readonly compute: FunctionRef;
}

/** `decode(record, word) → exact opcode`, 0 when the word is no instruction. Fills the record's fields, not its opcode. */
export const emitDecode = (
  module: ModuleBuilder,
  target: FunctionRef,
  imports: DecodeImports,
  program: Program,
  encoding: PatternEncoding,
): void => {
  const code = new Code(['i32', 'i32']);
  const candidate: Candidate = {
    code,
    imports,
    record: code.parameter(0),
    word: code.parameter(1),
    extracted: code.local('i32'),
  };
  const key = code.local('i32');
  const prepared = new Map<Insn, PreparedInsn>(program.insns.map((each) => [each.insn, each]));
  const rows = program.insns.map(({ insn }) => requirePattern(insn));
  const emitLength = (length: number): void => {
    const discriminator = discriminate(rows.filter(({ pattern }) => pattern.length === length));
    emitKey(code, candidate.word, discriminator);
    code.set(key);
    emitGroups(candidate, key, discriminator, prepared);
  };
  emitByLength(code, encoding, () => code.get(candidate.word), emitLength);
  code.i32(0);
  module.define(target, code);
};

/** @throws Error naming the instruction when it has no pattern. */
export const requirePattern = (insn: Insn): PatternInsn => {
  if (!isPatternInsn(insn)) throw new Error(`${insn.mnemonic}: it has no pattern, as its encoding asks for`);
  return insn;
};

/** Emits code for each length there is, chosen by the instruction's first unit. */
export const emitByLength = (
  code: Code,
  { lengths, unit }: PatternEncoding,
  pushUnit: () => void,
  emit: (length: number) => void,
): void => {
  const [rule, ...others] = lengths;
  if (!rule) throw new Error('an encoding without lengths');
  if (others.length === 0) {
    emit(rule.bytes);
    return;
  }
  pushUnit();
  code
    .i32(rule.mask | 0)
    .op('i32.and')
    .i32(rule.match | 0)
    .op('i32.eq')
    .if();
  emit(rule.bytes);
  code.else();
  emitByLength(code, { kind: 'patterns', lengths: others, unit }, pushUnit, emit);
  code.end();
};

const emitKey = (code: Code, word: Local, { pieces }: Discriminator): void => {
  if (pieces.length === 0) code.i32(0);
  for (const [index, { from, to, count }] of pieces.entries()) {
    code.get(word);
    if (from > 0) code.i32(from).op('i32.shr_u');
    code.i32(2 ** count - 1).op('i32.and');
    if (to > 0) code.i32(to).op('i32.shl');
    if (index > 0) code.op('i32.or');
  }
};

const emitGroups = (
  candidate: Candidate,
  key: Local,
  { groups }: Discriminator,
  prepared: ReadonlyMap<Insn, PreparedInsn>,
): void => {
  const { code } = candidate;
  const none = code.block('none');
  const byKey: Label[] = [];
  for (let at = groups.length - 1; at >= 0; at--) byKey[at] = code.block(`group ${at}`);
  code.get(key).brTable(byKey, none);
  for (const group of groups) {
    code.end();
    for (const insn of group) {
      const row = prepared.get(insn);
      if (row) emitCandidate(candidate, row, () => code.i32(row.exactOp).op('return'));
    }
    code.br(none);
  }
  code.end();
};

/** What {@link emitCandidate} works with. */
export interface Candidate {
  readonly code: Code;
  readonly imports: DecodeImports;
  readonly record: Local;
  readonly word: Local;
  /** A register number or a field under examination. */
  readonly extracted: Local;
}

/** Where the word matches, fills the record and goes on with `matched`, which must not come back. */
export const emitCandidate = (
  { code, imports, record, word, extracted }: Candidate,
  prepared: PreparedInsn,
  matched: () => void,
): void => {
  const { pattern, not, computed } = requirePattern(prepared.insn);
  const miss = code.block('miss');
  code
    .get(word)
    .i32(pattern.mask | 0)
    .op('i32.and')
    .i32(pattern.match | 0)
    .op('i32.ne')
    .brIf(miss);
  for (const [name, values] of Object.entries(not ?? {})) {
    const field = pattern.fields.get(name);
    if (!field) throw new Error(`${prepared.insn.mnemonic}: "not" names no field: ${name}`);
    emitExtract(code, word, field);
    code.set(extracted);
    for (const value of values) code.get(extracted).i32(value).op('i32.eq').brIf(miss);
  }
  for (const slot of prepared.slots.values()) {
    if (computed?.[slot.field]) continue;
    const field = pattern.fields.get(slot.field);
    if (!field) throw new Error(`${prepared.insn.mnemonic}: no field ${slot.field}`);
    code.get(record);
    emitExtract(code, word, field);
    if (slot.kind === 'register') emitCell(code, slot, extracted);
    code.mem(slot.kind === 'plain' && slot.bytes > 2 ? 'i32.store' : 'i32.store16', slot.offset);
  }
  if (computed) code.i32(prepared.exactOp).get(record).get(word).call(imports.compute).op('i32.eqz').brIf(miss);
  matched();
  code.end();
};

/** Turns the register number on the stack into the distance of its cell from the file's first. */
const emitCell = (code: Code, { file, use }: Extract<RecordSlot, { kind: 'register' }>, number: Local): void => {
  const goesElsewhere = use === 'write' && file.zero !== undefined;
  if (goesElsewhere || file.moved.size > 0) code.tee(number);
  if (goesElsewhere) {
    code.i32(file.scratch / file.stride).get(number);
    if (file.zero) code.i32(file.zero).op('i32.ne');
    code.op('select');
  }
  code.i32(Math.log2(file.stride)).op('i32.shl');
  for (const [index, cell] of file.moved) code.i32(cell).get(number).i32(index).op('i32.ne').op('select');
};

/** Pushes a field's value. */
const emitExtract = (code: Code, word: Local, field: PatternField): void => {
  field.pieces.forEach(({ from, to, count }, at) => {
    code.get(word);
    if (from > 0) code.i32(from).op('i32.shr_u');
    if (count < 32) code.i32(2 ** count - 1).op('i32.and');
    if (to > 0) code.i32(to).op('i32.shl');
    if (at > 0) code.op('i32.or');
  });
  if (field.isSigned && field.width < 32) {
    code
      .i32(32 - field.width)
      .op('i32.shl')
      .i32(32 - field.width)
      .op('i32.shr_s');
  }
  if (field.bias) code.i32(field.bias).op('i32.add');
};
