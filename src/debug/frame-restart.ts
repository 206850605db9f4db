/**
 * Restart Frame: what a frame's function has called is dropped, and it begins anew with its arguments as they are now. It is
 * a change by hand, like a jump: memory and devices stay as the calls have left them.
 */
import { type Va, va } from '../base/address';
import { t } from '../base/l10n';
import type { Isa } from '../isa/core/isa';
import type { Cpu } from '../machine/contract';
import { unwindAbi } from '../symbols/abi';
import { littleEndian, wordBytes } from '../symbols/lang/value';
import { locate } from '../symbols/locate';
import type {
  AddressRange,
  FrameState,
  Located,
  Program,
  ReadMemory,
  Type,
  UnwindRow,
  Variable,
} from '../symbols/types';
import { argumentRegisters, type SavedArgument } from './argument-registers';
import { bodyOf } from './regions';
import type { Plan } from './runner';
import { type CodeFrame, logicalFrames, lookupPc, type PhysicalFrame, type Unwinder } from './stack';

/** What a hart has to hold to stand at the first instruction of the function. */
export interface FreshStart {
  readonly pc: Va;
  /** Where its arguments are where the debug information says; in optimised code at once. */
  readonly body: Va;
  /** By the instruction set's names. */
  readonly registers: ReadonlyMap<string, bigint>;
  /** Something may be missing that nobody can know of. */
  readonly isOptimised: boolean;
}

/** Whether it can be tried: a call of the hart's own, with debug information. `isBelowBorder`: a trap is between it and the hart. */
export const canRestart = ({ isInlined, source, physical }: CodeFrame, isBelowBorder: boolean): boolean =>
  !isBelowBorder && !isInlined && source !== undefined && physical.cfa !== undefined;

/** What it takes to restart the frame; a string says why it is not possible. */
export function freshStart(isa: Isa, unwinder: Unwinder, frame: CodeFrame): FreshStart | string {
  const { physical, name } = frame;
  const program = physical.image?.program;
  const abi = program && unwindAbi(program.elf.machine);
  const scopes = program?.scopesAt(lookupPc(physical)) ?? [];
  const outer = program?.framesAt(lookupPc(physical)).at(-1);
  if (
    program === undefined ||
    abi === undefined ||
    outer === undefined ||
    physical.cfa === undefined ||
    frame.isInlined
  )
    return t`${name} cannot be restarted: it has no activation of its own that the debug information describes.`;
  const own = scopes.find(({ kind }) => kind === 'function')?.variables ?? [];
  const isOptimised = scopes.some(({ variables }) => variables.some(({ location }) => location.kind === 'list'));
  const { lo } = outer;
  const row = program.unwind(lo);
  if (row === undefined || row.cfa.kind !== 'registerOffset')
    return t`${name} cannot be restarted: how its stack looks at its beginning is not recorded.`;
  const body = isOptimised ? lo : bodyOf(program, outer);
  if (!physical.state.isCaller && physical.link < body) return t`${name} has only begun.`;
  const up = unwinder.caller(physical);
  if (up.kind === 'missing' || (up.kind === 'frame' && up.border !== undefined))
    return t`${name} cannot be restarted: who called it is not known.`;

  const registers = new Map(physical.state.registers);
  registers.set(row.cfa.register, BigInt.asUintN(64, physical.cfa - row.cfa.offset));
  if (up.kind === 'frame') asCalled(registers, row, up.frame, abi);
  const state: FrameState = { ...physical.state, pc: va(lo + physical.slide), isCaller: false, registers };
  const read = unwinder.reader(physical.cpu);
  const parameters = own.filter(({ isParameter }) => isParameter);
  const lost = isOptimised
    ? parameters.filter((one) => !pass(program, one, physical.state, state, registers, read)).map((one) => one.name)
    : reload(isa, physical, outer, registers, read);
  if (lost.length > 0)
    return t`${name} cannot be restarted: it has not kept its arguments (${lost.join(', ')}). Restart an outer frame, or build without optimisation.`;
  return { pc: state.pc, body: va(body + physical.slide), registers: named(isa, registers), isOptimised };
}

/** Puts the hart there. */
export function enter(isa: Isa, cpu: Cpu, { pc, registers }: FreshStart): void {
  for (const [name, value] of registers) if (cpu.readRegister(name) !== value) cpu.writeRegister(name, value);
  cpu.writeRegister(isa.pc, pc);
}

/** Runs there, without the calls inlined at its first statement. */
export const beginning = (unwinder: Unwinder, cpu: Cpu, { body }: FreshStart): Plan => ({
  hart: cpu.hart,
  halts: new Set([body]),
  next: () => (cpu.pc === body ? 'done' : 'run'),
  stop: (hart) => ({ kind: 'restart', hart, concealed: logicalFrames(unwinder.top(cpu)).length - 1 }),
});

/** What has not been saved yet is the caller's. */
function asCalled(
  registers: Map<number, bigint>,
  row: UnwindRow,
  caller: PhysicalFrame,
  { calleeSaved, linkRegister, stackPointer }: NonNullable<ReturnType<typeof unwindAbi>>,
): void {
  const isSaved = (dwarf: number) => {
    const rule = row.registers.get(dwarf);
    return rule !== undefined && rule.kind !== 'sameValue';
  };
  const isCfa = (dwarf: number) => row.cfa.kind === 'registerOffset' && row.cfa.register === dwarf;
  for (const dwarf of calleeSaved) {
    const value = caller.state.registers.get(dwarf);
    if (dwarf !== stackPointer && !isCfa(dwarf) && !isSaved(dwarf) && value !== undefined) registers.set(dwarf, value);
  }
  if (linkRegister !== undefined && !isSaved(linkRegister)) registers.set(linkRegister, caller.pc);
}

/** Takes what unoptimised code got in registers from where it has put it; the names of registers that it has not kept. */
function reload(
  isa: Isa,
  { image, cfa = 0n }: PhysicalFrame,
  code: AddressRange,
  registers: Map<number, bigint>,
  read: ReadMemory,
): string[] {
  if (image === undefined) return [];
  const lost: string[] = [];
  for (const [name, saved] of argumentRegisters(isa, image.program, code)) {
    const dwarf = isa.register(name)?.dwarf;
    const bytes = saved && kept(isa, image.program, saved, cfa, read);
    if (bytes === undefined || dwarf === undefined) lost.push(name);
    else registers.set(dwarf, BigInt.asUintN(64, BigInt.asIntN(bytes.length * 8, littleEndian(bytes))));
  }
  return lost;
}

function kept(isa: Isa, program: Program, { at, store }: SavedArgument, cfa: bigint, read: ReadMemory) {
  const rule = program.unwind(va(at))?.cfa;
  if (rule?.kind !== 'registerOffset' || isa.register(store.base)?.dwarf !== rule.register) return undefined;
  return read(cfa - rule.offset + store.offset, store.bytes);
}

/** Puts an argument where the function expects it when it begins; `false` where it cannot be found any more. */
function pass(
  program: Program,
  variable: Variable,
  now: FrameState,
  begin: FrameState,
  registers: Map<number, bigint>,
  read: ReadMemory,
): boolean {
  // The places alone: what registers hold at the beginning is what is looked for.
  const anything = new Map([...Array(128).keys()].map((dwarf) => [dwarf, registers.get(dwarf) ?? 0n]));
  const to = locate(program, variable, { ...begin, registers: anything }, read);
  const from = locate(program, variable, now, read);
  if (to.kind === 'memory') return from.kind === 'memory' && from.address === to.address;
  if (to.kind === 'value') return true;
  // It has no place there: nobody reads it.
  if (to.kind === 'unavailable' || to.kind === 'implicitPointer') return true;
  const bytes = bytesOf(from, variable.type, now, read);
  if (bytes === undefined) return false;
  const parts = to.kind === 'pieces' ? to.pieces : [{ at: to, bits: bytes.length * 8, bitOffset: 0 }];
  let done = 0;
  for (const { at, bits, bitOffset } of parts) {
    const part = bytes.subarray(done, done + bits / 8);
    done += bits / 8;
    if (at.kind === 'unavailable' || at.kind === 'value' || at.kind === 'implicitPointer') continue;
    if (at.kind === 'memory' || bitOffset !== 0 || bits % 8 !== 0 || bits > 64) return false;
    registers.set(at.dwarf, widened(part, variable.type));
  }
  return true;
}

/** A value as a register holds it: integers of 32 bits and less are extended by their sign, those of 64-bit RISC-V and LoongArch always. */
function widened(bytes: Uint8Array, type: Type): bigint {
  const value = littleEndian(bytes);
  const isSigned = type.kind === 'base' && (type.encoding === 'signed' || type.encoding === 'signedChar');
  const bits = bytes.length * 8;
  return isSigned || bits === 32 ? BigInt.asUintN(64, BigInt.asIntN(bits, value)) : value;
}

function bytesOf(at: Located, type: Type, frame: FrameState, read: ReadMemory): Uint8Array | undefined {
  switch (at.kind) {
    case 'memory':
      return read(at.address, type.size);
    case 'register': {
      const value = frame.registers.get(at.dwarf);
      return value === undefined ? undefined : wordBytes(value).subarray(0, type.size);
    }
    case 'value':
      return at.bytes.subarray(0, type.size);
    case 'unavailable':
      return undefined;
    case 'pieces': {
      const parts: number[] = [];
      for (const { at: place, bits, bitOffset } of at.pieces) {
        if (bits % 8 !== 0 || bitOffset !== 0) return undefined;
        const part = place.kind === 'memory' ? read(place.address, bits / 8) : bytesOf(place, type, frame, read);
        if (part === undefined) return undefined;
        parts.push(...part.subarray(0, bits / 8));
      }
      return Uint8Array.from(parts);
    }
  }
}

function named(isa: Isa, registers: ReadonlyMap<number, bigint>): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const [dwarf, value] of registers) {
    const spec = isa.registerOfDwarf(dwarf);
    if (spec?.isWritable === true && spec.group !== 'system') found.set(spec.name, value);
  }
  return found;
}
