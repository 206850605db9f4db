/**
 * Saved contexts of interrupted code. Trap vectors are assembly without call frame information; what they save is
 * described by the kernel's own struct, by convention `TrapFrame`, whose fields bear the registers' names.
 */
import { type Va, va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import type { Program, ReadMemory, StructType, Type } from '../symbols/types';

/** The registers of the code a trap interrupted. */
export interface InterruptedContext {
  readonly pc: Va;
  readonly registers: ReadonlyMap<number, bigint>;
  /** The system register that held the interrupted pc when the trap was taken. */
  readonly epcRegister: string;
  /** The one that held its cause, when the register file has one. */
  readonly causeRegister: string | undefined;
}

/** Fields that hold the interrupted pc, and the system register with the cause that goes with it. */
const PC_FIELDS: readonly (readonly [field: string, cause: string])[] = [
  ['sepc', 'scause'],
  ['mepc', 'mcause'],
  ['elr', 'esr'],
  ['era', 'estat'],
  ['rip', ''],
];

const TYPE_NAMES = ['TrapFrame', 'TrapContext', 'trapframe', 'pt_regs'];

/** Reads the kernel's trap frame at `at`; `undefined` when it has no such type or the memory cannot be read. */
export function readTrapFrame(
  isa: Isa,
  program: Program,
  read: ReadMemory,
  at: bigint,
): InterruptedContext | undefined {
  for (const type of trapFrameTypes(program)) {
    const fields = new Map<string, number>();
    collect(type, 0, fields, 0);
    const pcField = PC_FIELDS.find(([name]) => fields.has(name) && isa.register(name) !== undefined);
    const bytes = read(at, type.size);
    if (pcField === undefined || bytes === undefined) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const word = (offset: number) => view.getBigUint64(offset, true);
    const registers = new Map<number, bigint>();
    for (const [name, offset] of fields) {
      const dwarf = isa.register(name)?.dwarf;
      if (dwarf !== undefined && offset + 8 <= type.size) registers.set(dwarf, word(offset));
    }
    const sp = isa.register(isa.stackPointer)?.dwarf;
    // A vector that saves no stack pointer of its own for kernel traps: it was just above the frame.
    if (sp !== undefined && (registers.get(sp) ?? 0n) === 0n) registers.set(sp, at + BigInt(type.size));
    const cause = isa.register(pcField[1])?.name;
    return { pc: va(word(fields.get(pcField[0]) ?? 0)), registers, epcRegister: pcField[0], causeRegister: cause };
  }
  return undefined;
}

function trapFrameTypes(program: Program): StructType[] {
  return TYPE_NAMES.flatMap((name) => program.types(name)).filter(
    (type): type is StructType => type.kind === 'struct' && !type.isDeclaration && type.size > 0,
  );
}

/** Offsets of the word-sized fields by name, nested structs included (a group of general registers). */
function collect(type: StructType, base: number, into: Map<string, number>, depth: number): void {
  for (const member of type.members) {
    const inner = stripAlias(member.type);
    if (inner.kind === 'struct' && depth < 3) collect(inner, base + member.offset, into, depth + 1);
    else if (inner.size === 8 && !into.has(member.name)) into.set(member.name, base + member.offset);
  }
}

const stripAlias = (type: Type): Type => (type.kind === 'alias' ? stripAlias(type.target) : type);
