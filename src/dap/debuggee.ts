/**
 * The machine that clients debug: its life (launch, restart, end), the run loop, the console, and the sessions that follow
 * it, each of one client. What must not come here: knowledge of instruction sets, files, or messages of the protocol.
 */

import { t } from '../base/l10n';
import type { FilterScope } from '../debug/exception-list';
import type { Image } from '../debug/images';
import { isTrap, type LogLine, type SliceResult, type Stop } from '../debug/stop';
import { DebugTarget } from '../debug/target';
import type { TrapPolicy } from '../debug/trap-policy';
import { type Inspection, openInspectors } from '../inspect/open';
import { type Ending, endOf } from './ending';
import { cannotLoad, UserError } from './errors';
import { declareFlags } from './flag-sources';
import { GuestPanic } from './guest-panic';
import { launchRemarks } from './launch-remarks';
import type { LaunchArguments } from './launch-schema';
import { RunLoop } from './run-loop';
import type { BuiltMachine, SessionServices } from './services';
import { type SourceSurvey, surveySources } from './source-survey';
import { panickedText, panicText, stuckText, trapText } from './stop-text';
import { applyExceptions, bindWishes, unbindWishes, type Wishes } from './wishes';

/** How text of the session is shown. */
export type OutputCategory = 'console' | 'important' | 'stdout' | 'stderr';

/** A session that follows a debuggee: hears of everything that happens to it. */
export interface Follower {
  readonly wishes: Wishes;
  /** The guest runs. `isOwn`: this session made it. */
  ran(isOwn: boolean): void;
  /** The guest stands; `why` explains it in lines for the Debug Console. */
  stood(stop: Stop, why: readonly string[]): void;
  /** The guest is another machine now. */
  restarted(): void;
  /** Registers or memory were changed by hand. */
  changed(): void;
  /** What is known of the machine does not hold any more. */
  forget(): void;
  /** Where the guest has put a program. */
  imageFound(image: Image): void;
  /** Output of the guest's console. */
  wrote(text: string): void;
  print(output: string, category: OutputCategory): void;
  logged(line: LogLine): void;
  /** Views show what is not so any more; all of them without a list. */
  staled(inspectors?: readonly string[]): void;
  /** The machine is gone; with an exit code where the guest has ended. */
  ended(exitCode: number | undefined): void;
}

export class Debuggee {
  readonly followers = new Set<Follower>();
  readonly loop: RunLoop;
  launch: LaunchArguments | undefined;
  /** What the user chose for steps into traps; the launch's choice before. */
  trapPolicy: TrapPolicy | undefined;
  inspection: Inspection | undefined;
  /** Which exception filters can stop in this machine. */
  filterScope: FilterScope = { canHaveGuests: false };
  isEnded = false;
  target: DebugTarget | undefined;
  private removeConsole: (() => void) | undefined;
  private decoder = new TextDecoder();
  private consoleText = '';
  private lastId = 0;
  private lastChanged = 0;
  private panic = new GuestPanic(() => false);
  private panicHint: BuiltMachine['panicHint'];
  private readonly stale = new Set<string>();
  private readonly removals: (() => void)[] = [];

  constructor(readonly services: SessionServices) {
    this.loop = new RunLoop(
      services.host,
      (isIdle) => this.afterSlice(isIdle),
      (stop) => this.stopped(stop),
      (error) => this.failed(error),
    );
  }

  /** Yields ids that are unique among all that follow. */
  takeId = (): number => ++this.lastId;

  /** Builds the machine of checked launch arguments and binds what was wished for. */
  async build(launch: LaunchArguments): Promise<void> {
    const { host } = this.services;
    let built: BuiltMachine;
    let sources: SourceSurvey;
    try {
      built = await this.services.build(launch, host);
      sources = await surveySources(built.images, launch, built.sourceMap ?? {}, host);
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (error instanceof Error) throw cannotLoad(error.message);
      throw error;
    }
    const options = { sourceMap: sources.rules, takeId: this.takeId };
    const target = new DebugTarget(built.machine, built.images, options);
    await declareFlags(target, host);
    this.loop.halt();
    this.release();
    this.launch = launch;
    this.isEnded = false;
    target.trapPolicy = this.trapPolicy ?? launch.stepping?.traps ?? 'skip';
    this.target = target;
    target.runner.onLog = (line) => {
      // What the guest wrote before it came here stands before it.
      this.flushConsole();
      this.tell((one) => one.logged(line));
    };
    target.onImageFound = (image) => this.tell((one) => one.imageFound(image));
    this.decoder = new TextDecoder();
    this.panic = new GuestPanic((line) => built.isPanic?.(line) ?? false);
    this.removeConsole = built.machine.onConsole((bytes) => {
      this.panic.add(bytes, built.machine.retired);
      this.consoleText += this.decoder.decode(bytes, { stream: true });
    });
    built.machine.onRemark((text) => this.print(`${text}\n`, 'console'));
    this.panicHint = built.panicHint;
    this.filterScope = built.filterScope;
    this.inspection = openInspectors(target, { ...built.inspect, mostTraps: launch.limits?.traps });
    this.inspection.onWarning = (text) => this.print(`${text}\n`, 'console');
    this.observe(target);
    const remarks = [...(built.remarks ?? []), ...(await launchRemarks(launch, host)), ...sources.remarks];
    for (const remark of remarks) this.print(`${remark}\n`, 'console');
    if (launch.noDebug === true) target.setExceptionFilters([]);
    else this.applyWishes(this.followers);
    target.halt({ kind: 'entry', hart: 0 });
  }

  /** Binds what some of the followers wish for. */
  applyWishes(followers: Iterable<Follower>): void {
    const { target } = this;
    if (target === undefined || this.launch?.noDebug === true) return;
    for (const { wishes } of followers) bindWishes(target, wishes);
    applyExceptions(target, this.followers);
  }

  /** Takes back what one who does not follow any more wished for. */
  dropWishes(wishes: Wishes): void {
    const { target } = this;
    if (target === undefined || this.launch?.noDebug === true) return;
    unbindWishes(target, wishes);
    applyExceptions(target, this.followers);
  }

  private release(): void {
    this.removeConsole?.();
    for (const remove of this.removals.splice(0)) remove();
    this.target?.dispose();
    this.target = undefined;
    this.inspection?.dispose();
    this.inspection = undefined;
    this.tell((one) => one.forget());
  }

  /** A restart is complete: tells everybody. */
  announceRestart(): void {
    this.tell((one) => one.restarted());
  }

  /** Something was changed by hand: tells everybody. */
  changed(): void {
    this.target?.forget();
    this.tell((one) => one.changed());
  }

  /** Nobody looks: a guest that stands runs on. */
  runAlone(): void {
    if (this.target !== undefined && !this.loop.isRunning) this.run(this.target.resume(), undefined);
  }

  /** Starts the guest for the first time: to the entry, the run-to symbol, or freely. */
  begin(by: Follower): void {
    const { target, launch } = this;
    if (target === undefined || launch === undefined) return;
    if (launch.stopOnEntry === true && launch.noDebug !== true) return this.stopped({ kind: 'entry', hart: 0 });
    if (launch.runTo !== undefined && launch.noDebug !== true) {
      const result = target.runTo(launch.runTo);
      if (typeof result === 'string') {
        this.print(`"runTo": ${result}\n`, 'important');
        return this.stopped({ kind: 'entry', hart: 0 });
      }
      return this.run(result, by);
    }
    this.run(target.resume(), by);
  }

  /** Lets the guest run on from what a resume or a step began; `by` has asked for it. */
  run(first: SliceResult, by: Follower | undefined): void {
    if (this.target === undefined) return;
    this.tell((one) => one.forget());
    this.loop.start(this.target, first);
    this.tell((one) => one.ran(one === by));
  }

  /** The guest stands: tells everybody, or ends when it switched off. */
  stopped(stop: Stop): void {
    const { target } = this;
    if (target === undefined) return;
    target.halt(stop);
    this.tell((one) => one.forget());
    this.flush(true);
    this.panic.stands(target.machine.retired);
    const ending = this.endingOf(stop);
    if (ending !== undefined) return this.ended(ending);
    if (stop.kind === 'panic' || stop.kind === 'panicked') this.panic.isShown = true;
    const why = this.explained(target, stop);
    this.tell((one) => one.stood(stop, why));
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
    const event = stop.kind === 'trap' || stop.kind === 'goal' ? stop.event : undefined;
    if (event === undefined || !isTrap(event)) return [];
    const trap = { kind: 'trap', hart: stop.hart, event } as const;
    return [`${trapText(target, trap)}.`, ...(this.inspection?.explainTrap(event) ?? [])];
  }

  /** What to do about a panic, once. */
  private hints(panic: string): string[] {
    const hint = this.panicHint?.(panic);
    if (hint === undefined) return [];
    this.panicHint = undefined;
    return [`${hint}.`];
  }

  /** Whether it ends here: the guest has, or it can only fail on after a panic that the user has seen. */
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
    this.end(exitCode);
  }

  /** Drops the machine; everybody is told. */
  end(exitCode?: number): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.loop.halt();
    this.flush(true);
    this.release();
    this.tell((one) => one.ended(exitCode));
  }

  /** A bug of ours while running: the sessions stay, the guest stands. */
  private failed(error: unknown): void {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.print(t`Worldstep itself failed while the guest ran: ${problem}\n`, 'stderr');
    this.stopped({ kind: 'pause', hart: 0 });
  }

  private print(output: string, category: OutputCategory): void {
    this.tell((one) => one.print(output, category));
  }

  private tell(news: (follower: Follower) => void): void {
    for (const follower of [...this.followers]) news(follower);
  }

  private afterSlice(isIdle: boolean): void {
    this.flush(false);
    const { target, panic } = this;
    if (target === undefined || !this.loop.isRunning || !panic.isOver(target.machine.retired, isIdle)) return;
    this.loop.halt();
    const running = target.machine.cpus.find(({ activity }) => activity === 'running');
    this.stopped({ kind: 'panicked', hart: running?.hart ?? 0, text: panic.text ?? '' });
  }

  /** Sends pending console output and stale views; views at most ten times a second, and not when `isFinal`. */
  private flush(isFinal: boolean): void {
    if (isFinal) this.consoleText += this.decoder.decode();
    this.flushConsole();
    if (isFinal || this.stale.size === 0) return;
    const now = this.services.host.wallClock();
    if (now - this.lastChanged < 100) return;
    this.lastChanged = now;
    const inspectors = [...this.stale];
    this.stale.clear();
    this.tell((one) => one.staled(inspectors));
  }

  private flushConsole(): void {
    if (this.consoleText === '') return;
    const text = this.consoleText;
    this.consoleText = '';
    this.tell((one) => one.wrote(text));
  }

  private observe(target: DebugTarget): void {
    for (const { info } of this.inspection?.inspectors ?? []) {
      if (info.refreshOn.length === 0) continue;
      this.removals.push(target.machine.observe(info.refreshOn, () => this.stale.add(info.id)));
    }
  }
}
