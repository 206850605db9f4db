/** Stores of registers and copies between them, as compilers begin functions with. */
import type { DisassembledInsn, Transfer } from '../core/registers';

const STORE = /^([wx]\d+|[wx]zr), \[(x\d+|sp)(?:, #(-?\w+))?\]$/;
const BYTES: Readonly<Record<string, number>> = { strb: 1, sturb: 1, strh: 2, sturh: 2 };

/** @see Arm ARM, C3.2 "Loads and stores"; `mov` is an `orr` with zero, or an `add` of 0 to or from `sp`. */
export function transfer({ mnemonic, operands }: DisassembledInsn): Transfer | undefined {
  if (/^stu?r[bh]?$/.test(mnemonic)) {
    const [all, register = '', base = '', offset = '0'] = STORE.exec(operands) ?? [];
    if (all === undefined) return undefined;
    const bytes = BYTES[mnemonic] ?? (register.startsWith('w') ? 4 : 8);
    return { kind: 'store', register: `x${register.slice(1)}`, base, offset: signed(offset), bytes };
  }
  const [, to, from] = (mnemonic === 'mov' ? /^(x\d+|sp), (x\d+|sp)$/.exec(operands) : undefined) ?? [];
  return to === undefined || from === undefined ? undefined : { kind: 'move', to, from };
}

const signed = (text: string): bigint => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text));
