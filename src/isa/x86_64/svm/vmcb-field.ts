/** The shape of the rows that describe a VMCB. */
import type { FieldSpec } from '../../../base/fields';

/** Bits of the field `VMCB clean`: what software says is as the processor last saw it. @see AMD64 APM volume 2, 15.15.3 */
export const CLEAN = {
  intercepts: 0,
  permissionMaps: 1,
  asid: 2,
  tpr: 3,
  nestedPaging: 4,
  controlRegisters: 5,
  debugRegisters: 6,
  descriptorTables: 7,
  segments: 8,
  cr2: 9,
  lbr: 10,
  avic: 11,
  cet: 12,
} as const;

/** One field of a VMCB. */
export interface VmcbField {
  /** The manual's name, unique. */
  readonly name: string;
  /** Bytes from the beginning of the VMCB. */
  readonly offset: number;
  readonly bytes: 1 | 2 | 4 | 8;
  /** What it belongs to, as a title. */
  readonly group: string;
  /** The clean bit that stands for it; absent where it is always read. */
  readonly clean?: number;
  readonly fields?: readonly FieldSpec[];
  /** The processor writes it at #VMEXIT and VMRUN does not read it. */
  readonly isResult?: true;
  readonly doc?: string;
}
