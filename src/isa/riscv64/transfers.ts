/** Stores of registers and copies between them, as compilers begin functions with. */
import type { DisassembledInsn, Transfer } from '../core/registers';

const BYTES: Readonly<Record<string, number>> = { sb: 1, sh: 2, sw: 4, sd: 8 };

/** @see RISC-V Unprivileged ISA, "Load and Store Instructions"; `mv` is an `addi` or `c.mv`. */
export function transfer({ mnemonic, operands }: DisassembledInsn): Transfer | undefined {
  const bytes = BYTES[mnemonic.replace(/^c\./, '').replace(/sp$/, '')];
  const store = /^(\w+), (-?\w+)\((\w+)\)$/.exec(operands);
  if (bytes !== undefined && store !== null) {
    const [, register = '', offset = '', base = ''] = store;
    return { kind: 'store', register, base, offset: signed(offset), bytes };
  }
  const move = /^(?:c\.)?mv$/.test(mnemonic) ? /^(\w+), (\w+)$/.exec(operands) : null;
  return move === null ? undefined : { kind: 'move', to: move[1] ?? '', from: move[2] ?? '' };
}

const signed = (text: string): bigint => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text));
