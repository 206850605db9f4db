/** A VMCB, the page of memory that describes a guest: its fields as data, and how to read and write them. */
import type { BusWidth, HartState } from '../../core/privileged';
import { CONTROL_AREA } from './vmcb-control';
import type { VmcbField } from './vmcb-field';
import { STATE_SAVE_AREA } from './vmcb-save';

/** Bytes of a VMCB. */
export const VMCB_BYTES = 4096;

/** All fields, in the order of the manual's tables. */
export const VMCB_FIELDS: readonly VmcbField[] = [...CONTROL_AREA, ...STATE_SAVE_AREA];

const BY_NAME: ReadonlyMap<string, VmcbField> = new Map(VMCB_FIELDS.map((field) => [field.name, field]));

/** The row of a field. Our mistake where there is none. */
export const vmcbField = (name: string): VmcbField => {
  const field = BY_NAME.get(name);
  if (field === undefined) throw new Error(`No VMCB field ${name}`);
  return field;
};

/** Values of a VMCB's fields by name: of one in memory, or of registers that would become one. */
export type VmcbReader = (name: string) => bigint;

type Physical = Pick<HartState, 'loadPhysical' | 'storePhysical'>;

/** Reads fields of the VMCB at a physical address; what lies outside memory reads as ones. */
export const vmcbReader =
  (state: Physical, at: bigint): VmcbReader =>
  (name) => {
    const { offset, bytes } = vmcbField(name);
    return readBytes(state, at + BigInt(offset), bytes);
  };

/** Remembers what was read: many rules look at few fields. */
export const readOnce = (read: VmcbReader): VmcbReader => {
  const known = new Map<string, bigint>();
  return (name) => {
    let value = known.get(name);
    if (value === undefined) {
      value = read(name);
      known.set(name, value);
    }
    return value;
  };
};

/** Writes a field of the VMCB at a physical address; without effect outside memory. */
export const writeVmcb = (state: Physical, at: bigint, name: string, value: bigint): void => {
  const { offset, bytes } = vmcbField(name);
  writeBytes(state, at + BigInt(offset), bytes, BigInt.asUintN(bytes * 8, value));
};

/** Fields at odd offsets go by bytes. */
const isAligned = (at: bigint, bytes: number): boolean => at % BigInt(bytes) === 0n;

const readBytes = (state: Physical, at: bigint, bytes: BusWidth): bigint => {
  if (isAligned(at, bytes)) return state.loadPhysical(at, bytes) ?? (1n << BigInt(bytes * 8)) - 1n;
  let value = 0n;
  for (let n = 0; n < bytes; n++) value |= (state.loadPhysical(at + BigInt(n), 1) ?? 0xffn) << BigInt(8 * n);
  return value;
};

const writeBytes = (state: Physical, at: bigint, bytes: BusWidth, value: bigint): void => {
  if (isAligned(at, bytes)) state.storePhysical(at, bytes, value);
  else for (let n = 0; n < bytes; n++) state.storePhysical(at + BigInt(n), 1, (value >> BigInt(8 * n)) & 0xffn);
};
