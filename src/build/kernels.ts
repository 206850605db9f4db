/**
 * `npm run kernels [-- NAME] [--arch A]` builds guest kernels into kernels/prebuilt.
 * `--check` compares sources and prebuilt files with the manifest instead, `--qemu-check` boots them on QEMU, and
 * `--rebuild-check` compiles one of each architecture anew, leaves kernels/prebuilt alone and compares the hashes.
 */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { KernelTarget } from './kernels/catalogue';
import { compile, writeCompiled } from './kernels/compile';
import { discrepancies, record } from './kernels/manifest';
import { expectedOutputFile, qemuDiscrepancy, runOnQemu } from './kernels/qemu';
import { rebuildDiscrepancy } from './kernels/rebuild';
import { kernelsFolder, kernelTargets } from './kernels/repository';
import { UserError } from './kernels/user-error';

const usage = 'npm run kernels -- [NAME] [--arch A] [--check | --qemu-check | --rebuild-check]';

/** Machines that boot at the same time. */
const BOOTS = 2;

async function main(): Promise<void> {
  const { values, positionals } = commandLine();
  const targets = kernelTargets(positionals[0], values.arch);
  if (values.check) check(targets);
  else if (values['qemu-check']) await checkOnQemu(targets);
  else if (values['rebuild-check']) await checkByRebuilding(targets);
  else await build(targets);
}

async function build(targets: readonly KernelTarget[]): Promise<void> {
  for (const target of targets) {
    const compilation = await compile(target, (text) => process.stderr.write(text));
    writeCompiled(compilation.files);
    const { files } = record(target, compilation);
    for (const { file, bytes, elfBytes, elfSha256 } of files) {
      console.log(`${target.id}: ${file}: ${bytes} bytes (${elfBytes} unpacked), ELF ${elfSha256}`);
    }
  }
}

function commandLine() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        arch: { type: 'string' },
        check: { type: 'boolean' },
        'qemu-check': { type: 'boolean' },
        'rebuild-check': { type: 'boolean' },
      },
    });
    if (parsed.positionals.length > 1) throw new UserError('One kernel at a time, or all without a name.');
    return parsed;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\nUsage: ${usage}`);
  }
}

function check(targets: readonly KernelTarget[]): void {
  const found = discrepancies(targets);
  if (found.length > 0) throw new UserError(found.join('\n'));
  console.log(`${targets.map(({ id }) => id).join(', ')}: as the manifest says`);
}

async function checkOnQemu(targets: readonly KernelTarget[]): Promise<void> {
  const found: string[] = [];
  const waiting = [...targets];
  const bootAll = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const started = performance.now();
      const problem = qemuDiscrepancy(target, await runOnQemu(target));
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const file = relative(kernelsFolder, expectedOutputFile(target) ?? '');
      if (problem === undefined) console.log(`✔ ${target.id}: printed all of ${file} and went off, ${seconds} s`);
      else found.push(`✖ ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: BOOTS }, bootAll));
  if (found.length > 0) throw new UserError(found.join('\n'));
}

/** Rebuilds one target of each architecture, of the kernel with the fewest packages: the others take long. */
async function checkByRebuilding(targets: readonly KernelTarget[]): Promise<void> {
  const architectures = [...new Set(targets.map(({ architecture }) => architecture))];
  const chosen = architectures.flatMap((name) => {
    const its = targets.filter(({ architecture }) => architecture === name);
    return its.sort((a, b) => a.steps.length - b.steps.length).slice(0, 1);
  });
  const found: string[] = [];
  for (const target of chosen) {
    const started = performance.now();
    const problem = await rebuildDiscrepancy(target);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    if (problem === undefined) console.log(`✔ ${target.id}: the same ELF again, ${seconds} s`);
    else found.push(`✖ ${problem}`);
  }
  if (found.length > 0) throw new UserError(found.join('\n'));
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
