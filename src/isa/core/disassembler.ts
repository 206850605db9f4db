/** Words to text, from the decoder, the `asm` templates and an instruction set's names and aliases. */

import { hex } from '../../base/address';
import { createDecoder, type DecodedInsn } from './decoder';
import { effectsOf } from './graph';
import type { Insn } from './insn';
import { recordGraph } from './record-graph';
import type { DisassembledInsn } from './registers';

/** How an instruction set spells what is not in its instruction rows. */
export interface AssemblyNames {
  readonly integer: readonly string[];
  readonly float: readonly string[];
  csr(number: number): string | undefined;
  /** By value of `rm`; the empty string is not printed. */
  readonly roundingModes: readonly string[];
  /** Sets of a fence, by the value of `pred` or `succ`. */
  fence(set: number): string;
  /** First match wins. */
  readonly aliases: readonly Alias[];
  /** Length in bytes of the instruction that begins with this byte, decodable or not. */
  length(firstByte: number): 2 | 4;
}

/** A friendlier spelling of an instruction with certain field values. */
export interface Alias {
  readonly of: string;
  /** Field values it applies to; a string names another field that must be equal. */
  readonly when?: Readonly<Record<string, number | string>>;
  readonly as: string;
  /** Operand template; the instruction's own when absent. */
  readonly asm?: string;
  readonly kind?: DisassembledInsn['kind'];
}

export type Disassembler = (bytes: Uint8Array, address: bigint) => DisassembledInsn;

/** One operand template, taken apart once. */
interface Template {
  render(fields: Fields, address: bigint): string;
  /** Field holding the distance to a direct target. */
  readonly target?: string;
  /** `.aq` and `.rl` follow the mnemonic. */
  readonly hasOrdering: boolean;
}
type Fields = Readonly<Record<string, number>>;
type Piece = (fields: Fields, address: bigint) => string;

/** @throws Error when the instructions overlap or a template cannot be read: mistakes of ours. */
export const createDisassembler = (insns: readonly Insn[], names: AssemblyNames): Disassembler => {
  const decode = createDecoder(insns);
  const forms = new Map(insns.map((insn) => [insn, createForms(insn, names)] as const));
  return (bytes, address) => {
    const length = names.length(bytes[0] ?? 0);
    if (bytes.length < length) return undecodable(bytes.slice(), address);
    const taken = bytes.slice(0, length);
    const decoded = decode(littleEndian(taken));
    if (!decoded || decoded.insn.pattern.length !== length) return undecodable(taken, address);
    const form = forms.get(decoded.insn)?.find(({ matches }) => matches(decoded.fields));
    return form ? spell(decoded, form, taken, address) : undecodable(taken, address);
  };
};

interface Form {
  readonly mnemonic: string;
  readonly template: Template;
  readonly kind: DisassembledInsn['kind'];
  matches(fields: Fields): boolean;
}

const createForms = (insn: Insn, names: AssemblyNames): Form[] => {
  const kind = kindOf(insn);
  const aliases = names.aliases
    .filter((alias) => alias.of === insn.mnemonic)
    .map((alias): Form => {
      const conditions = Object.entries(alias.when ?? {});
      return {
        mnemonic: alias.as,
        template: parseTemplate(insn, alias.asm ?? insn.asm, names),
        kind: alias.kind ?? kind,
        matches: (fields) =>
          conditions.every(([name, value]) => fields[name] === (typeof value === 'string' ? fields[value] : value)),
      };
    });
  return [
    ...aliases,
    { mnemonic: insn.mnemonic, template: parseTemplate(insn, insn.asm, names), kind, matches: () => true },
  ];
};

const kindOf = (insn: Insn): DisassembledInsn['kind'] => {
  if (insn.kind) return insn.kind;
  const effects = effectsOf(recordGraph(insn));
  if (effects.isConditional) return 'branch';
  return effects.hasDirectTarget ? 'jump' : 'plain';
};

const spell = ({ insn, fields }: DecodedInsn, form: Form, bytes: Uint8Array, address: bigint): DisassembledInsn => {
  const { template } = form;
  const distance = template.target === undefined ? undefined : fields[template.target];
  return {
    address,
    bytes,
    length: bytes.length,
    mnemonic: template.hasOrdering ? form.mnemonic + ordering(fields) : form.mnemonic,
    operands: template.render(fields, address),
    isValid: true,
    ...(distance !== undefined && { target: targetOf(address, distance) }),
    kind: form.kind,
    doc: `${insn.mnemonic}: ${insn.doc}\n${insn.ref}`,
  };
};

const undecodable = (bytes: Uint8Array, address: bigint): DisassembledInsn => {
  const value = hex(littleEndian(bytes), bytes.length * 2);
  return {
    address,
    bytes,
    length: bytes.length,
    ...(bytes.length === 4
      ? { mnemonic: '.insn', operands: `4, ${value}` }
      : { mnemonic: bytes.length === 2 ? '.half' : '.byte', operands: value }),
    isValid: false,
    kind: 'plain',
    doc: 'Not an instruction of this machine: executing it raises an illegal-instruction exception.',
  };
};

const littleEndian = (bytes: Uint8Array): number => bytes.reduceRight((value, byte) => value * 256 + byte, 0);

const targetOf = (address: bigint, distance: number): bigint => BigInt.asUintN(64, address + BigInt(distance));

const ordering = (fields: Fields): string => {
  const [acquire, release] = [fields.aq === 1, fields.rl === 1];
  if (acquire && release) return '.aqrl';
  return acquire ? '.aq' : release ? '.rl' : '';
};

const parseTemplate = (insn: Insn, asm: string, names: AssemblyNames): Template => {
  const pieces: Piece[] = [];
  let target: string | undefined;
  let hasOrdering = false;
  for (const part of asm.split(/(\{[^}]*\})/)) {
    const inside = /^\{(?:([a-z]+):)?([^}]+)\}$/.exec(part);
    const [, format, name = ''] = inside ?? [];
    if (!inside) pieces.push(() => part);
    else if (name === 'aqrl') hasOrdering = true;
    else {
      if (format === 'target') target = name;
      pieces.push(fieldPiece(insn, format, name, names));
    }
  }
  return { render: (fields, address) => pieces.map((piece) => piece(fields, address)).join(''), target, hasOrdering };
};

const fieldPiece = (insn: Insn, format: string | undefined, name: string, names: AssemblyNames): Piece => {
  const isFloat = !insn.pattern.fields.has(name) && name.startsWith('f');
  const field = isFloat ? name.slice(1) : name;
  if (!insn.pattern.fields.has(field)) throw new Error(`${insn.mnemonic}: its template names no field: "${name}"`);
  const value = (fields: Fields): number => fields[field] ?? 0;
  switch (format) {
    case undefined:
      return plainPiece(field, isFloat, value, names);
    case 'hex':
      return (fields) => hex(value(fields));
    case 'hi':
      // Upper immediates are written without the 12 zeros below them.
      return (fields) => hex((value(fields) >>> 12) & 0xfffff);
    case 'target':
      return (fields, address) => hex(targetOf(address, value(fields)));
    case 'fence':
      return (fields) => names.fence(value(fields));
    case 'exact':
      // The mode changes nothing; assemblers write 0 there.
      return (fields) => (value(fields) === 0 ? '' : `, ${names.roundingModes[value(fields)] || 'dyn'}`);
    default:
      throw new Error(`${insn.mnemonic}: its template has an unknown format "${format}"`);
  }
};

const plainPiece = (field: string, isFloat: boolean, value: (f: Fields) => number, names: AssemblyNames): Piece => {
  if (isFloat) return (fields) => names.float[value(fields)] ?? `f${value(fields)}`;
  if (/^r[ds]\d?'?$/.test(field)) return (fields) => names.integer[value(fields)] ?? `x${value(fields)}`;
  if (field === 'csr') return (fields) => names.csr(value(fields)) ?? hex(value(fields));
  if (field === 'rm') {
    return (fields) => {
      const mode = names.roundingModes[value(fields)];
      return mode ? `, ${mode}` : '';
    };
  }
  return (fields) => `${value(fields)}`;
};
