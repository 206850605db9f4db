/**
 * Takes what the processor is asked to take: exceptions, interrupts, exits of guests. What goes wrong on the way to a handler becomes
 * a double fault, and then the processor shuts down.
 * @see AMD64 APM volume 2, 8.2.9 "#DF", 8.4 "Error Codes" and 8.5 "Priorities"
 */
import { type HartState, Trap, type TrapDetail } from '../core/privileged';
import { DR7 } from './bits';
import { errorCodeOf, INTERRUPT, MARK, VECTOR, vectorOf, vmExitOf } from './causes';
import { abandonStep } from './debug';
import { type Delivery, deliver } from './delivery';
import { isReal } from './modes';
import { ipOf } from './segments';
import { type Fault, shutdownText } from './shutdown';
import { eventWord, takeInjected } from './svm/event-injection';
import { acknowledgeVirtual } from './svm/events';
import { exitOfTrap, leaveGuest, type VmExit } from './svm/exit';
import { EXIT } from './svm/exit-codes';
import { isIntercepted } from './svm/intercepts';

/** Vectors that push an error code. */
const WITH_ERROR_CODE: ReadonlySet<number> = new Set([
  ...[VECTOR.DF, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP, VECTOR.PF, VECTOR.AC, VECTOR.CP],
]);
/** Those of which two in a row are a double fault. */
const CONTRIBUTORY: ReadonlySet<number> = new Set([VECTOR.DE, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP, VECTOR.CP]);

/** An event, with what an exception leaves in CR2. */
interface Taken extends Delivery {
  /** INT3 and INTO raise exceptions, but as software does. */
  readonly isNamed?: true;
  readonly address?: bigint;
}

const errorCode = (state: HartState, vector: number, cause: number): { errorCode?: bigint } =>
  WITH_ERROR_CODE.has(vector) && !isReal(state) ? { errorCode: BigInt(errorCodeOf(cause)) } : {};

/** The event of a cause that is no exit. */
const eventOf = (state: HartState, cause: number, isInterrupt: boolean, tval: bigint, epc: bigint): Taken => {
  const returnIp = ipOf(state, epc);
  const vector = vectorOf(cause);
  if (cause & MARK.injected) {
    const event = takeInjected(state);
    return { ...event, returnIp: event.returnRip ?? returnIp };
  }
  if (cause & MARK.virtual) acknowledgeVirtual(state);
  if (cause === INTERRUPT.nmi) return { vector: VECTOR.NMI, type: 'nmi', returnIp };
  if (isInterrupt) return { vector, type: 'intr', returnIp };
  const next = ipOf(state, BigInt.asUintN(64, epc + BigInt(state.length)));
  if (cause & MARK.software) return { vector, type: 'software', returnIp: next, ...(tval === 0n && { isNamed: true }) };
  if (cause & MARK.trap) return { vector, type: 'exception', returnIp: next };
  const address = vector === VECTOR.PF ? { address: tval } : {};
  return { vector, type: 'exception', returnIp, ...address, ...errorCode(state, vector, cause) };
};

/** Whether an exception that a delivery raises makes a double fault of both. */
const isDouble = (first: Taken, second: number): boolean => {
  if (first.type !== 'exception') return false;
  if (CONTRIBUTORY.has(first.vector)) return CONTRIBUTORY.has(second);
  return first.vector === VECTOR.PF && (CONTRIBUTORY.has(second) || second === VECTOR.PF);
};

const isSevere = (vector: number): boolean => CONTRIBUTORY.has(vector) || vector === VECTOR.PF;

/** The exit that an exception leads to. INT n is none. */
const exitOfException = (state: HartState, event: Taken, epc: bigint): VmExit | undefined => {
  const { type, vector, isNamed } = event;
  if ((type !== 'exception' && !isNamed) || vector > 31 || !isIntercepted(state, EXIT.EXCP + vector)) return undefined;
  const code = EXIT.EXCP + vector;
  return { code, info1: event.errorCode ?? 0n, info2: event.address ?? 0n, pc: epc };
};

/** Leaves the guest; where the host's state is illegal, the processor shuts down. */
const exit = (state: HartState, reason: VmExit, history: readonly Fault[]): void => {
  if (!leaveGuest(state, reason)) shutDown(state, history);
};

/** The same instead of an exception or a delivery, which debuggers are told. */
const exitInstead = (state: HartState, reason: VmExit, history: readonly Fault[], detail?: TrapDetail): void => {
  state.tookInstead(vmExitOf(reason.code), reason.info1, detail ?? { second: reason.info2 });
  exit(state, reason, history);
};

const shutDown = (state: HartState, history: readonly Fault[]): void => {
  state.shutDown(shutdownText(history));
};

const faultOf = ({ vector, errorCode: code, address }: Taken, pc: bigint): Fault => ({
  vector,
  pc,
  ...(code !== undefined && { errorCode: code }),
  ...(address !== undefined && { address }),
});

/** Before its delivery: an exception leaves its address in CR2, and #DB opens the debug registers to its handler. */
const prepare = (state: HartState, { type, vector, address }: Taken): void => {
  if (address !== undefined) state.set('cr2', address);
  if (type === 'exception' && vector === VECTOR.DB) state.set('dr7', state.get('dr7') & ~DR7.GD);
};

/** What follows from an exception or an exit that a delivery raised; undefined where that is the end. */
const afterFailure = (state: HartState, event: Taken, trap: Trap, at: Place): Taken | undefined => {
  const { epc, history } = at;
  const interrupted = at.interrupted ?? eventWord(event.isNamed ? { ...event, type: 'exception' } : event);
  if (trap.trapCause & MARK.vmExit) {
    const reason = { ...exitOfTrap(trap.trapCause, trap.tval, epc, trap.detail), interrupted };
    exitInstead(state, reason, history, trap.detail);
    return undefined;
  }
  // It returns to the instruction itself, also where the first one would return behind it.
  const second = { ...eventOf(state, trap.trapCause, false, trap.tval, epc), returnIp: at.ip };
  history.push(faultOf(second, epc));
  const left = exitOfException(state, second, epc);
  if (left) {
    exitInstead(state, { ...left, interrupted }, history);
    return undefined;
  }
  at.interrupted = interrupted;
  if (event.type === 'exception' && event.vector === VECTOR.DF && isSevere(second.vector)) {
    if (isIntercepted(state, EXIT.SHUTDOWN))
      exitInstead(state, { code: EXIT.SHUTDOWN, info1: 0n, info2: 0n, pc: epc }, history);
    else shutDown(state, history);
    return undefined;
  }
  prepare(state, second);
  if (!isDouble(event, second.vector)) return second;
  const zero = isReal(state) ? {} : { errorCode: 0n };
  const double: Taken = { vector: VECTOR.DF, type: 'exception', returnIp: at.ip, ...zero };
  history.push(faultOf(double, epc));
  const leftByDouble = exitOfException(state, double, epc);
  if (!leftByDouble) return double;
  exitInstead(state, { ...leftByDouble, interrupted }, history);
  return undefined;
};

interface Place {
  readonly epc: bigint;
  /** Its RIP. */
  readonly ip: bigint;
  readonly history: Fault[];
  /** The event whose delivery failed first. */
  interrupted?: bigint;
}

/** Goes to the handler of a trap, or out of the guest. `epc` is linear: the instruction, or the next one for interrupts. */
export const takeTrap = (
  state: HartState,
  cause: number,
  isInterrupt: boolean,
  tval: bigint,
  epc: bigint,
  detail?: TrapDetail,
): void => {
  // Done already, when it was acknowledged.
  if (cause === INTERRUPT.init) return;
  abandonStep(state);
  if (cause & MARK.vmExit) {
    exit(state, exitOfTrap(cause, tval, epc, detail), []);
    return;
  }
  let event: Taken | undefined = eventOf(state, cause, isInterrupt, tval, epc);
  const place: Place = { epc, ip: ipOf(state, epc), history: event.type === 'exception' ? [faultOf(event, epc)] : [] };
  // An injected event is the hypervisor's own, and is not asked about.
  const goesOn = cause & MARK.trap ? BigInt.asUintN(64, epc + BigInt(state.length)) : epc;
  const left = cause & MARK.injected ? undefined : exitOfException(state, event, goesOn);
  if (left) {
    exitInstead(state, left, place.history);
    return;
  }
  prepare(state, event);
  while (event) {
    try {
      deliver(state, event);
      break;
    } catch (error) {
      if (!(error instanceof Trap)) throw error;
      event = afterFailure(state, event, error, place);
    }
  }
  if (event?.type === 'nmi') state.set('nmiBlocked', 1n);
  state.set('isShadowed', 0n);
  state.contextChanged();
  state.interruptsChanged();
};
