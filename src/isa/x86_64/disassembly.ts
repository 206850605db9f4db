/** Bytes to text. Bytes that are no instruction are `.byte`, one by one. */
import { hex } from '../../base/address';
import type { DisassembledInsn } from '../core/registers';
import { type DecodedX86, decodeX86 } from './decode';
import { mnemonicText } from './mnemonics';
import { LONGEST } from './opcode-bytes';
import { operandsText, type Syntax, targetOf } from './spelling';
import { stackMoveOf } from './stack-moves';

export type { Syntax } from './spelling';

const kindOf = ({ form, insn }: DecodedX86): DisassembledInsn['kind'] => {
  if (insn.kind) return insn.kind;
  if (form.operands[0]?.kind !== 'distance') return 'plain';
  return form.mnemonic === 'jmp' ? 'jump' : 'branch';
};

/**
 * The instruction at the start of `bytes`.
 * @param mode how it is decoded, as {@link decodeX86} takes it: 0 as 64-bit code, 1 as 32-bit, 2 as 16-bit
 */
export const disassembleX86 = (
  bytes: Uint8Array,
  address: bigint,
  mode = 0,
  syntax: Syntax = 'intel',
): DisassembledInsn => {
  const decoded = decodeX86(bytes.subarray(0, LONGEST), mode);
  if (decoded === undefined || decoded === 'short') {
    return undecodable(bytes.slice(0, decoded === 'short' ? bytes.length : 1), address);
  }
  const target = targetOf(decoded, address);
  const { form, length } = decoded;
  return {
    address,
    bytes: bytes.slice(0, length),
    length,
    mnemonic: mnemonicText(decoded, syntax),
    operands: operandsText(decoded, address, syntax),
    isValid: true,
    ...(target !== undefined && { target }),
    kind: kindOf(decoded),
    stackMove: stackMoveOf(decoded),
    doc: `${form.mnemonic}: ${form.doc}\n${decoded.insn.ref}`,
  };
};

const undecodable = (bytes: Uint8Array, address: bigint): DisassembledInsn => ({
  address,
  bytes,
  length: bytes.length,
  mnemonic: '.byte',
  operands: [...bytes].map((byte) => hex(byte, 2)).join(', '),
  isValid: false,
  kind: 'plain',
  stackMove: undefined,
  doc: 'Not an instruction of this machine: executing it raises #UD.',
});
