/**
 * The power state coordination interface 1.1 and the calling convention's own functions, answered by the machine instead of
 * firmware in guest memory. `handlePsci` is called for an `hvc` or `smc` that is the machine's and says what it returns.
 * @see Arm Power State Coordination Interface (DEN0022), version 1.1; SMC Calling Convention (DEN0028), version 1.1
 */
import type { PowerEvent } from '../../../devices/device';

const FUNCTION = {
  SMCCC_VERSION: 0x8000_0000,
  SMCCC_ARCH_FEATURES: 0x8000_0001,
  VERSION: 0x8400_0000,
  CPU_SUSPEND: 0x8400_0001,
  CPU_OFF: 0x8400_0002,
  CPU_ON: 0x8400_0003,
  AFFINITY_INFO: 0x8400_0004,
  MIGRATE_INFO_TYPE: 0x8400_0006,
  SYSTEM_OFF: 0x8400_0008,
  SYSTEM_RESET: 0x8400_0009,
  FEATURES: 0x8400_000a,
} as const;
/** Set in the identifiers of calls whose arguments have 64 bits. */
const WIDE = 0x4000_0000;
/** Functions that have such a form, too. */
const HAS_WIDE: ReadonlySet<number> = new Set([FUNCTION.CPU_SUSPEND, FUNCTION.CPU_ON, FUNCTION.AFFINITY_INFO]);
const IMPLEMENTED: ReadonlySet<number> = new Set(Object.values(FUNCTION));

const VERSION = 0x1_0001n;
/** There is no trusted operating system that would have to move. */
const NOT_PRESENT_TO_MIGRATE = 2n;

/** Error codes, as signed numbers. */
export const PSCI_ERROR = {
  SUCCESS: 0n,
  NOT_SUPPORTED: -1n,
  INVALID_PARAMETERS: -2n,
  DENIED: -3n,
  ALREADY_ON: -4n,
  INVALID_ADDRESS: -9n,
} as const;

const AFFINITY_ON = 0n;
const AFFINITY_OFF = 1n;
/** Affinity levels: above the processors themselves there are clusters, which are on while one of theirs is. */
const MOST_LEVEL = 3n;
/** The affinity fields of MPIDR_EL1. */
const AFFINITY = 0xff_00ff_ffffn;

/** Where a processor begins, at the highest exception level there is, with x0 = `context`. */
export interface ProcessorEntry {
  readonly at: bigint;
  readonly context: bigint;
}

/** What the interface needs of a machine. The machine implements it; tests use a plain object. */
export interface PsciHost {
  readonly processors: number;
  isOn(processor: number): boolean;
  /** Only called for one that is off. */
  start(processor: number, entry: ProcessorEntry): void;
  /** Only called for the one that calls. */
  stop(processor: number): void;
  /** The one that calls waits for an interrupt. */
  suspend(processor: number): void;
  /** Whether an instruction can be there. */
  isMemory(at: bigint): boolean;
  power(event: PowerEvent): void;
}

/** What a call returns in x0; `undefined` where it does not return. */
export type PsciResult = bigint | undefined;

/** Carries out one call. @param args x0 to x3, unsigned; x0 is the function */
export function handlePsci(
  host: PsciHost,
  processor: number,
  [identifier, first, second, third]: readonly [bigint, bigint, bigint, bigint],
): PsciResult {
  const id = Number(BigInt.asUintN(32, identifier));
  const isWide = (id & WIDE) !== 0 && HAS_WIDE.has((id & ~WIDE) >>> 0);
  const argument = (value: bigint): bigint => (isWide ? value : BigInt.asUintN(32, value));
  switch (isWide ? id - WIDE : id) {
    case FUNCTION.SMCCC_VERSION:
    case FUNCTION.VERSION:
      return VERSION;
    case FUNCTION.SMCCC_ARCH_FEATURES:
      return isFunction(first, [FUNCTION.SMCCC_VERSION, FUNCTION.SMCCC_ARCH_FEATURES])
        ? PSCI_ERROR.SUCCESS
        : PSCI_ERROR.NOT_SUPPORTED;
    case FUNCTION.FEATURES:
      return hasFunction(Number(BigInt.asUintN(32, first))) ? PSCI_ERROR.SUCCESS : PSCI_ERROR.NOT_SUPPORTED;
    case FUNCTION.CPU_SUSPEND:
      // Every state that can be asked for is a wait that loses nothing, which the convention allows.
      host.suspend(processor);
      return PSCI_ERROR.SUCCESS;
    case FUNCTION.CPU_OFF:
      host.stop(processor);
      return undefined;
    case FUNCTION.CPU_ON:
      return start(host, argument(first), { at: argument(second), context: argument(third) });
    case FUNCTION.AFFINITY_INFO:
      return affinity(host, argument(first), argument(second));
    case FUNCTION.MIGRATE_INFO_TYPE:
      return NOT_PRESENT_TO_MIGRATE;
    case FUNCTION.SYSTEM_OFF:
      host.power({ kind: 'off', code: 0 });
      return undefined;
    case FUNCTION.SYSTEM_RESET:
      host.power({ kind: 'reset', code: 0 });
      return undefined;
    default:
      return PSCI_ERROR.NOT_SUPPORTED;
  }
}

const isFunction = (value: bigint, functions: readonly number[]): boolean =>
  functions.includes(Number(BigInt.asUintN(32, value)));

const hasFunction = (id: number): boolean =>
  IMPLEMENTED.has(id) || ((id & WIDE) !== 0 && HAS_WIDE.has((id & ~WIDE) >>> 0));

/** Processors are numbered by the lowest affinity field. */
const processorAt = ({ processors }: PsciHost, mpidr: bigint): number | undefined => {
  const at = mpidr & AFFINITY;
  return at < BigInt(processors) ? Number(at) : undefined;
};

function start(host: PsciHost, mpidr: bigint, entry: ProcessorEntry): bigint {
  const processor = processorAt(host, mpidr);
  if (processor === undefined) return PSCI_ERROR.INVALID_PARAMETERS;
  if (host.isOn(processor)) return PSCI_ERROR.ALREADY_ON;
  if ((entry.at & 3n) !== 0n || !host.isMemory(entry.at)) return PSCI_ERROR.INVALID_ADDRESS;
  host.start(processor, entry);
  return PSCI_ERROR.SUCCESS;
}

function affinity(host: PsciHost, mpidr: bigint, level: bigint): bigint {
  if (level > MOST_LEVEL) return PSCI_ERROR.INVALID_PARAMETERS;
  if (level > 0n) return AFFINITY_ON;
  const processor = processorAt(host, mpidr);
  if (processor === undefined) return PSCI_ERROR.INVALID_PARAMETERS;
  return host.isOn(processor) ? AFFINITY_ON : AFFINITY_OFF;
}
