/** Debug targets over the real machine, for tests of src/debug: programs of the fixtures, run to their stops at once. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ExpressionError } from '../../src/debug/expression/ast';
import type { SliceResult, Stop } from '../../src/debug/stop';
import { DebugTarget, type StepRequest } from '../../src/debug/target';
import { createMachine } from '../../src/machine/create';
import { symbolReader } from '../../src/symbols/reader';

const reader = symbolReader(new WebAssembly.Module(readFileSync('src/symbols/symbols.wasm')));

/** A target that is driven synchronously. */
export class DrivenTarget {
  readonly target: DebugTarget;
  console = '';
  readonly log: string[] = [];
  readonly lines: readonly string[];
  readonly sourcePath: string;

  constructor(elf: string, source: string, sourcePath: string, role: 'kernel' | 'bios', harts = 1) {
    const bytes = new Uint8Array(gunzipSync(readFileSync(elf)));
    const file = { name: elf, bytes };
    const { machine, plan } = createMachine({
      memory: 16 << 20,
      harts,
      ...(role === 'kernel' ? { kernel: file } : { bios: file }),
    });
    const program = reader.read(elf, bytes);
    this.target = new DebugTarget(machine, [{ name: 'guest', program, physicalOf: plan.physicalOf }]);
    machine.onConsole((sent) => {
      this.console += new TextDecoder().decode(sent);
    });
    this.target.runner.onLog = (line) => this.log.push(line.text);
    this.lines = readFileSync(source, 'utf8').split('\n');
    this.sourcePath = sourcePath;
    this.target.halt({ kind: 'entry', hart: 0 });
  }

  /** The line that carries the comment `@name`. */
  line(name: string): number {
    const at = this.lines.findIndex((line) => new RegExp(`@${name}\\b`).test(line));
    if (at < 0) throw new Error(`no line is marked @${name}`);
    return at + 1;
  }

  /** Sets breakpoints at marked lines. */
  breakAt(...names: (string | { name: string; condition?: string; hitCondition?: string; logMessage?: string })[]) {
    const specs = names.map((one) => (typeof one === 'string' ? { name: one } : one));
    return this.target.breakpoints.setSource(
      this.sourcePath,
      specs.map(({ name, ...options }) => ({ line: this.line(name), ...options })),
    );
  }

  /** Runs on until the next stop. */
  go(first: SliceResult | string = this.target.resume()): Stop {
    if (typeof first === 'string') throw new Error(first);
    let result = first;
    for (let slices = 0; slices < 400; slices++) {
      if (result.kind === 'stopped') return result.stop;
      if (result.kind === 'idle') throw new Error('the guest waits for input');
      result = this.target.slice(1_000_000n);
    }
    throw new Error(`no stop after 400 slices, at ${this.place()}`);
  }

  step(how: StepRequest['how'], unit: StepRequest['unit'] = 'line'): string {
    const stop = this.go(this.target.step({ hart: 0, how, unit }));
    return `${stop.kind} ${this.place()}`;
  }

  /** Where the hart is: `function:@mark` or `function:line`. */
  place(): string {
    const frame = this.target.stack(0).frames(0, 1)[0];
    if (frame?.kind !== 'code') return frame?.name ?? 'nowhere';
    const mark = /@(\w+)/.exec(this.lines[frame.line - 1] ?? '')?.[1];
    return `${frame.name}:${mark === undefined ? frame.line : `@${mark}`}`;
  }

  /** The names of the frames, labels in brackets. */
  stack(): string[] {
    return this.target
      .stack(0)
      .frames(0, 100)
      .map((frame) => (frame.kind === 'label' ? `[${frame.name}]` : frame.name));
  }

  value(expression: string): string {
    try {
      return this.target.values.evaluate(expression, this.target.values.scope(0)).text;
    } catch (error) {
      if (error instanceof ExpressionError) return error.message;
      throw error;
    }
  }
}

export const trapsKernel = (): DrivenTarget =>
  new DrivenTarget(
    'test/debug/fixtures/traps.elf.gz',
    'test/debug/fixtures/traps.c',
    '/fixture/traps/traps.c',
    'kernel',
  );

/** Two tasks that take turns. */
export const tasksKernel = (): DrivenTarget =>
  new DrivenTarget(
    'test/debug/fixtures/tasks.elf.gz',
    'test/debug/fixtures/tasks.c',
    '/fixture/traps/tasks.c',
    'kernel',
  );

export const cProgram = (build: 'c-o0-dwarf5' | 'c-o2-dwarf5'): DrivenTarget =>
  new DrivenTarget(
    `test/symbols/fixtures/${build}.elf.gz`,
    'test/symbols/fixtures/c/main.c',
    '/fixture/c/main.c',
    'bios',
  );
