/**
 * One debug session: the state between requests. Requests are answered by theme in requests/; this file owns the
 * machine's life (launch, restart, end), the run loop and the events. Sessions are made by create-session.ts. What must not come here: knowledge of instruction sets or files.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FunctionSpec, InstructionSpec, SourceSpec } from '../debug/breakpoints';
import type { DataSpec } from '../debug/data-breakpoints';
import type { EvaluationScope } from '../debug/expression/scope';
import type { SliceResult, Stop } from '../debug/stop';
import { DebugTarget } from '../debug/target';
import type { TrapPolicy } from '../debug/trap-policy';
import { type Inspection, openInspectors } from '../inspect/open';
import { type Ending, endOf } from './ending';
import { cannotLoad, ended, isRunning, noSuchSymbol, notLaunched, UserError, unknownThread } from './errors';
import { applyExceptions, type ExceptionEntry } from './exception-entries';
import { declareFlags } from './flag-sources';
import { GuestPanic } from './guest-panic';
import { Handles } from './handles';
import { launchRemarks } from './launch-remarks';
import type { LaunchArguments } from './launch-schema';
import type { MachineStatus } from './protocol';
import { RunLoop } from './run-loop';
import { DapServer, type Message } from './server';
import type { BuiltMachine, SessionServices } from './services';
import { Shown } from './shown';
import { type SourceSurvey, surveySources } from './source-survey';
import { panickedText, panicText, stoppedBody, stuckText, trapText } from './stop-text';
import { TraceLog } from './trace-log';

/** What the client said about itself. */
export interface Client {
  linesStartAt1: boolean;
  columnsStartAt1: boolean;
  supportsInvalidated: boolean;
  supportsMemoryEvent: boolean;
  supportsProgress: boolean;
  supportsAnsi: boolean;
}

/** Everything the client asked to be set; survives restarts and may come before the launch. */
export interface Wishes {
  readonly sources: Map<string, SourceSpec[]>;
  functions: FunctionSpec[];
  instructions: InstructionSpec[];
  data: DataSpec[];
  exceptions: { id: string; condition?: string }[] | undefined;
  /** Exception filters that rows of views set, beside the client's own. */
  likes: readonly ExceptionEntry[];
}

export class Session {
  readonly server: DapServer;
  readonly handles = new Handles();
  readonly shown = new Shown();
  readonly client: Client = {
    linesStartAt1: true,
    columnsStartAt1: true,
    supportsInvalidated: false,
    supportsMemoryEvent: false,
    supportsProgress: false,
    supportsAnsi: false,
  };
  readonly wishes: Wishes = {
    sources: new Map(),
    functions: [],
    instructions: [],
    data: [],
    exceptions: undefined,
    likes: [],
  };
  readonly loop: RunLoop;
  launch: LaunchArguments | undefined;
  /** What the user chose for steps into traps; the launch's choice before. */
  trapPolicy: TrapPolicy | undefined;
  inspection: Inspection | undefined;
  /** A virtual machine can come to exist in this machine. */
  canHaveGuests = false;
  /** configurationDone has come. */
  isConfigured = false;
  private target: DebugTarget | undefined;
  private removeConsole: (() => void) | undefined;
  private decoder = new TextDecoder();
  private consoleText = '';
  private lastId = 0;
  private isEnded = false;
  private lastChanged = 0;
  private panic = new GuestPanic(() => false);
  private panicHint: BuiltMachine['panicHint'];
  private readonly stale = new Set<string>();
  private readonly removals: (() => void)[] = [];
  private readonly trace: TraceLog;

  constructor(
    readonly services: SessionServices,
    send: (message: Message) => void,
  ) {
    this.trace = new TraceLog(services.host);
    this.server = new DapServer(
      (message) => {
        this.trace.note('→', message);
        send(message);
      },
      (problem) => this.print(`Worldstep: ${problem}\n`, 'stderr'),
    );
    this.loop = new RunLoop(
      services.host,
      (isIdle) => this.afterSlice(isIdle),
      (stop) => this.stopped(stop),
      (error) => this.failed(error),
    );
  }

  /** Takes one message of the client. */
  receive(message: Message): void {
    this.trace.note('←', message);
    this.server.handleMessage(message as DebugProtocol.ProtocolMessage);
  }

  /** Drops the machine; no events follow. */
  dispose(): void {
    this.loop.halt();
    this.release();
  }

  takeId = (): number => ++this.lastId;

  // ------------------------------------------------------------------ the machine's life

  /** The views of the machine that is there. */
  get inspectors(): Inspection['inspectors'] {
    return this.inspection?.inspectors ?? [];
  }

  get hasTarget(): boolean {
    return this.target !== undefined;
  }

  /** The target, for requests that need one. */
  need(command: string): DebugTarget {
    if (this.target === undefined) throw this.isEnded ? ended() : notLaunched(command);
    return this.target;
  }

  /** The target while the guest stands still. */
  needStopped(command: string): DebugTarget {
    const target = this.need(command);
    if (this.loop.isRunning) throw isRunning(command);
    return target;
  }

  /** Builds the machine of checked launch arguments and binds what was wished for. */
  async build(launch: LaunchArguments): Promise<void> {
    let built: Awaited<ReturnType<SessionServices['build']>>;
    let sources: SourceSurvey;
    try {
      built = await this.services.build(launch, this.services.host);
      sources = await surveySources(built.images, launch, built.sourceMap ?? {}, this.services.host);
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (error instanceof Error) throw cannotLoad(error.message);
      throw error;
    }
    const options = { sourceMap: sources.rules, takeId: this.takeId };
    const target = new DebugTarget(built.machine, built.images, options);
    await declareFlags(target, this.services.host);
    this.loop.halt();
    this.release();
    this.launch = launch;
    this.isEnded = false;
    if (launch.trace === true) this.trace.enable(launch.cwd);
    target.trapPolicy = this.trapPolicy ?? launch.stepping?.traps ?? 'skip';
    this.target = target;
    target.runner.onLog = (line) => this.print(`${line.text}\n`, 'console');
    this.decoder = new TextDecoder();
    this.panic = new GuestPanic((line) => built.isPanic?.(line) ?? false);
    this.removeConsole = built.machine.onConsole((bytes) => {
      this.panic.add(bytes, built.machine.retired);
      this.consoleText += this.decoder.decode(bytes, { stream: true });
    });
    this.panicHint = built.panicHint;
    this.canHaveGuests = built.canHaveGuests;
    this.inspection = openInspectors(target, { ...built.inspect, mostTraps: launch.limits?.traps });
    this.inspection.onWarning = (text) => this.print(`${text}\n`, 'console');
    this.observe(target);
    const remarks = [
      ...(built.remarks ?? []),
      ...(await launchRemarks(launch, this.services.host)),
      ...sources.remarks,
    ];
    for (const remark of remarks) this.print(`${remark}\n`, 'console');
    this.bindAll(target);
    target.halt({ kind: 'entry', hart: 0 });
  }

  private bindAll(target: DebugTarget): void {
    for (const [path, specs] of this.wishes.sources) target.breakpoints.setSource(path, specs);
    target.breakpoints.setFunctions(this.wishes.functions);
    target.breakpoints.setInstructions(this.wishes.instructions);
    target.data.set(target.cpu(0), this.wishes.data);
    applyExceptions(this.wishes, target);
  }

  private release(): void {
    this.removeConsole?.();
    for (const remove of this.removals.splice(0)) remove();
    this.target?.dispose();
    this.target = undefined;
    this.inspection?.dispose();
    this.inspection = undefined;
    this.handles.clear();
    this.shown.clear();
  }

  /** Starts the guest for the first time: to the entry, the run-to symbol, or freely. */
  begin(): void {
    const target = this.target;
    const { launch } = this;
    if (target === undefined || launch === undefined) return;
    if (launch.noDebug === true) target.setExceptionFilters([]);
    if (launch.stopOnEntry === true && launch.noDebug !== true) return this.stopped({ kind: 'entry', hart: 0 });
    if (launch.runTo !== undefined && launch.noDebug !== true) {
      const result = target.runTo(launch.runTo);
      if (typeof result === 'string') {
        this.print(`${noSuchSymbol(launch.runTo).message}\n`, 'important');
        return this.stopped({ kind: 'entry', hart: 0 });
      }
      return this.run(result);
    }
    this.run(target.resume());
  }

  /** Lets the guest run on from what a resume or a step began. */
  run(first: SliceResult): void {
    if (this.target === undefined) return;
    this.handles.clear();
    this.shown.clear();
    this.loop.start(this.target, first);
    this.event('machine/status', this.status(0));
  }

  // ------------------------------------------------------------------ events

  /** The guest stands: tells the client, or ends the session when it switched off. */
  stopped(stop: Stop): void {
    const target = this.target;
    if (target === undefined) return;
    target.halt(stop);
    this.handles.clear();
    this.shown.clear();
    this.flush(true);
    const ending = this.endingOf(stop);
    if (ending !== undefined) return this.ended(ending);
    const isPanic = stop.kind === 'panic' || stop.kind === 'panicked';
    if (isPanic) this.panic.isShown = true;
    const [said, ...more] = this.explained(target, stop);
    if (said !== undefined) this.print(`${said}\n`, isPanic ? 'stderr' : 'console');
    if (more.length > 0) this.print(`${more.join('\n')}\n`, 'console');
    this.server.event('stopped', stoppedBody(target, stop));
    this.event('machine/status', this.status(stop.hart));
    this.event('inspect/changed', { inspectors: this.inspectors.map((inspector) => inspector.info.id) });
  }

  /** Lines that explain a stop without being asked. */
  private explained(target: DebugTarget, stop: Stop): readonly string[] {
    switch (stop.kind) {
      case 'panic': {
        const text = panicText(target, stop);
        return [text, ...this.hints(text)];
      }
      case 'panicked':
        return [panickedText(stop), ...this.hints(stop.text)];
      case 'stuck':
        return [stuckText(target, stop)];
    }
    if (!('event' in stop) || stop.event?.kind !== 'trap') return [];
    const trap = { kind: 'trap', hart: stop.hart, event: stop.event } as const;
    return [`${trapText(target, trap)}.`, ...(this.inspection?.explainTrap(stop.event) ?? [])];
  }

  /** What to do about a panic, once. */
  private hints(panic: string): string[] {
    const hint = this.panicHint?.(panic);
    if (hint === undefined) return [];
    this.panicHint = undefined;
    return [`${hint}.`];
  }

  /** Whether the session ends here: the guest has, or it can only fail on after a panic that the user has seen. */
  private endingOf(stop: Stop): Ending | undefined {
    if (stop.kind === 'power') return stop;
    if (stop.kind !== 'panicked' && stop.kind !== 'stuck') return undefined;
    const isSeen = this.launch?.noDebug === true || (this.panic.text !== undefined && this.panic.isShown);
    return isSeen ? stop : undefined;
  }

  private ended(stop: Ending): void {
    const { exitCode, text } = endOf(stop, this.panic.text);
    const hints = this.panic.text === undefined ? [] : this.hints(this.panic.text);
    this.print(`${[text, ...hints].join('\n')}\n`, 'console');
    this.server.event('exited', { exitCode });
    this.terminated();
  }

  /** Ends the session for the client. */
  terminated(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.loop.halt();
    this.flush(true);
    this.release();
    this.trace.close();
    this.server.event('terminated');
  }

  /** A bug of ours while running: the session stays, the guest stands. */
  private failed(error: unknown): void {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.print(`Worldstep itself failed while the guest ran: ${problem}\n`, 'stderr');
    this.stopped({ kind: 'pause', hart: 0 });
  }

  /** Text for the Debug Console. */
  print(output: string, category: 'console' | 'important' | 'stdout' | 'stderr'): void {
    this.server.event('output', { category, output });
  }

  /** An own event. */
  event(name: string, body: object): void {
    this.server.event(name, body);
  }

  private afterSlice(isIdle: boolean): void {
    this.flush(false);
    const { target, panic } = this;
    if (target === undefined || !this.loop.isRunning || !panic.isOver(target.machine.retired, isIdle)) return;
    this.loop.halt();
    const running = target.machine.cpus.find(({ activity }) => activity === 'running');
    this.stopped({ kind: 'panicked', hart: running?.hart ?? 0, text: panic.text ?? '' });
  }

  /** Sends pending console output and stale views; views at most ten times a second unless `isFinal`. */
  private flush(isFinal: boolean): void {
    if (isFinal) this.consoleText += this.decoder.decode();
    if (this.consoleText !== '') {
      const text = this.consoleText;
      this.consoleText = '';
      this.event('console/output', { text });
      if (this.launch?.console !== 'terminal') this.print(text, 'stdout');
    }
    if (isFinal || this.stale.size === 0) return;
    const now = this.services.host.wallClock();
    if (now - this.lastChanged < 100) return;
    this.lastChanged = now;
    this.event('inspect/changed', { inspectors: [...this.stale] });
    this.stale.clear();
  }

  private observe(target: DebugTarget): void {
    for (const { info } of this.inspectors) {
      if (info.refreshOn.length === 0) continue;
      this.removals.push(target.machine.observe(info.refreshOn, () => this.stale.add(info.id)));
    }
  }

  // ------------------------------------------------------------------ shared answers

  /** The hart of a thread id. Thread ids are hart numbers plus one. */
  hart(threadId: number): number {
    const hart = threadId - 1;
    if (this.target?.machine.cpus[hart] === undefined) throw unknownThread(threadId);
    return hart;
  }

  /** Where expressions of this frame are evaluated. */
  scope(target: DebugTarget, frameId: number | undefined): EvaluationScope {
    if (frameId === undefined) return target.scope(target.stop?.hart ?? 0);
    const handle = this.handles.frame(frameId);
    return target.scope(handle.hart, handle.frame);
  }

  /** For the status bar. */
  status(hart: number): MachineStatus {
    const target = this.target;
    if (target === undefined)
      return { running: false, mode: '', pc: '', retired: '0', seconds: 0, harts: 0, traps: 'skip' };
    const cpu = target.cpu(hart);
    return {
      running: this.loop.isRunning,
      mode: cpu.world.mode,
      pc: `0x${cpu.pc.toString(16)}`,
      retired: target.machine.retired.toString(),
      seconds: Number(target.machine.now) / 1e9,
      harts: target.machine.cpus.length,
      traps: target.trapPolicy,
    };
  }
}
