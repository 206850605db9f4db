/** Random tables, walked by the CPU and by a model that is written from the manual. */
import { expect, it } from 'vitest';
import { va as toVa } from '../../../../src/base/address';
import { classOf, statusOf, TO_EL2, WRITE } from '../../../../src/isa/aarch64/causes';
import { cpuTranslate } from '../../../../src/isa/aarch64/paging-cpu';
import { translate } from '../../../../src/isa/aarch64/paging-view';
import { readRegister } from '../../../../src/isa/aarch64/register-access';
import { mappings } from '../../../../src/isa/aarch64/tables';
import { worldAt, worldsOf } from '../../../../src/isa/aarch64/worlds';
import { Trap } from '../../../../src/isa/core/privileged';
import type { FakeHart } from '../../../support/fake-hart';
import { Random, SEED } from '../../../support/random';
import { type Answer, isFault, type Kind, manualWalk } from './manual-walk';
import type { Physical } from './physical';
import { randomAddress, randomMemory, randomSituation } from './walk-cases';

const ACCESSES: readonly Kind[] = ['read', 'write', 'execute'];

/** What the CPU answers, in the model's terms. */
const ours = (...[hart, memory, va, access, bytes]: Parameters<typeof translated>): Answer => {
  try {
    return translated(hart, memory, va, access, bytes);
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    const { trapCause, detail, tval } = error;
    expect(tval).toBe(va);
    expect(classOf(trapCause)).toBe(access === 'execute' ? 0x20 : 0x24);
    expect((trapCause & WRITE) !== 0).toBe(access === 'write');
    const isStage2 = (trapCause & TO_EL2) !== 0;
    return {
      status: statusOf(trapCause),
      isStage2,
      ...(isStage2 && { ipa: detail?.guestPhysical }),
      ...(detail?.implicit && { isOfWalk: true }),
    } as Answer;
  }
};
const translated = (
  hart: Parameters<typeof cpuTranslate>[0],
  memory: Parameters<typeof cpuTranslate>[1],
  va: bigint,
  access: Kind,
  bytes: number,
): Answer => {
  const { pa, read, write, execute, misaligned } = cpuTranslate(hart, memory, va, access, undefined, bytes);
  // A fetch says nothing of data, which PAN may refuse.
  const isData = access !== 'execute';
  return { pa: BigInt(pa), r: read && isData, w: write && isData, x: execute, isDevice: misaligned !== undefined };
};

/** What the debugger answers, in the model's terms: it says where an access leads, not what else might be done there. */
const lookedAt = (hart: FakeHart, memory: Physical, va: bigint, access: Kind): Answer => {
  const world = worldAt(hart, Number(hart.get('EL')));
  const { result, steps } = translate(world, memory.read, toVa(va), access, (name) => readRegister(hart, name) ?? -1n);
  expect(steps.length).toBeLessThanOrEqual(8);
  if (result.ok) return placeOf({ pa: result.pa, r: true, w: true, x: true, isDevice: true });
  const { cause, tval, guestPhysical, rule } = result.fault;
  expect(tval).toBe(va);
  expect(rule).not.toBe('');
  const isOfWalk = /^stage 2, for (a stage 1|setting)/.test(rule);
  const isStage2 = (cause & TO_EL2) !== 0;
  return {
    status: statusOf(cause),
    isStage2,
    ...(guestPhysical !== undefined && { ipa: guestPhysical }),
    ...(isOfWalk && { isOfWalk }),
  };
};

const placeOf = (answer: Answer): Answer =>
  isFault(answer) ? answer : { pa: answer.pa, r: true, w: true, x: true, isDevice: true };

/** For comparing many quickly: the same text of equal answers. */
const textOf = (answer: Answer): string =>
  isFault(answer)
    ? `${answer.status} ${answer.isStage2} ${answer.ipa} ${answer.isOfWalk === true}`
    : `${answer.pa} ${answer.r} ${answer.w} ${answer.x} ${answer.isDevice}`;

it(`random tables are walked as the manual says, by the CPU with the same updates and by the debugger (WORLDSTEP_SEED=${SEED})`, () => {
  const random = new Random(SEED);
  const counts = new Map<string, number>();
  for (const granule of [12, 14, 16]) {
    const original = randomMemory(random, granule);
    const [mine, theirs] = [original.copy(), original.copy()];
    for (let i = 0; i < 600; i++) {
      const situation = randomSituation(random, { granule });
      const { hart, rules } = situation;
      for (let j = 0; j < 12; j++) {
        const va = randomAddress(random, situation);
        const access = random.pick(ACCESSES);
        const bytes = random.pick([1, 2, 4, 8]);
        const isUnaligned = va % BigInt(bytes) !== 0n;
        const seen = bytes === 1 ? lookedAt(hart, mine, va, access) : undefined;
        const model = manualWalk(
          rules,
          { read: (at) => theirs.readU64(at), write: (at, value) => theirs.writeU64(at, value) },
          va,
          access,
          isUnaligned,
        );
        const isData = access !== 'execute';
        const expected = isFault(model)
          ? model
          : {
              ...model,
              r: model.r && isData,
              w: model.w && isData,
              isDevice: isData && (model.isDevice || (rules.sctlr & 2n) !== 0n),
            };
        const answer = ours(hart, mine, va, access, bytes);
        if (textOf(answer) !== textOf(expected)) {
          expect({ granule, i, j, va, access, answer }).toEqual({ granule, i, j, va, access, answer: expected });
        }
        if (seen && textOf(seen) !== textOf(placeOf(answer))) {
          expect({ granule, i, j, va, access, answer: seen }).toEqual({ granule, i, j, va, access, answer });
        }
        const kind = isFault(answer)
          ? `${answer.isStage2 ? 2 : 1}:${answer.status}${answer.isOfWalk ? ' of a walk' : ''}`
          : 'reached';
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
    }
    expect(Buffer.compare(mine.bytes, theirs.bytes), `memory of granule ${granule}`).toBe(0);
    expect(mine.writes).toBeGreaterThan(0);
  }
  // Each kind of fault has come up, of stage 1 at each level.
  const kinds = [...counts.keys()];
  expect(counts.get('reached')).toBeGreaterThan(1000);
  for (const status of [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 15, 33]) expect(kinds).toContain(`1:${status}`);
  for (const group of [4, 8, 12]) {
    const levels = [0, 1, 2, 3].map((level) => `2:${group + level}`);
    expect(kinds.some((kind) => levels.includes(kind))).toBe(true);
    expect(kinds.some((kind) => levels.some((level) => kind === `${level} of a walk`))).toBe(true);
  }
});

it(`random tables are listed in finite time, whatever they hold (WORLDSTEP_SEED=${SEED})`, () => {
  const random = new Random(SEED);
  for (const granule of [12, 14, 16]) {
    const memory = randomMemory(random, granule);
    for (let i = 0; i < 3; i++) {
      const { hart } = randomSituation(random, { granule });
      const registers = (name: string) => readRegister(hart, name) ?? 0n;
      for (const world of worldsOf(registers)) {
        expect(mappings(world, memory.read, registers, 50).length).toBeLessThanOrEqual(50);
      }
    }
  }
});
