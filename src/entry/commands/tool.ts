/** `worldstep tool`: runs a project's own build tool, so that editors understand what it prints and made. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CARGO_MESSAGES, cargoPrograms } from '../../vscode/trees/cargo-files';
import { type Arguments, type Command, type CommandContext, EXIT } from './command';
import { ToolLines } from './tool-lines';

export const toolCommand: Command = {
  name: 'tool',
  tail: 'COMMAND [WORD…]',
  summary: 'Runs the build tool of a project, with whole paths in the messages of its compilers.',
  options: {
    programs: { value: 'FILE', help: 'Writes the programs that cargo built into this file: a JSON array of paths.' },
  },
  notes: 'It is what tasks in VS Code run. Exit codes: those of the tool, 1 if it is not installed.',
  run: runTool,
};

/** Where to get the tools that the trees known to us are built with. */
const HINTS: Readonly<Record<string, string>> = {
  cargo: 'Install Rust as rustup.rs says, or the packages cargo-web and rust-web-src of Debian.',
  make: 'Install make, and a compiler for riscv64: gcc-riscv64-linux-gnu of Debian, for instance.',
  west: "Install Zephyr's tool west and its SDK, and open VS Code in that environment.",
  zig: 'Install Zig, as ziglang.org says.',
};

async function runTool({ tail, options }: Arguments, context: CommandContext): Promise<number> {
  const [program = '', ...words] = tail;
  const { stdout, stderr } = context;
  const programs = options.get('programs');
  const isCargo = programs !== undefined && basename(program) === 'cargo';
  const folder = process.cwd();
  const lines = new ToolLines(folder, rustFolder(folder), (text) => stderr.write(text));
  let messages = '';
  stderr.write(`${tail.join(' ')}\n`);
  const end = await started(program, isCargo ? withMessages(words) : words, {
    hasColours: stderr.isTTY === true && process.env.NO_COLOR === undefined,
    onOutput: (text) => {
      if (isCargo) messages += text;
      else lines.add(text);
    },
    onError: (text) => lines.add(text),
  });
  lines.end();
  if (typeof end === 'string') {
    stderr.write(
      `worldstep: ${program} cannot be started: ${end}. ${HINTS[basename(program)] ?? 'Is it on the PATH?'}\n`,
    );
    return EXIT.failed;
  }
  if (isCargo) {
    mkdirSync(dirname(programs), { recursive: true });
    writeFileSync(programs, JSON.stringify(end === 0 ? cargoPrograms(messages) : []));
  }
  // What is not for us is for the user.
  if (isCargo) stdout.write(messages.replace(/^\{.*\n?/gm, ''));
  return end;
}

/** cargo's own options end at `--`. */
function withMessages(words: readonly string[]): string[] {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return [...words.slice(0, end), CARGO_MESSAGES, ...words.slice(end)];
}

interface ToolStreams {
  readonly hasColours: boolean;
  readonly onOutput: (text: string) => void;
  readonly onError: (text: string) => void;
}

/** Its exit code; text if it could not be started. */
function started(program: string, words: readonly string[], streams: ToolStreams): Promise<number | string> {
  const { hasColours, onOutput, onError } = streams;
  return new Promise((done) => {
    const child = spawn(program, words, {
      cwd: process.cwd(),
      stdio: ['inherit', 'pipe', 'pipe'],
      env: { ...process.env, ...(hasColours && { CARGO_TERM_COLOR: process.env.CARGO_TERM_COLOR ?? 'always' }) },
      // There tools are often scripts.
      shell: process.platform === 'win32',
    });
    child.stdout.setEncoding('utf8').on('data', onOutput);
    child.stderr.setEncoding('utf8').on('data', onError);
    child.on('error', (error: NodeJS.ErrnoException) =>
      done(error.code === 'ENOENT' ? 'it was not found' : error.message),
    );
    child.on('close', (code) => done(code ?? EXIT.failed));
  });
}

/** The folder of the workspace that a crate belongs to, or of the crate itself. */
function rustFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = join(at, 'Cargo.toml');
    if (existsSync(manifest) && /^\s*\[workspace\]/m.test(readFileSync(manifest, 'utf8'))) return at;
    if (dirname(at) === at) return folder;
  }
}
