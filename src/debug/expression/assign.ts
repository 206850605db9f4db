/** Assignments: to registers and to values that can be written. */
import { pa } from '../../base/address';
import { t } from '../../base/l10n';
import { present } from '../../symbols/lang/present';
import type { Value } from '../../symbols/lang/value';
import { type Expression, ExpressionError } from './ast';
import { evaluate, isPhysical } from './evaluator';
import { describe, type Operand, toNumber } from './operand';
import type { EvaluationScope } from './scope';

/** Writes as the debugger; what cannot be done throws {@link ExpressionError}. */
export interface Writer {
  virtual(address: bigint, bytes: Uint8Array): boolean;
  physical(address: bigint, bytes: Uint8Array): boolean;
}

/** Performs `target = value`. */
export function assign(
  expression: Extract<Expression, { kind: 'assign' }>,
  scope: EvaluationScope,
  writer: Writer,
): void {
  const operand = evaluate(expression.target, scope);
  write(operand, textOf(expression.value, scope), scope, writer);
}

/** The new value as a user would type it. A name that nothing bears may be the variant of an enum. */
function textOf(value: Expression, scope: EvaluationScope): string {
  try {
    const source = evaluate(value, scope);
    if (source.kind === 'string') return source.value;
    return source.kind === 'boolean' ? String(source.value) : String(toNumber(source));
  } catch (error) {
    if (error instanceof ExpressionError && value.kind === 'name') return value.path.split('::').pop() ?? value.path;
    throw error;
  }
}

/** Writes what the user typed, in the notation of the operand's type. */
export function write(operand: Operand, text: string, scope: EvaluationScope, writer: Writer): void {
  if (operand.kind === 'register') return writeRegister(operand, text, scope);
  if (operand.kind !== 'value') throw new ExpressionError(t`${describe(operand)} cannot be assigned to.`);
  writeValue(operand.value, text, scope, writer);
}

function writeRegister(operand: Extract<Operand, { kind: 'register' }>, text: string, scope: EvaluationScope): void {
  const { spec } = operand;
  if (!spec.isWritable) throw new ExpressionError(t`${spec.name} is read-only.`);
  if (!operand.isInnermost) throw new ExpressionError(t`${spec.name} can be set in the innermost frame only.`);
  const trimmed = text.trim();
  if (!/^-?(?:0x[0-9a-f_]+|0b[01_]+|0o[0-7_]+|[0-9_]+)$/i.test(trimmed)) {
    throw new ExpressionError(t`"${text}" is not an integer.`);
  }
  const isNegative = trimmed.startsWith('-');
  const size = BigInt(trimmed.replace('-', '').replaceAll('_', ''));
  scope.cpu.writeRegister(spec.name, BigInt.asUintN(spec.bits, isNegative ? -size : size));
}

function writeValue(value: Value, text: string, scope: EvaluationScope, writer: Writer): void {
  const { write: encode } = present(value);
  if (encode === undefined)
    throw new ExpressionError(
      t`Only integers, floats, booleans, characters, pointers and fieldless enums in memory or registers can be set.`,
    );
  const written = encode(text);
  if (!written.ok) throw new ExpressionError(written.why.endsWith('.') ? written.why : `${written.why}.`);
  const { place, bytes } = written;
  if (place.kind === 'memory') {
    const done = isPhysical(value.context)
      ? writer.physical(pa(place.address), bytes)
      : writer.virtual(BigInt.asUintN(64, place.address), bytes);
    if (!done) throw new ExpressionError(t`The memory there is not writable RAM.`);
    return;
  }
  const spec = scope.machine.isa.registers.find((one) => one.dwarf === place.dwarf);
  if (spec === undefined || !scope.isInnermost)
    throw new ExpressionError(t`The value is in a register of an outer frame and cannot be set there.`);
  const padded = new Uint8Array(8);
  padded.set(bytes.subarray(0, 8));
  scope.cpu.writeRegister(spec.name, new DataView(padded.buffer).getBigUint64(0, true));
}
