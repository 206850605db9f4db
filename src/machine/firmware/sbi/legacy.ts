/** The legacy extensions 0x00 to 0x08: one function each, hart masks behind a virtual address, only a0 returned. */
import { va } from '../../../base/address';
import { HALTED, SBI_ERROR, type SbiArgs, type SbiResult, selectHarts, wholeOrRange } from './call';
import type { SbiHost } from './host';

const LEGACY = {
  SET_TIMER: 0,
  CONSOLE_PUTCHAR: 1,
  CONSOLE_GETCHAR: 2,
  CLEAR_IPI: 3,
  SEND_IPI: 4,
  REMOTE_FENCE_I: 5,
  REMOTE_SFENCE_VMA: 6,
  REMOTE_SFENCE_VMA_ASID: 7,
  SHUTDOWN: 8,
} as const;

/** True for an extension id this file answers. */
export const isLegacy = (extension: bigint): boolean => extension <= BigInt(LEGACY.SHUTDOWN);

const returns = (a0: bigint): SbiResult => ({ kind: 'legacy', a0: BigInt.asUintN(64, a0) });

/** Carries out one legacy call. */
export function handleLegacy(host: SbiHost, hart: number, extension: bigint, args: SbiArgs): SbiResult {
  const { a0, a1, a2, a3 } = args;
  switch (Number(extension)) {
    case LEGACY.SET_TIMER:
      host.setTimer(hart, a0);
      return returns(0n);
    case LEGACY.CONSOLE_PUTCHAR:
      host.writeConsole(Uint8Array.of(Number(BigInt.asUintN(8, a0))));
      return returns(0n);
    case LEGACY.CONSOLE_GETCHAR:
      return returns(BigInt(host.readConsole(1)[0] ?? -1));
    case LEGACY.CLEAR_IPI:
      host.setSoftwareInterrupt(hart, false);
      return returns(0n);
    case LEGACY.SEND_IPI:
      return onHarts(host, hart, a0, (target) => host.setSoftwareInterrupt(target, true));
    case LEGACY.REMOTE_FENCE_I:
      return onHarts(host, hart, a0, (target) => host.fenceInstructions(target));
    case LEGACY.REMOTE_SFENCE_VMA:
      return onHarts(host, hart, a0, (target) => host.fenceMemory(target, wholeOrRange(a1, a2), undefined));
    case LEGACY.REMOTE_SFENCE_VMA_ASID:
      return onHarts(host, hart, a0, (target) => {
        host.fenceMemory(target, wholeOrRange(a1, a2), BigInt.asUintN(16, a3));
      });
    case LEGACY.SHUTDOWN:
      host.power({ kind: 'off', code: 0 });
      return HALTED;
    default:
      return returns(SBI_ERROR.NOT_SUPPORTED);
  }
}

/** A null mask address means every hart, as OpenSBI reads it; the specification leaves it open. */
function onHarts(host: SbiHost, hart: number, maskAt: bigint, act: (target: number) => void): SbiResult {
  let targets: number[] | undefined;
  if (maskAt === 0n) {
    targets = selectHarts(host, 0n, 0xffff_ffff_ffff_ffffn);
  } else {
    const bytes = host.readVirtual(hart, va(maskAt), 8);
    if (bytes === undefined) return returns(SBI_ERROR.INVALID_ADDRESS);
    targets = selectHarts(host, new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true), 0n);
  }
  if (targets === undefined) return returns(SBI_ERROR.INVALID_PARAM);
  for (const target of targets) act(target);
  return returns(0n);
}
