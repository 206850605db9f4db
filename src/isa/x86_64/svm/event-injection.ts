/**
 * Events as EVENTINJ and EXITINTINFO have them. VMRUN only notes the one to inject; it is taken like an interrupt before the guest's
 * first instruction, and nothing holds it off. @see AMD64 APM volume 2, 15.7.2 and 15.20
 */
import type { HartState } from '../../core/privileged';
import { MARK, VECTOR } from '../causes';
import { hasFeature } from '../cpus';
import { vmcbReader } from './vmcb';
import { EVENT, EVENT_TYPE } from './vmcb-control';

/** An event that is delivered through the IDT. */
export interface DeliveredEvent {
  readonly vector: number;
  readonly type: keyof typeof EVENT_TYPE;
  /** Absent: it has none. */
  readonly errorCode?: bigint;
}

const TYPES = Object.entries(EVENT_TYPE) as readonly (readonly [DeliveredEvent['type'], number])[];

/** EXITINTINFO of an event whose delivery an exit interrupts. */
export const eventWord = ({ vector, type, errorCode }: DeliveredEvent): bigint =>
  BigInt(vector) |
  (BigInt(EVENT_TYPE[type]) << EVENT.typeAt) |
  (errorCode === undefined ? 0n : EVENT.hasErrorCode | (errorCode << EVENT.errorCodeAt)) |
  EVENT.valid;

/** The cause of the event that waits to be injected, if there is one. It comes before all other events. */
export const injectedCause = (state: Pick<HartState, 'get'>): number | undefined => {
  const event = state.get('injected');
  return event === 0n ? undefined : MARK.injected | Number(event & EVENT.vector);
};

/** An injected event, and where the guest returns to from its handler. */
export interface InjectedEvent extends DeliveredEvent {
  /** RIP that is pushed; absent: where the guest is. */
  readonly returnRip?: bigint;
}

const isSoftware = ({ type, vector }: DeliveredEvent): boolean =>
  type === 'software' || (type === 'exception' && (vector === VECTOR.BP || vector === VECTOR.OF));

/** The event that waits to be injected is delivered now. Software's returns behind its instruction, which nRIP names. */
export const takeInjected = (state: HartState): InjectedEvent => {
  const word = state.get('injected');
  state.set('injected', 0n);
  const number = Number((word >> EVENT.typeAt) & 7n);
  const event: DeliveredEvent = {
    vector: Number(word & EVENT.vector),
    type: TYPES.find(([, value]) => value === number)?.[0] ?? 'intr',
    ...(word & EVENT.hasErrorCode && { errorCode: word >> EVENT.errorCodeAt }),
  };
  if (!isSoftware(event) || !hasFeature(state, 'NRIPS')) return event;
  const next = vmcbReader(state, state.get('vmcb'))('nRIP');
  return next === 0n ? event : { ...event, returnRip: next };
};
