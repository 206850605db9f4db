/** Runs the `worldstep` program in process, with streams of the test's own. */

import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/entry/commands/main';

/** What a run of the program left behind. */
export interface ProgramRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = resolve(__dirname, '../..');

/** `input` is what stdin holds before it ends; `null` leaves it open. */
export async function runProgram(argv: readonly string[], input: string | null = ''): Promise<ProgramRun> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const text = { stdout: '', stderr: '' };
  stdout.on('data', (bytes: Buffer) => {
    text.stdout += bytes.toString();
  });
  stderr.on('data', (bytes: Buffer) => {
    text.stderr += bytes.toString();
  });
  if (input !== null) stdin.end(input);
  const code = await main(argv, root, {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  return { code, ...text };
}
