/** The TLB probe and the plain loads and stores behind it; both interpreters use it. */

import type { EngineIsa } from '../../isa/core/engine-isa';
import { HOT, STATE, TLB, tagMaskAt } from '../layout';
import type { Code, Label, Local, WasmOpcode } from './wasm-encoder';

type Alignment = Pick<EngineIsa, 'mustAlign'>;
type DataSet = 'read' | 'write';

/**
 * Sets `entry` to the TLB entry for the address and pushes 1 when it does not serve all of [address, address + bytes).
 * An access that leaves its page never matches: the last byte's page is compared. Nor does one that is not aligned while it
 * must be: its last byte's lowest bits are not all set then.
 */
export const emitProbe = (
  code: Code,
  isa: Alignment,
  set: DataSet,
  pushBase: () => void,
  address: Local,
  bytes: number,
  entry: Local,
): void => {
  emitEntry(code, pushBase, address, entry);
  emitIsElsewhere(code, isa, set, address, bytes);
};

/** The same, but goes to `bail` where {@link emitProbe} pushes 1. Where alignment may matter, an aligned access is asked nothing more. */
export const emitProbeOr = (
  code: Code,
  isa: Alignment,
  set: DataSet,
  pushBase: () => void,
  address: Local,
  bytes: number,
  entry: Local,
  bail: Label,
): void => {
  if (bytes === 1 || !isa.mustAlign) {
    emitProbe(code, isa, set, pushBase, address, bytes, entry);
    code.brIf(bail);
    return;
  }
  const found = code.block('found');
  emitEntry(code, pushBase, address, entry);
  code
    .mem('i64.load', TLB[set])
    .get(address)
    .i64(-4096n | BigInt(bytes - 1))
    .op('i64.and')
    .op('i64.eq')
    .brIf(found);
  code.get(entry);
  emitIsElsewhere(code, isa, set, address, bytes);
  code.brIf(bail).end();
};

/** Sets `entry` to the TLB entry for the address, and pushes it. */
const emitEntry = (code: Code, pushBase: () => void, address: Local, entry: Local): void => {
  code
    .get(address)
    .op('i32.wrap_i64')
    .i32(8)
    .op('i32.shr_u')
    .i32((TLB.dataEntries - 1) << 4)
    .op('i32.and');
  pushBase();
  code.op('i32.add').tee(entry);
};

/** In the place of the entry on the stack, whether it serves not all of the access. */
const emitIsElsewhere = (code: Code, { mustAlign }: Alignment, set: DataSet, address: Local, bytes: number): void => {
  code.mem('i64.load', TLB[set]);
  code.get(address);
  const last = BigInt(bytes - 1);
  if (bytes > 1) code.i64(last).op('i64.add');
  if (bytes === 1 || !mustAlign) code.i64(-4096n);
  else
    code
      .i64(last)
      .op('i64.xor')
      .i32(0)
      .mem('i64.load', HOT + tagMaskAt(bytes));
  code.op('i64.and').op('i64.ne');
};

/** Pushes 1 where a guard is not open. */
export const emitIsClosed = (code: Code, guard: number): void => {
  code
    .i32(0)
    .mem('i32.load', HOT + STATE.guards + 4 * guard)
    .op('i32.eqz');
};

/**
 * Sets `entry` to the fetch TLB entry for `pc` and pushes 1 when it is not for the page of `pc`, or when no instruction can
 * begin there.
 */
export const emitFetchProbe = (code: Code, pc: Local, entry: Local, unit: number): void => {
  code
    .get(pc)
    .op('i32.wrap_i64')
    .i32(8)
    .op('i32.shr_u')
    .i32((TLB.fetchEntries - 1) << 4)
    .op('i32.and');
  code
    .i32(0)
    .mem('i32.load', HOT + STATE.fetchTlb)
    .op('i32.add')
    .tee(entry)
    .mem('i64.load', TLB.fetch);
  code
    .get(pc)
    .i64(-4096n | BigInt(unit - 1))
    .op('i64.and')
    .op('i64.ne');
};

/** Pushes the host address after a successful probe. */
export const emitHostAddress = (code: Code, set: 'read' | 'write', address: Local, entry: Local): void => {
  code
    .get(address)
    .op('i32.wrap_i64')
    .get(entry)
    .mem('i32.load', TLB[set] + 8)
    .op('i32.add');
};

const LOADS: Record<string, WasmOpcode> = {
  '1s': 'i64.load8_s',
  '1u': 'i64.load8_u',
  '2s': 'i64.load16_s',
  '2u': 'i64.load16_u',
  '4s': 'i64.load32_s',
  '4u': 'i64.load32_u',
  '8s': 'i64.load',
  '8u': 'i64.load',
};
const STORES: Record<number, WasmOpcode> = { 1: 'i64.store8', 2: 'i64.store16', 4: 'i64.store32', 8: 'i64.store' };

export const loadOpcode = (bytes: number, signed: boolean): WasmOpcode =>
  LOADS[`${bytes}${signed ? 's' : 'u'}`] ?? 'i64.load';
export const storeOpcode = (bytes: number): WasmOpcode => STORES[bytes] ?? 'i64.store';
