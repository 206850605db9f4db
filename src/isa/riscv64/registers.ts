/** The registers of a hart as a debugger lists them: integer, floating point, pc and every CSR. */
import type { RegisterSpec } from '../core/registers';
import { F_NAMES, FRAME_POINTER, floatRegisterDoc, integerRegisterDoc, X_NAMES } from './abi';
import { CSRS, isReadOnlyCsr } from './csrs';

const FLOAT_DWARF = 32;
const CSR_DWARF = 4096;

const integer: readonly RegisterSpec[] = X_NAMES.map((name, index) => ({
  name: `x${index}`,
  aliases: name === FRAME_POINTER ? [name, 'fp'] : [name],
  group: 'general',
  bits: 64,
  dwarf: index,
  doc: integerRegisterDoc(name),
  isWritable: index !== 0,
}));

const float: readonly RegisterSpec[] = F_NAMES.map((name, index) => ({
  name: `f${index}`,
  aliases: [name],
  group: 'float',
  bits: 64,
  dwarf: FLOAT_DWARF + index,
  doc: floatRegisterDoc(name),
  isWritable: true,
}));

const pc: RegisterSpec = {
  name: 'pc',
  aliases: [],
  group: 'general',
  bits: 64,
  doc: 'Address of the next instruction.',
  isWritable: true,
};

/**
 * Sections of the CSRs: bits 9:8 of their numbers are the least privilege that may use them.
 * @see RISC-V Privileged ISA, "CSR Address Mapping Conventions"
 */
const CSR_SECTIONS = ['User', 'Supervisor', 'Hypervisor', 'Machine'] as const;

const system: readonly RegisterSpec[] = CSRS.map((csr) => ({
  name: csr.name,
  aliases: [],
  group: 'system',
  bits: 64,
  dwarf: CSR_DWARF + csr.number,
  number: csr.number,
  section: CSR_SECTIONS[(csr.number >> 8) & 3] ?? '',
  doc: csr.doc,
  ...(csr.fields && { fields: csr.fields }),
  ...(csr.isCounter && { isCounter: true }),
  isWritable: csr.write !== undefined && !isReadOnlyCsr(csr.number),
}));

export const REGISTERS: readonly RegisterSpec[] = [...integer, pc, ...float, ...system];

const BY_NAME = new Map<string, RegisterSpec>();
for (const spec of REGISTERS) {
  for (const name of [spec.name, ...spec.aliases]) BY_NAME.set(name, spec);
}
const BY_DWARF = new Map(REGISTERS.flatMap((spec) => (spec.dwarf === undefined ? [] : [[spec.dwarf, spec] as const])));

/** Register by name or alias, in any case. */
export const registerOfName = (name: string): RegisterSpec | undefined => BY_NAME.get(name.toLowerCase());

/** Register by its number in DWARF. */
export const registerOfDwarf = (dwarf: number): RegisterSpec | undefined => BY_DWARF.get(dwarf);
