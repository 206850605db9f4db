/** Saves and restores of registers as compilers begin and end functions with. */
import type { DisassembledInsn } from '../core/registers';
import type { StackAccess } from '../core/stack-access';

/** `x29, x30, [sp, #16]`, `x30, [sp, #-16]!`, `x29, x30, [sp], #16` */
const OPERANDS = /^(x\d+)(?:, (x\d+))?, \[sp(?:, #(-?\d+))?\](?:!|, #-?\d+)?$/;
const FRAME = /^x29, sp(?:, #(\d+))?$/;
const WORD = 8n;

/** @see Arm ARM, C3.2 "Loads and stores"; a pre-indexed store lies where the stack pointer then is. */
export function stackAccesses({ mnemonic, operands }: DisassembledInsn): readonly StackAccess[] {
  if (mnemonic === 'mov' || mnemonic === 'add') {
    const frame = FRAME.exec(operands);
    return frame === null ? [] : [{ kind: 'frame', offset: BigInt(frame[1] ?? 0) }];
  }
  const kind = /^(str|stur|stp)$/.test(mnemonic) ? 'save' : /^(ldr|ldur|ldp)$/.test(mnemonic) ? 'restore' : undefined;
  const found = kind && OPERANDS.exec(operands);
  if (!kind || !found) return [];
  const [, first = '', second, offset = '0'] = found;
  const at = BigInt(offset);
  const access = (register: string, distance: bigint): StackAccess => ({ kind, register, offset: at + distance });
  return second === undefined ? [access(first, 0n)] : [access(first, 0n), access(second, WORD)];
}
