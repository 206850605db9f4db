/** ENTER, PUSHA and POPA. @see AMD64 APM volume 3 */
import type { Helper } from '../core/privileged';
import { currentStack, RSP, Stack, type StackBytes } from './stack';

const RBP = 5;
const FILES = { 2: 'w', 4: 'd', 8: 'r' } as const;

const enter =
  (bytes: StackBytes): Helper =>
  (state, field) => {
    const size = BigInt(field('imm') & 0xffff);
    const level = field('imm2') & 31;
    const stack = currentStack(state);
    const rbp = state.read('r', RBP);
    stack.push(bytes, rbp);
    const frame = stack.rsp;
    for (let n = 1; n < level; n++) {
      const outer = new Stack(state, { ...stack.options, rsp: rbp - BigInt(n * bytes) });
      stack.push(bytes, outer.peek(bytes, 0));
    }
    if (level > 0) stack.push(bytes, frame);
    stack.drop(-Number(size));
    if (bytes === 4) state.write('r', RBP, BigInt.asUintN(32, frame));
    else state.write(FILES[bytes], RBP, frame);
    state.write('r', RSP, stack.rsp);
  };

const pusha =
  (bytes: 2 | 4): Helper =>
  (state) => {
    const stack = currentStack(state);
    for (let register = 0; register < 8; register++) stack.push(bytes, state.read('r', register));
    state.write('r', RSP, stack.rsp);
  };

const popa =
  (bytes: 2 | 4): Helper =>
  (state) => {
    const stack = currentStack(state);
    const values = Array.from({ length: 8 }, () => stack.pop(bytes)).reverse();
    for (const [register, value] of values.entries()) {
      if (register === RSP) continue;
      if (bytes === 4) state.write('r', register, value);
      else state.write('w', register, value);
    }
    state.write('r', RSP, stack.rsp);
  };

export const FRAME_HELPERS: Readonly<Record<string, Helper>> = {
  'enter-16': enter(2),
  'enter-32': enter(4),
  'enter-64': enter(8),
  'pusha-16': pusha(2),
  'pusha-32': pusha(4),
  'popa-16': popa(2),
  'popa-32': popa(4),
};
