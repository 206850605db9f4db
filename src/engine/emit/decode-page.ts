/** Emits what decodes records of a page when they are first reached, and makes runs of them. For pattern encodings. */
import type { PatternEncoding } from '../../isa/core/encoding';
import { FAST, FAST_OPS, RECORD } from '../layout';
import { type DecodeImports, emitByLength, emitCandidate, requirePattern } from './decode';
import { destinationOf, type FusedRun, type Operand, ownOps, type PreparedInsn, type Program } from './program';
import { registerKey } from './record-slots';
import { Code, type FunctionRef, type Label, type Local, type ModuleBuilder } from './wasm-encoder';

/** Pushes the first unit of an instruction, at the address on the stack. */
export const emitLoadUnit = (code: Code, unit: number, offset: number): void => {
  code.mem(unit === 4 ? 'i32.load' : unit === 2 ? 'i32.load16_u' : 'i32.load8_u', offset);
};

/** Pushes an instruction of `length` bytes, little-endian. */
export const emitLoadWord = (code: Code, pushAddress: () => void, length: number): void => {
  pushAddress();
  if (length !== 3) emitLoadUnit(code, length, 0);
  else {
    emitLoadUnit(code, 2, 0);
    pushAddress();
    emitLoadUnit(code, 1, 2);
    code.i32(16).op('i32.shl').op('i32.or');
  }
};

const lengthOf = ({ insn }: PreparedInsn): number => requirePattern(insn).pattern.length;

/**
 * `decodeAndFuse(record)`: decodes the instruction and, where it begins a run with those behind it in the page, gives the
 * record the run's opcode. The record's own opcode moves to its last field then.
 */
export const emitDecodeAndFuse = (
  module: ModuleBuilder,
  target: FunctionRef,
  decodeInPage: FunctionRef,
  program: Program,
): void => {
  const ownOp = module.declare(['i32'], ['i32']);
  emitOwnOp(module, ownOp, decodeInPage, program);
  const code = new Code(['i32']);
  const record = code.parameter(0);
  const op = code.local('i32');
  code.get(record).call(decodeInPage);
  code.get(record).mem('i32.load16_u', RECORD.op).set(op);
  for (const first of new Set(program.runs.map(({ parts }) => parts[0].prepared))) {
    code
      .get(op)
      .i32(first.fastOps?.far ?? 0)
      .op('i32.eq')
      .if();
    for (const run of program.runs.filter(({ parts }) => parts[0].prepared === first)) {
      const other = code.block('other');
      emitMatch(code, record, run, ownOp, program, other);
      code.get(record).get(op).mem('i32.store16', RECORD.e);
      code.get(record).i32(run.op).mem('i32.store16', RECORD.op).op('return');
      code.end();
    }
    code.op('return').end();
  }
  module.define(target, code);
};

/** Leaves to `other` where the records behind `record` are not as the run asks. */
const emitMatch = (
  code: Code,
  record: Local,
  run: FusedRun,
  ownOp: FunctionRef,
  program: Program,
  other: Label,
): void => {
  const ops = ownOps(run);
  let [before] = run.parts;
  let distance = 0;
  for (const [at, part] of run.parts.entries()) {
    if (at === 0) continue;
    const from = distance;
    distance += lengthOf(before.prepared) << program.code.shift;
    code.get(record).i32(distance).op('i32.add').call(ownOp);
    code
      .i32(ops[at] ?? 0)
      .op('i32.ne')
      .brIf(other);
    if (part.forward) {
      const written = slotOf(program, before.prepared, destinationOf(before.prepared), 'write');
      code.get(record).mem('i32.load16_u', from + written);
      code.get(record).mem('i32.load16_u', distance + slotOf(program, part.prepared, part.forward, 'read'));
      code.op('i32.ne').brIf(other);
    }
    before = part;
  }
};

/** `ownOp(record)`: decodes a record that is not, and says the opcode that it has alone; behind the page's last, 0. */
const emitOwnOp = (module: ModuleBuilder, target: FunctionRef, decodeInPage: FunctionRef, program: Program): void => {
  const code = new Code(['i32']);
  const record = code.parameter(0);
  code
    .get(record)
    .i32(program.code.stride - 1)
    .op('i32.and')
    .i32(program.code.sentinel)
    .op('i32.ge_u')
    .if()
    .i32(FAST.undecoded)
    .op('return')
    .end();
  code.get(record).mem('i32.load16_u', RECORD.op).op('i32.eqz').if().get(record).call(decodeInPage).end();
  code.get(record).mem('i32.load16_u', RECORD.op).i32(program.firstFusedOp).op('i32.ge_u').if('i32');
  code.get(record).mem('i32.load16_u', RECORD.e).else().get(record).mem('i32.load16_u', RECORD.op).end();
  module.define(target, code);
};

/** Where an instruction's record names an operand's register. */
export const slotOf = (
  { state }: Program,
  { insn, slots }: PreparedInsn,
  operand: Operand | undefined,
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
  imports: DecodeImports & { readonly decode: FunctionRef },
  program: Program,
  encoding: PatternEncoding,
): void => {
  const { decode } = imports;
  const code = new Code(['i32']);
  const record = code.parameter(0);
  const offset = code.local('i32');
  const bytes = code.local('i32');
  const word = code.local('i32');
  const exactOp = code.local('i32');
  const destination = code.local('i32');
  const bail = code.block('bail');
  code
    .get(record)
    .i32(program.code.stride - 1)
    .op('i32.and')
    .i32(program.code.shift)
    .op('i32.shr_u')
    .set(offset);
  code
    .get(record)
    .i32(-program.code.stride)
    .op('i32.and')
    .mem('i32.load', program.code.host)
    .get(offset)
    .op('i32.add')
    .tee(bytes);
  emitLoadUnit(code, encoding.unit, 0);
  code.set(word);
  emitByLength(
    code,
    encoding,
    () => code.get(word),
    (length) => {
      if (length === encoding.unit) return;
      code
        .get(offset)
        .i32(4096 - length)
        .op('i32.gt_u')
        .brIf(bail);
      emitLoadWord(code, () => code.get(bytes), length);
      code.set(word);
    },
  );
  code.get(record).get(word).call(decode).tee(exactOp).op('i32.eqz').brIf(bail);
  for (const { of, form } of program.quick) {
    code.get(exactOp).i32(of.exactOp).op('i32.eq').if();
    emitCandidate({ code, imports, record, word, extracted: destination }, form, () => {
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
  code
    .get(record)
    .get(record)
    .mem('i32.load', RECORD.imm)
    .i32(program.code.shift)
    .op('i32.shl')
    .mem('i32.store', RECORD.imm);
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
