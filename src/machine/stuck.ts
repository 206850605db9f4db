/** Guests that trap for ever: when that is certain enough to stop them, and what to say then. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import type { Retried } from '../engine/retries';
import { causeNumber, causeOf, type Isa, processorText, type TrapCause } from '../isa/core/isa';
import { isVmExit } from '../isa/core/world';
import type { Cpu, TrapEvent } from './contract';

/**
 * Times a fault comes back without progress before the guest counts as stuck. Waiting for another hart to mend a table
 * takes a few; a loop reaches this in a moment.
 */
const FAULTS = 10_000;
/** The same for calls: a guest may ask in a loop for what only time or input brings, so many more, and no interrupt between. */
const CALLS = 100_000;

/** Causes whose handlers may have reason to let the instruction try again. */
const isCall = (row: TrapCause | undefined): boolean => row?.group === 'ecall' || row?.id === 'virtual-instruction';

/** Whether an exception of this cause has come back often enough. */
export const isStuck = (isa: Isa, cause: number, { count, quiet }: Retried): boolean =>
  count >= FAULTS && (quiet >= CALLS || !isCall(rowOf(isa, cause)));

/** The row of an exception as processors have it. */
const rowOf = (isa: Isa, cause: number): TrapCause | undefined => {
  const exception = { cause, isInterrupt: false, tval: 0n };
  return causeOf(isa, { cause: causeNumber(isa, exception), isInterrupt: false });
};

/** A handler that traps on its own first instruction. `cpu` stands there. */
export function explainHandler(isa: Isa, cpu: Cpu, event: TrapEvent): string {
  const row = causeOf(isa, event);
  const what = row === undefined ? t`trap ${event.cause}` : t(row.name);
  return t`${processorText(isa, event.hart)} takes ${what} again and again without executing anything: the trap handler at ${hex(cpu.pc)} itself faults (last epc ${hex(event.instruction)}, tval ${hex(event.tval)})`;
}

/** A handler that returns to the instruction that trapped and has mended nothing. */
export function explainRetry(isa: Isa, cpu: Cpu, event: TrapEvent): string {
  const row = causeOf(isa, event);
  const what = row === undefined ? t`exception ${event.cause}` : t(row.name);
  const details = [
    ...(row?.tval === 'zero' ? [] : [`tval ${hex(event.tval)}`]),
    ...(event.guestPhysical === undefined ? [] : [t`guest physical address ${hex(event.guestPhysical)}`]),
  ];
  const more = details.length === 0 ? '' : ` (${details.join(', ')})`;
  const isExit = isVmExit(event.from, event.to);
  const why = `${handlerText(isExit, row)}${ruleText(cpu, event, row)}`;
  return isExit
    ? t`the guest on ${processorText(isa, event.hart)} exits with ${what} at ${hex(event.instruction)} again and again${more}: ${why}`
    : t`${processorText(isa, event.hart)} takes ${what} at ${hex(event.instruction)} again and again${more}: ${why}`;
}

function handlerText(isExit: boolean, row: TrapCause | undefined): string {
  if (isExit) {
    return isCall(row)
      ? t`the hypervisor enters it again at the same instruction, not behind it`
      : t`the hypervisor enters it again at the same instruction and has changed nothing`;
  }
  return isCall(row)
    ? t`its trap handler returns to the same instruction, not behind it`
    : t`its trap handler returns to the same instruction and has changed nothing`;
}

/** The rule that the access still breaks. */
function ruleText(cpu: Cpu, event: TrapEvent, row: TrapCause | undefined): string {
  if (row?.access === undefined || row.tval !== 'address') return '';
  const { result } = cpu.translate(event.tval as TrapEvent['instruction'], row.access, event.from);
  return result.ok ? '' : `. ${result.fault.rule}`;
}
