/** Registers of descriptor tables, and instructions that look at descriptors. @see AMD64 APM volume 3, "LGDT", "LTR", "LAR" and the like */
import { type HartState, type IsaFunction, Trap } from '../core/privileged';
import { ATTRIBUTES, SYSTEM_TYPE } from './bits';
import { causeOf, VECTOR } from './causes';
import { requireUnrestricted } from './control-registers';
import {
  addressOfDescriptor,
  type Descriptor,
  descriptorOf,
  isCode,
  isConforming,
  isNull,
  markBusy,
  readSystemDescriptor,
  rplOf,
  selectorFault,
  systemTypeOf,
} from './descriptors';
import { isCanonical, isLong, isReal, isV86 } from './modes';
import { AS_SYSTEM } from './paging-cpu';
import { isWritableData } from './segment-loads';
import { dplOf, nullSegment, setSegment } from './segments';
import { SEG } from './state';
import { EXIT } from './svm/exit-codes';
import { checkIntercept } from './svm/intercepts';

const general = (): Trap => new Trap(causeOf(VECTOR.GP), 0n);

const requireSupervisor = (state: HartState): void => {
  if (state.get('cpl') !== 0n) throw general();
};
/** There are selectors in protected mode only. @throws Trap #UD */
const requireProtected = (state: HartState): void => {
  if (isReal(state) || isV86(state)) throw new Trap(causeOf(VECTOR.UD), 0n);
};

/** Loads GDTR or IDTR from 2 bytes of limit and a base of 24, 32 or 64 bits, by the operand size. */
const loadTable =
  (name: 'gdtr' | 'idtr', exit: number): IsaFunction =>
  (state, address, bits) => {
    requireSupervisor(state);
    checkIntercept(state, exit);
    const limit = state.load(address, 2);
    const base = state.load(BigInt.asUintN(64, address + 2n), bits === 64n ? 8 : 4);
    if (bits === 64n && !isCanonical(state, base)) throw general();
    state.set(`${name}Limit`, limit);
    state.set(`${name}Base`, bits === 16n ? base & 0xff_ffffn : base);
    return 0n;
  };

const storeTable =
  (name: 'gdtr' | 'idtr', exit: number): IsaFunction =>
  (state, address, bits) => {
    requireUnrestricted(state);
    checkIntercept(state, exit);
    state.store(address, 2, state.get(`${name}Limit`));
    const base = state.get(`${name}Base`);
    const bytes = bits === 64n ? 8 : 4;
    state.store(BigInt.asUintN(64, address + 2n), bytes, BigInt.asUintN(8 * bytes, base));
    return 0n;
  };

/** The LDT or TSS of a selector. @throws Trap #GP, #NP */
const systemSegment = (state: HartState, selector: number, types: readonly number[]): Descriptor => {
  if (selector & 4) throw selectorFault(VECTOR.GP, selector);
  const descriptor = readSystemDescriptor(state, selector);
  const type = systemTypeOf(descriptor.attributes);
  if (type === undefined || !types.includes(type)) throw selectorFault(VECTOR.GP, selector);
  if ((descriptor.attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector);
  return descriptor;
};

const mayLoadSystemSegment: IsaFunction = (state) => {
  requireProtected(state);
  requireSupervisor(state);
  return 0n;
};

const lldt: IsaFunction = (state, value) => {
  checkIntercept(state, EXIT.LDTR_WRITE);
  const selector = Number(value & 0xffffn);
  if (isNull(selector)) setSegment(state, SEG.ldtr, nullSegment(selector));
  else setSegment(state, SEG.ldtr, systemSegment(state, selector, [SYSTEM_TYPE.ldt]));
  return 0n;
};

const ltr: IsaFunction = (state, value) => {
  checkIntercept(state, EXIT.TR_WRITE);
  const selector = Number(value & 0xffffn);
  if (isNull(selector)) throw general();
  const types = isLong(state) ? [SYSTEM_TYPE.tss] : [SYSTEM_TYPE.tss, SYSTEM_TYPE.tss16];
  const descriptor = systemSegment(state, selector, types);
  markBusy(state, descriptor, true);
  setSegment(state, SEG.tr, { ...descriptor, attributes: descriptor.attributes | 2n });
  return 0n;
};

const storeSelector =
  (seg: number, exit: number): IsaFunction =>
  (state) => {
    requireProtected(state);
    requireUnrestricted(state);
    checkIntercept(state, exit);
    return state.read('selector', seg);
  };

/** Types of system descriptors that LAR and LSL tell of. */
const TYPES = {
  lar: { legacy: [1, 2, 3, 4, 5, 9, 11, 12], long: [2, 9, 11, 12] },
  lsl: { legacy: [1, 2, 3, 9, 11], long: [2, 9, 11] },
} as const;

/** The descriptor of a selector, where the program may know of it. */
const visible = (state: HartState, selector: number): Descriptor | undefined => {
  if (isNull(selector)) return undefined;
  const at = addressOfDescriptor(state, selector);
  if (at === undefined) return undefined;
  const descriptor = descriptorOf(selector, state.load(at, 8, AS_SYSTEM), at);
  const { attributes } = descriptor;
  const level = Math.max(Number(state.get('cpl')), rplOf(selector));
  return isConforming(attributes) || dplOf(attributes) >= level ? descriptor : undefined;
};

/** In what LAR, LSL and the like yield: the selector was good. */
export const VISIBLE = 1n << 32n;

const describe =
  (what: 'lar' | 'lsl', tell: (descriptor: Descriptor) => bigint): IsaFunction =>
  (state, value) => {
    requireProtected(state);
    const descriptor = visible(state, Number(value & 0xffffn));
    if (!descriptor) return 0n;
    const type = systemTypeOf(descriptor.attributes);
    const types: readonly number[] = TYPES[what][isLong(state) ? 'long' : 'legacy'];
    return type !== undefined && !types.includes(type) ? 0n : tell(descriptor) | VISIBLE;
  };

const verify =
  (isGood: (attributes: bigint) => boolean): IsaFunction =>
  (state, value) => {
    requireProtected(state);
    const descriptor = visible(state, Number(value & 0xffffn));
    const isThere = descriptor !== undefined && (descriptor.attributes & ATTRIBUTES.S) !== 0n;
    return isThere && isGood(descriptor.attributes) ? VISIBLE : 0n;
  };

/** Raises the RPL of the first selector to that of the second. */
const arpl: IsaFunction = (state, to, from) => {
  requireProtected(state);
  const rpl = from & 3n;
  return (to & 3n) < rpl ? (to & ~3n) | rpl | VISIBLE : to;
};

export const TABLE_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  lgdt: loadTable('gdtr', EXIT.GDTR_WRITE),
  lidt: loadTable('idtr', EXIT.IDTR_WRITE),
  sgdt: storeTable('gdtr', EXIT.GDTR_READ),
  sidt: storeTable('idtr', EXIT.IDTR_READ),
  'may lldt': mayLoadSystemSegment,
  'may ltr': mayLoadSystemSegment,
  lldt,
  ltr,
  sldt: storeSelector(SEG.ldtr, EXIT.LDTR_READ),
  str: storeSelector(SEG.tr, EXIT.TR_READ),
  lar: describe('lar', ({ raw }) => (raw >> 32n) & 0xf0_ff00n),
  lsl: describe('lsl', ({ limit }) => limit),
  verr: verify((attributes) => !isCode(attributes) || (attributes & ATTRIBUTES.readable) !== 0n),
  verw: verify(isWritableData),
  arpl,
};
