/** Bits of CR4 and EFER that a processor has; all others must be 0. @see AMD64 APM volume 2, 3.1.3 and 3.1.7 */
import { CR4, EFER } from '../bits';
import type { Cpu, Feature } from '../cpus';

type Row = readonly [bits: bigint, feature: Feature];

const CR4_ROWS: readonly Row[] = [
  [CR4.VME | CR4.PVI, 'VME'],
  [CR4.TSD, 'TSC'],
  [CR4.DE, 'DE'],
  [CR4.PSE, 'PSE'],
  [CR4.PAE, 'PAE'],
  [CR4.MCE, 'MCE'],
  [CR4.PGE, 'PGE'],
  [CR4.OSFXSR, 'FXSR'],
  [CR4.OSXMMEXCPT, 'SSE'],
  [CR4.UMIP, 'UMIP'],
  [CR4.LA57, 'LA57'],
  [CR4.FSGSBASE, 'FSGSBASE'],
  [CR4.PCIDE, 'PCID'],
  [CR4.OSXSAVE, 'XSAVE'],
  [CR4.SMEP, 'SMEP'],
  [CR4.SMAP, 'SMAP'],
  [CR4.PKE, 'PKU'],
];

const EFER_ROWS: readonly Row[] = [
  [EFER.SCE, 'SysCallSysRet'],
  [EFER.LME | EFER.LMA, 'LM'],
  [EFER.NXE, 'NX'],
  [EFER.SVME, 'SVM'],
  [EFER.FFXSR, 'FFXSR'],
];

const bitsOf = ({ features }: Cpu, rows: readonly Row[], always: bigint): bigint =>
  rows.reduce((bits, [row, feature]) => (features.has(feature) ? bits | row : bits), always);

/** Bits of CR4 that may be set. */
export const cr4Bits = (cpu: Cpu): bigint => bitsOf(cpu, CR4_ROWS, CR4.PCE);
/** Bits of EFER that may be set. */
export const eferBits = (cpu: Cpu): bigint => bitsOf(cpu, EFER_ROWS, 0n);
