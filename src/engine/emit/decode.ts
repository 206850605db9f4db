/** Emits the decoder: from an instruction word to a record, out of the same patterns everything else reads. */
import type { PatternField } from '../../isa/core/pattern';
import { FAST, FAST_OPS, RECORD, RECORD_PAGE_HOST, RECORD_PAGE_STRIDE } from '../layout';
import { destinationOf, type PreparedInsn, type Program } from './program';
import { type RecordSlot, registerKey } from './record-slots';
import type { Code, FunctionRef, Local, ModuleBuilder } from './wasm-encoder';
import { Code as CodeBuilder } from './wasm-encoder';

/** `decode(record, word) → exact opcode`, 0 when the word is no instruction. Fills the record's fields, not its opcode. */
export const emitDecode = (module: ModuleBuilder, target: FunctionRef, program: Program): void => {
  const code = new CodeBuilder(['i32', 'i32']);
  const record = code.parameter(0);
  const word = code.parameter(1);
  const extracted = code.local('i32');
  // Two tables: halfwords by quadrant and funct3, words by bits 6–2.
  const groups = { short: new Map<number, PreparedInsn[]>(), long: new Map<number, PreparedInsn[]>() };
  for (const prepared of program.insns) {
    const { pattern } = prepared.insn;
    const table = pattern.length === 2 ? groups.short : groups.long;
    for (const key of keysOf(prepared)) table.set(key, [...(table.get(key) ?? []), prepared]);
  }
  const emitGroup = (key: Local, count: number, table: Map<number, PreparedInsn[]>) => {
    const none = code.block('none');
    const labels = Array.from({ length: count }, (_, at) => at)
      .reverse()
      .map((at) => ({ at, label: code.block(`group ${at}`) }));
    const byKey = [...labels].sort((a, b) => a.at - b.at).map(({ label }) => label);
    code.get(key).brTable(byKey, none);
    for (let at = 0; at < count; at++) {
      code.end();
      for (const prepared of table.get(at) ?? []) {
        emitCandidate(code, record, word, extracted, prepared, () => code.i32(prepared.exactOp).op('return'));
      }
      code.br(none);
    }
    code.end();
  };
  const key = code.local('i32');
  code.get(word).i32(3).op('i32.and').i32(3).op('i32.eq').if();
  code.get(word).i32(2).op('i32.shr_u').i32(31).op('i32.and').set(key);
  emitGroup(key, 32, groups.long);
  code.else();
  code
    .get(word)
    .i32(3)
    .op('i32.and')
    .i32(3)
    .op('i32.shl')
    .get(word)
    .i32(13)
    .op('i32.shr_u')
    .i32(7)
    .op('i32.and')
    .op('i32.or')
    .set(key);
  emitGroup(key, 24, groups.short);
  code.end();
  code.i32(0);
  module.define(target, code);
};

/** The groups a pattern may fall in: one, unless the pattern leaves group bits open. */
const keysOf = ({ insn: { pattern } }: PreparedInsn): number[] => {
  const keyOf = (word: number) => (pattern.length === 4 ? (word >>> 2) & 31 : ((word & 3) << 3) | ((word >>> 13) & 7));
  const bits = pattern.length === 4 ? [2, 3, 4, 5, 6] : [0, 1, 13, 14, 15];
  let words = [pattern.match >>> 0];
  for (const bit of bits) {
    const isFixed = Math.floor(pattern.mask / 2 ** bit) % 2 === 1;
    if (!isFixed) words = words.flatMap((value) => [value, (value | (1 << bit)) >>> 0]);
  }
  return words.map(keyOf);
};

/** Where the word matches, fills the record and goes on with `matched`, which must not come back. */
const emitCandidate = (
  code: Code,
  record: Local,
  word: Local,
  extracted: Local,
  prepared: PreparedInsn,
  matched: () => void,
): void => {
  const { pattern, not } = prepared.insn;
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
    const field = pattern.fields.get(slot.field);
    if (!field) throw new Error(`${prepared.insn.mnemonic}: no field ${slot.field}`);
    code.get(record);
    emitExtract(code, word, field);
    if (slot.kind === 'register') emitCell(code, slot, extracted);
    code.mem(slot.kind === 'plain' && slot.bytes === 4 ? 'i32.store' : 'i32.store16', slot.offset);
  }
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

/**
 * `decodeAndFuse(record)`: decodes the instruction and, where the next one in the page makes a pair with it, gives the
 * record the pair's opcode. The record's own opcode moves to its last field then.
 */
export const emitDecodeAndFuse = (
  module: ModuleBuilder,
  target: FunctionRef,
  decodeInPage: FunctionRef,
  program: Program,
): void => {
  const code = new CodeBuilder(['i32']);
  const record = code.parameter(0);
  const next = code.local('i32');
  const op = code.local('i32');
  const nextOp = code.local('i32');
  code.get(record).call(decodeInPage);
  code.get(record).mem('i32.load16_u', RECORD.op).set(op);
  for (const first of new Set(program.pairs.map((pair) => pair.first))) {
    code
      .get(op)
      .i32(first.fastOps?.far ?? 0)
      .op('i32.eq')
      .if();
    code
      .get(record)
      .i32(first.insn.pattern.length * 8)
      .op('i32.add')
      .tee(next);
    code
      .i32(RECORD_PAGE_STRIDE - 1)
      .op('i32.and')
      .i32(2048 * RECORD.bytes)
      .op('i32.ge_u')
      .if()
      .op('return')
      .end();
    code.get(next).mem('i32.load16_u', RECORD.op).op('i32.eqz').if().get(next).call(decodeInPage).end();
    code.get(next).mem('i32.load16_u', RECORD.op).tee(nextOp).i32(program.firstFusedOp).op('i32.ge_u');
    code.if().get(next).mem('i32.load16_u', RECORD.e).set(nextOp).end();
    // Pairs that forward come first: the others are right as well, but slower.
    const pairs = program.pairs.filter((pair) => pair.first === first);
    for (const pair of [...pairs].sort((a, b) => Number(b.forward !== undefined) - Number(a.forward !== undefined))) {
      code
        .get(nextOp)
        .i32(pair.second.fastOps?.[pair.reach] ?? 0)
        .op('i32.eq');
      if (pair.forward !== undefined) {
        code.get(record).mem('i32.load16_u', slotOf(program, first, destinationOf(first), 'write'));
        code.get(next).mem('i32.load16_u', slotOf(program, pair.second, pair.forward, 'read'));
        code.op('i32.eq').op('i32.and');
      }
      code.if();
      code.get(record).get(op).mem('i32.store16', RECORD.e);
      code.get(record).i32(pair.op).mem('i32.store16', RECORD.op).op('return');
      code.end();
    }
    code.op('return').end();
  }
  module.define(target, code);
};

const slotOf = (
  { state }: Program,
  { insn, slots }: PreparedInsn,
  operand: { readonly file: string; readonly field: string } | undefined,
  use: 'read' | 'write',
): number => {
  const file = state.files.get(operand?.file ?? '');
  const slot = operand && file && slots.get(registerKey(insn, file, operand.field, use));
  if (!slot) throw new Error(`${insn.mnemonic}: no operand ${operand?.field} to forward`);
  return slot.offset;
};

/**
 * `decodeInPage(record)`: decodes the instruction whose record this is and stores its fast opcode. Direct branches
 * that stay in the page get their distance in record units. An instruction that runs into the next page, or has no fast
 * handler, becomes `bail`.
 */
export const emitDecodeInPage = (
  module: ModuleBuilder,
  target: FunctionRef,
  decode: FunctionRef,
  program: Program,
): void => {
  const code = new CodeBuilder(['i32']);
  const record = code.parameter(0);
  const offset = code.local('i32');
  const bytes = code.local('i32');
  const word = code.local('i32');
  const exactOp = code.local('i32');
  const destination = code.local('i32');
  const bail = code.block('bail');
  code
    .get(record)
    .i32(RECORD_PAGE_STRIDE - 1)
    .op('i32.and')
    .i32(3)
    .op('i32.shr_u')
    .set(offset);
  code
    .get(record)
    .i32(-RECORD_PAGE_STRIDE)
    .op('i32.and')
    .mem('i32.load', RECORD_PAGE_HOST)
    .get(offset)
    .op('i32.add')
    .tee(bytes);
  code.mem('i32.load16_u', 0).tee(word).i32(3).op('i32.and').i32(3).op('i32.eq').if();
  code.get(offset).i32(0xffe).op('i32.eq').brIf(bail);
  code.get(word).get(bytes).mem('i32.load16_u', 2).i32(16).op('i32.shl').op('i32.or').set(word);
  code.end();
  code.get(record).get(word).call(decode).tee(exactOp).op('i32.eqz').brIf(bail);
  for (const { of, form } of program.quick) {
    code.get(exactOp).i32(of.exactOp).op('i32.eq').if();
    emitCandidate(code, record, word, destination, form, () => {
      code
        .get(record)
        .i32(form.fastOps?.far ?? FAST.bail)
        .mem('i32.store16', RECORD.op)
        .op('return');
    });
    code.end();
  }
  const fastOp = (variant: number) =>
    code
      .get(exactOp)
      .i32(6)
      .op('i32.mul')
      .mem('i32.load16_u', FAST_OPS + variant * 2);
  // Near branches: the destination, relative to the page, lies in it.
  code.get(record);
  fastOp(1);
  code.if('i32');
  code.get(offset).get(record).mem('i32.load', RECORD.imm).op('i32.add').tee(destination);
  code.i32(4096).op('i32.lt_u').if('i32');
  code.get(record).get(record).mem('i32.load', RECORD.imm).i32(3).op('i32.shl').mem('i32.store', RECORD.imm);
  code.get(exactOp).i32(6).op('i32.mul');
  code.i32(2).i32(4).get(destination).get(offset).op('i32.gt_u').op('select');
  code.op('i32.add').mem('i32.load16_u', FAST_OPS);
  code.else();
  fastOp(0);
  code.end();
  code.else();
  fastOp(0);
  code.end();
  code.mem('i32.store16', RECORD.op);
  code.op('return');
  code.end();
  code.get(record).i32(FAST.bail).mem('i32.store16', RECORD.op);
  module.define(target, code);
};

/** Fills the table behind {@link FAST_OPS}. */
export const fastOpTable = (program: Program): Uint16Array => {
  const table = new Uint16Array((program.insns.length + 1) * 3);
  for (const { exactOp, fastOps } of program.insns) {
    table[exactOp * 3] = fastOps?.far ?? FAST.bail;
    table[exactOp * 3 + 1] = fastOps?.forward ?? 0;
    table[exactOp * 3 + 2] = fastOps?.backward ?? 0;
  }
  return table;
};
