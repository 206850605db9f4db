/**
 * The supervisor binary interface 2.0, answered by the machine instead of firmware in guest memory.
 * `handleSbi` is called for an `ecall` from S-mode and says what the call returns. Start here.
 * See the RISC-V Supervisor Binary Interface Specification, version 2.0.
 */
import { pa } from '../../../base/address';
import {
  EXTENSION,
  failure,
  HALTED,
  SBI_ERROR,
  type SbiArgs,
  type SbiResult,
  selectHarts,
  success,
  wholeOrRange,
} from './call';
import type { SbiHost } from './host';
import { handleHsm } from './hsm';
import { handleLegacy, isLegacy } from './legacy';

const SPEC_VERSION = 0x0200_0000n;
/** Not in the specification's list of implementations: "WS". */
const IMPLEMENTATION_ID = 0x5753n;
const IMPLEMENTATION_VERSION = 1n;

const RESET_TYPE = { SHUTDOWN: 0, COLD_REBOOT: 1, WARM_REBOOT: 2 } as const;
const RESET_REASON = { NONE: 0, SYSTEM_FAILURE: 1 } as const;

type Handler = (host: SbiHost, hart: number, args: SbiArgs) => SbiResult;

const HANDLERS: ReadonlyMap<bigint, Handler> = new Map([
  [EXTENSION.BASE, handleBase],
  [EXTENSION.TIME, handleTime],
  [EXTENSION.IPI, handleIpi],
  [EXTENSION.RFENCE, handleRfence],
  [EXTENSION.HSM, handleHsm],
  [EXTENSION.SRST, handleReset],
  [EXTENSION.DBCN, handleConsole],
]);

/** Carries out one call of `hart`. Never throws for what a guest passes. */
export function handleSbi(host: SbiHost, hart: number, args: SbiArgs): SbiResult {
  const extension = BigInt.asUintN(64, args.a7);
  if (isLegacy(extension)) return handleLegacy(host, hart, extension, args);
  const handler = HANDLERS.get(extension);
  return handler === undefined ? failure(SBI_ERROR.NOT_SUPPORTED) : handler(host, hart, args);
}

function handleBase(host: SbiHost, _hart: number, { a0, a6 }: SbiArgs): SbiResult {
  switch (a6) {
    case 0n:
      return success(SPEC_VERSION);
    case 1n:
      return success(IMPLEMENTATION_ID);
    case 2n:
      return success(IMPLEMENTATION_VERSION);
    case 3n:
      return success(HANDLERS.has(a0) || isLegacy(a0) ? 1n : 0n);
    case 4n:
      return success(host.identity.mvendorid);
    case 5n:
      return success(host.identity.marchid);
    case 6n:
      return success(host.identity.mimpid);
    default:
      return failure(SBI_ERROR.NOT_SUPPORTED);
  }
}

function handleTime(host: SbiHost, hart: number, { a0, a6 }: SbiArgs): SbiResult {
  if (a6 !== 0n) return failure(SBI_ERROR.NOT_SUPPORTED);
  host.setTimer(hart, a0);
  return success();
}

function handleIpi(host: SbiHost, _hart: number, { a0, a1, a6 }: SbiArgs): SbiResult {
  if (a6 !== 0n) return failure(SBI_ERROR.NOT_SUPPORTED);
  const targets = selectHarts(host, a0, a1);
  if (targets === undefined) return failure(SBI_ERROR.INVALID_PARAM);
  for (const target of targets) host.setSoftwareInterrupt(target, true);
  return success();
}

const RFENCE = {
  FENCE_I: 0n,
  SFENCE_VMA: 1n,
  SFENCE_VMA_ASID: 2n,
  HFENCE_GVMA_VMID: 3n,
  HFENCE_GVMA: 4n,
  HFENCE_VVMA_ASID: 5n,
  HFENCE_VVMA: 6n,
} as const;

function handleRfence(host: SbiHost, _hart: number, { a0, a1, a2, a3, a4, a6 }: SbiArgs): SbiResult {
  if (a6 > RFENCE.HFENCE_VVMA) return failure(SBI_ERROR.NOT_SUPPORTED);
  const targets = selectHarts(host, a0, a1);
  if (targets === undefined) return failure(SBI_ERROR.INVALID_PARAM);
  for (const target of targets) {
    if (a6 === RFENCE.FENCE_I) host.fenceInstructions(target);
    else if (a6 >= RFENCE.HFENCE_GVMA_VMID) host.fenceGuest(target, wholeOrRange(a2, a3));
    else {
      const asid = a6 === RFENCE.SFENCE_VMA_ASID ? BigInt.asUintN(16, a4) : undefined;
      host.fenceMemory(target, wholeOrRange(a2, a3), asid);
    }
  }
  return success();
}

function handleReset(host: SbiHost, _hart: number, { a0, a1, a6 }: SbiArgs): SbiResult {
  if (a6 !== 0n) return failure(SBI_ERROR.NOT_SUPPORTED);
  const type = Number(BigInt.asUintN(32, a0));
  const reason = Number(BigInt.asUintN(32, a1));
  if (reason !== RESET_REASON.NONE && reason !== RESET_REASON.SYSTEM_FAILURE) return failure(SBI_ERROR.INVALID_PARAM);
  switch (type) {
    case RESET_TYPE.SHUTDOWN:
      host.power(reason === RESET_REASON.NONE ? { kind: 'off', code: 0 } : { kind: 'fail', code: 1 });
      return HALTED;
    case RESET_TYPE.COLD_REBOOT:
    case RESET_TYPE.WARM_REBOOT:
      host.power({ kind: 'reset', code: 0 });
      return HALTED;
    default:
      return failure(SBI_ERROR.INVALID_PARAM);
  }
}

function handleConsole(host: SbiHost, _hart: number, { a0, a1, a2, a6 }: SbiArgs): SbiResult {
  switch (a6) {
    case 0n:
      return writeConsole(host, a0, a1, a2);
    case 1n:
      return readConsole(host, a0, a1, a2);
    case 2n:
      host.writeConsole(Uint8Array.of(Number(BigInt.asUintN(8, a0))));
      return success();
    default:
      return failure(SBI_ERROR.NOT_SUPPORTED);
  }
}

/** More than any RAM: no buffer can be this long, and every shorter length is an exact number. */
const LONGEST_BUFFER = 1n << 40n;

function writeConsole(host: SbiHost, count: bigint, low: bigint, high: bigint): SbiResult {
  if (count === 0n) return success(0n);
  const bytes = high !== 0n || count > LONGEST_BUFFER ? undefined : host.readMemory(pa(low), Number(count));
  if (bytes === undefined) return failure(SBI_ERROR.INVALID_PARAM);
  host.writeConsole(bytes);
  return success(count);
}

function readConsole(host: SbiHost, count: bigint, low: bigint, high: bigint): SbiResult {
  if (count === 0n) return success(0n);
  // The whole buffer is checked before anything is taken from the console, so nothing typed can be lost.
  const old = high !== 0n || count > LONGEST_BUFFER ? undefined : host.readMemory(pa(low), Number(count));
  if (old === undefined || !host.writeMemory(pa(low), old)) return failure(SBI_ERROR.INVALID_PARAM);
  const bytes = host.readConsole(Number(count));
  if (bytes.length > 0) host.writeMemory(pa(low), bytes);
  return success(BigInt(bytes.length));
}
