/**
 * Where instructions that ask for a trap or return from one would lead now. For the debugger: nothing is executed.
 * @see RISC-V Privileged ISA, "Machine Trap Delegation", "Trap-Return Instructions", "Hypervisor Trap Delegation"
 */
import { type Va, va } from '../../base/address';
import type { DisassembledInsn } from '../core/registers';
import type { World } from '../core/world';
import { CAUSE } from './causes';
import { GUEST, HSTATUS, MSTATUS, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { worldOfPrivilege } from './worlds';

type Registers = (name: string) => bigint;
interface Destination {
  readonly mode: number;
  readonly pc: bigint;
}

/** Where `insn`, executed in `world`, leads: an ecall or ebreak to its handler, a return to what it returns to. */
export function crossing(
  insn: Pick<DisassembledInsn, 'mnemonic'>,
  world: World,
  registers: Registers,
): { readonly pc: Va; readonly world: World } | undefined {
  const found = destination(insn.mnemonic, world, registers);
  if (found === undefined) return undefined;
  return { pc: va(found.pc), world: worldOfPrivilege({ get: registers }, found.mode) };
}

function destination(mnemonic: string, { guest, level }: World, registers: Registers): Destination | undefined {
  const isUser = level === 'user';
  switch (mnemonic) {
    case 'ecall': {
      const own = guest ? CAUSE.ecallVs : level === 'kernel' ? CAUSE.ecallS : CAUSE.ecallM;
      return handler(isUser ? CAUSE.ecallU : own, guest, level, registers);
    }
    case 'ebreak':
    case 'c.ebreak':
      return handler(CAUSE.breakpoint, guest, level, registers);
    case 'sret': {
      if (isUser) return undefined;
      if (guest) return returned(GUEST, registers('vsstatus'), registers('vsepc'));
      const toGuest = (registers('hstatus') & HSTATUS.SPV) !== 0n;
      return returned(toGuest ? GUEST : 0, registers('mstatus'), registers('sepc'));
    }
    case 'mret': {
      if (level !== 'firmware') return undefined;
      const mstatus = registers('mstatus');
      const to = Number((mstatus & MSTATUS.MPP) >> 11n);
      const toGuest = to !== PRIV_M && (mstatus & MSTATUS.MPV) !== 0n;
      return { mode: to | (toGuest ? GUEST : 0), pc: registers('mepc') };
    }
    default:
      return undefined;
  }
}

const returned = (guest: number, status: bigint, pc: bigint): Destination => ({
  mode: guest | (status & MSTATUS.SPP ? PRIV_S : PRIV_U),
  pc,
});

/** The handler of an exception. The machine answers itself what would trap to M-mode and finds no handler there. */
function handler(cause: number, guest: boolean, level: World['level'], registers: Registers): Destination | undefined {
  const isDelegated = (register: string) => ((registers(register) >> BigInt(cause)) & 1n) === 1n;
  const base = (register: string) => registers(register) & ~3n;
  if (level === 'firmware' || !isDelegated('medeleg')) {
    const pc = base('mtvec');
    return pc === 0n ? undefined : { mode: PRIV_M, pc };
  }
  if (guest && isDelegated('hedeleg')) return { mode: GUEST | PRIV_S, pc: base('vstvec') };
  return { mode: PRIV_S, pc: base('stvec') };
}
