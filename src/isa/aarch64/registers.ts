/** The registers of a processor as a debugger lists them: general, floating point, vectors, pc, PSTATE and every system register. */
import type { RegisterSpec } from '../core/registers';
import { DWARF, integerRegisterDoc, vectorRegisterDoc } from './abi';
import { PSTATE_FIELDS } from './pstate';
import { SYSREGS, type Sysreg, type SysregGroup } from './sysregs';

const numbered = (count: number, spec: (index: number) => RegisterSpec): readonly RegisterSpec[] =>
  Array.from({ length: count }, (_, index) => spec(index));

const ALIASES: Readonly<Record<number, readonly string[]>> = { 29: ['fp'], 30: ['lr'] };

const general = numbered(31, (index) => ({
  name: `x${index}`,
  aliases: ALIASES[index] ?? [],
  group: 'general',
  bits: 64,
  dwarf: DWARF.x0 + index,
  doc: integerRegisterDoc(index),
  isWritable: true,
}));

const special: readonly RegisterSpec[] = [
  {
    name: 'sp',
    aliases: [],
    group: 'general',
    bits: 64,
    dwarf: DWARF.sp,
    doc: 'Stack pointer in use: SP_EL0, or that of the exception level.',
    isWritable: true,
  },
  {
    name: 'pc',
    aliases: [],
    group: 'general',
    bits: 64,
    dwarf: DWARF.pc,
    doc: 'Address of the next instruction.',
    isWritable: true,
  },
  {
    name: 'cpsr',
    aliases: ['pstate'],
    group: 'general',
    bits: 32,
    doc: 'Flags, masks, exception level and stack pointer (PSTATE), as SPSR_ELx has them.',
    fields: PSTATE_FIELDS,
    isWritable: true,
  },
];

/** Names of a part of the vector registers. */
const scalars = (letter: 'd' | 's', bits: 64 | 32): readonly RegisterSpec[] =>
  numbered(32, (index) => ({
    name: `${letter}${index}`,
    aliases: [],
    group: 'float',
    bits,
    doc: `The low ${bits} bits of v${index}; writing them clears the rest.`,
    isWritable: true,
  }));

const vectors = numbered(32, (index) => ({
  name: `v${index}`,
  aliases: [`q${index}`],
  group: 'vector',
  bits: 128,
  dwarf: DWARF.v0 + index,
  doc: vectorRegisterDoc(index),
  isWritable: true,
}));

/** Titles of the groups. */
const SECTIONS: Readonly<Record<SysregGroup, string>> = {
  control: 'System Control',
  translation: 'Translation',
  exceptions: 'Exceptions',
  state: 'Processor State',
  threads: 'Thread Identifiers',
  virtualization: 'Virtualization',
  timers: 'Generic Timer',
  debug: 'Debug Registers',
  performance: 'Performance Monitors',
  'pointer authentication': 'Pointer Authentication',
  identification: 'Identification',
  implementation: 'Implementation Defined',
};

const SYSTEM_DWARF: Readonly<Record<string, number>> = {
  TPIDRRO_EL0: DWARF.tpidrroEl0,
  TPIDR_EL0: DWARF.tpidrEl0,
  TPIDR_EL1: DWARF.tpidrEl1,
  TPIDR_EL2: DWARF.tpidrEl2,
};

/** Those that count by themselves, and the distances to what they count to. */
const COUNTERS = /^(CNT[PV]CT_|CNT\w+_TVAL_|PMCCNTR_|PMXEVCNTR_)/;
/** Encodings that are reserved have no names; to what is only written there is nothing to see. */
const isShown = ({ name, access }: Sysreg): boolean => !/^S3_/.test(name) && access !== 'wo';

const ofSystem = (row: Sysreg): RegisterSpec => {
  const { name, number, group, doc, fields, writable } = row;
  const dwarf = SYSTEM_DWARF[name];
  return {
    name,
    aliases: [],
    group: 'system',
    bits: 64,
    ...(dwarf !== undefined && { dwarf }),
    number,
    section: SECTIONS[group],
    doc,
    ...(fields && { fields }),
    ...(COUNTERS.test(name) && { isCounter: true }),
    isWritable: writable !== 0n,
  };
};

/** By the order of the sections; within each as the rows stand. */
const system = Object.keys(SECTIONS).flatMap((group) =>
  SYSREGS.filter((row) => row.group === group && isShown(row)).map(ofSystem),
);

export const REGISTERS: readonly RegisterSpec[] = [
  ...general,
  ...special,
  ...scalars('d', 64),
  ...scalars('s', 32),
  ...vectors,
  ...system,
];

const BY_NAME = new Map<string, RegisterSpec>();
for (const spec of REGISTERS) {
  for (const name of [spec.name, ...spec.aliases]) BY_NAME.set(name.toLowerCase(), spec);
}
const BY_DWARF = new Map(REGISTERS.flatMap((spec) => (spec.dwarf === undefined ? [] : [[spec.dwarf, spec] as const])));

/** Register by name or alias, in any case. */
export const registerOfName = (name: string): RegisterSpec | undefined => BY_NAME.get(name.toLowerCase());

/** Register by its number in DWARF. */
export const registerOfDwarf = (dwarf: number): RegisterSpec | undefined => BY_DWARF.get(dwarf);
