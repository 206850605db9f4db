/** A session on a bundled kernel in the terms of its guide: what is clicked and what is seen. */
import { resolve } from 'node:path';
import { expect } from 'vitest';
import { newClient } from '../support/conversation';
import type { DapClient, Json } from '../support/dap-client';
import { type GuideRow, lineOf } from './guide-table';

/** Where a row's code is; `row` fits. */
type Place = Pick<GuideRow, 'file' | 'code'> & Partial<Pick<GuideRow, 'mode'>>;

export class GuidedSession {
  private constructor(
    private readonly client: DapClient,
    private readonly kernel: string,
  ) {}

  /** Starts the kernel, in the mode that `place` belongs to, with a breakpoint there, and stops at it. */
  static async at(kernel: string, arch: string, place: Place): Promise<GuidedSession> {
    const client = newClient();
    const folder = resolve('kernels', kernel);
    const sourceMap = { [`/worldstep/kernels/${kernel}`]: folder };
    const session = new GuidedSession(client, kernel);
    session.broken.push(resolve(folder, place.file));
    await client.launch(
      { program: `bundled:${kernel}`, arch, ...(place.mode !== undefined && { mode: place.mode }), sourceMap },
      { [resolve(folder, place.file)]: [{ line: lineOf(kernel, place) }] },
    );
    expect(await client.event('stopped')).toMatchObject({ reason: 'breakpoint' });
    return session;
  }

  dispose(): void {
    this.client.dispose();
  }

  /** Sets the only breakpoint, or none. */
  async breakAt(place?: Place): Promise<void> {
    for (const path of this.broken.splice(0)) await this.setBreakpoints(path, []);
    if (place === undefined) return;
    const path = resolve('kernels', this.kernel, place.file);
    this.broken.push(path);
    await this.setBreakpoints(path, [{ line: lineOf(this.kernel, place) }]);
  }
  private readonly broken: string[] = [];

  private async setBreakpoints(path: string, breakpoints: object[]): Promise<void> {
    await this.client.request('setBreakpoints', { source: { path }, breakpoints });
  }

  /** Continue, a step, or another request that moves the guest; the `stopped` event. */
  async move(command: 'continue' | 'next' | 'stepIn' | 'stepOut', args: object = {}): Promise<Json> {
    await this.client.request(command, { threadId: 1, ...args });
    return this.client.event('stopped');
  }

  async runTo(goal: string): Promise<void> {
    await this.client.request('run/to', { goal });
    await this.client.event('stopped');
  }

  /** The exception filter *Traps* with a condition. */
  async breakOnTraps(condition: string): Promise<void> {
    await this.client.request('setExceptionBreakpoints', {
      filters: [],
      filterOptions: [{ filterId: 'traps', condition }],
    });
  }

  /** Continue, and Pause after a slice or two of the guest's time. */
  async letRun(): Promise<void> {
    await this.client.request('continue', { threadId: 1 });
    const moved = this.client.event('stopped');
    // The session gives way to us between slices.
    await new Promise(setImmediate);
    await this.client.request('pause', { threadId: 1 });
    await moved;
  }

  async followTraps(): Promise<void> {
    await this.client.request('stepping/traps', { policy: 'follow' });
  }

  /** *Jump to Cursor*. */
  async jumpTo(place: Place): Promise<void> {
    const source = { path: resolve('kernels', this.kernel, place.file) };
    const { targets } = await this.client.request('gotoTargets', { source, line: lineOf(this.kernel, place) });
    await this.client.request('goto', { threadId: 1, targetId: targets[0].id });
    await this.client.event('stopped');
  }

  /** Continues to the end: what the guest printed since the start, and its exit code. */
  async toEnd(): Promise<{ console: string; exitCode: number }> {
    await this.breakAt();
    await this.client.request('continue', { threadId: 1 });
    const { exitCode } = await this.client.event('exited');
    await this.client.event('terminated');
    return { console: this.console, exitCode };
  }

  /** Everything that the guest has printed. */
  get console(): string {
    const outputs = this.client.messages.filter((one: Json) => one.event === 'console/output');
    return outputs.map((one: Json) => one.body.text).join('');
  }

  /** The line of the frame that is shown. */
  async line(): Promise<number> {
    return (await this.frames())[0].line;
  }

  /** `name file:line` of the frame that is shown. */
  async place(): Promise<string> {
    const frame = (await this.frames())[0];
    return `${frame.name} ${frame.source?.name}:${frame.line}`;
  }

  private async frames(): Promise<Json[]> {
    const { stackFrames } = await this.client.request('stackTrace', { threadId: 1 });
    return stackFrames.filter((frame: Json) => frame.presentationHint !== 'label');
  }

  /** Names of the whole call stack, borders between worlds included. */
  async stack(): Promise<string[]> {
    const { stackFrames } = await this.client.request('stackTrace', { threadId: 1 });
    return stackFrames.map(({ name }: Json) => name);
  }

  async mode(): Promise<string> {
    return (await this.client.request('machine/status')).mode;
  }

  /** A watch or an expression in the Debug Console. */
  async value(expression: string): Promise<string> {
    const frameId = (await this.frames())[0].id;
    return (await this.client.request('evaluate', { expression, frameId, context: 'watch' })).result;
  }

  /** An assignment in the Debug Console. */
  async set(expression: string, value: string): Promise<void> {
    const frameId = (await this.frames())[0].id;
    await this.client.request('setExpression', { expression, value, frameId });
  }

  /** The rows of a view's tree: labels and descriptions of the roots, or of what is below the row with that label. */
  async rows(inspector: string, ...below: string[]): Promise<string[]> {
    let key: string | undefined;
    let nodes: Json[] = (await this.client.request('inspect/children', { inspector })).nodes;
    for (const label of below) {
      key = nodes.find((node) => node.label.includes(label))?.key;
      if (key === undefined) throw new Error(`${inspector} has no row "${label}": ${nodes.map((node) => node.label)}`);
      nodes = (await this.client.request('inspect/children', { inspector, key })).nodes;
    }
    return nodes.map(({ label, description = '' }) => `${label} ${description}`);
  }

  /** The rows of a view's table, cells joined. */
  async table(inspector: string): Promise<string[]> {
    const { table } = await this.client.request('inspect/table', { inspector });
    return table.rows.map((cells: string[]) => cells.join(' '));
  }

  async explain(address: string, access: 'read' | 'write' | 'execute'): Promise<string> {
    return (await this.client.request('address/explain', { address, access })).lines.join('\n');
  }
}
