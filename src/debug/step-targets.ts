/** What Step Into Target offers on the current line: its calls, its traps and its returns from traps. */

import { hex, type Va, va } from '../base/address';
import { t } from '../base/l10n';
import type { DisassembledInsn } from '../isa/core/registers';
import { isVmEntry, isVmExit } from '../isa/core/world';
import type { Cpu, Machine } from '../machine/contract';
import { exitsOf, lineRegion } from './regions';
import type { CodeFrame, Unwinder } from './stack';
import { whatRunsIn } from './trap-policy';

/** An instruction that a step can be sent into. */
export interface StepTarget {
  readonly address: Va;
  readonly label: string;
}

/**
 * What of the frame's line has not been passed yet comes first; indirect calls are named by their instruction.
 * @param nameOf the symbol at an address of a frame's hart, in `world` if that is another one
 */
export function stepTargetsOf(machine: Machine, unwinder: Unwinder, frame: CodeFrame, nameOf: NameOf): StepTarget[] {
  const { physical } = frame;
  const read = unwinder.reader(physical.cpu);
  const { calls, crossings } = exitsOf(lineRegion(physical, 'over'), machine.isa, read, physical.cpu.world);
  const all = [
    ...calls.map((call) => ({ address: va(call.address), label: callLabel(call, nameOf) })),
    ...crossings.flatMap((insn) => {
      const label = crossingLabel(frame, insn, nameOf);
      return label === undefined ? [] : [{ address: va(insn.address), label }];
    }),
  ];
  const isPassed = ({ address }: StepTarget) => Number(address < physical.pc);
  return all.sort((a, b) => isPassed(a) - isPassed(b) || Number(a.address - b.address));
}

/** The symbol around an address, `name+0x10`. */
type NameOf = (at: bigint, world?: DestinationWorld) => string | undefined;
type DestinationWorld = NonNullable<ReturnType<Cpu['destination']>>['world'];

function callLabel(call: DisassembledInsn, nameOf: NameOf): string {
  const name = call.target === undefined ? undefined : nameOf(call.target);
  const place = call.target === undefined ? `${call.mnemonic} ${call.operands}` : hex(call.target);
  return name ?? t`${place} at ${hex(call.address)}`;
}

/** `ecall → trap handler of the kernel (trap_vector)`, `sret → the guest kernel at 0x… (main)`; nothing for what has no handler. */
function crossingLabel(frame: CodeFrame, insn: DisassembledInsn, nameOf: NameOf): string | undefined {
  const { cpu, pc } = frame.physical;
  const to = cpu.destination(va(insn.address), insn.bytes);
  if (to === undefined) return undefined;
  const name = nameOf(to.pc, to.world);
  const symbol = name === undefined ? '' : ` (${name})`;
  const owner = isVmExit(cpu.world, to.world) ? t`the hypervisor` : whatRunsIn(to.world);
  if (insn.kind === 'trap') return t`${insn.mnemonic} → trap handler of ${owner}${symbol}`;
  const where = isVmEntry(cpu.world, to.world) ? t`guest: ${owner}` : owner;
  // Before the hart stands at the return, the registers that say where to are still about to be set.
  if (insn.address !== pc) return t`${insn.mnemonic} → return from a trap`;
  return t`${insn.mnemonic} → ${where} at ${hex(to.pc)}${symbol}`;
}
