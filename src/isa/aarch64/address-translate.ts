/**
 * `at` of every form, by its encoding: translates an address and says in PAR_EL1 where it leads, or what keeps it.
 * @see Arm ARM, C5.4 "A64 System instructions for address translation", D19.2 "PAR_EL1"
 */
import { type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { type Regime, regimeAt } from './address-ranges';
import { TO_EL2 } from './causes';
import { hasStage2, isHostUser } from './contexts';
import { attributeOfStage2, combined, effectiveShareability, type MemoryType } from './memory-types';
import { abortCause, statusOfFault } from './paging-rules';
import { firstType, type StagesEnd, walkStages } from './paging-stages';
import { type FirstStage, firstStage, secondStage } from './walk-spaces';

export interface AtForm {
  readonly op1: number;
  readonly CRm: number;
  readonly op2: number;
  /** `s1e1r` */
  readonly name: string;
  readonly el: 0 | 1 | 2;
  readonly access: Extract<Access, 'read' | 'write'>;
  /** Stage 2, too (S12). */
  readonly isBoth: boolean;
  /** PSTATE.PAN counts (FEAT_PAN2). */
  readonly pan: boolean;
}

const form = (op1: number, CRm: number, op2: number, name: string): AtForm => ({
  op1,
  CRm,
  op2,
  name,
  el: name.includes('e2') ? 2 : name.includes('e1') ? 1 : 0,
  access: /w/.test(name) ? 'write' : 'read',
  isBoth: name.startsWith('s12'),
  pan: name.endsWith('p'),
});

/** All of them: op0 is 1, CRn 7. */
export const AT_FORMS: readonly AtForm[] = [
  form(0, 8, 0, 's1e1r'),
  form(0, 8, 1, 's1e1w'),
  form(0, 8, 2, 's1e0r'),
  form(0, 8, 3, 's1e0w'),
  form(0, 9, 0, 's1e1rp'),
  form(0, 9, 1, 's1e1wp'),
  form(4, 8, 0, 's1e2r'),
  form(4, 8, 1, 's1e2w'),
  form(4, 8, 4, 's12e1r'),
  form(4, 8, 5, 's12e1w'),
  form(4, 8, 6, 's12e0r'),
  form(4, 8, 7, 's12e0w'),
];

const PAR = {
  F: 1n,
  /** The fault was one of a stage 1 table's own translation (PTW), of stage 2 (S). */
  PTW: 1n << 8n,
  S: 1n << 9n,
  /** There is one security state, the Non-secure one. */
  NS: 1n << 9n,
  RES1: 1n << 11n,
} as const;

const PAGE_OF = 0xffff_ffff_f000n;

/** PAR_EL1 for where a walk ended. */
export const parOf = (first: FirstStage, end: StagesEnd, isBoth: boolean): bigint => {
  const { fault, level } = end.end;
  if (fault) {
    const status = BigInt(statusOfFault(fault, level));
    const second = end.stage === 2 ? PAR.S : 0n;
    return PAR.RES1 | PAR.F | (status << 1n) | second | (end.purpose === 'access' ? 0n : PAR.PTW);
  }
  const type = typeOf(first, end, isBoth);
  const shareability = BigInt(effectiveShareability(type));
  return (BigInt(type.attribute) << 56n) | (BigInt(end.pa) & PAGE_OF) | PAR.RES1 | PAR.NS | (shareability << 7n);
};

const typeOf = (first: FirstStage, { first: leaf, second }: StagesEnd, isBoth: boolean): MemoryType => {
  const own = firstType(first, leaf);
  if (!isBoth || !second) return own;
  const attribute = attributeOfStage2((second.low >>> 2) & 15);
  return combined(own, { attribute, shareability: (second.low >>> 8) & 3 });
};

/** The regime a form translates by, where it is executed now. */
const regimeOf = (state: HartState, { el }: AtForm): Regime => {
  const hcr = state.get('HCR_EL2');
  if (el === 2) return regimeAt(state, 2);
  return state.get('EL') === 2n && isHostUser(hcr) ? 'EL2&0' : 'EL1&0';
};

/**
 * Executes a form, which is allowed here. Access flags and dirty states stay as they are.
 * @throws Trap where a table cannot be read: an abort; where stage 2 refuses EL1 one of its tables: taken to EL2
 */
export const at = (state: HartState, form: AtForm, va: bigint): void => {
  const regime = regimeOf(state, form);
  const accessor = { regime, isUser: form.el === 0, pan: form.pan && state.get('PAN') !== 0n };
  const first = firstStage(state, accessor, va, form.access);
  const second =
    regime === 'EL1&0' && hasStage2(state.get('HCR_EL2')) ? secondStage(state, accessor.isUser) : undefined;
  const memory = {
    readU32: (pa: number): number => {
      const word = state.loadPhysical(BigInt(pa), 4);
      return word === undefined ? -1 : Number(word);
    },
  };
  const end = walkStages(first, second, {
    access: form.access,
    isUnaligned: false,
    memory,
    visitor: {},
    question: form.isBoth ? 'both' : 'stage1',
  });
  const { fault, level } = end.end;
  if (fault) {
    const isOfTable = end.stage === 2 && end.purpose !== 'access';
    const goesToEl2 = isOfTable && state.get('EL') === 1n;
    if (goesToEl2 || fault === 'tableNotMemory') {
      const detail = isOfTable ? { guestPhysical: BigInt(end.guestPhysical), implicit: 'read' as const } : undefined;
      throw new Trap(abortCause('write', statusOfFault(fault, level), goesToEl2 ? TO_EL2 : 0), va, detail);
    }
  }
  state.set('PAR_EL1', parOf(first, end, form.isBoth));
};
