/** Identification registers: what the processor is and has. @see Arm ARM, D19.2, ID registers */
import { hasEl2 } from './contexts';
import { cpuOf } from './cpus';
import { refusalOf, TRAP, USER } from './sysreg-traps';
import { type Encoding, fields, numberOf, rowsOf, type Sysreg, type SysregSource } from './sysregs-rows';

const row = rowsOf('identification');

/** ID_AA64PFR0_EL1 fields that are the machine's: EL2 is there, and system registers of GICv3. */
const PFR0 = { EL2: 1n << 8n, GIC: 1n << 24n } as const;

/** Whether EL1, to which EL2 shows what it likes. */
const isGuestOf = (state: Pick<SysregSource, 'get'>): boolean => state.get('EL') === 1n && hasEl2(state);

/** MPIDR_EL1 of a hart: all in one cluster. */
export const affinityOf = (hart: number): bigint => (1n << 31n) | BigInt(hart);

const modelValue =
  (name: string) =>
  (state: SysregSource): bigint =>
    cpuOf(state).id[name] ?? 0n;

/** A register whose value is the model's. */
const id = (name: string, encoding: Encoding, doc: string, more: Partial<Sysreg> = {}): Sysreg =>
  row(name, encoding, 0n, doc, { access: 'ro', isComputed: true, read: modelValue(name), traps: [TRAP.TID3], ...more });

const own: readonly Sysreg[] = [
  row('MIDR_EL1', [3, 0, 0, 0, 0], 0n, 'Main ID: implementer and part.', {
    access: 'ro',
    isComputed: true,
    read: (state) => (isGuestOf(state) ? state.get('VPIDR_EL2') : modelValue('MIDR_EL1')(state)),
    fields: fields(
      ['Implementer', 31, 24],
      ['Variant', 23, 20],
      ['Architecture', 19, 16],
      ['PartNum', 15, 4],
      ['Revision', 3, 0],
    ),
  }),
  row('MPIDR_EL1', [3, 0, 0, 0, 5], 0n, 'Multiprocessor affinity: number of this processor.', {
    access: 'ro',
    isComputed: true,
    read: (state) => (isGuestOf(state) ? state.get('VMPIDR_EL2') : affinityOf(state.hart)),
    fields: fields(
      ['Aff3', 39, 32],
      ['U', 30, 30, 'a uniprocessor system'],
      ['MT', 24],
      ['Aff2', 23, 16],
      ['Aff1', 15, 8],
      ['Aff0', 7, 0],
    ),
  }),
  id('REVIDR_EL1', [3, 0, 0, 0, 6], 'Revision.', { traps: [TRAP.TID1] }),
  id('AIDR_EL1', [3, 1, 0, 0, 7], 'Auxiliary ID.', { traps: [TRAP.TID1] }),
  id('CLIDR_EL1', [3, 1, 0, 0, 1], 'Cache levels.', {
    traps: [TRAP.TID2],
    fields: fields(['LoUU', 29, 27], ['LoC', 26, 24], ['LoUIS', 23, 21], ['Ctype2', 5, 3], ['Ctype1', 2, 0]),
  }),
  id('CCSIDR_EL1', [3, 1, 0, 0, 0], 'Size of the cache that CSSELR_EL1 selects.', {
    traps: [TRAP.TID2],
    read: (state) => cpuOf(state).caches[Number(state.get('CSSELR_EL1'))] ?? 0n,
    fields: fields(['NumSets', 27, 13, 'less 1'], ['Associativity', 12, 3, 'less 1'], ['LineSize', 2, 0]),
  }),
  row('CSSELR_EL1', [3, 2, 0, 0, 0], 0xfn, 'Which cache CCSIDR_EL1 shows.', {
    el: 1,
    traps: [TRAP.TID2],
    fields: fields(['Level', 3, 1, 'less 1'], ['InD', 0, 0, 'instructions']),
  }),
  id('CTR_EL0', [3, 3, 0, 0, 1], 'Cache types and line sizes.', {
    user: USER.UCT,
    traps: [TRAP.TID2],
    fields: fields(
      ['DIC', 29],
      ['IDC', 28],
      ['CWG', 27, 24, 'log2 of words'],
      ['ERG', 23, 20, 'log2 of words'],
      ['DminLine', 19, 16, 'log2 of words'],
      ['L1Ip', 15, 14],
      ['IminLine', 3, 0, 'log2 of words'],
    ),
  }),
  id('DCZID_EL0', [3, 3, 0, 0, 7], 'Block that dc zva clears, and whether it may be used.', {
    traps: [],
    read: (state) => (isZvaForbidden(state) ? 0x14n : 4n),
    fields: fields(['DZP', 4, 4, 'prohibited'], ['BS', 3, 0, 'log2 of words']),
  }),
];

/** DCZID_EL0.DZP: dc zva would trap here. */
const isZvaForbidden = (state: Pick<SysregSource, 'get'>): boolean =>
  refusalOf(state, { user: USER.DZE, traps: [TRAP.TDZ] }, true) !== undefined;

const FOUR_BITS = (...names: readonly (readonly [string, number])[]) =>
  fields(...names.map(([name, low]) => [name, low + 3, low] as const));

const features: readonly Sysreg[] = [
  id('ID_AA64PFR0_EL1', [3, 0, 0, 4, 0], 'Processor features: exception levels, floating point, GIC.', {
    read: (state) =>
      modelValue('ID_AA64PFR0_EL1')(state) |
      (hasEl2(state) ? PFR0.EL2 : 0n) |
      (state.get('gicRegisters') === 0n ? 0n : PFR0.GIC),
    fields: FOUR_BITS(
      ['CSV3', 60],
      ['CSV2', 56],
      ['DIT', 48],
      ['RAS', 28],
      ['GIC', 24],
      ['AdvSIMD', 20],
      ['FP', 16],
      ['EL3', 12],
      ['EL2', 8],
      ['EL1', 4],
      ['EL0', 0],
    ),
  }),
  id('ID_AA64PFR1_EL1', [3, 0, 0, 4, 1], 'Processor features: BTI, SSBS, MTE.', {
    fields: FOUR_BITS(['MTE', 8], ['SSBS', 4], ['BT', 0]),
  }),
  id('ID_AA64PFR2_EL1', [3, 0, 0, 4, 2], 'Processor features.'),
  id('ID_AA64ZFR0_EL1', [3, 0, 0, 4, 4], 'SVE features: none.'),
  id('ID_AA64SMFR0_EL1', [3, 0, 0, 4, 5], 'SME features: none.'),
  id('ID_AA64FPFR0_EL1', [3, 0, 0, 4, 7], '8-bit floating point: none.'),
  id('ID_AA64DFR0_EL1', [3, 0, 0, 5, 0], 'Debug features.', {
    fields: FOUR_BITS(['CTX_CMPs', 28], ['WRPs', 20], ['BRPs', 12], ['PMUVer', 8], ['TraceVer', 4], ['DebugVer', 0]),
  }),
  id('ID_AA64DFR1_EL1', [3, 0, 0, 5, 1], 'Debug features.'),
  id('ID_AA64DFR2_EL1', [3, 0, 0, 5, 2], 'Debug features.'),
  id('ID_AA64AFR0_EL1', [3, 0, 0, 5, 4], 'Auxiliary features.'),
  id('ID_AA64AFR1_EL1', [3, 0, 0, 5, 5], 'Auxiliary features.'),
  id('ID_AA64ISAR0_EL1', [3, 0, 0, 6, 0], 'Instructions: cryptography, atomics, CRC32, flags.', {
    fields: FOUR_BITS(
      ['RNDR', 60],
      ['TLB', 56],
      ['TS', 52],
      ['FHM', 48],
      ['DP', 44],
      ['SM4', 40],
      ['SM3', 36],
      ['SHA3', 32],
      ['RDM', 28],
      ['Atomic', 20],
      ['CRC32', 16],
      ['SHA2', 12],
      ['SHA1', 8],
      ['AES', 4],
    ),
  }),
  id('ID_AA64ISAR1_EL1', [3, 0, 0, 6, 1], 'Instructions: pointer authentication, RCpc, barriers.', {
    fields: FOUR_BITS(
      ['I8MM', 52],
      ['BF16', 44],
      ['SPECRES', 40],
      ['SB', 36],
      ['FRINTTS', 32],
      ['GPI', 28],
      ['GPA', 24],
      ['LRCPC', 20],
      ['FCMA', 16],
      ['JSCVT', 12],
      ['API', 8],
      ['APA', 4],
      ['DPB', 0],
    ),
  }),
  id('ID_AA64ISAR2_EL1', [3, 0, 0, 6, 2], 'Instructions: MOPS, WFxT.', {
    fields: FOUR_BITS(['MOPS', 16], ['APA3', 12], ['GPA3', 8], ['WFxT', 0]),
  }),
  id('ID_AA64ISAR3_EL1', [3, 0, 0, 6, 3], 'Instructions.'),
  id('ID_AA64MMFR0_EL1', [3, 0, 0, 7, 0], 'Memory: physical addresses, granules.', {
    fields: FOUR_BITS(
      ['ECV', 60],
      ['FGT', 56],
      ['TGran4_2', 40],
      ['TGran64_2', 36],
      ['TGran16_2', 32],
      ['TGran4', 28],
      ['TGran64', 24],
      ['TGran16', 20],
      ['BigEndEL0', 16],
      ['SNSMem', 12],
      ['BigEnd', 8],
      ['ASIDBits', 4],
      ['PARange', 0],
    ),
  }),
  id('ID_AA64MMFR1_EL1', [3, 0, 0, 7, 1], 'Memory: hardware updates, VHE, PAN.', {
    fields: FOUR_BITS(['XNX', 28], ['PAN', 20], ['LO', 16], ['HPDS', 12], ['VH', 8], ['VMIDBits', 4], ['HAFDBS', 0]),
  }),
  id('ID_AA64MMFR2_EL1', [3, 0, 0, 7, 2], 'Memory: UAO, small tables.', {
    fields: FOUR_BITS(
      ['E0PD', 60],
      ['EVT', 56],
      ['BBM', 52],
      ['TTL', 48],
      ['FWB', 40],
      ['IDS', 36],
      ['AT', 32],
      ['ST', 28],
      ['CCIDX', 20],
      ['VARange', 16],
      ['IESB', 12],
      ['UAO', 4],
      ['CnP', 0],
    ),
  }),
  id('ID_AA64MMFR3_EL1', [3, 0, 0, 7, 3], 'Memory.'),
  id('ID_AA64MMFR4_EL1', [3, 0, 0, 7, 4], 'Memory.'),
];

/** There is no AArch32, whose ID registers are unknown then: they read as 0. */
const AARCH32: readonly (readonly [name: string, crm: number, op2: number])[] = [
  ['ID_PFR0_EL1', 1, 0],
  ['ID_PFR1_EL1', 1, 1],
  ['ID_DFR0_EL1', 1, 2],
  ['ID_AFR0_EL1', 1, 3],
  ['ID_MMFR0_EL1', 1, 4],
  ['ID_MMFR1_EL1', 1, 5],
  ['ID_MMFR2_EL1', 1, 6],
  ['ID_MMFR3_EL1', 1, 7],
  ['ID_ISAR0_EL1', 2, 0],
  ['ID_ISAR1_EL1', 2, 1],
  ['ID_ISAR2_EL1', 2, 2],
  ['ID_ISAR3_EL1', 2, 3],
  ['ID_ISAR4_EL1', 2, 4],
  ['ID_ISAR5_EL1', 2, 5],
  ['ID_MMFR4_EL1', 2, 6],
  ['ID_ISAR6_EL1', 2, 7],
  ['MVFR0_EL1', 3, 0],
  ['MVFR1_EL1', 3, 1],
  ['MVFR2_EL1', 3, 2],
  ['ID_PFR2_EL1', 3, 4],
  ['ID_DFR1_EL1', 3, 5],
  ['ID_MMFR5_EL1', 3, 6],
];

const aarch32 = AARCH32.map(([name, crm, op2]) => id(name, [3, 0, 0, crm, op2], 'Of AArch32, which there is not.'));

const named = [...own, ...features, ...aarch32];
const taken = new Set(named.map(({ number }) => number));

/** The rest of the space of ID registers is reserved: it reads as 0. */
const reserved: readonly Sysreg[] = [1, 2, 3, 4, 5, 6, 7].flatMap((crm) =>
  [0, 1, 2, 3, 4, 5, 6, 7].flatMap((op2) => {
    const encoding: Encoding = [3, 0, 0, crm, op2];
    return taken.has(numberOf(encoding)) ? [] : [id(`S3_0_C0_C${crm}_${op2}`, encoding, 'Reserved.')];
  }),
);

export const SYSREGS_ID: readonly Sysreg[] = [...named, ...reserved];
