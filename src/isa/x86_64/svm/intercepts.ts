/**
 * Whether the guest that runs is to be left. Instructions ask here at the place in the order of their checks that the manual gives.
 * @see AMD64 APM volume 2, 15.9 to 15.14
 */
import { type HartState, Trap } from '../../core/privileged';
import { vmExitOf } from '../causes';
import { ipOf } from '../segments';
import { EXIT } from './exit-codes';
import { IOIO } from './exit-info';
import { INTERCEPT_SLOTS } from './vmcb-control';

type SlotReader = Pick<HartState, 'get'>;

/** Whether a guest runs. */
export const isInGuest = (state: SlotReader): boolean => state.get('isGuest') !== 0n;

/** Whether a guest runs and its VMCB asks for the exit of this code. Codes without a bit are never asked for. */
export const isIntercepted = (state: SlotReader, code: number): boolean => {
  if (!isInGuest(state)) return false;
  const slot = INTERCEPT_SLOTS[code >> 5];
  return slot !== undefined && ((state.get(slot) >> BigInt(code & 31)) & 1n) !== 0n;
};

/** The exit itself, to be thrown. */
export const vmExitTrap = (code: number, info1 = 0n, info2 = 0n): Trap =>
  new Trap(vmExitOf(code), info1, { second: info2 });

/** @throws Trap #VMEXIT where a guest runs whose VMCB intercepts `code`, one of `EXIT` */
export const checkIntercept = (state: SlotReader, code: number, info1 = 0n, info2 = 0n): void => {
  if (isIntercepted(state, code)) throw vmExitTrap(code, info1, info2);
};

/** An instruction's access to ports. */
export interface IoAccess {
  readonly port: number;
  readonly bytes: 1 | 2 | 4;
  readonly isIn: boolean;
  /** INS and OUTS only. */
  readonly isString?: boolean;
  readonly isRepeated?: boolean;
  readonly addressBits: 16 | 32 | 64;
  /** Number of the segment, of INS and OUTS. */
  readonly segment?: number;
}

const ADDRESS_BITS = { 16: IOIO.a16, 32: IOIO.a32, 64: IOIO.a64 } as const;

/** EXITINFO1 of a port access. */
export const ioInfo = (access: IoAccess): bigint =>
  (access.isIn ? IOIO.in : 0n) |
  (access.isString ? IOIO.string : 0n) |
  (access.isRepeated ? IOIO.rep : 0n) |
  (IOIO.size * BigInt(access.bytes)) |
  ADDRESS_BITS[access.addressBits] |
  (BigInt(access.segment ?? 0) << IOIO.segmentAt) |
  (BigInt(access.port) << IOIO.portAt);

/** A bit of a permission map; ones where no memory answers. */
const mapBit = (state: Pick<HartState, 'loadPhysical'>, map: bigint, at: bigint): bigint =>
  ((state.loadPhysical(map + (at >> 3n), 1) ?? 0xffn) >> (at & 7n)) & 1n;

/**
 * Any bit of the ports accessed intercepts; an access of the last ports goes on in the map's third page.
 * @throws Trap #VMEXIT where the I/O permission map asks for it
 * @see AMD64 APM volume 2, 15.10
 */
export const checkIo = (
  state: Pick<HartState, 'get' | 'read' | 'loadPhysical' | 'pc' | 'length'>,
  access: IoAccess,
): void => {
  if (!isIntercepted(state, EXIT.IOIO)) return;
  const map = state.get('iopmBase');
  for (let n = 0; n < access.bytes; n++) {
    if (mapBit(state, map, BigInt(access.port + n)) === 0n) continue;
    throw vmExitTrap(EXIT.IOIO, ioInfo(access), ipOf(state, BigInt.asUintN(64, state.pc + BigInt(state.length))));
  }
};

/** MSRs that the permission map covers: the first, and where the two bits of each begin. @see AMD64 APM volume 2, 15.11 */
const MSR_RANGES = [
  { first: 0x0000_0000, at: 0x0000n },
  { first: 0xc000_0000, at: 0x0800n },
  { first: 0xc001_0000, at: 0x1000n },
] as const;
const MSRS_OF_RANGE = 0x2000;

/** @throws Trap #VMEXIT where the MSR permission map asks for it; MSRs outside of it are intercepted all */
export const checkMsr = (state: Pick<HartState, 'get' | 'loadPhysical'>, msr: number, isWrite: boolean): void => {
  if (!isIntercepted(state, EXIT.MSR)) return;
  const range = MSR_RANGES.find(({ first }) => msr >= first && msr < first + MSRS_OF_RANGE);
  const write = isWrite ? 1n : 0n;
  if (range !== undefined) {
    const at = range.at * 8n + BigInt(msr - range.first) * 2n + write;
    if (mapBit(state, state.get('msrpmBase'), at) === 0n) return;
  }
  throw vmExitTrap(EXIT.MSR, write);
};
