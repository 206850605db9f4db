/**
 * What `svc`, `hvc` and `smc` ask for, by the registers that say so.
 * @see SMC Calling Convention, "Function Identifiers"; Arm Power State Coordination Interface, "PSCI functions"
 */
import type { EnvironmentCalls } from '../core/isa';

/** PSCI by function number, the same for 32-bit and 64-bit calls. */
const PSCI: readonly string[] = [
  'PSCI_VERSION',
  'CPU_SUSPEND',
  'CPU_OFF',
  'CPU_ON',
  'AFFINITY_INFO',
  'MIGRATE',
  'MIGRATE_INFO_TYPE',
  'MIGRATE_INFO_UP_CPU',
  'SYSTEM_OFF',
  'SYSTEM_RESET',
  'PSCI_FEATURES',
  'CPU_FREEZE',
  'CPU_DEFAULT_SUSPEND',
  'NODE_HW_STATE',
  'SYSTEM_SUSPEND',
  'PSCI_SET_SUSPEND_MODE',
  'PSCI_STAT_RESIDENCY',
  'PSCI_STAT_COUNT',
  'SYSTEM_RESET2',
  'MEM_PROTECT',
  'MEM_PROTECT_CHECK_RANGE',
];

/** Functions of the Arm architecture service. */
const ARCHITECTURE: ReadonlyMap<number, string> = new Map([
  [0x0000, 'SMCCC_VERSION'],
  [0x0001, 'SMCCC_ARCH_FEATURES'],
  [0x0002, 'SMCCC_ARCH_SOC_ID'],
  [0x0003, 'SMCCC_ARCH_FEATURE_AVAILABILITY'],
  [0x3fff, 'SMCCC_ARCH_WORKAROUND_3'],
  [0x7fff, 'SMCCC_ARCH_WORKAROUND_2'],
  [0x8000, 'SMCCC_ARCH_WORKAROUND_1'],
]);

/** Owners of fast calls, by bits 29 to 24 of the identifier. */
const SERVICES: readonly string[] = [
  'Arm architecture',
  'CPU',
  'SiP',
  'OEM',
  'standard secure',
  'standard hypervisor',
  'vendor hypervisor',
];

const STANDARD_SECURE = 4;
const VENDOR_HYPERVISOR = 6;
const TRNG = ['TRNG_VERSION', 'TRNG_FEATURES', 'TRNG_GET_UUID', 'TRNG_RND'];

const functionName = (owner: number, number: number): string | undefined => {
  if (owner === 0) return ARCHITECTURE.get(number);
  if (owner === STANDARD_SECURE) return number >= 0x50 ? TRNG[number - 0x50] : PSCI[number];
  if (owner === VENDOR_HYPERVISOR && number === 0) return 'KVM_FEATURES';
  return number === 0xff01 ? 'service call UID' : undefined;
};

/** A call by the SMC Calling Convention; any other value is the hypervisor's own affair. */
const conventionName = (identifier: bigint): string => {
  const word = Number(BigInt.asUintN(32, identifier));
  const isFast = word >>> 31 === 1;
  const owner = (word >>> 24) & 0x3f;
  const number = word & 0xffff;
  if (!isFast) return `call ${identifier}`;
  const known = functionName(owner, number);
  if (known !== undefined) return owner === STANDARD_SECURE && number < 0x50 ? `PSCI ${known}` : known;
  const service = SERVICES[owner] ?? `service ${owner}`;
  return `${service} call 0x${word.toString(16)}`;
};

/** A program's call is its own kernel's affair; Linux and others have its number in x8. */
export const CALLS: EnvironmentCalls = {
  registers: ['x8', 'x0'],
  name: (cause, [number = 0n, identifier = 0n]) => {
    if (cause === 'svc') return { text: `system call ${number}`, registersUsed: 1 };
    if (cause !== 'hvc' && cause !== 'smc') return undefined;
    return { text: conventionName(identifier), registersUsed: 2 };
  },
};
