/** Accesses to ports. @see AMD64 APM volume 3, "IN", "OUT", "INS", "OUTS"; volume 2, 12.2.4 and 15.10 */
import type { BusWidth, HartState, IsaFunction } from '../core/privileged';
import { checkIo, type IoAccess } from './svm/intercepts';
import { checkPorts } from './tss';

const SPACE = 'port';

/** What an access is, packed: bytes in bits 2:0, and marks. */
export const PORT = { isRepeated: 8, segmentAt: 4 } as const;

const bitsOf = (mask: bigint): 16 | 32 | 64 => (mask === 0xffffn ? 16 : mask === 0xffff_ffffn ? 32 : 64);

/** Asks the hypervisor. @param mask that of the addresses, @param packed see {@link PORT} */
const ask = (
  state: HartState,
  port: bigint,
  packed: number,
  mask: bigint,
  more: Pick<IoAccess, 'isIn' | 'isString' | 'segment'>,
): { readonly port: number; readonly bytes: 1 | 2 | 4 } => {
  const number = Number(port & 0xffffn);
  const bytes = (packed & 7) as 1 | 2 | 4;
  const isRepeated = (packed & PORT.isRepeated) !== 0;
  checkIo(state, { port: number, bytes, isRepeated, addressBits: bitsOf(mask), ...more });
  return { port: number, bytes };
};

/** Asks the TSS. */
const permit = (state: HartState, port: bigint, packed: bigint): void =>
  checkPorts(state, Number(port & 0xffffn), Number(packed & 7n) as 1 | 2 | 4);

/** Where nothing answers, ones are read. */
const read = (state: HartState, port: number, bytes: BusWidth): bigint =>
  state.readSpace(SPACE, port, bytes) ?? (1n << BigInt(8 * bytes)) - 1n;

/** Segments of 64-bit mode's flat addresses are DS. */
const FLAT = 8;
const DS = 3;

/** What IN, OUT, INS and OUTS do; operands are the port, a value or an address, and {@link PORT} with the mask of addresses above it. */
export const PORT_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  in: (state, port, mask, packed) => {
    permit(state, port, packed);
    const access = ask(state, port, Number(packed), mask, { isIn: true });
    return read(state, access.port, access.bytes);
  },
  checkOut: (state, port, mask, packed) => {
    permit(state, port, packed);
    ask(state, port, Number(packed), mask, { isIn: false });
    return 0n;
  },
  out: (state, port, value, bytes) => {
    const width = Number(bytes) as 1 | 2 | 4;
    state.writeSpace(SPACE, Number(port & 0xffffn), width, BigInt.asUintN(8 * width, value));
    return 0n;
  },
  /** Of INS and OUTS, before anything else: even where nothing is left to be repeated. */
  permitPort: (state, packed) => {
    permit(state, state.read('r', 2), packed);
    return 0n;
  },
  ins: (state, address, mask, packed) => {
    const port = state.read('r', 2);
    const access = ask(state, port, Number(packed), mask, { isIn: true, isString: true, segment: 0 });
    // Nothing is read from a device that could not be stored.
    state.check(address, 'write');
    state.store(address, access.bytes, read(state, access.port, access.bytes));
    return 0n;
  },
  outs: (state, address, mask, packed, segment) => {
    const port = state.read('r', 2);
    const named = segment === FLAT ? DS : segment;
    const access = ask(state, port, Number(packed), mask, { isIn: false, isString: true, segment: named });
    state.writeSpace(SPACE, access.port, access.bytes, state.load(address, access.bytes));
    return 0n;
  },
};
