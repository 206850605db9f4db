/** What a field of an instruction's pattern is. */
export interface FieldKind {
  /** A register's number, or an immediate that is extended from its highest bit or with zeros. */
  readonly kind: 'register' | 'signed' | 'unsigned';
  /** Added to the raw value: 8 for the compressed registers of RISC-V. 0 when absent. */
  readonly bias?: number;
}
