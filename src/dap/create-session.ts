/** Puts a session together: its state and the requests it answers. */
import { breakpointRequests } from './requests/breakpoints';
import { evaluateRequests } from './requests/evaluate';
import { executionRequests } from './requests/execution';
import { lifecycleRequests } from './requests/lifecycle';
import { likeRequests } from './requests/likes';
import { memoryRequests } from './requests/memory';
import { ownRequests } from './requests/own';
import { sourceRequests } from './requests/sources';
import { stackRequests } from './requests/stack';
import { variableRequests } from './requests/variables';
import type { Message } from './server';
import type { SessionServices } from './services';
import { Session } from './session';

/** What a transport sees of a session. */
export interface SessionPort {
  /** Takes one message of the client. */
  receive(message: Message): void;
  /** Drops the machine; nothing is sent any more. */
  dispose(): void;
}

/**
 * The one way to make a session: workers, stdio, TCP, the CLI and tests all use it. `send` gets every message for the
 * client, `receive` takes every message from it.
 */
export function createSession(services: SessionServices, send: (message: Message) => void): SessionPort {
  const session = new Session(services, send);
  for (const requests of [
    lifecycleRequests,
    breakpointRequests,
    executionRequests,
    stackRequests,
    variableRequests,
    evaluateRequests,
    memoryRequests,
    sourceRequests,
    ownRequests,
    likeRequests,
  ]) {
    session.server.register(requests(session));
  }
  return { receive: (message) => session.receive(message), dispose: () => session.dispose() };
}
