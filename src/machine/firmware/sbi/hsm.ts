/** The hart state management extension: harts start, stop, suspend and tell their state. */
import { pa } from '../../../base/address';
import { failure, HALTED, SBI_ERROR, type SbiArgs, type SbiResult, success } from './call';
import { HART_STATE, type SbiHost } from './host';

const SUSPEND = { RETENTIVE: 0, NON_RETENTIVE: 0x8000_0000 } as const;

/** Carries out one HSM call. */
export function handleHsm(host: SbiHost, hart: number, args: SbiArgs): SbiResult {
  switch (args.a6) {
    case 0n:
      return start(host, args);
    case 1n:
      host.stopHart(hart);
      return HALTED;
    case 2n:
      return args.a0 < BigInt(host.harts)
        ? success(BigInt(host.hartState(Number(args.a0))))
        : failure(SBI_ERROR.INVALID_PARAM);
    case 3n:
      return suspend(host, hart, args);
    default:
      return failure(SBI_ERROR.NOT_SUPPORTED);
  }
}

function start(host: SbiHost, { a0, a1, a2 }: SbiArgs): SbiResult {
  if (a0 >= BigInt(host.harts)) return failure(SBI_ERROR.INVALID_PARAM);
  const target = Number(a0);
  if (!isEntry(host, a1)) return failure(SBI_ERROR.INVALID_ADDRESS);
  if (host.hartState(target) !== HART_STATE.STOPPED) return failure(SBI_ERROR.ALREADY_AVAILABLE);
  host.startHart(target, { at: pa(a1), opaque: a2 });
  return success();
}

function suspend(host: SbiHost, hart: number, { a0, a1, a2 }: SbiArgs): SbiResult {
  switch (Number(BigInt.asUintN(32, a0))) {
    case SUSPEND.RETENTIVE:
      host.suspendHart(hart, undefined);
      return success();
    case SUSPEND.NON_RETENTIVE:
      if (!isEntry(host, a1)) return failure(SBI_ERROR.INVALID_ADDRESS);
      host.suspendHart(hart, { at: pa(a1), opaque: a2 });
      return HALTED;
    default:
      return failure(SBI_ERROR.INVALID_PARAM);
  }
}

/** True where an instruction can lie: memory at an even address. */
const isEntry = (host: SbiHost, at: bigint): boolean => (at & 1n) === 0n && host.readMemory(pa(at), 2) !== undefined;
