/**
 * Operands of a decoded instruction as text. Intel syntax as iced-x86's Intel formatter has it, with numbers in C's way
 * (`mov rax, qword ptr [rbx + 8*rcx + 0x10]`); AT&T syntax as GNU objdump has it (`mov 0x10(%rbx,%rcx,8), %rax`). Immediates are
 * printed with the bits that the operand has, displacements with their sign; what is relative to rip, with the address behind `#`.
 */
import { hex } from '../../base/address';
import { type DecodedX86, poppedBytes } from './decode';
import { fieldNameOf } from './form';
import { IMPLICIT_OPERANDS } from './implicit-operands';
import type { OperandSpec } from './operands';
import { generalName, otherName } from './register-names';
import { NO_REGISTER, SEG, SEGMENTS } from './state';

/** How assemblers write x86: Intel's way, or that of AT&T, with sources before destinations. */
export type Syntax = 'intel' | 'att';

/** Longest immediate or distance that is printed, bits. */
const WORD = 64;

const SIZES: Readonly<Record<number, string>> = {
  8: 'byte',
  16: 'word',
  32: 'dword',
  48: 'fword',
  64: 'qword',
  80: 'tbyte',
  128: 'xmmword',
};

const signed = (value: number): string => (value < 0 ? `-${hex(-value)}` : hex(value));

/** The segment that is named, where it counts (in 64-bit mode only FS and GS do) and is another than without a prefix. */
const namedSegment = ({ prefixes, mode }: DecodedX86, unnamed: number): string | undefined => {
  const { segment } = prefixes;
  if (segment === undefined || segment === unnamed || (mode === 0 && segment < SEG.fs)) return undefined;
  return SEGMENTS[segment];
};

const [RSP, RBP] = [4, 5];

/** Address of memory: its registers by name, and the rest as a number. */
interface MemoryText {
  readonly segment: string | undefined;
  readonly base: string;
  readonly index: string;
  readonly scale: number;
  /** Without registers an address, unsigned. */
  readonly disp: number | bigint;
}

const memoryText = (decoded: DecodedX86): MemoryText => {
  const { insn, fields, wide, addressBits, length, mode } = decoded;
  const unnamed = fields.base === RSP || fields.base === RBP ? SEG.ss : SEG.ds;
  // That of an address which is not accessed does not count.
  const segment = decoded.form.memoryBytes === 0 ? undefined : namedSegment(decoded, unnamed);
  const none = { segment, base: '', index: '', scale: 0 };
  if (insn.memory === 'o') return { ...none, disp: wide?.imm64 ?? 0n };
  const disp = (fields.disp ?? 0) - poppedBytes(decoded.form, decoded.size, fields.base);
  if (insn.memory === 'p') return { ...none, base: addressBits === 64 ? 'rip' : 'eip', disp: disp - length };
  const nameOf = (index = NO_REGISTER): string => (index === NO_REGISTER ? '' : generalName(index, addressBits));
  const [base, index] = [nameOf(fields.base), nameOf(fields.index)];
  const isAbsolute = base === '' && index === '';
  const short = addressBits === 16 ? (disp << 16) >> 16 : disp;
  const whole = BigInt.asUintN(mode === 0 && addressBits === 64 ? 64 : addressBits, BigInt(disp));
  return { segment, base, index, scale: fields.scale ?? 0, disp: isAbsolute ? whole : short };
};

const intelAddress = ({ segment, base, index, scale, disp }: MemoryText): string => {
  const scaled = index !== '' && (scale > 0 || base === '') ? `${1 << scale}*${index}` : index;
  const registers = [base, scaled].filter((part) => part !== '').join(' + ');
  const before = segment === undefined ? '' : `${segment}:`;
  if (registers === '') return `${before}[${hex(disp)}]`;
  if (disp === 0 && !base.endsWith('ip')) return `${before}[${registers}]`;
  return `${before}[${registers} ${disp < 0 ? '-' : '+'} ${hex(disp < 0 ? -disp : disp)}]`;
};

const attAddress = ({ segment, base, index, scale, disp }: MemoryText): string => {
  const before = segment === undefined ? '' : `%${segment}:`;
  if (base === '' && index === '') return `${before}${hex(disp)}`;
  const number = disp === 0 && !base.endsWith('ip') ? '' : signed(Number(disp));
  // Addresses of 16 bits have no scale.
  const scaled = index === 'si' || index === 'di' ? '' : `,${1 << scale}`;
  const registers = index === '' ? `%${base}` : `${base === '' ? '' : `%${base}`},%${index}${scaled}`;
  return `${before}${number}(${registers})`;
};

/** Where a branch leads by its distance. In 16-bit code with a segment elsewhere it is taken not to wrap around. */
export const targetOf = ({ form, fields, mode, size }: DecodedX86, address: bigint): bigint | undefined => {
  if (form.operands[0]?.kind !== 'distance') return undefined;
  const isShort = size === 16 && (mode !== 2 || address < 0x1_0000n);
  return BigInt.asUintN(isShort ? 16 : mode === 0 ? 64 : 32, address + BigInt(fields.rel ?? 0));
};

/** Bits of an operand that is a register or a number. */
const bitsOf = ({ form, size }: DecodedX86, spec: OperandSpec): number => {
  if (spec.bits !== undefined) return spec.bits;
  if (spec.kind !== 'immediate' || size !== 0) return size === 0 ? WORD : size;
  return form.operands.find(({ kind }) => kind === 'general' || kind === 'memory')?.bits ?? WORD;
};

/** Bits of an operand in memory, 0 where it is no plain number. */
export const memoryBitsOf = ({ form, size }: DecodedX86): number => {
  const spec = form.operands[form.memoryAt];
  if (form.memoryBytes !== undefined) return 8 * form.memoryBytes;
  return spec?.memoryBits ?? spec?.bits ?? size;
};

/** The address that rip and a displacement give. */
const pcRelativeAddress = ({ fields, addressBits }: DecodedX86, address: bigint): bigint =>
  BigInt.asUintN(addressBits, address + BigInt(fields.disp ?? 0));

/** An immediate with the bits of its operand. */
const immediateText = (decoded: DecodedX86, at: number, spec: OperandSpec): string => {
  const name = fieldNameOf(decoded.form, at);
  const value = decoded.wide?.[name] ?? decoded.fields[name] ?? 0;
  const [, ...others] = decoded.form.notation.immediates;
  const own = name === 'imm2' ? 8 * Number(others[0] ?? 1) : spec.text === 'uimm' ? 32 : bitsOf(decoded, spec);
  return hex(BigInt.asUintN(own, BigInt(value)));
};

const operandText = (decoded: DecodedX86, at: number, spec: OperandSpec, address: bigint, syntax: Syntax): string => {
  const { form, insn, fields } = decoded;
  const isAtt = syntax === 'att';
  if (at === form.memoryAt && insn.memory !== undefined) {
    const text = memoryText(decoded);
    if (isAtt) return `${isIndirect(decoded) ? '*' : ''}${attAddress(text)}`;
    const bits = memoryBitsOf(decoded);
    return `${bits === 0 ? '' : `${SIZES[bits] ?? `${bits / 8}-byte`} ptr `}${intelAddress(text)}`;
  }
  switch (spec.kind) {
    case 'immediate':
      return `${isAtt ? '$' : ''}${immediateText(decoded, at, spec)}`;
    case 'one':
      return isAtt ? '$0x1' : '0x1';
    case 'distance':
      return hex(targetOf(decoded, address) ?? 0n);
    default: {
      const number = spec.source === 'count' ? 1 : (fields[fieldNameOf(form, at)] ?? 0);
      const name = spec.kind === 'general' ? generalName(number, bitsOf(decoded, spec)) : otherName(spec.kind, number);
      return isAtt ? `${isIndirect(decoded) ? '*' : ''}%${name}` : name;
    }
  }
};

/** Jumps and calls to where an operand says, of which AT&T syntax has a mark. */
const isIndirect = ({ form }: DecodedX86): boolean =>
  /^(jmp|call)/.test(form.mnemonic) && form.operands[0]?.mayBeMemory === true;

/** Operands whose order is the same in both syntaxes. */
const KEEPS_ORDER = /^(enter|bound|call|jmp)$/;

/** What stands for what the instruction does not name: `byte ptr es:[rdi], byte ptr [rsi]`. */
const implicitTexts = (decoded: DecodedX86, syntax: Syntax): string[] => {
  const implicit = IMPLICIT_OPERANDS[decoded.form.mnemonic];
  if (implicit === undefined || (decoded.form.operands.length > 0 && !implicit.isBeside)) return [];
  const { addressBits } = decoded;
  return implicit.operands.map((operand) => {
    if (operand.kind === 'register') {
      const name = generalName(operand.index, operand.bits);
      return syntax === 'att' ? `%${name}` : name;
    }
    const segment = operand.isTarget ? 'es' : namedSegment(decoded, SEG.ds);
    const text = { segment, base: generalName(operand.index, addressBits), index: '', scale: 0, disp: 0 };
    return syntax === 'att' ? attAddress(text) : `${SIZES[operand.bits] ?? ''} ptr ${intelAddress(text)}`;
  });
};

/** All operands, and what is behind them. */
export const operandsText = (decoded: DecodedX86, address: bigint, syntax: Syntax): string => {
  const { form, insn } = decoded;
  const own = form.operands.map((spec, at) => operandText(decoded, at, spec, address, syntax));
  const all = [...own, ...implicitTexts(decoded, syntax)];
  if (isFarPointer(decoded)) return farPointer(all, syntax);
  if (syntax === 'att' && !KEEPS_ORDER.test(form.mnemonic)) all.reverse();
  const text = all.join(', ');
  return insn.memory === 'p' ? `${text} # ${hex(pcRelativeAddress(decoded, address))}` : text;
};

const isFarPointer = ({ form }: DecodedX86): boolean =>
  form.operands.length === 2 && form.operands[1]?.text === 'imm2' && form.mnemonic !== 'enter';

const farPointer = ([offset = '', selector = '']: readonly string[], syntax: Syntax): string =>
  syntax === 'att' ? `${selector}, ${offset}` : `${selector}:${offset}`;
