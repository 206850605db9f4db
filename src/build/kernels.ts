/**
 * `npm run kernels [-- NAME] [--arch A]` builds guest kernels into kernels/prebuilt.
 * `--check` compares sources and images with the manifest instead, `--qemu-check` boots the images on QEMU.
 */
import { parseArgs } from 'node:util';
import { type KernelTarget, kernelTargets } from './kernels/catalogue';
import { compile } from './kernels/compile';
import { discrepancies, record } from './kernels/manifest';
import { qemuDiscrepancy, runOnQemu } from './kernels/qemu';
import { UserError } from './kernels/user-error';

const usage = 'npm run kernels -- [NAME] [--arch A] [--check | --qemu-check]';

function main(): void {
  const { values, positionals } = commandLine();
  const targets = kernelTargets(positionals[0], values.arch);
  if (values.check) check(targets);
  else if (values['qemu-check']) checkOnQemu(targets);
  else build(targets);
}

function build(targets: readonly KernelTarget[]): void {
  for (const target of targets) {
    const { elf, tools } = compile(target);
    const entry = record(target, elf, tools);
    console.log(`${target.id}: ${entry.imageBytes} bytes (${entry.elfBytes} unpacked), ELF ${entry.elfSha256}`);
  }
}

function commandLine() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: { arch: { type: 'string' }, check: { type: 'boolean' }, 'qemu-check': { type: 'boolean' } },
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

function checkOnQemu(targets: readonly KernelTarget[]): void {
  const found: string[] = [];
  for (const target of targets) {
    const run = runOnQemu(target);
    const problem = qemuDiscrepancy(target, run);
    if (problem === undefined) console.log(`${target.id}: printed all of ${target.kernel.expectedOutput} and went off`);
    else found.push(problem);
  }
  if (found.length > 0) throw new UserError(found.join('\n'));
}

try {
  main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
