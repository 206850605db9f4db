/**
 * Latency and memory of the built language server: `npm run build`, then `npx tsx test/bench/language-server.ts`. A source of 10,000 lines
 * of each instruction set; the time from a change in its middle to the answer.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createProtocolConnection } from 'vscode-languageserver';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';

const root = resolve(import.meta.dirname, '../..');
const LINES = 10_000;
const ROUNDS = 30;

/** What the middle of the sources is asked about, and what the machine's limits are: issue 14. */
const LIMITS = { milliseconds: 30, megabytes: 80 };

/** A source's good part, again and again. */
const longSource = (isa: string): string => {
  const lines = readFileSync(join(root, `test/lsp/sources/${isa}.S`), 'utf8').split('\n');
  const good = lines
    .slice(
      0,
      lines.findIndex((line) => /^(broken|intel):|intel_syntax/.test(line.trim())),
    )
    .filter((line) => !line.startsWith('#'));
  return Array.from({ length: LINES }, (_, at) =>
    (good[at % good.length] ?? '').replace(/^([A-Za-z_]\w*):/, `$1_${at}:`),
  ).join('\n');
};

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

const residentMegabytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const measure = async (isa: string): Promise<boolean> => {
  const server = spawn(process.execPath, [join(root, 'dist/cli.js'), 'lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  const uri = `file:///bench/${isa}/long.S`;
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'asm', version: 1, text: longSource(isa) },
  });
  const times: Record<'hover' | 'completion', number[]> = { hover: [], completion: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    const line = LINES / 2 + round;
    const place = { line, character: 0 };
    const contentChanges = [{ range: { start: place, end: place }, text: `    ld ${round}\n` }];
    for (const method of ['hover', 'completion'] as const) {
      await connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: 2 * round + (method === 'hover' ? 0 : 1) },
        contentChanges,
      });
      const start = performance.now();
      await connection.sendRequest(`textDocument/${method}`, {
        textDocument: { uri },
        position: { line, character: 5 },
      });
      times[method].push(performance.now() - start);
    }
  }
  const memory = residentMegabytes(server.pid ?? 0);
  const [hover, completion] = [median(times.hover), median(times.completion)];
  console.log(`${isa}: hover ${hover.toFixed(1)} ms, completion ${completion.toFixed(1)} ms, ${memory.toFixed(0)} MB`);
  connection.dispose();
  server.kill();
  return hover <= LIMITS.milliseconds && completion <= LIMITS.milliseconds && memory <= LIMITS.megabytes;
};

const main = async (): Promise<void> => {
  for (const isa of ['riscv64', 'aarch64', 'loongarch64', 'x86_64']) {
    if (!(await measure(isa))) process.exitCode = 1;
  }
};
void main();
