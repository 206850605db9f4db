/** A structure in memory by which a hypervisor describes a guest to the processor, as AMD's VMCB is one. */
import type { FieldSpec } from '../../base/fields';

/** A field of such a structure. */
export interface ControlField {
  /** The manual's name, unique in its block. */
  readonly name: string;
  /** Bytes from the beginning of the block. */
  readonly offset: number;
  readonly bytes: number;
  /** What it belongs to, as a title; translated where it is shown. */
  readonly group: string;
  readonly doc?: string;
  readonly fields?: readonly FieldSpec[];
  /** The processor writes it when it leaves the guest, and does not read it. */
  readonly isResult?: true;
}

/** What is wrong with a block, or remarkable. */
export interface ControlRemark {
  /** A sentence in the manual's terms; translated where it is shown. */
  readonly text: string;
  /** Fields that it is about, the decisive one first. */
  readonly fields: readonly string[];
  /** The guest cannot be entered as long as it holds. */
  readonly isIllegal: boolean;
  /** Manual and section. */
  readonly ref: string;
}

/** Values of a block's fields by name. */
export type ControlReader = (field: string) => bigint;

/** What a debugger knows of such structures. */
export interface ControlBlock {
  /** What the manual calls it. */
  readonly name: string;
  readonly bytes: number;
  /** The register that holds the physical address of the one that the last entry was made by; 0 before there was one. */
  readonly register: string;
  /** The instruction that enters a guest, and the register that then holds the block's physical address. */
  readonly entry: { readonly mnemonic: string; readonly register: string };
  readonly fields: readonly ControlField[];
  /** Every text that {@link remarks} can give. */
  readonly texts: readonly string[];
  /** Why the guest was left by it last, in words. */
  reason(read: ControlReader): string;
  /** A value in words where the table of fields cannot say: undefined for nothing. */
  meaning(field: string, read: ControlReader): string | undefined;
  /** The bits of a field whose meaning depends on others; undefined for those that the table has. */
  fieldsOf(field: string, read: ControlReader): readonly FieldSpec[] | undefined;
  /** What is wrong with it under the registers that there are now. */
  remarks(read: ControlReader, registers: (name: string) => bigint): readonly ControlRemark[];
}
