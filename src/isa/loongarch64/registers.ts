/** The registers of a processor as a debugger lists them: general, floating point, pc and every CSR. */
import type { RegisterSpec } from '../core/registers';
import { F_NAMES, floatRegisterDoc, integerRegisterDoc, R_NAMES } from './abi';
import { CSRS, type CsrSection } from './csrs';

const FLOAT_DWARF = 32;

const general: readonly RegisterSpec[] = R_NAMES.map((name, index) => ({
  name: `r${index}`,
  aliases: name === `r${index}` ? [] : [name],
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

const vector: readonly RegisterSpec[] = F_NAMES.map((_, index) => ({
  name: `vr${index}`,
  aliases: [],
  group: 'vector',
  bits: 128,
  doc: `Vector register, whose low half is f${index}.`,
  isWritable: true,
}));

const flags: readonly RegisterSpec[] = Array.from({ length: 8 }, (_, index) => ({
  name: `fcc${index}`,
  aliases: [],
  group: 'float',
  bits: 64,
  doc: 'Condition flag of floating-point comparisons.',
  isWritable: true,
}));

const fcsr: RegisterSpec = {
  name: 'fcsr',
  aliases: ['fcsr0'],
  group: 'float',
  bits: 32,
  doc: 'Floating-point control and status.',
  fields: [
    { name: 'Cause', high: 28, low: 24 },
    { name: 'Flags', high: 20, low: 16 },
    { name: 'RM', high: 9, low: 8, values: { 0: 'RNE', 1: 'RZ', 2: 'RP', 3: 'RM' } },
    { name: 'Enables', high: 4, low: 0 },
  ],
  isWritable: true,
};

const pc: RegisterSpec = {
  name: 'pc',
  aliases: [],
  group: 'general',
  bits: 64,
  doc: 'Address of the next instruction.',
  isWritable: true,
};

/** Titles of the sections, as the manual's chapter of CSRs has them. */
const CSR_SECTIONS: Readonly<Record<CsrSection, string>> = {
  basic: 'Basic Control',
  translation: 'Address Translation',
  refill: 'TLB Refill',
  timer: 'Timer',
  'machine error': 'Machine Error',
  debug: 'Debugging',
  performance: 'Performance Monitoring',
};

const system: readonly RegisterSpec[] = CSRS.map((csr) => ({
  name: csr.name,
  aliases: [],
  group: 'system',
  bits: 64,
  number: csr.number,
  section: CSR_SECTIONS[csr.section],
  doc: csr.doc,
  ...(csr.fields && { fields: csr.fields }),
  ...(csr.isCounter && { isCounter: true }),
  isWritable: csr.writable !== 0n,
}));

export const REGISTERS: readonly RegisterSpec[] = [...general, pc, ...float, ...flags, fcsr, ...vector, ...system];

const BY_NAME = new Map<string, RegisterSpec>();
for (const spec of REGISTERS) {
  for (const name of [spec.name, ...spec.aliases]) BY_NAME.set(name.toLowerCase(), spec);
}
const BY_DWARF = new Map(REGISTERS.flatMap((spec) => (spec.dwarf === undefined ? [] : [[spec.dwarf, spec] as const])));

/** Register by name or alias, in any case. */
export const registerOfName = (name: string): RegisterSpec | undefined => BY_NAME.get(name.toLowerCase());

/** Register by its number in DWARF. */
export const registerOfDwarf = (dwarf: number): RegisterSpec | undefined => BY_DWARF.get(dwarf);
