import { hex, va } from '../base/address';
import { type UnwindAbi, unsigned, unwindAbi } from './abi';
import { type ExpressionContext, evaluateNumber, numberOfBytes, Unavailable } from './expression';
import { frameContext, lookupAddress, registerOf } from './locate';
import type { FrameState, Program, ReadMemory, RegisterRule, UnwindRow, UnwindStep } from './types';

/**
 * Goes up one physical frame by call frame information.
 * @returns the caller; `end` at the outermost frame; `missing` when there is no information or it leads nowhere,
 * then {@link framePointerStep} may help.
 */
export function unwindStep(program: Program, frame: FrameState, readMemory: ReadMemory): UnwindStep {
  const abi = unwindAbi(program.elf.machine);
  if (abi === undefined) return { kind: 'missing', why: `the stack of ${program.elf.machine} is not known` };
  const at = va(lookupAddress(frame));
  const row = frame.row ?? program.unwind(at);
  if (row === undefined) return { kind: 'missing', why: `there is no call frame information for ${hex(at)}` };
  try {
    return stepBy(row, abi, frame, frameContext(program, frame, undefined, readMemory, 0), program);
  } catch (error) {
    if (error instanceof Unavailable) return { kind: 'missing', why: error.message };
    throw error;
  }
}

function stepBy(
  row: UnwindRow,
  abi: UnwindAbi,
  frame: FrameState,
  context: ExpressionContext,
  program: Program,
): UnwindStep {
  const cfa =
    row.cfa.kind === 'registerOffset'
      ? BigInt.asUintN(64, context.register(row.cfa.register) + row.cfa.offset)
      : evaluateNumber(row.cfa.ops, context);
  const registers = new Map<number, bigint>();
  for (const [number, value] of frame.registers) {
    if (row.isSignalFrame || abi.calleeSaved.has(number)) registers.set(number, value);
  }
  registers.set(abi.stackPointer, cfa);
  for (const [number, rule] of row.registers) {
    const value = recover(number, rule, cfa, context, frame, program.elf.addressSize);
    if (value === undefined) registers.delete(number);
    else registers.set(number, value);
  }
  const returnRule = row.registers.get(row.returnAddressRegister);
  if (returnRule?.kind === 'undefined') return { kind: 'end' };
  const returnAddress =
    returnRule === undefined || returnRule.kind === 'sameValue'
      ? frame.registers.get(row.returnAddressRegister)
      : registers.get(row.returnAddressRegister);
  if (returnAddress === undefined) {
    return { kind: 'missing', why: 'the return address is not saved where the call frame information says' };
  }
  if (returnAddress === 0n) return { kind: 'end' };
  if (!row.isSignalFrame && abi.linkRegister !== undefined) registers.delete(abi.linkRegister);
  return arrive(frame, cfa, {
    pc: va(unsigned(abi, returnAddress)),
    isCaller: !row.isSignalFrame,
    registers,
    slide: frame.slide,
    ...(row.isSignalFrame && frame.special !== undefined ? { special: frame.special } : {}),
  });
}

/**
 * Goes up one frame from the first instruction of a function, which needs no information: nothing has been saved yet.
 * `undefined` for a machine we do not know, or when the stack cannot be read.
 */
export function callerAtEntry(program: Program, frame: FrameState, readMemory: ReadMemory): FrameState | undefined {
  const abi = unwindAbi(program.elf.machine);
  const sp = abi && frame.registers.get(abi.stackPointer);
  if (abi === undefined || sp === undefined) return undefined;
  const size = program.elf.addressSize;
  const pushed = abi.linkRegister === undefined ? readMemory(sp, size) : undefined;
  const back = abi.linkRegister === undefined ? pushed && numberOfBytes(pushed) : frame.registers.get(abi.linkRegister);
  if (back === undefined) return undefined;
  const registers = new Map([...frame.registers].filter(([number]) => abi.calleeSaved.has(number)));
  registers.set(abi.stackPointer, pushed === undefined ? sp : sp + BigInt(size));
  return { pc: va(unsigned(abi, back)), isCaller: true, registers, slide: frame.slide };
}

/**
 * The canonical frame address of a frame: what the stack pointer was in its caller.
 * `undefined` where call frame information does not say it.
 */
export function frameAddress(program: Program, frame: FrameState, readMemory: ReadMemory): bigint | undefined {
  if (program.unwind(va(lookupAddress(frame))) === undefined) return undefined;
  try {
    return BigInt.asUintN(64, frameContext(program, frame, undefined, readMemory, 0).cfa());
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}

/** A stack that does not move would be walked for ever. */
function arrive(from: FrameState, cfa: bigint, to: FrameState): UnwindStep {
  const stands = [...to.registers].every(([n, value]) => from.registers.get(n) === value);
  if (to.pc === from.pc && stands && to.registers.size === from.registers.size) {
    return { kind: 'missing', why: `the stack does not get any further than ${hex(from.pc)}` };
  }
  return { kind: 'frame', frame: to, cfa };
}

function recover(
  number: number,
  rule: RegisterRule,
  cfa: bigint,
  context: ExpressionContext,
  frame: FrameState,
  size: number,
): bigint | undefined {
  const read = (address: bigint): bigint => {
    const bytes = context.readMemory(BigInt.asUintN(64, address), size);
    if (bytes === undefined) throw new Unavailable(`the stack at ${hex(BigInt.asUintN(64, address))} is not readable`);
    return numberOfBytes(bytes);
  };
  switch (rule.kind) {
    case 'offset':
      return read(cfa + rule.offset);
    case 'valOffset':
      return BigInt.asUintN(64, cfa + rule.offset);
    case 'register':
      return registerOf(frame, rule.register);
    case 'expression':
      return read(evaluateNumber(rule.ops, context, [cfa]));
    case 'valExpression':
      return evaluateNumber(rule.ops, context, [cfa]);
    case 'constant':
      return rule.value;
    case 'sameValue':
      return frame.registers.get(number);
    case 'undefined':
      return undefined;
  }
}

/**
 * Goes up one frame by the frame pointer, for code without call frame information.
 * Right only for functions that keep one and are past their prologue.
 */
export function framePointerStep(program: Program, frame: FrameState, readMemory: ReadMemory): UnwindStep {
  const abi = unwindAbi(program.elf.machine);
  const fp = abi && frame.registers.get(abi.framePointer);
  if (abi === undefined || fp === undefined) return { kind: 'missing', why: 'there is no frame pointer' };
  const size = program.elf.addressSize;
  if (fp === 0n) return { kind: 'end' };
  if (fp % BigInt(size) !== 0n) return { kind: 'missing', why: `${hex(fp)} is not a frame pointer` };
  const savedPc = readMemory(fp + BigInt(abi.savedReturnAddress), size);
  const savedFp = readMemory(fp + BigInt(abi.savedFramePointer), size);
  if (savedPc === undefined || savedFp === undefined) {
    return { kind: 'missing', why: `the frame at ${hex(fp)} is not readable` };
  }
  const pc = unsigned(abi, numberOfBytes(savedPc));
  const callerFp = numberOfBytes(savedFp);
  if (pc === 0n) return { kind: 'end' };
  // Callers lie above; 0 marks the first frame of many kernels.
  if (callerFp !== 0n && callerFp <= fp) {
    return { kind: 'missing', why: `the saved frame pointer ${hex(callerFp)} does not lie above ${hex(fp)}` };
  }
  const cfa = fp + BigInt(abi.framePointerToCfa);
  const registers = new Map([
    [abi.stackPointer, cfa],
    [abi.framePointer, callerFp],
  ]);
  return { kind: 'frame', cfa, frame: { pc: va(pc), isCaller: true, registers, slide: frame.slide } };
}
