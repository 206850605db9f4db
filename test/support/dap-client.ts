/** A debug adapter client for tests: sends requests to a session in process and waits for responses and events. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createSession, type SessionOptions, type SessionPort } from '../../src/dap/create-session';
import type { SessionServices } from '../../src/dap/services';

// biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of the message it waits for
export type Json = any;

/** A response's body, or the error it carried. */
export type Answer =
  | { ok: true; body: Json }
  | { ok: false; id: number | undefined; message: string; isShown: boolean | undefined };

export class DapClient {
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  private readonly session: SessionPort;
  private seq = 0;
  private readonly waiting = new Map<number, (response: DebugProtocol.Response) => void>();
  private readonly seen: DebugProtocol.Event[] = [];
  private readonly wanted: { name: string; resolve: (event: DebugProtocol.Event) => void }[] = [];

  constructor(services: SessionServices, options: SessionOptions = {}) {
    const send = (message: object) => {
      // Over a wire everything is JSON: nothing else may be in it.
      this.take(JSON.parse(JSON.stringify(message)) as DebugProtocol.ProtocolMessage);
    };
    this.session = createSession(services, send, options);
  }

  dispose(): void {
    this.session.dispose();
  }

  /** Sends any request and waits for its response. */
  ask(command: string, args?: unknown): Promise<Answer> {
    const seq = ++this.seq;
    const request = { seq, type: 'request', command, arguments: args } as DebugProtocol.Request;
    this.messages.push(request);
    const answer = new Promise<DebugProtocol.Response>((resolve) => this.waiting.set(seq, resolve));
    this.session.receive(request);
    return answer.then((response) =>
      response.success
        ? { ok: true, body: response.body }
        : {
            ok: false,
            id: response.body?.error?.id,
            message: response.body?.error?.format ?? response.message ?? '',
            isShown: response.body?.error?.showUser,
          },
    );
  }

  /** Sends a request that must succeed. */
  async request(command: string, args?: unknown): Promise<Json> {
    const answer = await this.ask(command, args);
    if (!answer.ok) throw new Error(`${command}: ${answer.message}`);
    return answer.body;
  }

  /** The next event of that name that has not been taken yet. */
  event(name: string): Promise<Json> {
    const at = this.seen.findIndex((event) => event.event === name);
    if (at >= 0) return Promise.resolve(this.seen.splice(at, 1)[0]?.body);
    return new Promise<DebugProtocol.Event>((resolve) => this.wanted.push({ name, resolve })).then(
      (event) => event.body,
    );
  }

  /** Events of that name so far, taken. */
  taken(name: string): Json[] {
    const found = this.seen.filter((event) => event.event === name);
    for (const event of found) this.seen.splice(this.seen.indexOf(event), 1);
    return found.map((event) => event.body);
  }

  /** From nothing to the guest running or stopped at its entry: what VS Code sends on F5. `can`: what the client supports. */
  async launch(args: object, breakpoints: Record<string, object[]> = {}, can: object = {}): Promise<void> {
    await this.request('initialize', {
      adapterID: 'worldstep',
      clientID: 'test',
      linesStartAt1: true,
      columnsStartAt1: true,
      worldstepEvents: true,
      ...can,
    });
    const launched = this.request('launch', args);
    launched.catch(() => {});
    await Promise.race([this.event('initialized'), launched]);
    for (const [path, list] of Object.entries(breakpoints)) {
      await this.request('setBreakpoints', { source: { path }, breakpoints: list });
    }
    await this.request('setExceptionBreakpoints', { filters: ['rust-panic'] });
    await this.request('configurationDone');
    await launched;
  }

  /** Joins the machine of another client of the same server. */
  async attach(breakpoints: Record<string, object[]> = {}, args: object = {}, can: object = {}): Promise<void> {
    await this.request('initialize', { adapterID: 'worldstep', clientID: 'second', worldstepEvents: true, ...can });
    await this.request('attach', args);
    await this.event('initialized');
    for (const [path, list] of Object.entries(breakpoints)) {
      await this.request('setBreakpoints', { source: { path }, breakpoints: list });
    }
    await this.request('configurationDone');
  }

  private take(message: DebugProtocol.ProtocolMessage): void {
    this.messages.push(message);
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      this.waiting.get(response.request_seq)?.(response);
      this.waiting.delete(response.request_seq);
      return;
    }
    const event = message as DebugProtocol.Event;
    const at = this.wanted.findIndex(({ name }) => name === event.event);
    if (at >= 0) this.wanted.splice(at, 1)[0]?.resolve(event);
    else this.seen.push(event);
  }
}
