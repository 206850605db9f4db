/** `worldstep build`: compiles a kernel and its programs with the Rust that is installed. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { nearest } from '../../base/nearest';
import type { KernelTarget } from '../../build/kernels/catalogue';
import { UserError } from '../../build/kernels/user-error';
import { type Arguments, type Command, type CommandContext, EXIT, UsageError } from './command';
import { CompilerLines } from './compiler-lines';
import { bundledKernels } from './guest';

export const buildCommand: Command = {
  name: 'build',
  word: 'NAME|KERNEL.JSON',
  summary:
    'Builds a kernel and its programs, as its kernel.json says. Needs Rust; says what to install if it is missing.',
  options: { arch: { value: 'A', help: 'Only for this architecture; without it for all in kernel.json.' } },
  notes:
    'The images go where kernel.json says. The compiler speaks on stderr, with whole paths.\n' +
    'Exit codes: 0 built, 1 a tool is missing or the compiler found mistakes, 2 bad usage or kernel.json.',
  run: build,
};

async function build({ words, options }: Arguments, context: CommandContext): Promise<number> {
  const [word] = words;
  if (word === undefined) {
    throw new UsageError(
      'There is nothing to build. Name a kernel.json; "worldstep kernels" lists what comes with Worldstep.',
    );
  }
  const kernelJson = await locate(word, context);
  // Only this command needs them: `run` starts faster without.
  const [{ buildTargets }, { compile, writeCompiled }] = await Promise.all([
    import('../../build/kernels/catalogue'),
    import('../../build/kernels/compile'),
  ]);
  const targets = usage(() => buildTargets(kernelJson, options.get('arch')));
  const { stdout, stderr } = context;
  // Through our pipe cargo would leave its colours out.
  if (stderr.isTTY && process.env.NO_COLOR === undefined) process.env.CARGO_TERM_COLOR ??= 'always';
  for (const target of targets) {
    const lines = new CompilerLines(target.steps, target.kernel.sources, target.folder, (text) => stderr.write(text));
    try {
      const { files } = await compile(target, (text) => lines.add(text));
      lines.end();
      writeCompiled(files);
      for (const { file } of files) stdout.write(`${target.id}: wrote ${shown(file)}\n`);
    } catch (error) {
      lines.end();
      if (!(error instanceof UserError)) throw error;
      stderr.write(`worldstep: ${error.message}\n`);
      return EXIT.failed;
    }
  }
  return EXIT.done;
}

/** The kernel.json that `word` means: a bundled kernel's, a file, or the one in a folder. */
async function locate(word: string, { host, root }: CommandContext): Promise<string> {
  const folder = join(root, 'kernels');
  const isName = !/[\\/.]/.test(word);
  const path = isName
    ? join(folder, word, 'kernel.json')
    : resolve(/\.json$/.test(word) ? word : join(word, 'kernel.json'));
  if (isName && !existsSync(path)) {
    const names = (await bundledKernels(host, root)).map(({ kernel }) => kernel.name);
    const near = nearest(word, names);
    const next = near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean ${near}?`;
    throw new UsageError(
      `there is no bundled kernel "${word}". ${next} For one of your own give the path of its kernel.json.`,
    );
  }
  const inside = relative(folder, path);
  const isBundled = !isAbsolute(inside) && !inside.startsWith('..');
  // An installed extension has no sources of its own beside it; updates replace its folder.
  if (isBundled && !existsSync(join(root, 'src'))) {
    throw new UsageError(
      `${word} belongs to the installed extension, which is not to be changed. Copy it first: in VS Code run ` +
        `"Worldstep: Open Sample…" and choose "Copy it to a folder…", then build the copy's kernel.json.`,
    );
  }
  return path;
}

/** What is wrong with arguments or kernel.json is bad usage. */
function usage(read: () => KernelTarget[]): KernelTarget[] {
  try {
    return read();
  } catch (error) {
    throw error instanceof UserError ? new UsageError(error.message) : error;
  }
}

/** A path as the user would write it. */
const shown = (file: string): string => {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
};
