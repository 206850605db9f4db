/**
 * One client's debug session: what it has been told, what it wishes for, and the debuggee it follows. Requests are answered
 * by theme in requests/; the machine's life is debuggee.ts. Sessions are made by create-session.ts.
 */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../base/l10n';
import type { EvaluationScope } from '../debug/expression/scope';
import type { Image } from '../debug/images';
import { modeText } from '../debug/machine-words';
import type { LogLine, SliceResult, Stop } from '../debug/stop';
import type { DebugTarget } from '../debug/target';
import type { Inspection } from '../inspect/open';
import { ClientPaths } from './client-paths';
import { Debuggee, type Follower, type OutputCategory } from './debuggee';
import { ended, isRunning, notLaunched, unknownThread } from './errors';
import { Handles } from './handles';
import type { LaunchArguments } from './launch-schema';
import { NumberFormats } from './number-format';
import type { MachineStatus, OwnEvents } from './protocol';
import type { RunLoop } from './run-loop';
import { DapServer, type Message } from './server';
import type { SessionServices } from './services';
import { Shown } from './shown';
import { stoppedBody } from './stop-text';
import { TraceLog } from './trace-log';
import { applyExceptions, idsOf, noWishes, type Wishes } from './wishes';

/** What the client said about itself. */
export interface Client {
  linesStartAt1: boolean;
  columnsStartAt1: boolean;
  supportsInvalidated: boolean;
  supportsMemoryEvent: boolean;
  supportsProgress: boolean;
  supportsAnsi: boolean;
  /** It knows our own events: it has said so, or sent an own request. */
  takesOwnEvents: boolean;
  isVsCode: boolean;
}

/** Where a server keeps the debuggees that further clients can attach to. */
export interface Shared {
  readonly debuggees: Set<Debuggee>;
}

/** What tells a client of changes in the machine; the requests of their themes know how. */
export interface Announcer {
  /** An image has been found; its breakpoints are bound. */
  image(image: Image): void;
  /** All breakpoints are bound anew. */
  breakpoints(): void;
  /** Registers or memory were changed by hand. */
  change(target: DebugTarget): void;
  /** The line that a hart is at, as the protocol shows it. */
  place(target: DebugTarget, hart: number): object | undefined;
}

/** How a client leaves. */
export interface Leaving {
  /** End the debuggee for everybody; without a word the one who launched it does, and who attached does not. */
  readonly terminate?: boolean;
  /** The guest stands afterwards. */
  readonly suspend?: boolean;
}

export class Session implements Follower {
  readonly server: DapServer;
  readonly handles = new Handles();
  readonly shown = new Shown();
  readonly paths = new ClientPaths();
  readonly client: Client = {
    linesStartAt1: true,
    columnsStartAt1: true,
    supportsInvalidated: false,
    supportsMemoryEvent: false,
    supportsProgress: false,
    supportsAnsi: false,
    takesOwnEvents: false,
    isVsCode: false,
  };
  readonly wishes: Wishes = noWishes();
  /** How integers are shown. */
  readonly numbers = new NumberFormats(() => this.launch?.numbers);
  debuggee: Debuggee;
  announcer: Announcer = {
    image: () => {},
    breakpoints: () => {},
    change: () => {},
    place: () => undefined,
  };
  /** Called when the client has taken its leave. */
  closed: () => void = () => {};
  /** configurationDone has come. */
  isConfigured = false;
  /** It follows a debuggee that another client has launched. */
  isAttached = false;
  private readonly trace: TraceLog;

  constructor(
    readonly services: SessionServices,
    send: (message: Message) => void,
    /** Absent where the machine cannot outlive the session. */
    readonly shared?: Shared,
  ) {
    this.trace = new TraceLog(services.host);
    this.server = new DapServer(
      (message) => {
        this.trace.note('→', message);
        send(message);
      },
      (problem) => this.print(t`Worldstep: ${problem}\n`, 'stderr'),
      {
        clock: () => services.host.wallClock(),
        others: () => services.host.yield(),
        hold: () => this.hold(),
      },
    );
    this.debuggee = new Debuggee(services);
    this.debuggee.followers.add(this);
  }

  /** Takes one message of the client. */
  receive(message: Message): void {
    this.trace.note('←', message);
    this.server.handleMessage(message as DebugProtocol.ProtocolMessage);
  }

  /** The client is gone: no events follow. What it has launched ends. */
  dispose(): void {
    this.debuggee.followers.delete(this);
    this.leave();
  }

  // ------------------------------------------------------------------ the debuggee

  get loop(): RunLoop {
    return this.debuggee.loop;
  }

  get launch(): LaunchArguments | undefined {
    return this.debuggee.launch;
  }

  get inspection(): Inspection | undefined {
    return this.debuggee.inspection;
  }

  /** The views of the machine that is there. */
  get inspectors(): Inspection['inspectors'] {
    return this.inspection?.inspectors ?? [];
  }

  /** Yields ids that are unique among all clients. */
  takeId = (): number => this.debuggee.takeId();

  get hasTarget(): boolean {
    return this.debuggee.target !== undefined;
  }

  /** The target, for requests that need one. */
  need(command: string): DebugTarget {
    const { target, isEnded } = this.debuggee;
    if (target === undefined) throw isEnded ? ended() : notLaunched(command);
    return target;
  }

  /** The target that breakpoints are bound in, or why they are in none. */
  binding(): DebugTarget | string {
    const { target, launch } = this.debuggee;
    if (target === undefined) return t`Waits for the machine to be built.`;
    return launch?.noDebug === true ? t`The guest runs without debugging; breakpoints are for the next run.` : target;
  }

  /** The target while the guest stands still. */
  needStopped(command: string): DebugTarget {
    const target = this.need(command);
    if (this.loop.isRunning) throw isRunning(command);
    return target;
  }

  /** Builds the machine of checked launch arguments and binds what was wished for. */
  async build(launch: LaunchArguments): Promise<void> {
    if (launch.trace === true) this.trace.enable(launch.cwd);
    await this.debuggee.build(launch);
    this.shared?.debuggees.add(this.debuggee);
  }

  /** Follows another client's debuggee from now on. */
  join(debuggee: Debuggee): void {
    this.debuggee.followers.delete(this);
    this.debuggee = debuggee;
    this.isAttached = true;
    // The default is the launching client's; it need not be wished for twice.
    this.wishes.exceptions ??= [];
    debuggee.followers.add(this);
    debuggee.applyWishes([this]);
  }

  /**
   * Follows no longer: what it wished for is taken back. A guest that stands and that nobody follows runs on. Without a
   * shared server the machine ends with its session.
   */
  leave({ terminate = !this.isAttached, suspend = false }: Leaving = {}): void {
    const { debuggee, shared } = this;
    if (terminate || shared === undefined) debuggee.end();
    debuggee.followers.delete(this);
    debuggee.dropWishes(this.wishes);
    const isLast = debuggee.followers.size === 0;
    if (debuggee.target !== undefined && suspend && debuggee.loop.halt()) debuggee.stopped({ kind: 'pause', hart: 0 });
    else if (debuggee.target !== undefined && !suspend && isLast) debuggee.runAlone();
    if (debuggee.isEnded && isLast) shared?.debuggees.delete(debuggee);
  }

  /** Requests that look at a guest that runs are answered in one piece; at one that stands, while it stands there. */
  private hold(): (() => void) | undefined {
    const { target } = this.debuggee;
    if (target === undefined || this.loop.isRunning) return undefined;
    const { stop } = target;
    return () => {
      if (this.debuggee.target?.stop !== stop || this.loop.isRunning) throw isRunning('it');
    };
  }

  /** Starts the guest for the first time. */
  begin(): void {
    this.debuggee.begin(this);
  }

  /** Lets the guest run on from what a resume or a step began. */
  run(first: SliceResult): void {
    this.debuggee.run(first, this);
  }

  /** The guest stands, for a reason that the loop does not know of. */
  stopped(stop: Stop): void {
    this.debuggee.stopped(stop);
  }

  /** Sets the exception filters of all clients; what is wrong with this one's, in order. */
  applyExceptions(target: DebugTarget): readonly (string | undefined)[] {
    return applyExceptions(target, this.debuggee.followers).get(this.wishes) ?? [];
  }

  // ------------------------------------------------------------------ events

  forget(): void {
    this.handles.clear();
    this.shown.clear();
  }

  ran(isOwn: boolean): void {
    if (!this.isConfigured) return;
    if (!isOwn) this.server.event('continued', { threadId: 1, allThreadsContinued: true });
    this.event('machine/status', this.status(0));
  }

  stood(stop: Stop, why: readonly string[]): void {
    const { target } = this.debuggee;
    if (target === undefined || !this.isConfigured) return;
    const [said, ...more] = why;
    const isPanic = stop.kind === 'panic' || stop.kind === 'panicked';
    if (said !== undefined) this.print(`${said}\n`, isPanic ? 'stderr' : 'console');
    if (more.length > 0) this.print(`${more.join('\n')}\n`, 'console');
    this.server.event('stopped', this.ownBody(stoppedBody(target, stop)));
    this.event('machine/status', this.status(stop.hart));
    this.staled();
  }

  /** Breakpoints of other clients are not named to this one. */
  private ownBody(body: { readonly hitBreakpointIds?: readonly number[] }): object {
    const { hitBreakpointIds } = body;
    if (hitBreakpointIds === undefined) return body;
    const own = idsOf(this.wishes);
    return { ...body, hitBreakpointIds: hitBreakpointIds.filter((id) => own.has(id)) };
  }

  /** Tells a client that has just come to a debuggee that stands. */
  catchUp(): void {
    const { stop } = this.need('attach');
    if (stop !== undefined && !this.loop.isRunning) this.stood(stop, []);
  }

  restarted(): void {
    if (this.isConfigured) this.announcer.breakpoints();
  }

  changed(): void {
    const { target } = this.debuggee;
    if (target !== undefined) this.announcer.change(target);
  }

  imageFound(image: Image): void {
    this.announcer.image(image);
  }

  ended(exitCode: number | undefined): void {
    this.trace.close();
    if (exitCode !== undefined) this.server.event('exited', { exitCode });
    this.server.event('terminated');
  }

  wrote(text: string): void {
    this.event('console/output', { text });
    if (!this.client.takesOwnEvents || this.launch?.console !== 'terminal') this.print(text, 'stdout');
  }

  logged(line: LogLine): void {
    const { target } = this.debuggee;
    const place = target && this.announcer.place(target, line.hart);
    this.server.event('output', { category: 'console', output: `${line.text}\n`, ...place });
  }

  /** Text for the Debug Console. */
  print(output: string, category: OutputCategory): void {
    this.server.event('output', { category, output });
  }

  staled(inspectors: readonly string[] = this.inspectors.map(({ info }) => info.id)): void {
    this.event('inspect/changed', { inspectors: [...inspectors] });
  }

  /** An own event, for clients that know them. */
  event<Name extends keyof OwnEvents>(name: Name, body: OwnEvents[Name]): void {
    if (this.client.takesOwnEvents) this.server.event(name, body);
  }

  // ------------------------------------------------------------------ shared answers

  /** The hart of a thread id. Thread ids are hart numbers plus one. */
  hart(threadId: number): number {
    const hart = threadId - 1;
    if (this.debuggee.target?.machine.cpus[hart] === undefined) throw unknownThread(threadId);
    return hart;
  }

  /** Where expressions of this frame are evaluated. */
  scope(target: DebugTarget, frameId: number | undefined): EvaluationScope {
    if (frameId === undefined) return target.values.scope(target.stop?.hart ?? 0);
    const handle = this.handles.frame(frameId);
    return target.values.scope(handle.hart, handle.frame);
  }

  /** For the status bar. */
  status(hart: number): MachineStatus {
    const { target } = this.debuggee;
    if (target === undefined)
      return {
        running: false,
        mode: '',
        pc: '',
        retired: '0',
        seconds: 0,
        harts: 0,
        processor: '',
        traps: 'skip',
        numbers: 'decimal',
      };
    const cpu = target.cpu(hart);
    return {
      running: this.loop.isRunning,
      mode: modeText(cpu.world.mode),
      pc: `0x${cpu.pc.toString(16)}`,
      retired: target.machine.retired.toString(),
      seconds: Number(target.machine.now) / 1e9,
      harts: target.machine.cpus.length,
      processor: target.machine.isa.processor,
      traps: target.trapPolicy,
      numbers: this.numbers.all,
    };
  }
}
