/** The words of a stop: what the Call Stack and the exception widget show. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import { modeText } from '../debug/machine-words';
import { panicReport } from '../debug/panic-message';
import { isPassage, isTrap, type Stop } from '../debug/stop';
import type { DebugTarget } from '../debug/target';
import { isVmEntry, isVmExit, whatRunsIn } from '../debug/trap-policy';

/** The body of a `stopped` event. */
export function stoppedBody(target: DebugTarget, stop: Stop): object {
  const common = { threadId: stop.hart + 1, allThreadsStopped: true };
  const mode = modeText(target.cpu(stop.hart).world.mode);
  switch (stop.kind) {
    case 'entry':
      return { reason: 'entry', description: t`At the first instruction (${mode})`, ...common };
    case 'pause':
      return { reason: 'pause', description: t`Paused in ${mode}`, ...common };
    case 'step':
      return { reason: 'step', description: t`Stepped (${mode})`, ...common };
    case 'goto':
      return { reason: 'goto', description: t`Jumped`, ...common };
    case 'beginning':
      return { reason: 'step', description: t`At the beginning of the recorded run (${mode})`, ...common };
    case 'written':
      return { reason: 'step', description: t`At the last write`, text: stop.text, ...common };
    case 'restart':
      return { reason: 'restart', description: t`Frame restarted`, ...common };
    case 'runTo':
      return { reason: 'entry', description: t`Reached ${stop.symbol}`, ...common };
    case 'goal':
      return goalBody(target, stop, common);
    case 'breakpoint': {
      const reason = stop.type === 'source' ? 'breakpoint' : `${stop.type} breakpoint`;
      const description = {
        source: t`Paused on breakpoint (${mode})`,
        function: t`Paused on function breakpoint (${mode})`,
        instruction: t`Paused on instruction breakpoint (${mode})`,
      }[stop.type];
      return { reason, description, hitBreakpointIds: stop.ids, ...text(stop.problem), ...common };
    }
    case 'data': {
      const writer = target.symbolText(stop.accessPc, stop.hart);
      const what = writer === undefined ? stop.text : `${stop.text} (${writer})`;
      return {
        reason: 'data breakpoint',
        description: t`Paused on data breakpoint`,
        text: stop.problem === undefined ? what : `${what}. ${stop.problem}`,
        hitBreakpointIds: stop.ids,
        ...common,
      };
    }
    case 'trap':
      return { reason: 'exception', description: trapTitle(target, stop), text: trapText(target, stop), ...common };
    case 'context':
      return { reason: 'exception', description: contextTitle(stop), text: contextText(target, stop), ...common };
    case 'panic':
      return { reason: 'exception', description: t`Rust panic`, text: panicText(target, stop), ...common };
    case 'panicked':
      return {
        reason: 'exception',
        description: t`The guest has panicked`,
        text: panickedText(stop),
        ...common,
      };
    case 'stuck':
      return { reason: 'exception', description: t`The guest is stuck`, text: stuckText(target, stop), ...common };
    case 'power':
      return { reason: 'pause', description: t`The guest has ended`, ...common };
  }
}

/** Traps are shown as such, with their explanation; the others as where the run has come to. */
function goalBody(target: DebugTarget, stop: Extract<Stop, { kind: 'goal' }>, common: object): object {
  const { event, hart } = stop;
  if (event !== undefined && isTrap(event)) {
    const trap = { kind: 'trap', hart, event } as const;
    return { reason: 'exception', description: trapTitle(target, trap), text: trapText(target, trap), ...common };
  }
  const { world } = target.cpu(hart);
  const here = t`${whatRunsIn(world)} (${modeText(world.mode)})`;
  const description = {
    userInstruction: t`In ${here}`,
    vmEntry: t`VM entry: in ${here}`,
    taskSwitch: t`Behind a task switch of ${here}`,
    // These end at a trap only.
    vmExit: t`In ${here}`,
    pageFault: t`In ${here}`,
  }[stop.goal];
  return { reason: 'step', description, ...common };
}

/** What a guest has printed that panicked and goes on without end. */
export const panickedText = ({ text }: Extract<Stop, { kind: 'panicked' }>): string =>
  t`The guest has panicked and does not switch off: ${text}`;

/** Where the panic was raised and what it says, as far as that can be read. */
export function panicText(target: DebugTarget, stop: Extract<Stop, { kind: 'panic' }>): string {
  const { place, message } = panicReport(target, stop.hart, stop.symbol);
  const at = place === undefined ? ` (${stop.symbol})` : t` at ${place}`;
  const said = message === undefined ? t`. Continue to see its message on the console.` : `: ${message}`;
  const problem = stop.problem === undefined ? '' : `. ${stop.problem}`;
  return t`The guest panics${at}${said}${problem}`;
}

const text = (problem: string | undefined) => (problem === undefined ? {} : { text: problem });

/** Why the guest cannot go on, and what to look at. */
export function stuckText(target: DebugTarget, stop: Extract<Stop, { kind: 'stuck' }>): string {
  const cpu = target.cpu(stop.hart);
  const { isa } = target.machine;
  const ra = isa.returnAddress === undefined ? 0n : cpu.readRegister(isa.returnAddress);
  const caller = isa.returnAddress === undefined ? undefined : target.symbolText(ra, stop.hart);
  const called = caller === undefined ? '' : t` The last call returns to ${hex(ra)} (${caller}).`;
  const advice =
    cpu.pc === 0n
      ? t`The guest jumped to address 0, or trapped before it set a trap handler.${called} Restart with "stopOnEntry" and step, or set the exception filter "All traps".`
      : t`Look at the handler's code, at its stack pointer and at the page tables it runs on, then restart.${called}`;
  return `${stop.explanation}. ${advice}`;
}

/** `Load page fault (U → S)`, `VM exit: Store/AMO guest-page fault (VS → S)`. */
export function trapTitle(target: DebugTarget, stop: Extract<Stop, { kind: 'trap' | 'stuck' }>): string {
  const { event } = stop;
  const exit = isVmExit(event.from, event.to) ? t`VM exit: ` : '';
  const cause = target.filters.causeOf(event);
  return `${exit}${cause === undefined ? t`Cause ${event.cause}` : t(cause.name)} (${event.from.mode} → ${event.to.mode})`;
}

/** `VM entry (S → VS)`, `satp was written`. */
export function contextTitle({ event }: Extract<Stop, { kind: 'context' }>): string {
  if (!isPassage(event)) return t`${event.register} was written`;
  const kind = isVmEntry(event.from, event.to) ? t`VM entry` : t`Return`;
  return `${kind} (${event.from.mode} → ${event.to.mode})`;
}

/** What an instruction did and where it is, in a sentence. */
export function contextText(target: DebugTarget, stop: Extract<Stop, { kind: 'context' }>): string {
  const { event } = stop;
  const problem = stop.problem === undefined ? '' : `. ${stop.problem}`;
  if (!isPassage(event)) {
    return t`${event.register}: ${hex(event.old)} → ${hex(event.value)}, by the instruction before ${placeText(target, event.pc, event.hart)}${problem}`;
  }
  const by = placeText(target, event.instruction, event.hart, event.from);
  return t`The instruction at ${by} returned to ${whatRunsIn(event.to)} at ${placeText(target, event.pc, event.hart)}${problem}`;
}

function placeText(
  target: DebugTarget,
  at: bigint,
  hart: number,
  world?: Parameters<DebugTarget['symbolText']>[2],
): string {
  const name = target.symbolText(at, hart, world);
  return name === undefined ? hex(at) : `${hex(at)} (${name})`;
}

/** What happened and where, in a sentence. */
export function trapText(target: DebugTarget, stop: Extract<Stop, { kind: 'trap' | 'stuck' }>): string {
  const { event } = stop;
  const where = target.symbolText(event.instruction, event.hart, event.from);
  const place = `${hex(event.instruction)}${where === undefined ? '' : ` (${where})`}`;
  const at = event.isInterrupt ? t`interrupted ${place}` : t`raised by the instruction at ${place}`;
  const problem = stop.kind === 'trap' && stop.problem !== undefined ? `. ${stop.problem}` : '';
  const cause = target.filters.causeOf(event);
  return `${cause === undefined ? t`cause ${event.cause}` : t(cause.name)}, ${at}${tvalText(target, event)}${guestText(event)}${detailText(target, event)}${problem}`;
}

/** What the processor tells beside cause and address. */
function detailText(target: DebugTarget, { report }: Extract<Stop, { kind: 'trap' }>['event']): string {
  const detail = report && target.machine.isa.causeDetail?.(report);
  return detail === undefined ? '' : `, ${detail}`;
}

const guestText = ({ guestPhysical }: Extract<Stop, { kind: 'trap' }>['event']): string =>
  guestPhysical === undefined ? '' : t`, guest physical address ${hex(guestPhysical)}`;

function tvalText(target: DebugTarget, event: Extract<Stop, { kind: 'trap' }>['event']): string {
  switch (target.filters.causeOf(event)?.tval) {
    case 'address':
      return t`, address ${hex(event.tval)}`;
    case 'instruction':
      return event.tval === 0n ? '' : t`, instruction ${hex(event.tval, 8)}`;
    default:
      return '';
  }
}
