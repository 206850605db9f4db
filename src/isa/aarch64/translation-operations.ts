/**
 * `tlbi` and `at` as rows. Cached translations of a processor are not told apart by address space, so that an invalidation drops all
 * that it may be about; what the guest asked for is told to whoever looks on.
 * @see Arm ARM, C5.4 and C5.5
 */
import type { EngineIsa, WalkMemory } from '../core/engine-isa';
import { type Fence, type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { HCR } from './bits';
import { classOf, EC, statusOf, TO_EL2 } from './causes';
import { contextAt, hasStage2 } from './contexts';
import type { Feature } from './features';
import { cpuTranslate } from './paging-cpu';

export interface TranslationOperation {
  readonly name: string;
  /** op1, CRn, CRm, op2. */
  readonly encoding: readonly [number, number, number, number];
  readonly doc: string;
  readonly feature?: Feature;
  readonly hasNoOperand?: true;
  run(state: HartState, operand: bigint): void;
}

/** What a `tlbi` is about. */
interface Scope {
  readonly name: string;
  readonly op1: 0 | 4;
  readonly op2: number;
  readonly doc: string;
  /** The regime is stage 2, whose operand is an intermediate address. */
  readonly stage2?: true;
  readonly address?: true;
  readonly asid?: true;
}

const ADDRESS = 0xfff_ffff_ffffn;

/** The virtual page of the operand, with the sign that its bit 55 is. */
const pageOf = (operand: bigint): bigint => BigInt.asUintN(64, BigInt.asIntN(44, operand & ADDRESS) << 12n);

const fenceOf = (state: HartState, { op1, stage2, address, asid }: Scope, operand: bigint): Fence => {
  const isGuest = op1 === 0 && hasStage2(state.get('HCR_EL2'));
  return {
    of: stage2 ? 'stage2' : isGuest ? 'guest' : 'host',
    ...(address && { address: stage2 ? (operand & 0xf_ffff_ffffn) << 12n : pageOf(operand) }),
    ...(asid && { asid: Number(operand >> 48n) }),
  };
};

const EL1: readonly Scope[] = [
  { name: 'vmalle1', op1: 0, op2: 0, doc: 'all of EL1 and EL0' },
  { name: 'vae1', op1: 0, op2: 1, doc: 'an address of EL1 and EL0', address: true, asid: true },
  { name: 'aside1', op1: 0, op2: 2, doc: 'an address space of EL1 and EL0', asid: true },
  { name: 'vaae1', op1: 0, op2: 3, doc: 'an address of EL1 and EL0 in all address spaces', address: true },
  { name: 'vale1', op1: 0, op2: 5, doc: 'an address of EL1 and EL0, last level', address: true, asid: true },
  { name: 'vaale1', op1: 0, op2: 7, doc: 'an address of EL1 and EL0 in all address spaces, last level', address: true },
];
const EL2: readonly Scope[] = [
  { name: 'alle2', op1: 4, op2: 0, doc: 'all of EL2' },
  { name: 'vae2', op1: 4, op2: 1, doc: 'an address of EL2', address: true },
  { name: 'alle1', op1: 4, op2: 4, doc: 'all of EL1 and EL0, of all guests', stage2: true },
  { name: 'vale2', op1: 4, op2: 5, doc: 'an address of EL2, last level', address: true },
  { name: 'vmalls12e1', op1: 4, op2: 6, doc: 'all of EL1 and EL0, both stages', stage2: true },
];

const TLBI = 8;
/** CRm: of this processor, and of all that share its domain. */
const OWN = 7;
const SHARED = 3;

const invalidation = (
  scope: Scope,
  name: string,
  encoding: TranslationOperation['encoding'],
): TranslationOperation => ({
  name: `tlbi ${name}`,
  encoding,
  doc: `Drops cached translations: ${scope.doc}${encoding[2] === OWN || encoding[2] === 4 ? '' : ', on all processors'}.`,
  ...(!scope.address && !scope.asid && { hasNoOperand: true as const }),
  run: (state, operand) => state.flushTranslations('all', fenceOf(state, scope, operand)),
});

const both = (scope: Scope): TranslationOperation[] => [
  invalidation(scope, scope.name, [scope.op1, TLBI, OWN, scope.op2]),
  invalidation(scope, `${scope.name}is`, [scope.op1, TLBI, SHARED, scope.op2]),
];

/** By intermediate address: CRm 4 is of this processor, 0 of all. */
const ofStage2 = (name: string, op2: number, doc: string): TranslationOperation[] => {
  const scope: Scope = { name, op1: 4, op2, doc, stage2: true, address: true };
  return [invalidation(scope, name, [4, TLBI, 4, op2]), invalidation(scope, `${name}is`, [4, TLBI, 0, op2])];
};

export const TLBI_OPERATIONS: readonly TranslationOperation[] = [
  ...EL1.flatMap(both),
  ...EL2.flatMap(both),
  ...ofStage2('ipas2e1', 1, 'an intermediate address'),
  ...ofStage2('ipas2le1', 5, 'an intermediate address, last level'),
];

const translate: EngineIsa['cpuTranslate'] = cpuTranslate;

/** Physical memory for a walk that an instruction makes. */
const walkMemoryOf = (state: HartState): WalkMemory => ({
  readU32: (pa) => Number(state.loadPhysical(BigInt(pa), 4) ?? -1n),
  writeU32: (pa, value) => {
    state.storePhysical(BigInt(pa), 4, BigInt(value));
  },
});

const PAR = { F: 1n, RES1: 1n << 11n, S: 1n << 9n, PTW: 1n << 8n, NORMAL: 0xffn << 56n, SH: 3n << 7n } as const;

/** PAR_EL1 for where an access of a context would go. */
const translated = (state: HartState, va: bigint, access: Access, context: number): bigint => {
  try {
    const { pa } = translate(state, walkMemoryOf(state), va, access, context);
    return (BigInt(pa) & 0xf_ffff_ffff_f000n) | PAR.RES1 | PAR.NORMAL | PAR.SH;
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    const ec = classOf(error.trapCause);
    if (ec !== EC.dataAbort) throw error;
    const isStage2 = (error.trapCause & TO_EL2) !== 0;
    const marks = isStage2 ? PAR.S | (error.detail?.implicit ? PAR.PTW : 0n) : 0n;
    return PAR.F | PAR.RES1 | (BigInt(statusOf(error.trapCause)) << 1n) | marks;
  }
};

const at = (
  name: string,
  encoding: TranslationOperation['encoding'],
  el: 0 | 1 | 2,
  access: Access,
  more: { readonly feature?: Feature; readonly withPan?: true } = {},
): TranslationOperation => ({
  name: `at ${name}`,
  encoding,
  doc: `PAR_EL1 = where ${access === 'write' ? 'a store' : 'a load'} of EL${el} would go.`,
  ...(more.feature && { feature: more.feature }),
  run: (state, va) => {
    const isHost = (state.get('HCR_EL2') & HCR.E2H) !== 0n && state.get('EL') === 2n;
    const level = el === 1 && isHost && encoding[0] === 0 ? 2 : el;
    const context = contextAt(state, level, more.withPan ? state.get('PAN') !== 0n : false);
    state.set('PAR_EL1', translated(state, va, access, context));
  },
});

export const AT_OPERATIONS: readonly TranslationOperation[] = [
  at('s1e1r', [0, 7, 8, 0], 1, 'read'),
  at('s1e1w', [0, 7, 8, 1], 1, 'write'),
  at('s1e0r', [0, 7, 8, 2], 0, 'read'),
  at('s1e0w', [0, 7, 8, 3], 0, 'write'),
  at('s1e1rp', [0, 7, 9, 0], 1, 'read', { feature: 'PAN2', withPan: true }),
  at('s1e1wp', [0, 7, 9, 1], 1, 'write', { feature: 'PAN2', withPan: true }),
  at('s1e2r', [4, 7, 8, 0], 2, 'read'),
  at('s1e2w', [4, 7, 8, 1], 2, 'write'),
  at('s12e1r', [4, 7, 8, 4], 1, 'read'),
  at('s12e1w', [4, 7, 8, 5], 1, 'write'),
  at('s12e0r', [4, 7, 8, 6], 0, 'read'),
  at('s12e0w', [4, 7, 8, 7], 0, 'write'),
];
