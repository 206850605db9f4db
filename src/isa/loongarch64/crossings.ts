/** Where instructions that ask for an exception or return from one would lead now. For the debugger: nothing is executed. */
import { type Va, va } from '../../base/address';
import type { DisassembledInsn } from '../core/registers';
import type { World } from '../core/world';
import { PRMD, TLBRERA } from './bits';
import { CAUSE, ecodeOf } from './causes';
import { worldOfPlv } from './worlds';

type Registers = (name: string) => bigint;

/** Where `insn`, executed in `world`, leads: syscall and break to their handler, ertn to what it returns to. */
export function crossing(
  insn: Pick<DisassembledInsn, 'mnemonic'>,
  world: World,
  registers: Registers,
): { readonly pc: Va; readonly world: World } | undefined {
  const state = { get: registers };
  switch (insn.mnemonic) {
    case 'syscall':
    case 'break': {
      const spacing = (registers('ECFG') >> 16n) & 7n;
      const code = BigInt(ecodeOf(insn.mnemonic === 'break' ? CAUSE.breakpoint : CAUSE.syscall));
      const pc = registers('EENTRY') + (spacing === 0n ? 0n : code * (4n << spacing));
      return { pc: va(BigInt.asUintN(64, pc)), world: worldOfPlv(state, 0) };
    }
    case 'ertn': {
      if (world.level !== 'kernel') return undefined;
      const isRefill = (registers('TLBRERA') & TLBRERA.IS_TLBR) !== 0n;
      const mode = registers(isRefill ? 'TLBRPRMD' : 'PRMD');
      const pc = isRefill ? registers('TLBRERA') & ~3n : registers('ERA');
      return { pc: va(pc), world: worldOfPlv(state, Number(mode & PRMD.PPLV)) };
    }
    default:
      return undefined;
  }
}
