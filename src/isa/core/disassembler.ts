/** Bytes to text, from the decoder, the `asm` templates and what an instruction set spells in its own way. */

import { hex } from '../../base/address';
import { createDecoder } from './decoder';
import { type DecodedInsn, type Encoding, lengthOfUnit, wordOf } from './encoding';
import { effectsOf } from './graph';
import { type Insn, isPatternInsn } from './insn';
import { recordGraph } from './record-graph';
import type { DisassembledInsn } from './registers';
import { type Move, moveOf, type RegisterPlace } from './stack-move';

/** An instruction's operands, to be printed. */
export type Operands = Pick<DecodedInsn, 'fields' | 'wide'>;

/** How an instruction set spells what is not in its instruction rows. */
export interface Spelling {
  /**
   * How `{name}` or `{format:name}` of a row's template is printed, of an instruction at an address. `undefined` for what is
   * common: a number in decimal, `{hex:name}`, `{target:name}`. @throws Error naming the row when there is no such format.
   */
  operand(insn: Insn, name: string, format: string | undefined): Piece | undefined;
  /** The mnemonic as it is written, where rows have longer names because several have one mnemonic. */
  mnemonic?(row: string): string;
  /** What follows a row's mnemonic, e.g. the ordering of an atomic access. */
  suffix?(insn: Insn): ((operands: Operands) => string) | undefined;
  /** The stack pointer among the registers of the rows. */
  readonly stackPointer: RegisterPlace;
  /** First match wins. */
  readonly aliases: readonly Alias[];
  /** Bytes that are no instruction, as the assembler takes them. */
  undecodable(bytes: Uint8Array): { readonly mnemonic: string; readonly operands: string };
}

/** A friendlier spelling of an instruction with certain field values. */
export interface Alias {
  readonly of: string;
  /** Field values it applies to; a string names another field that must be equal. */
  readonly when?: Readonly<Record<string, number | string>>;
  /** A condition that `when` cannot say. */
  readonly where?: (operands: Operands) => boolean;
  readonly as: string;
  /** Operand template; the instruction's own when absent. */
  readonly asm?: string;
  readonly kind?: DisassembledInsn['kind'];
}

/** A part of an instruction's text. */
export type Piece = (operands: Operands, address: bigint) => string;

/** @param mode as `ProgramDecoder` takes it; 0 when absent */
export type Disassembler = (bytes: Uint8Array, address: bigint, mode?: number) => DisassembledInsn;

/** One operand template, taken apart once. */
interface Template {
  render(operands: Operands, address: bigint): string;
  /** Field holding the distance to a direct target. */
  readonly target?: string;
}

/** Decodes what lies at the start of the bytes; the number of them when it is no instruction. */
type Taker = (bytes: Uint8Array, mode: number) => DecodedInsn | number;

/** @throws Error when the instructions overlap or a template cannot be read: mistakes of ours. */
export const createDisassembler = (insns: readonly Insn[], encoding: Encoding, spelling: Spelling): Disassembler => {
  const take = createTaker(insns, encoding);
  const forms = new Map<Insn, Form[]>();
  const formsOf = (insn: Insn): Form[] => {
    const known = forms.get(insn) ?? createForms(insn, spelling);
    forms.set(insn, known);
    return known;
  };
  return (bytes, address, mode = 0) => {
    const decoded = take(bytes, mode);
    if (typeof decoded === 'number') return undecodable(bytes.slice(0, decoded), address, spelling);
    const taken = bytes.slice(0, decoded.length);
    const form = formsOf(decoded.insn).find(({ matches }) => matches(decoded));
    return form ? spell(decoded, form, taken, address) : undecodable(taken, address, spelling);
  };
};

const createTaker = (insns: readonly Insn[], encoding: Encoding): Taker => {
  if (encoding.kind === 'program') {
    return (bytes, mode) => {
      const decoded = encoding.decode(bytes.slice(0, encoding.maxLength), mode);
      if (decoded === 'short') return bytes.length;
      return decoded ?? Math.min(bytes.length, encoding.minLength);
    };
  }
  const decode = createDecoder(insns.filter(isPatternInsn), encoding);
  return (bytes) => {
    const length = lengthOfUnit(encoding, wordOf(bytes.subarray(0, encoding.unit)));
    if (bytes.length < length) return bytes.length;
    return decode(wordOf(bytes.subarray(0, length))) ?? length;
  };
};

interface Form {
  /** The instruction's own, whatever this form is written as. */
  readonly instruction: string;
  readonly mnemonic: string;
  readonly suffix: ((operands: Operands) => string) | undefined;
  readonly template: Template;
  readonly kind: DisassembledInsn['kind'];
  readonly stackMove: Move;
  matches(operands: Operands): boolean;
}

const createForms = (insn: Insn, spelling: Spelling): Form[] => {
  const kind = kindOf(insn);
  const suffix = spelling.suffix?.(insn);
  const stackMove = moveOf(insn, spelling.stackPointer);
  const instruction = spelling.mnemonic?.(insn.mnemonic) ?? insn.mnemonic;
  const aliases = spelling.aliases
    .filter((alias) => alias.of === insn.mnemonic)
    .map((alias): Form => {
      const conditions = Object.entries(alias.when ?? {});
      return {
        instruction,
        mnemonic: alias.as,
        suffix,
        template: parseTemplate(insn, alias.asm ?? insn.asm, spelling),
        kind: alias.kind ?? kind,
        stackMove,
        matches: (operands) =>
          conditions.every(([name, value]) => {
            const { fields } = operands;
            return fields[name] === (typeof value === 'string' ? fields[value] : value);
          }) && alias.where?.(operands) !== false,
      };
    });
  const template = parseTemplate(insn, insn.asm, spelling);
  const own = { instruction, mnemonic: instruction, suffix, template, kind, stackMove };
  return [...aliases, { ...own, matches: () => true }];
};

const kindOf = (insn: Insn): DisassembledInsn['kind'] => {
  if (insn.kind) return insn.kind;
  const effects = effectsOf(recordGraph(insn));
  if (effects.isConditional) return 'branch';
  if (effects.isIndirect) return 'indirect';
  return effects.hasDirectTarget ? 'jump' : 'plain';
};

const spell = (decoded: DecodedInsn, form: Form, bytes: Uint8Array, address: bigint): DisassembledInsn => {
  const { insn } = decoded;
  const { template, suffix } = form;
  const distance = template.target === undefined ? undefined : decoded.fields[template.target];
  return {
    address,
    bytes,
    length: bytes.length,
    mnemonic: form.mnemonic + (suffix?.(decoded) ?? ''),
    operands: template.render(decoded, address),
    isValid: true,
    ...(distance !== undefined && { target: targetOf(address, distance) }),
    kind: form.kind,
    stackMove: form.stackMove(decoded),
    doc: `${form.instruction}: ${insn.doc}\n${insn.ref}`,
  };
};

const undecodable = (bytes: Uint8Array, address: bigint, spelling: Spelling): DisassembledInsn => ({
  address,
  bytes,
  length: bytes.length,
  ...spelling.undecodable(bytes),
  isValid: false,
  kind: 'plain',
  stackMove: undefined,
  doc: 'Not an instruction of this machine: executing it raises an illegal-instruction exception.',
});

const targetOf = (address: bigint, distance: number): bigint => BigInt.asUintN(64, address + BigInt(distance));

const parseTemplate = (insn: Insn, asm: string, spelling: Spelling): Template => {
  const pieces: Piece[] = [];
  let target: string | undefined;
  for (const part of asm.split(/(\{[^}]*\})/)) {
    const inside = /^\{(?:([a-z][a-z0-9]*):)?([^}]+)\}$/.exec(part);
    const [, format, name = ''] = inside ?? [];
    if (!inside) pieces.push(() => part);
    else {
      if (format === 'target') target = name;
      pieces.push(spelling.operand(insn, name, format) ?? commonPiece(insn, name, format));
    }
  }
  const render: Template['render'] = (operands, address) => pieces.map((piece) => piece(operands, address)).join('');
  return target === undefined ? { render } : { render, target };
};

/** How a field is printed in every instruction set. @throws Error naming the row when it cannot be. */
export const commonPiece = (insn: Insn, name: string, format: string | undefined): Piece => {
  if (!insn.fields.has(name)) throw new Error(`${insn.mnemonic}: its template names no field: "${name}"`);
  switch (format) {
    case undefined:
      return (operands) => `${printed(operands, name)}`;
    case 'hex':
      return (operands) => hex(printed(operands, name));
    case 'target':
      return ({ fields }, address) => hex(targetOf(address, fields[name] ?? 0));
    default:
      throw new Error(`${insn.mnemonic}: its template has an unknown format "${format}"`);
  }
};

const printed = ({ fields, wide }: Operands, name: string): number | bigint => fields[name] ?? wide?.[name] ?? 0;
