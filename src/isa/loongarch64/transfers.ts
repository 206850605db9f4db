/** Stores of registers and copies between them, as compilers begin functions with. */
import type { DisassembledInsn, Transfer } from '../core/registers';

const BYTES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, d: 8 };

/** @see LoongArch Reference Manual Volume 1, "Common Memory Access Instructions"; `move` is an `or` with zero. */
export function transfer({ mnemonic, operands }: DisassembledInsn): Transfer | undefined {
  const size = /^st(?:ptr)?\.([bhwd])$/.exec(mnemonic)?.[1];
  const store = /^\$(\w+), \$(\w+), (-?)(\w+)$/.exec(operands);
  if (size !== undefined && store !== null) {
    const [, register = '', base = '', sign = '', offset = ''] = store;
    return {
      kind: 'store',
      register,
      base,
      offset: sign === '' ? BigInt(offset) : -BigInt(offset),
      bytes: BYTES[size] ?? 0,
    };
  }
  const move = mnemonic === 'move' || mnemonic === 'or' ? /^\$(\w+), \$(\w+)(?:, \$zero)?$/.exec(operands) : null;
  return move === null ? undefined : { kind: 'move', to: move[1] ?? '', from: move[2] ?? '' };
}
