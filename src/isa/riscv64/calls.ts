/**
 * What an `ecall` asks for, by the registers that say so.
 * @see RISC-V Supervisor Binary Interface Specification, version 2.0, the tables of each extension's functions
 */
import type { EnvironmentCalls } from '../core/isa';

interface Extension {
  readonly name: string;
  /** By function id (a6). */
  readonly functions: readonly string[];
}

const EXTENSIONS: ReadonlyMap<bigint, Extension> = new Map([
  [
    0x10n,
    {
      name: 'BASE',
      functions: [
        'get_spec_version',
        'get_impl_id',
        'get_impl_version',
        'probe_extension',
        'get_mvendorid',
        'get_marchid',
        'get_mimpid',
      ],
    },
  ],
  [0x5449_4d45n, { name: 'TIME', functions: ['set_timer'] }],
  [0x73_5049n, { name: 'IPI', functions: ['send_ipi'] }],
  [
    0x5246_4e43n,
    {
      name: 'RFENCE',
      functions: [
        'remote_fence_i',
        'remote_sfence_vma',
        'remote_sfence_vma_asid',
        'remote_hfence_gvma_vmid',
        'remote_hfence_gvma',
        'remote_hfence_vvma_asid',
        'remote_hfence_vvma',
      ],
    },
  ],
  [0x48_534dn, { name: 'HSM', functions: ['hart_start', 'hart_stop', 'hart_get_status', 'hart_suspend'] }],
  [0x5352_5354n, { name: 'SRST', functions: ['system_reset'] }],
  [
    0x50_4d55n,
    {
      name: 'PMU',
      functions: [
        'num_counters',
        'counter_get_info',
        'counter_config_matching',
        'counter_start',
        'counter_stop',
        'counter_fw_read',
        'counter_fw_read_hi',
        'snapshot_set_shmem',
      ],
    },
  ],
  [0x4442_434en, { name: 'DBCN', functions: ['console_write', 'console_read', 'console_write_byte'] }],
  [0x5355_5350n, { name: 'SUSP', functions: ['system_suspend'] }],
  [0x4350_5043n, { name: 'CPPC', functions: ['cppc_probe', 'cppc_read', 'cppc_read_hi', 'cppc_write'] }],
  [0x4e41_434cn, { name: 'NACL', functions: ['probe_feature', 'set_shmem', 'sync_csr', 'sync_hfence', 'sync_sret'] }],
  [0x53_5441n, { name: 'STA', functions: ['steal_time_set_shmem'] }],
]);

/** Extensions 0 to 8 are one function each and do not look at a6. */
const LEGACY: readonly string[] = [
  'set_timer',
  'console_putchar',
  'console_getchar',
  'clear_ipi',
  'send_ipi',
  'remote_fence_i',
  'remote_sfence_vma',
  'remote_sfence_vma_asid',
  'shutdown',
];

function sbiName(extension: bigint, number: bigint): string {
  const legacy = extension < BigInt(LEGACY.length) ? LEGACY[Number(extension)] : undefined;
  if (legacy !== undefined) return `SBI legacy ${legacy}`;
  const known = EXTENSIONS.get(extension);
  if (known === undefined) return `SBI extension 0x${extension.toString(16)}, function ${number}`;
  const name = number < BigInt(known.functions.length) ? known.functions[Number(number)] : undefined;
  return `SBI ${known.name} ${name ?? `function ${number}`}`;
}

/** Calls of supervisors go to SBI firmware or a hypervisor that plays it; a program's call is its own kernel's affair. */
export const CALLS: EnvironmentCalls = {
  registers: ['a7', 'a6'],
  name: (cause, [number = 0n, second = 0n]) => {
    if (cause === 'ecall-from-u') return { text: `system call ${number}`, registersUsed: 1 };
    if (cause !== 'ecall-from-s' && cause !== 'ecall-from-vs') return undefined;
    return { text: sbiName(number, second), registersUsed: number < BigInt(LEGACY.length) ? 1 : 2 };
  },
};
