/** What CSR rows are made of: a CSR that is a slot, one that is constant, one that shows other state; and what makes values legal. */
import type { FieldSpec } from '../../base/fields';
import type { HartState } from '../core/privileged';
import { MSTATUS, SATP_BARE, SATP_SV39, SATP_SV48, SATP_SV57, U64 } from './csrs-bits';
import { storeSlot } from './csrs-slots';

/** What reading a CSR needs to see of a hart. */
export type CsrSource = Pick<HartState, 'get' | 'time' | 'cycles' | 'retired'>;

/** Beyond the privilege in its number, what may make access to a CSR illegal. */
export type CsrGuard = 'fp' | 'counter' | 'tvm' | 'timer';

export interface Csr {
  readonly number: number;
  readonly name: string;
  readonly doc: string;
  readonly fields?: readonly FieldSpec[];
  readonly guard?: CsrGuard;
  /** Counts by itself, whatever software does. */
  readonly isCounter?: true;
  /** The value as software reads it. */
  read(state: CsrSource): bigint;
  /** What has effect, for debuggers, where software reads something else. */
  peek?(state: CsrSource): bigint;
  /** What csrrs and csrrc modify, when it is not what they return (mip.SEIP). */
  readForUpdate?(state: CsrSource): bigint;
  /** Takes a written value after making it legal. Absent where writes have no effect. */
  write?(state: HartState, value: bigint): void;
}

export interface RowOptions {
  readonly fields?: readonly FieldSpec[];
  readonly guard?: CsrGuard;
}

export interface SlotOptions extends RowOptions {
  /** Bits software can write; all others keep their value. */
  readonly mask?: bigint;
  /** Bits that software reads as zeros, although what was written has effect. */
  readonly zeros?: bigint;
  /** Makes the masked value legal; may yield `old` to ignore the write. */
  readonly legal?: (value: bigint, old: bigint) => bigint;
}

/** A CSR that is one slot of the same name. */
export const slot = (number: number, name: string, doc: string, options: SlotOptions = {}): Csr => {
  const { mask = U64, zeros = 0n, legal, ...rest } = options;
  return {
    number,
    name,
    doc,
    ...rest,
    read: (state) => state.get(name) & ~zeros,
    ...(zeros === 0n ? {} : { peek: (state: CsrSource) => state.get(name) }),
    write: (state, value) => {
      const old = state.get(name);
      const masked = (old & ~mask) | (value & mask);
      storeSlot(state, name, legal ? legal(masked, old) : masked);
    },
  };
};

/** A CSR that reads one value for ever; writes, where its number allows them, are ignored. */
export const constant = (number: number, name: string, value: bigint, doc: string, options: RowOptions = {}): Csr => ({
  number,
  name,
  doc,
  ...options,
  read: () => value,
});

/** A CSR computed from other state. */
export const view = (number: number, name: string, doc: string, row: Omit<Csr, 'number' | 'name' | 'doc'>): Csr => ({
  number,
  name,
  doc,
  ...row,
});

/** SD sums up FS, the only part that can be dirty here. */
export const withDirtySummary = (mstatus: bigint): bigint =>
  (mstatus & MSTATUS.FS) === MSTATUS.FS ? mstatus | MSTATUS.SD : mstatus;

/** MODE 2 and 3 of a trap vector are reserved; such a write is ignored. */
export const legalTvec = (value: bigint, old: bigint): bigint => ((value & 3n) < 2n ? value : old);

/** satp.MODE values there are; hgatp has the same numbers for the same depths. */
export const SATP_MODES = [SATP_BARE, SATP_SV39, SATP_SV48, SATP_SV57];
/** A write that asks for a MODE we lack has no effect at all (Supervisor ISA, "satp"). */
export const legalSatp = (value: bigint, old: bigint): bigint =>
  SATP_MODES.includes(Number(value >> 60n)) ? value : old;

/** Instructions are 2-byte aligned, so only bit 0 of an exception pc is fixed. */
export const EPC = U64 - 1n;

/** Bits of mip as they read: what software set and what lines say. */
export const pendingInterrupts = (state: CsrSource): bigint => state.get('mip') | state.get('mipLines');
