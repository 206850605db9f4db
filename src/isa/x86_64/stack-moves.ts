/** What instructions add to the stack pointer. */
import { recordGraph } from '../core/record-graph';
import type { DecodedX86 } from './decode';
import { NO_REGISTER } from './state';

const RSP = 4;

/** Of those that use the stack by themselves, in words of the operand size; what else they add is in {@link moreOf}. */
const WORDS: Readonly<Record<string, number>> = {
  push: -1,
  pushf: -1,
  pusha: -8,
  call: -1,
  enter: -1,
  pop: 1,
  popf: 1,
  popa: 8,
  ret: 1,
};

const moreOf = ({ form, fields, size }: DecodedX86): number => {
  const { imm = 0, imm2 = 0 } = fields;
  if (form.mnemonic === 'ret') return form.operands.length > 0 ? imm : 0;
  return form.mnemonic === 'enter' ? -(imm + (imm2 & 31) * (size / 8)) : 0;
};

/** Whether a register of an operand is the stack pointer. */
const isStackPointer = ({ form, insn, fields }: DecodedX86, at: number): boolean => {
  const spec = form.operands[at];
  if (spec?.kind !== 'general' || (at === form.memoryAt && insn.memory !== undefined)) return false;
  return spec.bits !== 8 && fields[(['a', 'b', 'c'] as const)[at] ?? 'c'] === RSP;
};

const writesStackPointer = ({ insn, fields }: DecodedX86): boolean =>
  recordGraph(insn).effects.some(
    (effect) =>
      effect.k === 'write' &&
      ['r', 'd', 'w'].includes(effect.file) &&
      ('index' in effect.ref ? effect.ref.index : fields[effect.ref.field]) === RSP,
  );

/** Arithmetic on the whole of the stack pointer. */
const addedBy = (decoded: DecodedX86): bigint | undefined => {
  const { form, insn, fields, size, mode } = decoded;
  if (size !== [64, 32, 16][mode]) return undefined;
  const hasNumber = form.operands[1]?.kind === 'immediate';
  switch (form.mnemonic) {
    case 'inc':
      return 1n;
    case 'dec':
      return -1n;
    case 'add':
      return hasNumber ? BigInt(fields.imm ?? 0) : undefined;
    case 'sub':
      return hasNumber ? -BigInt(fields.imm ?? 0) : undefined;
    case 'lea':
      return fields.base === RSP && (fields.index ?? NO_REGISTER) === NO_REGISTER && insn.memory !== undefined
        ? BigInt(fields.disp ?? 0)
        : undefined;
    default:
      return undefined;
  }
};

/** As `DisassembledInsn.stackMove`. */
export const stackMoveOf = (decoded: DecodedX86): bigint | undefined => {
  const { form, size } = decoded;
  const words = WORDS[form.mnemonic];
  const isGiven = [0, 1].some((at) => isStackPointer(decoded, at));
  if (words !== undefined) {
    const sets = form.mnemonic === 'pop' && isGiven;
    return sets ? undefined : BigInt((words * size) / 8 + moreOf(decoded));
  }
  if (form.mnemonic === 'leave' || (form.kind !== undefined && form.kind !== 'indirect')) return undefined;
  if (!isGiven || !writesStackPointer(decoded)) return 0n;
  return isStackPointer(decoded, 0) ? addedBy(decoded) : undefined;
};
