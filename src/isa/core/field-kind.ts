/** What a field of an instruction is. */
export interface FieldKind {
  /**
   * A register's number; an immediate that is extended from its highest bit or with zeros; or 64 bits that a row computes
   * of its other fields when it is decoded (see `InsnOptions.computed`).
   */
  readonly kind: 'register' | 'signed' | 'unsigned' | 'computed';
  /** Of a computed one that needs no more: it leaves room in a decoded record. 64 when absent. */
  readonly bits?: 32;
  /** Added to the raw value: 8 for the compressed registers of RISC-V. 0 when absent. */
  readonly bias?: number;
}

/** A field as one instruction has it. */
export interface InsnField {
  readonly name: string;
  /** Highest bit of the value plus one, before the bias. */
  readonly width: number;
  readonly isSigned: boolean;
  readonly bias: number;
}
