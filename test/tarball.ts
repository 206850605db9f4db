/**
 * The package as `npx` uses it: what `npm pack` makes, installed into an empty folder without the network, runs a kernel and a debug
 * session over stdio, on this Node and on the others that there are.
 */
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { frame, MessageReader } from '../src/platform/node/dap-stream';
import { otherNodes } from './workbench/tools';

const root = resolve(__dirname, '..');
const KERNEL = 'msgqueue';
/** Where the session stops. */
const FUNCTION = 'msgqueue::producer';
/** How the call stack calls it. */
const FRAME = 'producer · msgqueue';

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: { readonly reason?: string; readonly stackFrames?: readonly { readonly name: string }[] };
}

let failed = 0;
const report = (claim: string, problem: string | undefined): void => {
  console.log(problem === undefined ? `✔ ${claim}` : `✖ ${claim}: ${problem}`);
  if (problem !== undefined) failed++;
};

const runsTheKernel = (folder: string, env: NodeJS.ProcessEnv): string | undefined => {
  const run = spawnSync('npx', ['--no-install', 'worldstep', 'run', KERNEL], { cwd: folder, env, encoding: 'utf8' });
  const wanted = readFileSync(join(root, 'kernels', KERNEL, 'expected-output-riscv64.txt'), 'utf8').trimEnd();
  if (run.status === 0 && run.stdout.replace(/[ \r]+$/gm, '').includes(wanted)) return undefined;
  return `exit code ${run.status}, ${run.stderr}, printed ${run.stdout.slice(-400)}`;
};

/** A session as an editor has it: its own process, a stop in a function, its call stack, and the end. */
const debugsTheKernel = (folder: string, env: NodeJS.ProcessEnv): Promise<string | undefined> =>
  new Promise((done) => {
    const adapter = spawn('npx', ['--no-install', 'worldstep', 'dap', '--stdio'], {
      cwd: folder,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const reader = new MessageReader();
    let seq = 0;
    const names: string[] = [];
    const ask = (command: string, args: object): void => {
      seq++;
      adapter.stdin.write(frame({ seq, type: 'request', command, arguments: args }));
    };
    const onMessage = ({ event, command, type, success, message, body }: Message): void => {
      if (type === 'response' && success === false) return done(`${command}: ${message}`);
      if (command === 'initialize') ask('launch', { program: `bundled:${KERNEL}` });
      if (event === 'initialized') {
        ask('setFunctionBreakpoints', { breakpoints: [{ name: FUNCTION }] });
        ask('configurationDone', {});
      }
      if (event === 'stopped') ask('stackTrace', { threadId: 1 });
      if (command === 'stackTrace') {
        names.push(...(body?.stackFrames ?? []).map(({ name }) => name));
        ask('disconnect', {});
      }
      if (command === 'disconnect') adapter.stdin.end();
    };
    adapter.stdout.on('data', (bytes: Buffer) => {
      for (const message of reader.add(bytes)) onMessage(message as Message);
    });
    adapter.on('error', (error) => done(error.message));
    adapter.on('close', (code) =>
      done(code === 0 && names[0] === FRAME ? undefined : `exit code ${code}, call stack ${names.join(', ')}`),
    );
    ask('initialize', { adapterID: 'worldstep' });
  });

const main = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-tarball-'));
  try {
    const quiet: ExecFileSyncOptionsWithStringEncoding = {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    };
    const file = execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], quiet).trim();
    const offline = ['--offline', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...offline, '--prefix', folder, join(folder, file)], quiet);
    for (const node of [process.execPath, ...otherNodes()]) {
      const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
      const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
      report(`npx worldstep run ${KERNEL}, Node ${version}`, runsTheKernel(folder, env));
      report(`npx worldstep dap --stdio, Node ${version}`, await debugsTheKernel(folder, env));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = failed === 0 ? 0 : 1;
};

void main();
