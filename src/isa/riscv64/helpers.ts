/** The instructions that complete in TypeScript, by the names their rows give `o.helper`. */
import type { Helper } from '../core/privileged';
import { CSR_HELPERS } from './csr-access';
import { HYPERVISOR_HELPERS } from './hypervisor';
import { RESERVATION_HELPERS } from './insns/reservation';
import { ebreak, ecall, mret, sret, wfi } from './traps';

export const HELPERS: Readonly<Record<string, Helper>> = {
  ...CSR_HELPERS,
  ...RESERVATION_HELPERS,
  ...HYPERVISOR_HELPERS,
  ecall,
  ebreak,
  mret,
  sret,
  wfi,
  'fence.i': (state) => state.flushCode(),
};
