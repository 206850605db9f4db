/** `trace: true`: every message of the session, one JSON document a line, written to a file when the session ends. */
import type { Host } from '../base/host';
import type { Message } from './server';

/** Lines kept at most; the oldest go first. */
const MOST = 50_000;

export class TraceLog {
  private lines: string[] | undefined;
  private path = '';

  constructor(private readonly host: Host) {}

  /** Starts to keep messages; the file goes into `folder`. */
  enable(folder: string | undefined): void {
    this.lines ??= [];
    this.path = `${folder ?? '.'}/worldstep-trace.jsonl`;
  }

  /** Keeps one message; `→` to the client, `←` from it. */
  note(direction: '→' | '←', message: Message): void {
    if (this.lines === undefined) return;
    this.lines.push(JSON.stringify({ direction, message }));
    if (this.lines.length > MOST) this.lines.splice(0, this.lines.length - MOST);
  }

  /** Writes the file; failing to is not worth an error at the end of a session. */
  close(): void {
    const { lines } = this;
    if (lines === undefined) return;
    this.lines = undefined;
    const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
    this.host.writeFile(this.path, bytes).catch(() => {});
  }
}
