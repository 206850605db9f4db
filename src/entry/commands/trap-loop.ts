/**
 * Finds guests that will never get on: a trap handler that returns to the faulting instruction without having changed
 * anything. The machine itself sees only handlers that fault before they execute anything; here instructions retire.
 * The probe runs the guest on in small pieces, which makes no difference to what it does.
 */
import type { Cpu, Machine, TrapEvent } from '../../machine/contract';

/** Instructions in which a loop shows itself. */
const WINDOW = 4000n;
/** Equal exceptions in a window that raise suspicion. */
const SUSPICIOUS = 20;
/** Times the handler is followed on its way back. */
const PROOFS = 3;
const LONGEST_HANDLER = 5000;

const isSame = (a: TrapEvent, b: TrapEvent): boolean =>
  a.hart === b.hart && a.cause === b.cause && a.epc === b.epc && a.tval === b.tval && a.isInterrupt === b.isInterrupt;

/** What the guest loops in, in words; `undefined` when it may get on. Retires at most a few ten thousand instructions. */
export function findTrapLoop(machine: Machine, limit: bigint | undefined): string | undefined {
  const room = limit === undefined ? WINDOW * 10n : limit - machine.retired;
  if (room < WINDOW * 10n) return undefined;
  const event = repeatedException(machine);
  if (!event) return undefined;
  for (let proof = 0; proof < PROOFS; proof++) if (!comesBack(machine, event)) return undefined;
  const cause = machine.isa.causes.find((one) => one.cause === event.cause && !one.isInterrupt);
  const [epc, tval] = [event.epc.toString(16), event.tval.toString(16)];
  return (
    `hart ${event.hart} takes ${cause?.name ?? `exception ${event.cause}`} at 0x${epc} again and again (tval 0x${tval}): ` +
    'its trap handler returns to the same instruction and has changed nothing'
  );
}

/** The exception that is all that happens for a while. Calls into a kernel or firmware are no faults. */
function repeatedException(machine: Machine): TrapEvent | undefined {
  const events: TrapEvent[] = [];
  const exit = machine.run({
    budget: WINDOW,
    stopOnTrap: (event) => {
      if (!event.isInterrupt) events.push(event);
      return false;
    },
  });
  const [first] = events;
  if (exit.kind !== 'budget' || !first || events.length < SUSPICIOUS || first.tval === 0n) return undefined;
  return events.every((event) => isSame(event, first)) ? first : undefined;
}

/** Follows the handler step by step: it returns right to the instruction, which traps the same way. */
function comesBack(machine: Machine, expected: TrapEvent): boolean {
  if (machine.run({ budget: WINDOW, stopOnTrap: (event) => isSame(event, expected) }).kind !== 'trap') return false;
  const cpu = machine.cpus[expected.hart];
  for (let step = 0; cpu && step < LONGEST_HANDLER; step++) {
    const isReturn = isTrapReturn(machine, cpu);
    const before = cpu.retired;
    if (machine.run({ budget: 1n }).kind !== 'budget') return false;
    if (isReturn && cpu.retired !== before) return cpu.pc === expected.epc;
  }
  return false;
}

/** Whether the next instruction of `cpu` is one like SRET. */
function isTrapReturn(machine: Machine, cpu: Cpu): boolean {
  const { result } = cpu.translate(cpu.pc, 'execute');
  const bytes = result.ok ? machine.readPhysical(result.pa, machine.isa.minLength * 2) : undefined;
  return bytes !== undefined && machine.isa.disassemble(bytes, cpu.pc).kind === 'trapReturn';
}
