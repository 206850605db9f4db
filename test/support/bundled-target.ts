/** Debug targets of the bundled kernels, composed as a session composes them, and driven synchronously. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LaunchArguments } from '../../src/dap/launch-schema';
import type { SliceResult, Stop } from '../../src/debug/stop';
import { DebugTarget, type StepRequest } from '../../src/debug/target';
import { sessionServices } from '../../src/entry/session-services';
import { nodeHost } from '../../src/platform/node/host';

const root = resolve(__dirname, '../..');

/** A bundled kernel under the debugger, driven without a session. */
export class BundledTarget {
  console = '';
  readonly log: string[] = [];

  private constructor(
    readonly target: DebugTarget,
    readonly kernel: string,
  ) {
    target.machine.onConsole((sent) => {
      this.console += new TextDecoder().decode(sent);
    });
    target.runner.onLog = (line) => this.log.push(line.text);
    target.halt({ kind: 'entry', hart: 0 });
  }

  static async open(kernel: string, launch: Partial<LaunchArguments> = {}): Promise<BundledTarget> {
    const services = sessionServices(nodeHost({ root }), { symbolsWasm: 'asset:src/symbols/symbols.wasm' });
    const built = await services.build(
      { program: `bundled:${kernel}`, arch: 'riscv64', ...launch } as LaunchArguments,
      services.host,
    );
    const target = new DebugTarget(built.machine, built.images, { sourceMap: built.sourceMap });
    return new BundledTarget(target, kernel);
  }

  /** The number of the one line of a source file (relative to the kernel's folder) that contains `text`. */
  line(file: string, text: string): number {
    const lines = readFileSync(resolve(root, 'kernels', this.kernel, file), 'utf8').split('\n');
    const found = lines.flatMap((line, at) => (line.includes(text) ? [at + 1] : []));
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${file}: ${found.length} lines have "${text}"`);
    return found[0];
  }

  /** Sets the only breakpoint, at the line with `text`. */
  breakAt(file: string, text: string): void {
    for (const { path } of this.broken.splice(0)) this.target.breakpoints.setSource(path, []);
    const path = `/worldstep/kernels/${this.kernel}/${file}`;
    this.broken.push({ path });
    this.target.breakpoints.setSource(path, [{ line: this.line(file, text) }]);
  }
  private readonly broken: { path: string }[] = [];

  clear(): void {
    for (const { path } of this.broken.splice(0)) this.target.breakpoints.setSource(path, []);
  }

  /** Runs on until the next stop. */
  go(first: SliceResult | string = this.target.resume()): Stop {
    if (typeof first === 'string') throw new Error(first);
    let result = first;
    for (let slices = 0; slices < 200; slices++) {
      if (result.kind === 'stopped') return result.stop;
      if (result.kind === 'idle') throw new Error('the guest waits for input');
      result = this.target.slice(1_000_000n);
    }
    throw new Error(`no stop after 200 slices, at ${this.place()}`);
  }

  /** Runs to the line with `text` and leaves no breakpoint. */
  goTo(file: string, text: string): Stop {
    this.breakAt(file, text);
    const stop = this.go();
    this.clear();
    return stop;
  }

  step(how: StepRequest['how'], more: Partial<StepRequest> = {}): string {
    const stop = this.go(this.target.step({ hart: 0, how, unit: 'line', ...more }));
    return `${stop.kind === 'step' ? '' : `${stop.kind}: `}${this.place()}`;
  }

  /** Where the hart is: `mode function file:line`. */
  place(): string {
    const cpu = this.target.cpu(0);
    const frame = this.target.topFrame(0);
    if (frame === undefined) return `${cpu.world.mode} 0x${cpu.pc.toString(16)}`;
    return `${cpu.world.mode} ${frame.name} ${frame.source?.path.split('/').pop() ?? '?'}:${frame.line}`;
  }

  /** The text of the line where the hart is, without the indentation. */
  text(): string {
    const frame = this.target.topFrame(0);
    const path = frame?.source?.path.replace('/worldstep', root);
    if (path === undefined || frame === undefined) return '';
    if (!existsSync(path)) return '';
    return (readFileSync(path, 'utf8').split('\n')[frame.line - 1] ?? '').trim();
  }
}
