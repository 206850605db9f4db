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
import { causeName } from './cause-rows';
import { pageEntry, permissions } from './descriptors';
import type { DescriptorReader, StepRecorder, WalkEnd, WalkSpace } from './paging';
import { abortOf } from './paging-rules';
import { pageSizeAt, type StagesEnd, type StagesVisitor, walkStages } from './paging-stages';
import { schemeName, stagesRule } from './paging-words';
import { firstStageOf, type Registers, secondStageOf } from './world-spaces';

const ALL: Permissions = { read: true, write: true, execute: true, user: true };

/** Physical memory for walks. */
export const descriptorReader = (read: PhysicalReader): DescriptorReader => ({
  readU32(at) {
    const bytes = read(pa(BigInt(at)), 4);
    return bytes ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : -1;
  },
});

const permissionsOf = (space: WalkSpace | undefined, end: WalkEnd | undefined): Permissions =>
  space && end ? permissions(space, end.low, end.high, end.hierarchy) : ALL;

/** Implements {@link Isa.translate}. */
export const translate = (
  world: World,
  read: PhysicalReader,
  address: Va,
  access: Access,
  registers: Registers,
): Translation => {
  const first = firstStageOf(world, registers, address, access);
  const second = secondStageOf(world, registers);
  const own = schemeName(first.space);
  const inner = second && schemeName(second.space);
  const scheme = inner === undefined ? own : `${own} over ${inner}`;
  const answer = (): Finding => {
    const { steps, visitor, rest } = recorder(first.space, second?.space, inner ?? '');
    if (!first.space && !second) steps.push({ source: 'direct' });
    const request = { access, isUnaligned: false, memory: descriptorReader(read), visitor };
    const end = walkStages(first, second, request);
    if (end.stage === 2) steps.push(...rest());
    return { steps, result: resultOf(end, address, access, first.space, second?.space) };
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
  const abort = abortOf(end, access);
  if (abort) {
    const { cause, detail } = abort;
    const guestPhysical = detail?.guestPhysical;
    const fault = {
      rule: stagesRule(end, first, second),
      cause,
      causeName: causeName(cause),
      tval: address,
      ...(guestPhysical !== undefined && { guestPhysical: ipa(guestPhysical) }),
    };
    return { ok: false, fault };
  }
  const perms = both(permissionsOf(first, end.first), permissionsOf(second, end.second));
  const between = ipa(BigInt(second ? end.guestPhysical : end.pa));
  return { ok: true, ipa: between, pa: pa(BigInt(end.pa)), pageSize: end.pageSize, perms };
};

/** Keeps the steps of a walk; those of stage 2 that found a descriptor of stage 1 stand below it. */
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
      // Looking up where a descriptor is to be updated repeats the walk that found it.
      if (purpose === 'read') nested = nestedTranslation(second, guestPhysical, inner, below, end);
      below = [];
    },
  };
  return { steps, visitor, rest: () => below };
};

/** How a stage 1 descriptor was found. */
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
