/** The protocol end of a session: numbers messages, dispatches requests, turns every failure into a response. */
import { Event, Response } from '@vscode/debugadapter/lib/messages';
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../base/l10n';
import { finish, type Work } from '../base/work';
import { Args } from './arguments';
import { cancelled, internal, UserError, unknownRequest } from './errors';

/** What a handler may know about the request it answers. */
export interface RequestContext {
  readonly seq: number;
  /** Set by a cancel request; long work looks at it between its parts. */
  readonly isCancelled: () => boolean;
  /**
   * Does work that may be long: at once if it is short, else with other requests between its parts. It ends where the
   * request is cancelled and where the guest has moved on.
   */
  run<T>(work: Work<T>, body: (done: T) => object | Promise<object>): object | Promise<object>;
  /** Runs after the response has been sent. */
  after(action: () => void): void;
}

/** Answers one request with the response's body. Throws or rejects with a UserError to refuse. */
export type Handler = (args: Args, context: RequestContext) => object | undefined | Promise<object | undefined>;

/**
 * Requests whose refusal deserves a message box, because the user asked for it by hand and the client shows it nowhere
 * else. The others are shown where they were asked for (watch, hover, console, editor, call stack, our views), or a client
 * sends them by itself: a box there would come again at every step.
 */
const SHOWN: ReadonlySet<string> = new Set([
  'launch',
  'attach',
  'restart',
  'continue',
  'pause',
  'next',
  'stepIn',
  'stepOut',
  'gotoTargets',
  'goto',
  'restartFrame',
  'stepInTargets',
  'setVariable',
  'setExpression',
  'setBreakpoints',
  'setFunctionBreakpoints',
  'setInstructionBreakpoints',
  'setDataBreakpoints',
  'setExceptionBreakpoints',
  'writeMemory',
]);

/**
 * Refusals that are no news to the user, whatever was asked: cancelled, the guest runs or has ended, frame or variables
 * of an earlier stop.
 */
const QUIET: ReadonlySet<number> = new Set([1004, 1005, 1006, 1007, 1009]);

/** How requests wait for each other. */
export interface Patience {
  /** Milliseconds. */
  clock(): number;
  /** Lets other requests in. */
  others(): Promise<void>;
  /** What a request looks at must not change between the parts of its work: a check, or undefined where it would. */
  hold(): (() => void) | undefined;
}

/** Milliseconds of work before others are let in. */
const PART = 30;

/** A message of the protocol, as a shell passes it. */
export type Message = DebugProtocol.ProtocolMessage;

export class DapServer extends ProtocolServer {
  private readonly handlers = new Map<string, Handler>();
  private readonly cancelledRequests = new Set<number>();
  private readonly pending = new Set<number>();

  constructor(
    private readonly send: (message: Message) => void,
    private readonly onBug: (problem: string) => void,
    private readonly patience: Patience,
  ) {
    super();
    this.onDidSendMessage((message) => this.send(message as Message));
  }

  /** Adds handlers by command. */
  register(handlers: Readonly<Record<string, Handler>>): void {
    for (const [command, handler] of Object.entries(handlers)) this.handlers.set(command, handler);
  }

  /** Sends an event with this body. */
  event(name: string, body?: object): void {
    this.sendEvent(new Event(name, body));
  }

  /** Marks a pending request as cancelled. */
  cancel(seq: number): void {
    if (this.pending.has(seq)) this.cancelledRequests.add(seq);
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    void this.answer(request);
  }

  private async answer(request: DebugProtocol.Request): Promise<void> {
    const response = new Response(request) as DebugProtocol.Response;
    const { seq } = request;
    const later: (() => void)[] = [];
    this.pending.add(seq);
    try {
      const handler = this.handlers.get(request.command);
      if (handler === undefined) throw unknownRequest(String(request.command));
      const isCancelled = () => this.cancelledRequests.has(seq);
      const answer = handler(new Args(request.arguments), {
        seq,
        isCancelled,
        run: (work, body) => this.run(work, body, isCancelled),
        after: (action) => later.push(action),
      });
      // Answers that are ready go out at once, so that replies keep the order of their requests.
      const body = answer instanceof Promise ? await answer : answer;
      if (isCancelled()) throw cancelled();
      if (body !== undefined) response.body = body;
    } catch (error) {
      this.refuse(response, error);
    }
    this.pending.delete(seq);
    this.cancelledRequests.delete(seq);
    this.sendResponse(response);
    for (const action of later) action();
  }

  private run<T>(
    work: Work<T>,
    body: (done: T) => object | Promise<object>,
    isCancelled: () => boolean,
  ): object | Promise<object> {
    const check = this.patience.hold();
    if (check === undefined) return body(finish(work));
    const first = this.part(work);
    return first.done === true ? body(first.value) : this.rest(work, check, isCancelled).then(body);
  }

  private async rest<T>(work: Work<T>, check: () => void, isCancelled: () => boolean): Promise<T> {
    for (;;) {
      await this.patience.others();
      if (isCancelled()) throw cancelled();
      check();
      const step = this.part(work);
      if (step.done === true) return step.value;
    }
  }

  private part<T>(work: Work<T>): IteratorResult<undefined, T> {
    const until = this.patience.clock() + PART;
    let step = work.next();
    while (step.done !== true && this.patience.clock() < until) step = work.next();
    return step;
  }

  private refuse(response: DebugProtocol.Response, error: unknown): void {
    let user = error;
    if (!(user instanceof UserError)) {
      const problem = error instanceof Error ? error.message : String(error);
      this.onBug(error instanceof Error ? (error.stack ?? problem) : problem);
      user = internal(problem);
    }
    if (!(user instanceof UserError)) return;
    response.success = false;
    response.message = user.id === 1004 ? 'cancelled' : user.message;
    const message: DebugProtocol.Message = {
      id: user.id,
      format: user.message,
      showUser: SHOWN.has(response.command) && !QUIET.has(user.id),
    };
    if (user.button !== undefined) {
      message.url = user.button.url;
      message.urlLabel = t(user.button.label);
    }
    response.body = { error: message };
  }
}
