/**
 * Bytes to text, in Intel's syntax. What is printed of operands is plain here: the disassembler of all syntaxes takes this file's
 * place.
 */
import { hex } from '../../base/address';
import { kindOf } from '../core/disassembler';
import type { DisassembledInsn } from '../core/registers';
import { type DecodedX86, decodeX86, LONGEST } from './decode';
import { fieldNameOf, type Row } from './form';
import type { OperandSpec } from './operands';
import { nameOfPart } from './registers';
import { stackMoveOf } from './stack-accesses';
import { FLAT, NO_REGISTER, SEGMENTS } from './state';

const registerText = ({ kind, bits, source }: OperandSpec, number: number, size: number): string => {
  if (source === 'count') return 'cl';
  if (kind === 'general') return nameOfPart(number, bits ?? size);
  if (kind === 'segment') return SEGMENTS[number] ?? '';
  const prefix = { xmm: 'xmm', mm: 'mm', st: 'st', control: 'cr', debug: 'dr' }[kind as string] ?? '';
  return kind === 'st' ? `st(${number})` : `${prefix}${number}`;
};

const WIDTHS: Readonly<Record<number, string>> = { 8: 'byte', 16: 'word', 32: 'dword', 64: 'qword', 128: 'xmmword' };

const memoryText = ({ insn, fields, wide, addressBits }: DecodedX86, bits: number, address: bigint): string => {
  const { base = NO_REGISTER, index = NO_REGISTER, scale = 0, disp = 0, segment = FLAT } = fields;
  const name = (number: number): string => nameOfPart(number, addressBits);
  const parts: string[] = [];
  if (base !== NO_REGISTER && insn.memory !== 'p' && insn.memory !== 'o') parts.push(name(base));
  if (index !== NO_REGISTER && (insn.memory === 's' || insn.memory === 'g')) parts.push(`${name(index)}*${1 << scale}`);
  const place =
    insn.memory === 'p'
      ? hex(BigInt.asUintN(64, address + BigInt(disp)))
      : insn.memory === 'o'
        ? hex(wide?.imm64 ?? 0n)
        : '';
  const joined = [...parts, ...(place === '' ? [] : [place])].join(' + ');
  const sign = disp < 0 ? '-' : '+';
  const rest = place !== '' || disp === 0 ? '' : joined === '' ? hex(disp >>> 0) : ` ${sign} ${hex(Math.abs(disp))}`;
  const prefix = segment === FLAT ? '' : `${SEGMENTS[segment] ?? ''}:`;
  const width = WIDTHS[bits];
  return `${width === undefined ? '' : `${width} ptr `}${prefix}[${joined}${rest}]`;
};

const operandText = (decoded: DecodedX86, at: number, address: bigint): string => {
  const { form, fields, wide, size, insn } = decoded;
  const spec = form.operands[at];
  if (!spec) return '';
  if (at === form.memoryAt && insn.memory !== undefined) {
    return memoryText(decoded, spec.memoryBits ?? spec.bits ?? size, address);
  }
  const name = fieldNameOf(form, at);
  switch (spec.kind) {
    case 'one':
      return '1';
    case 'distance':
      return hex(BigInt.asUintN(64, address + BigInt(fields.rel ?? 0)));
    case 'immediate': {
      const value = fields[name] ?? wide?.[name] ?? 0;
      return value < 0 ? `-${hex(-value)}` : hex(value);
    }
    default:
      return registerText(spec, fields[name] ?? 0, size);
  }
};

const prefixText = ({ prefixes, form }: DecodedX86): string => {
  if (prefixes.hasLock) return 'lock ';
  if (!form.repeats || prefixes.repeat === 0) return '';
  return prefixes.repeat === 0xf3 ? `${form.repeats} ` : 'repne ';
};

const invalid = (bytes: Uint8Array, address: bigint): DisassembledInsn => ({
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

const kinds = new Map<Row, DisassembledInsn['kind']>();
const kindOfRow = (row: Row): DisassembledInsn['kind'] => {
  const kind = kinds.get(row) ?? kindOf(row);
  kinds.set(row, kind);
  return kind;
};

/** Implements {@link Isa.disassemble}. */
export const disassemble = (bytes: Uint8Array, address: bigint, codeMode = 0): DisassembledInsn => {
  const decoded = decodeX86(bytes.subarray(0, LONGEST), codeMode);
  if (decoded === undefined) return invalid(bytes.slice(0, 1), address);
  if (decoded === 'short') return invalid(bytes.slice(), address);
  const { form, insn, length, fields } = decoded;
  const operands = form.operands.map((_, at) => operandText(decoded, at, address)).join(', ');
  const isDirect = form.operands.some(({ kind }) => kind === 'distance');
  return {
    address,
    bytes: bytes.slice(0, length),
    length,
    mnemonic: `${prefixText(decoded)}${form.mnemonic}`,
    operands,
    isValid: true,
    ...(isDirect && { target: BigInt.asUintN(64, address + BigInt(fields.rel ?? 0)) }),
    kind: kindOfRow(insn),
    stackMove: stackMoveOf(decoded),
    doc: `${form.mnemonic}: ${insn.doc}\n${insn.ref}`,
  };
};
