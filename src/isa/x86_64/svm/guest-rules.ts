/**
 * What makes the state of a guest illegal, as VMRUN checks it and as a debugger explains it before that.
 * @see AMD64 APM volume 2, 15.5.1 "Canonicalization and Consistency Checks", 15.20 and 15.25.3
 */

import type { HartState } from '../../core/privileged';
import { ATTRIBUTES, CR0, CR4, EFER } from '../bits';
import { VECTOR } from '../causes';
import { cr4Bits } from '../control-registers';
import { cpuOf } from '../cpus';
import { eferBits } from '../msrs-control';
import type { VmcbReader } from './vmcb';
import { EVENT, EVENT_TYPE, NESTED } from './vmcb-control';

/** What the rules look at beside the VMCB. */
export interface RuleContext {
  /** Slot `cpu`. */
  readonly state: Pick<HartState, 'get'>;
  /** CR0 of the host. */
  readonly hostCr0: bigint;
}

/** One rule. */
export interface GuestRule {
  /** The rule that the state breaks, as a sentence. */
  readonly text: string;
  /** Names of the fields that it is about, the decisive one first. */
  readonly fields: readonly string[];
  readonly section: string;
  /** It holds for the host's state, too, which #VMEXIT loads. */
  readonly isOfHost?: true;
  isBroken(read: VmcbReader, context: RuleContext): boolean;
}

const high32 = (value: bigint): boolean => value >> 32n !== 0n;
const isLongPaging = (read: VmcbReader): boolean => (read('EFER') & EFER.LME) !== 0n && (read('CR0') & CR0.PG) !== 0n;
const physicalBits = (state: Pick<HartState, 'get'>): bigint => BigInt(cpuOf(state).physicalBits);
const beyond = (address: bigint, bytes: bigint, { state }: RuleContext): boolean =>
  address + bytes > 1n << physicalBits(state);
const isNested = (read: VmcbReader): boolean => (read('NP_CONTROL') & NESTED.enable) !== 0n;

const SECTION = '15.5.1';
const VMRUN_BIT = 1n;
/** Bytes of the maps, whose addresses have their low 12 bits ignored. */
const IOPM_BYTES = 0x3000n;
const MSRPM_BYTES = 0x2000n;
const PAGE_MASK = ~0xfffn;

/** Vectors that exceptions have. NMI has one, but is none. */
const EXCEPTIONS: ReadonlySet<number> = new Set(
  [...Object.values(VECTOR), 9, 28, 29, 30].filter((vector) => vector !== VECTOR.NMI),
);

const isIllegalEvent = (event: bigint): boolean => {
  if ((event & EVENT.valid) === 0n) return false;
  const type = Number((event >> EVENT.typeAt) & 7n);
  if (type === EVENT_TYPE.exception) return !EXCEPTIONS.has(Number(event & EVENT.vector));
  return type !== EVENT_TYPE.intr && type !== EVENT_TYPE.nmi && type !== EVENT_TYPE.software;
};

/** Memory types that a PAT may hold: UC, WC, WT, WP, WB, UC-. */
const MEMORY_TYPES: ReadonlySet<bigint> = new Set([0n, 1n, 4n, 5n, 6n, 7n]);
const isPat = (pat: bigint): boolean =>
  Array.from({ length: 8 }, (_, n) => (pat >> BigInt(8 * n)) & 0xffn).every((type) => MEMORY_TYPES.has(type));

/** In the order of the manual. */
export const GUEST_RULES: readonly GuestRule[] = [
  {
    text: 'EFER.SVME is 0',
    fields: ['EFER'],
    section: SECTION,
    isBroken: (read) => (read('EFER') & EFER.SVME) === 0n,
  },
  {
    text: 'CR0.CD is 0 and CR0.NW is 1',
    fields: ['CR0'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read) => (read('CR0') & (CR0.CD | CR0.NW)) === CR0.NW,
  },
  {
    text: 'CR0[63:32] are not 0',
    fields: ['CR0'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read) => high32(read('CR0')),
  },
  {
    text: 'A bit of CR3 that must be 0 is set: one beyond the physical addresses of this processor',
    fields: ['CR3'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read, { state }) => read('CR3') >> physicalBits(state) !== 0n,
  },
  {
    text: 'A bit of CR4 that must be 0 is set: this processor does not have what it switches on',
    fields: ['CR4'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read, { state }) => (read('CR4') & ~cr4Bits(state)) !== 0n,
  },
  {
    text: 'DR6[63:32] are not 0',
    fields: ['DR6'],
    section: SECTION,
    isBroken: (read) => high32(read('DR6')),
  },
  {
    text: 'DR7[63:32] are not 0',
    fields: ['DR7'],
    section: SECTION,
    isBroken: (read) => high32(read('DR7')),
  },
  {
    text: 'A bit of EFER that must be 0 is set: this processor does not have what it switches on',
    fields: ['EFER'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read, { state }) => (read('EFER') & ~(eferBits(state) | EFER.LMA)) !== 0n,
  },
  {
    text: 'EFER.LME and CR0.PG are 1 and CR4.PAE is 0',
    fields: ['CR4', 'EFER', 'CR0'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read) => isLongPaging(read) && (read('CR4') & CR4.PAE) === 0n,
  },
  {
    text: 'EFER.LME and CR0.PG are 1 and CR0.PE is 0',
    fields: ['CR0', 'EFER'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read) => isLongPaging(read) && (read('CR0') & CR0.PE) === 0n,
  },
  {
    text: 'EFER.LME, CR0.PG, CR4.PAE, CS.L and CS.D are all 1',
    fields: ['CS.attrib', 'EFER', 'CR0', 'CR4'],
    section: SECTION,
    isOfHost: true,
    isBroken: (read) => {
      const both = ATTRIBUTES.L | ATTRIBUTES.DB;
      return isLongPaging(read) && (read('CR4') & CR4.PAE) !== 0n && (read('CS.attrib') & both) === both;
    },
  },
  {
    text: 'VMRUN is not intercepted',
    fields: ['INTERCEPT_4'],
    section: SECTION,
    isBroken: (read) => (read('INTERCEPT_4') & VMRUN_BIT) === 0n,
  },
  {
    text: 'The I/O permission map goes beyond the physical addresses of this processor',
    fields: ['IOPM_BASE_PA'],
    section: SECTION,
    isBroken: (read, context) => beyond(read('IOPM_BASE_PA') & PAGE_MASK, IOPM_BYTES, context),
  },
  {
    text: 'The MSR permission map goes beyond the physical addresses of this processor',
    fields: ['MSRPM_BASE_PA'],
    section: SECTION,
    isBroken: (read, context) => beyond(read('MSRPM_BASE_PA') & PAGE_MASK, MSRPM_BYTES, context),
  },
  {
    text: 'The event to inject is of a reserved type, or an exception by a vector that no exception has',
    fields: ['EVENTINJ'],
    section: '15.20',
    isBroken: (read) => isIllegalEvent(read('EVENTINJ')),
  },
  {
    text: "The ASID is 0, which is the host's",
    fields: ['GUEST_ASID'],
    section: SECTION,
    isBroken: (read) => read('GUEST_ASID') === 0n,
  },
  {
    text: 'Nested paging is on and the host does not use paging',
    fields: ['NP_CONTROL'],
    section: '15.25.3',
    isBroken: (read, { hostCr0 }) => isNested(read) && (hostCr0 & CR0.PG) === 0n,
  },
  {
    text: 'Nested paging is on and a bit of N_CR3 that must be 0 is set: one beyond the physical addresses of this processor',
    fields: ['N_CR3'],
    section: '15.25.3',
    isBroken: (read, { state }) => isNested(read) && read('N_CR3') >> physicalBits(state) !== 0n,
  },
  {
    text: 'Nested paging is on and G_PAT holds a memory type that there is not',
    fields: ['G_PAT'],
    section: '15.25.3',
    isBroken: (read) => isNested(read) && !isPat(read('G_PAT')),
  },
];

/** The rules that a guest's state breaks. VMRUN ends in VMEXIT_INVALID where there is one. */
export const brokenRules = (read: VmcbReader, context: RuleContext): GuestRule[] =>
  GUEST_RULES.filter((rule) => rule.isBroken(read, context));

/** Whether VMRUN may load this state as a guest's. */
export const isLegalGuest = (read: VmcbReader, context: RuleContext): boolean =>
  !GUEST_RULES.some((rule) => rule.isBroken(read, context));

/** Whether #VMEXIT may load this state as the host's. */
export const isLegalHost = (read: VmcbReader, context: RuleContext): boolean =>
  !GUEST_RULES.some((rule) => rule.isOfHost && rule.isBroken(read, context));
