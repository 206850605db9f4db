/**
 * How long a person waits from F5 to the first stop: a folder with only a C kernel, and each bundled sample on each architecture that
 * there is a machine for. Prints a table; no part of `npm test`, as a busy computer must not fail it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseKernelPackage } from '../../src/image/kernel-json';
import { listing } from '../../src/image/kernel-listing';
import { type KernelPackage, suggestionsOf } from '../../src/image/kernel-package';
import { MACHINES } from '../../src/vscode/machine-list.gen';
import { inInstalledWorkbench, runToTheEnd, timedNotes } from './installed-workbench';
import { repository } from './tools';
import { inOwnFolder, OWN_KERNEL_LINE } from './walk-own-kernel';
import { breakAt, openCopy, type Surroundings } from './walk-worlds';
import type { Workbench } from './workbench';

/** So often F5 is pressed in each window: the first time the extension wakes up, too. */
const PRESSES = 6;

/** One line of the table. */
interface Waits {
  readonly what: string;
  readonly architecture: string;
  readonly place: string;
  /** Milliseconds from F5 to the arrow in the margin, press by press. */
  readonly waits: readonly number[];
}

const note = timedNotes();

const measure = async (): Promise<void> => {
  const [, , given] = process.argv;
  const table: Waits[] = [];
  await inInstalledWorkbench(given, note, async (around) => {
    table.push(await ownFolder(around));
    for (const kernel of samples()) {
      for (const architecture of kernel.architectures.keys()) table.push(await sample(around, kernel, architecture));
    }
  });
  console.log(rendered(table));
};

const samples = (): KernelPackage[] => {
  const kernels = readdirSync(join(repository, 'kernels'), { withFileTypes: true }).flatMap((entry) => {
    const files = entry.isDirectory() ? readdirSync(join(entry.parentPath, entry.name)) : [];
    if (!files.includes('kernel.json')) return [];
    const path = join(entry.parentPath, entry.name, 'kernel.json');
    const result = parseKernelPackage(readFileSync(path, 'utf8'), path);
    if (!result.ok) throw new Error(result.problems.join('\n'));
    return [{ kernel: result.kernel }];
  });
  return listing(kernels, MACHINES).map(({ kernel }) => kernel);
};

const ownFolder = async ({ workbench, url }: Surroundings): Promise<Waits> => {
  const { file, text } = OWN_KERNEL_LINE;
  let waits: readonly number[] = [];
  await inOwnFolder(async (folder) => {
    await workbench.open(url, folder);
    const line = await breakAt(workbench, folder, file, text);
    waits = await pressAndWait(workbench, line);
  });
  note('measured: own folder');
  return { what: 'own C folder', architecture: 'riscv64', place: file, waits };
};

/** A copy of the sample, with a launch.json that names the architecture, stopped at the first place that its author suggests. */
const sample = async (around: Surroundings, kernel: KernelPackage, architecture: string): Promise<Waits> => {
  const { workbench } = around;
  const folder = await openCopy({ ...around, parent: join(around.parent, architecture) }, kernel.name, {
    name: `First stop on ${architecture}`,
    arch: architecture,
  });
  const [first] = suggestionsOf(kernel, architecture).breakpoints;
  if (!first) throw new Error(`${kernel.name} suggests no breakpoint on ${architecture}`);
  const line = await breakAt(workbench, folder, first.file, first.at);
  const waits = await pressAndWait(workbench, line);
  note(`measured: ${kernel.name} on ${architecture}`);
  return { what: kernel.name, architecture, place: first.file, waits };
};

const pressAndWait = async (workbench: Workbench, line: number): Promise<readonly number[]> => {
  const { page } = workbench;
  const waits: number[] = [];
  for (let press = 0; press < PRESSES; press++) {
    const pressed = performance.now();
    await page.keyboard.press('F5');
    await workbench.stoppedAt(line);
    waits.push(performance.now() - pressed);
    await page.keyboard.press('Shift+F5');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }
  return waits;
};

const rendered = (table: readonly Waits[]): string => {
  const seconds = (wait: number): string => `${(wait / 1000).toFixed(2)} s`;
  const rows = table.map(({ what, architecture, place, waits }) => {
    const [first = 0, ...later] = waits;
    const sorted = later.toSorted((one, other) => one - other);
    const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return [what, architecture, place, seconds(first), seconds(median), `${seconds(least)} to ${seconds(most)}`];
  });
  const head = ['kernel', 'architecture', 'stops in', 'first F5', `median of ${PRESSES - 1} more`, 'range'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
};

runToTheEnd(measure, note);
