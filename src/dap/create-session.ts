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
import type { Handler, Message } from './server';
import type { SessionServices } from './services';
import { Session, type Shared } from './session';

/** What a transport sees of a session. */
export interface SessionPort {
  /** Takes one message of the client. */
  receive(message: Message): void;
  /** Drops the machine; nothing is sent any more. */
  dispose(): void;
}

/** What a transport may add. */
export interface SessionOptions {
  /** Sessions that can attach to each other's machines. */
  readonly shared?: Shared;
  /** The client has taken its leave: nothing more is sent. */
  closed?(): void;
}

/**
 * The one way to make a session: workers, stdio, TCP, the CLI and tests all use it. `send` gets every message for the
 * client, `receive` takes every message from it.
 */
export function createSession(
  services: SessionServices,
  send: (message: Message) => void,
  { shared, closed }: SessionOptions = {},
): SessionPort {
  const session = new Session(services, send, shared);
  if (closed !== undefined) session.closed = closed;
  for (const requests of [
    lifecycleRequests,
    breakpointRequests,
    executionRequests,
    stackRequests,
    variableRequests,
    evaluateRequests,
    memoryRequests,
    sourceRequests,
  ]) {
    session.server.register(requests(session));
  }
  for (const requests of [ownRequests, likeRequests]) session.server.register(askedFor(session, requests(session)));
  return { receive: (message) => session.receive(message), dispose: () => session.dispose() };
}

/** Own requests: a client that sends one takes own events from then on. */
const askedFor = (session: Session, handlers: Record<string, Handler>): Record<string, Handler> =>
  Object.fromEntries(
    Object.entries(handlers).map(([command, handler]): [string, Handler] => [
      command,
      (args, context) => {
        session.client.takesOwnEvents = true;
        return handler(args, context);
      },
    ]),
  );
