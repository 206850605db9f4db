/** The check that goldens and clients' conversations are put through finds what is wrong. */
import { expect, it } from 'vitest';
import { conversationProblems, messageProblems } from '../support/dap-schema';

const response = (command: string, body: unknown) => ({
  seq: 1,
  type: 'response',
  request_seq: 1,
  command,
  success: true,
  body,
});
const event = (name: string, body: unknown) => ({ seq: 1, type: 'event', event: name, body });

it.each<[string, object, string[]]>([
  ['a right response', response('threads', { threads: [{ id: 1, name: 'hart 0' }] }), []],
  [
    'a missing member',
    response('threads', { threads: [{ id: 1 }] }),
    ['threads response.body.threads[0]: name is missing'],
  ],
  [
    'a member of another kind',
    response('threads', { threads: [{ id: '1', name: 'x' }] }),
    ['threads response.body.threads[0].id: "1" is not number'],
  ],
  [
    'a member that the protocol does not have',
    event('stopped', { reason: 'step', thread: 1 }),
    ['stopped event.body: the protocol has no thread here'],
  ],
  [
    'a word that is none of those allowed',
    event('invalidated', { areas: ['stacks'], threadId: 1.5 }),
    ['invalidated event.body.threadId: 1.5 is not number'],
  ],
  [
    'a closed list of words',
    event('process', { name: 'x', startMethod: 'begin' }),
    ["process event.body.startMethod: \"begin\" is not 'launch' | 'attach' | 'attachForSuspendedLaunch'"],
  ],
  ['an inherited member', { ...event('exited', { exitCode: 0 }), seq: undefined }, ['exited event: seq is missing']],
  ['an event that the protocol does not have', event('paused', {}), ['paused: the protocol has no event of that name']],
  ['an own event', event('machine/status', { anything: 1 }), []],
  ['a refusal', { ...response('next', { error: { id: 1, format: 'x' } }), success: false, message: 'x' }, []],
])('%s', (_, message, problems) => {
  expect(messageProblems(message as never)).toEqual(problems);
});

it('responses belong to requests, and numbers count up', () => {
  const asked = { seq: 7, type: 'request', command: 'threads' };
  const answer = { ...response('threads', { threads: [] }), request_seq: 7 };
  expect(conversationProblems([asked, answer])).toEqual([]);
  expect(conversationProblems([asked, answer, { ...answer, seq: 3 } as never])).toEqual([
    'seq 3 comes after 1',
    'the response to threads (7) has no request',
  ]);
});
