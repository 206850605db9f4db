/** Steps and runs back: to the line before, over calls, out of functions, to the stop before; on all instruction sets. */
import { describe, expect, it } from 'vitest';
import type { SliceResult, Stop } from '../../src/debug/stop';
import type { PlainWay } from '../../src/debug/travel';
import { BundledTarget } from '../support/bundled-target';

const back = (driven: BundledTarget, how: PlainWay): Stop => {
  const { target } = driven;
  const hart = target.stop?.hart ?? 0;
  let result: SliceResult | string = target.goBack({ how, hart });
  for (let slices = 0; slices < 5000; slices++) {
    if (typeof result === 'string') throw new Error(result);
    if (result.kind === 'stopped') return result.stop;
    result = target.slice(1_000_000n);
  }
  throw new Error('no end of the way back');
};

/** Where the guest stands, whatever was executed again: the point, the state and the whole stack. */
const picture = ({ target }: BundledTarget) => {
  const hart = target.stop?.hart ?? 0;
  return {
    hash: target.machine.stateHash(),
    stack: target
      .stack(hart)
      .frames(0, 50)
      .map((frame) => (frame.kind === 'code' ? `${frame.name} ${frame.line}` : frame.name)),
  };
};

const ARCHITECTURES = ['riscv64', 'aarch64', 'x86_64', 'loongarch64'] as const;

describe('going back', () => {
  for (const arch of ARCHITECTURES) {
    it(`undoes steps by line and by instruction, and returns to stops before, on ${arch}`, async () => {
      const driven = await BundledTarget.open('msgqueue', { arch });
      const { target } = driven;
      driven.breakAt('src/main.rs', 'queue.lock().push_back(message)');
      const pictures = [];
      for (let stops = 0; stops < 3; stops++) {
        driven.go();
        pictures.push(picture(driven));
      }
      for (let steps = 0; steps < 2; steps++) {
        driven.step('over');
        pictures.push(picture(driven));
      }
      driven.step('into', { unit: 'instruction' });
      const printed = driven.console;
      expect(back(driven, 'instruction').kind).toBe('step');
      expect(picture(driven)).toEqual(pictures[4]);
      back(driven, 'over');
      expect(picture(driven)).toEqual(pictures[3]);
      // The line begins with an inlined call, before the breakpoint.
      back(driven, 'over');
      expect(picture(driven).stack).toEqual(pictures[2]?.stack);
      for (const at of [1, 0]) {
        expect(back(driven, 'continue').kind).toBe('breakpoint');
        expect(picture(driven), `stop ${at}`).toEqual(pictures[at]);
      }
      expect(back(driven, 'continue').kind).toBe('beginning');
      expect(target.machine.retired).toBe(0n);
      expect(driven.console).toBe(printed);
      // And forward again through the same.
      driven.go();
      expect(picture(driven)).toEqual(pictures[0]);
    });
  }
});
