/** One address translated for debugger and inspector: the CPU's walker with every step kept. Changes nothing. */
import { ipa, pa, type Va, va } from '../../base/address';
import type { PhysicalReader } from '../core/isa';
import { both } from '../core/stage-ranges';
import {
  type Access,
  type Finding,
  type Permissions,
  type TableStep,
  type Translation,
  type TranslationStep,
  translateBy,
} from '../core/translation';
import type { World } from '../core/world';
import { causeName, causeNumber } from './cause-rows';
import { pageEntry, permissions } from './entry-fields';
import type { EntryReader, StepRecorder, WalkEnd, WalkSpace } from './paging';
import { isA20Masked, withoutA20 } from './paging-cpu';
import { faultOf } from './paging-rules';
import { pageSizeAt, type StagesEnd, type StagesVisitor, walkStages } from './paging-stages';
import { schemeName, stagesRule } from './paging-words';
import { firstStageOf, type Registers, secondSpaceOf } from './world-spaces';

const ALL: Permissions = { read: true, write: true, execute: true, user: true };

/** Physical memory for walks. */
export const entryReader = (read: PhysicalReader): EntryReader => ({
  readU32(at) {
    const bytes = read(pa(BigInt(at)), 4);
    return bytes ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : -1;
  },
});

/** Physical memory as a processor reaches it: without address bit 20 where the board has that masked off. */
export const reachedMemory = (read: PhysicalReader, registers: Registers): PhysicalReader =>
  isA20Masked({ get: registers }) ? (at, length) => read(pa(BigInt(withoutA20(Number(at)))), length) : read;

const permissionsOf = (space: WalkSpace | undefined, end: WalkEnd | undefined): Permissions =>
  space && end ? permissions(space, end) : ALL;

/** Implements {@link Isa.translate}. */
export const translate = (
  world: World,
  read: PhysicalReader,
  address: Va,
  access: Access,
  registers: Registers,
): Translation => {
  const first = firstStageOf(world, registers, address);
  const second = secondSpaceOf(world, registers);
  const own = schemeName(first.space);
  const inner = second && schemeName(second);
  const scheme = inner === undefined ? own : `${own} over ${inner}`;
  const isMasked = isA20Masked({ get: registers });
  const answer = (): Finding => {
    const { steps, visitor, rest } = recorder(first.space, second, inner ?? '');
    if (!first.space && !second) steps.push({ source: 'direct' });
    const memory = entryReader(reachedMemory(read, registers));
    const end = walkStages(first, second, access, memory, visitor);
    if (end.stage === 2) steps.push(...rest());
    const reached = isMasked ? { ...end, pa: withoutA20(end.pa) } : end;
    return { steps, result: resultOf(reached, address, access, first.space, second) };
  };
  return translateBy(scheme, [answer], address, access);
};

const resultOf = (
  end: StagesEnd,
  address: Va,
  access: Access,
  first: WalkSpace | undefined,
  second: WalkSpace | undefined,
): NonNullable<Finding['result']> => {
  const raised = faultOf(end, access, address, first, second);
  if (raised) {
    const { cause, tval, detail } = raised;
    const guestPhysical = detail?.guestPhysical;
    const fault = {
      rule: stagesRule(end, first, second),
      cause: causeNumber(cause, false, tval),
      causeName: causeName(cause, tval),
      tval,
      ...(guestPhysical !== undefined && { guestPhysical: ipa(guestPhysical) }),
    };
    return { ok: false, fault };
  }
  const perms = both(permissionsOf(first, end.first), permissionsOf(second, end.second));
  const between = ipa(BigInt(second ? end.guestPhysical : end.pa));
  return { ok: true, ipa: between, pa: pa(BigInt(end.pa)), pageSize: end.pageSize, perms };
};

/** Keeps the steps of a walk; those of nested tables that found an entry of the guest's stand below it. */
const recorder = (first: WalkSpace | undefined, second: WalkSpace | undefined, inner: string) => {
  const steps: TranslationStep[] = [];
  let below: TableStep[] = [];
  let nested: Translation | undefined;
  const into =
    (space: WalkSpace | undefined, add: (step: TableStep) => void): StepRecorder =>
    (level, index, at, low, high) => {
      if (!space) return;
      const entry = pageEntry(space, level, low, high);
      add({ source: 'table', stage: space.stage, level, index, at: pa(BigInt(at)), entry });
    };
  const visitor: StagesVisitor = {
    first: into(first, (step) => {
      steps.push({ ...step, ...(nested && { nested }) });
      nested = undefined;
    }),
    second: into(second, (step) => below.push(step)),
    ended: (guestPhysical, end, purpose) => {
      if (!second || end.fault || purpose === 'access') return;
      nested = nestedTranslation(second, guestPhysical, inner, below, end);
      below = [];
    },
  };
  return { steps, visitor, rest: () => below };
};

/** How an entry of the guest's tables was found. */
const nestedTranslation = (
  space: WalkSpace,
  at: number,
  scheme: string,
  steps: readonly TableStep[],
  end: WalkEnd,
): Translation => {
  const target = pa(BigInt(end.pa));
  const perms = permissionsOf(space, end);
  const pageSize = pageSizeAt(space, end.level);
  return { va: va(BigInt(at)), scheme, steps, result: { ok: true, ipa: ipa(target), pa: target, pageSize, perms } };
};
