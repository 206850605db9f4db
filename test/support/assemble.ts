/** Machine code for small test programs, from the same patterns the emulator decodes by. */
import { encodeInsn } from '../../src/isa/core/decoder';
import type { PatternInsn } from '../../src/isa/core/insn';
import { INSNS } from '../../src/isa/riscv64/insns/all';

/** One instruction: mnemonic and field values as the pattern names them. */
export type Line = readonly [mnemonic: string, fields: Readonly<Record<string, number>>];

/** @param insns those of another instruction set than RISC-V */
export const assemble = (lines: readonly Line[], insns: readonly PatternInsn[] = INSNS): Uint8Array => {
  const bytes: number[] = [];
  for (const [mnemonic, fields] of lines) {
    const insn = insns.find((row) => row.mnemonic === mnemonic);
    if (!insn) throw new Error(`no instruction ${mnemonic}`);
    const word = encodeInsn(insn.pattern, fields);
    for (let at = 0; at < insn.pattern.length; at++) bytes.push((word >>> (8 * at)) & 0xff);
  }
  return Uint8Array.from(bytes);
};
