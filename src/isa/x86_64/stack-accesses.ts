/** What instructions do with the stack, as compilers begin and end functions; by their bytes, whatever they are spelled like. */
import type { DisassembledInsn, Transfer } from '../core/registers';
import type { StackAccess } from '../core/stack-access';
import { GENERAL } from './abi';
import { type DecodedX86, decodeX86 } from './decode';
import { MODE } from './opcode-bytes';
import { NO_REGISTER } from './state';

const RSP = 4;
const RBP = 5;

/** Most of what is looked for here has the same bytes in 32-bit code. */
const decoded = ({ bytes }: Pick<DisassembledInsn, 'bytes'>): DecodedX86 | undefined => {
  const found = decodeX86(bytes, MODE.long);
  return found === undefined || found === 'short' ? undefined : found;
};

const nameOf = (register: number | undefined): string | undefined => GENERAL[register ?? -1];

/** The registers of an instruction's operands by their places; of memory undefined. */
const registersOf = ({ form, fields, insn }: DecodedX86): readonly (number | undefined)[] =>
  form.operands.map(({ kind }, at) =>
    kind === 'general' && !(at === form.memoryAt && insn.memory) ? fields[['a', 'b', 'c'][at] ?? ''] : undefined,
  );

/** Memory at a register and a distance, without index or segment. */
const placeOf = ({ insn: { memory }, fields }: DecodedX86): { base: number; offset: bigint } | undefined => {
  const { base = NO_REGISTER, index = NO_REGISTER, disp = 0 } = fields;
  if (memory === undefined || memory === 'p' || memory === 'o') return undefined;
  if (base === NO_REGISTER || (memory !== 'm' && index !== NO_REGISTER)) return undefined;
  return { base, offset: BigInt(disp) };
};

const bytesOf = ({ size }: DecodedX86): bigint => BigInt(size / 8);

/** Implements {@link Isa.stackAccesses}. */
export function stackAccesses(text: DisassembledInsn): readonly StackAccess[] {
  const insn = decoded(text);
  if (!insn || insn.size < 32) return [];
  const [first, second] = registersOf(insn);
  const place = placeOf(insn);
  const register = nameOf(first ?? second);
  switch (insn.form.mnemonic) {
    case 'push':
      return register === undefined ? [] : [{ kind: 'save', register, offset: -bytesOf(insn) }];
    case 'pop':
      return register === undefined ? [] : [{ kind: 'restore', register, offset: 0n }];
    case 'lea':
      return first === RBP && place?.base === RSP ? [{ kind: 'frame', offset: place.offset }] : [];
    case 'mov':
      if (first === RBP && second === RSP) return [{ kind: 'frame', offset: 0n }];
      if (place?.base !== RSP || register === undefined) return [];
      return [{ kind: first === undefined ? 'save' : 'restore', register, offset: place.offset }];
    default:
      return [];
  }
}

/** Implements {@link Isa.transfer}: `mov` of a whole register to another one, or of any part of one to memory. */
export function transfer(text: DisassembledInsn): Transfer | undefined {
  const insn = decoded(text);
  if (insn?.form.mnemonic !== 'mov') return undefined;
  const [first, second] = registersOf(insn);
  const from = nameOf(second);
  if (from === undefined) return undefined;
  const place = placeOf(insn);
  const base = nameOf(place?.base);
  if (place && base !== undefined) {
    return { kind: 'store', register: from, base, offset: place.offset, bytes: insn.insn.bits / 8 };
  }
  const to = nameOf(first);
  return to === undefined || insn.size !== 64 ? undefined : { kind: 'move', to, from };
}

/**
 * Implements {@link Isa.loadsStackPointer}: `mov rsp, [reg]`, and `mov rsp, reg` of what is no frame pointer, as kernels switch to
 * another task's stack. LEAVE and their kind go by the frame pointer.
 */
export function loadsStackPointer(text: DisassembledInsn): boolean {
  const insn = decoded(text);
  if (insn?.form.mnemonic !== 'mov' || insn.size < 32) return false;
  const [to, from] = registersOf(insn);
  if (to !== RSP) return false;
  if (insn.insn.memory !== undefined) return placeOf(insn)?.base !== RSP;
  return from !== undefined && from !== RSP && from !== RBP;
}
