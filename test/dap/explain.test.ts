/** Addresses explained in the Debug Console, in hovers and at a stop on a page fault, in two kernels. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { check, type Talk } from '../support/conversation';

/** The launch of a bundled kernel, and a breakpoint on the line of one of its sources that holds `text`. */
function at(name: string, file: string, text: string, arch = 'riscv64'): [object, Record<string, object[]>] {
  const folder = resolve('kernels', name);
  const path = join(folder, file);
  const line =
    readFileSync(path, 'utf8')
      .split('\n')
      .findIndex((one) => one.includes(text)) + 1;
  if (line === 0) throw new Error(`${path} has no line with "${text}"`);
  const sourceMap = { [`/worldstep/kernels/${name}`]: folder };
  return [{ program: `bundled:${name}`, arch, sourceMap }, { [path]: [{ line }] }];
}

/** Answers are long lines of JSON: recorded as the text that the user reads. */
async function say(talk: Talk, expression: string, context = 'repl', frame?: number): Promise<void> {
  const frameId = frame ?? (await talk.frame());
  const answer = await talk.client.ask('evaluate', { expression, frameId, context });
  talk.note(`${context === 'repl' ? '' : `(${context}) `}${expression}`);
  talk.note(answer.ok ? `${answer.body.result}\n` : `error ${answer.id}: ${answer.message}\n`);
}

describe('an address in the Debug Console', () => {
  it('is explained in every world of a hypervisor, and wrong words are answered with the right ones', () =>
    check('explain-hypervisor', async (talk) => {
      await talk.launch(...at('guestmonolithickernel', 'payload/gkernel/src/process.rs', 'match user.run() {'));
      await talk.hear('stopped');
      for (const text of [
        'explain 0x1000 write in guest',
        'explain $pc execute',
        'explain $pc execute in hypervisor',
        'explain gpa:0x10001000 write',
        'explain pa:0x80600000 in guest kernel',
        'explain 0x1000 wirte',
        'explain 0x1000 in gest user',
        'explain',
        'explain nosuchsymbol read',
      ])
        await say(talk, text);
      await say(talk, '0xffffffc080200000', 'hover');
      await say(talk, '0x1000', 'hover');
    }));

  it.each([
    ['riscv64', 'explain-fault', 'store-page-fault', '$stval'],
    ['loongarch64', 'explain-fault-loongarch64', 'store-page-invalid', '$BADV'],
  ])('is explained without asking where an access to it has faulted, on %s', (arch, golden, fault, register) =>
    check(golden, async (talk) => {
      await talk.launch(...at('lazymapping', 'payload/origin/src/main.rs', 'let mut last = 0u64;', arch));
      await talk.hear('stopped');
      talk.client.taken('output');
      await talk.client.request('setExceptionBreakpoints', { filters: [fault] });
      await say(talk, 'bookmark page tables before');
      await talk.move('continue');
      for (const { category, output } of talk.client.taken('output')) talk.note(`${category}: ${output}`);
      const { description } = await talk.client.request('exceptionInfo', { threadId: 1 });
      talk.note(description);
      await say(talk, `explain ${register} write in user`);
      await say(talk, 'explain $pc execute');
    }),
  );

  it('is explained where a guest has touched a device that its hypervisor has not mapped yet', () =>
    check('explain-guest-fault', async (talk) => {
      await talk.launch(...at('guestmonolithickernel', 'src/riscv64/vm.rs', 'let page = gpa.align_down_4k();'));
      await talk.hear('stopped');
      await talk.client.request('setExceptionBreakpoints', { filters: ['load-guest-page-fault'] });
      await talk.move('continue');
      talk.client.taken('output');
      await talk.move('continue');
      for (const { category, output } of talk.client.taken('output')) {
        if (category === 'console') talk.note(output);
      }
      // A frame of the guest below the hypervisor's: addresses are then those of its world.
      const { stackFrames } = await talk.client.request('stackTrace', { threadId: 1 });
      const { id } = stackFrames.find(({ name }: { name: string }) => name.includes('read_volatile'));
      await say(talk, 'explain $pc execute', 'repl', id);
      await say(talk, '0xffffffc080200000', 'hover', id);
      await say(talk, '0xffffffc080200000', 'hover');
    }));
});
