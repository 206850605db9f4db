/**
 * A person's walk: the packed VSIX installed in a real VS Code, the sample opened, F5, a breakpoint in Rust, variables,
 * the queue, a step, and on to the end. Screenshots land in `shots/`; look at them.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inInstalledWorkbench, runToTheEnd, timedNotes } from './installed-workbench';
import { repository } from './tools';
import { walkThroughDisassembly } from './walk-disassembly';
import { walkThroughLooks } from './walk-looks';
import { walkThroughLoongArch } from './walk-loongarch';
import { walkThroughOwnKernel } from './walk-own-kernel';
import { readThePage } from './walk-page';
import { walkQuietly } from './walk-quiet';
import { walkThroughViews } from './walk-views';
import { walkThroughWorlds } from './walk-worlds';
import { walkThroughX86 } from './walk-x86';
import type { Workbench } from './workbench';

const note = timedNotes();

const walk = async (): Promise<void> => {
  const [, , given, part] = process.argv;
  const parts =
    part === undefined
      ? ['page', 'sample', 'own', 'worlds', 'loongarch64', 'x86_64', 'disassembly', 'quiet', 'views', 'looks']
      : [part];
  await inInstalledWorkbench(given, note, async ({ workbench, url, parent, extensions }) => {
    const around = (name: string) => ({ workbench, url, parent: join(parent, name), note });
    if (parts.includes('page')) {
      await readThePage(workbench, url);
      note("the extension's page shows its picture");
    }
    if (parts.includes('sample')) {
      const folder = join(parent, 'msgqueue');
      cpSync(join(repository, 'kernels/msgqueue'), folder, {
        recursive: true,
        filter: (from) => !from.includes('/target'),
      });
      await workbench.open(url, folder);
      note('workbench drawn');
      await debugTheSample(workbench);
      await launchWhatIsNotThere(workbench, folder);
      await emptyWindow(workbench, url);
      await tasksOfACopy(workbench, url, parent);
    }
    if (parts.includes('own')) await walkThroughOwnKernel({ workbench, url, note });
    if (parts.includes('worlds')) await walkThroughWorlds(around('worlds'));
    if (parts.includes('loongarch64')) await walkThroughLoongArch(around('loongarch64'));
    if (parts.includes('x86_64')) await walkThroughX86(around('x86_64'));
    if (parts.includes('disassembly')) await walkThroughDisassembly(around('disassembly'));
    if (parts.includes('quiet')) await walkQuietly(around('quiet'));
    if (parts.includes('views')) await walkThroughViews(around('views'));
    if (parts.includes('looks')) await walkThroughLooks(around('looks'), extensions);
  });
};

const debugTheSample = async (workbench: Workbench): Promise<void> => {
  const { page } = workbench;
  await workbench.openFile('src', 'main.rs');
  await page.locator('.monaco-editor .view-line', { hasText: 'Two tasks pass messages' }).waitFor();
  await page.locator('.editor-actions [aria-label^="Debug Kernel"]').first().waitFor();
  note('main.rs open, with its ▶');
  await workbench.find('queue.lock().push_back(message)');
  const line = await workbench.setBreakpoint('queue.lock().push_back(message)');
  await workbench.screenshot('01-breakpoint');

  await page.keyboard.press('F5');
  await page.locator('.debug-toolbar').waitFor();
  await workbench.stoppedAt(line);
  note(`F5: stopped at line ${line}`);
  if ((await page.locator('.debug-call-stack').count()) === 0) await workbench.command('View: Show Run and Debug');
  await workbench.debugRow('call-stack', 'producer').waitFor();
  const variables = page.locator('.debug-variables');
  await workbench.expand(variables, 'Locals', 'message');
  await workbench.debugRow('variables', /message = ?0$/).waitFor();
  note('variables shown');

  await workbench.widenSideBar(360);
  // Opened at the first stop, with its first row: kernel.json names it.
  const queues = workbench.pane('Queues');
  await queues.locator('.monaco-list-row', { hasText: 'capacity' }).waitFor();
  await workbench.screenshot('02-stopped');
  note('queue shown: no buffer yet');

  // The first line there is may lie below the breadcrumbs.
  await page.locator('.monaco-editor .view-line', { hasText: 'queue.lock().push_back(message)' }).first().click();
  await page.keyboard.press('F10');
  await workbench.stoppedAt(line + 1);
  await queues.locator('.monaco-list-row', { hasText: /len\s*1/ }).waitFor();
  note(`F10: line ${line + 1}, and one message in the queue`);
  for (let message = 1; message <= 6; message++) {
    await page.keyboard.press('F5');
    await workbench.stoppedAt(line);
    await workbench.debugRow('variables', new RegExp(`message = ?${message}$`)).waitFor();
  }
  await page.keyboard.press('F10');
  await workbench.stoppedAt(line + 1);
  await queues.locator('.monaco-list-row', { hasText: /len\s*1/ }).waitFor();
  await workbench.screenshot('03-step');
  note('six more messages, and a step over the push');

  // The next push goes to slot 3: stop where it is written.
  const slot = queues.locator('.monaco-list-row', { hasText: '[3]' });
  await workbench.contextMenu(slot, /Break on Change/);
  await workbench.pick('4 bytes');
  await queues.locator('.monaco-list-row', { hasText: 'breaks on change' }).waitFor();
  await workbench.command('Disable All Breakpoints');
  await page.keyboard.press('F5');
  await workbench
    .debugRow('call-stack', 'data breakpoint')
    .or(page.getByText('data breakpoint').first())
    .first()
    .waitFor();
  await queues.locator('.monaco-list-row', { hasText: /\[3\].*\b7 · front/ }).waitFor();
  await workbench.screenshot('04-break-on-change');
  // The stop makes the rows anew once more, and a menu would close.
  await queues.locator('.monaco-progress-container.active').waitFor({ state: 'detached' });
  await page.getByText('message = 7').first().waitFor();
  await workbench.contextMenu(slot, /Break on Change/);
  await queues.locator('.monaco-list-row', { hasText: 'breaks on change' }).waitFor({ state: 'detached' });
  note('stopped where slot 3 is written');

  const pages = await workbench.openPane('Page Tables');
  await pages.locator('.monaco-list-row').first().waitFor();
  const registers = await workbench.openPane('Registers');
  await registers.locator('.monaco-list-row').first().waitFor();
  await workbench.screenshot('05-views');
  note('page tables and registers shown');

  await workbench.showTable('Queues');
  await workbench.screenshot('06-table');
  await workbench.contextMenu(slot, /View Memory/);
  await page.locator('.tab', { hasText: 'Memory at' }).waitFor();
  await page.locator('.monaco-editor .view-line', { hasText: /0xffffffc0\w+\s+07\s00\s00\s00/ }).waitFor();
  await workbench.screenshot('06a-memory');
  await workbench.command('Worldstep: Explain an Address…');
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  await input.fill('main');
  await page.keyboard.press('Enter');
  await workbench.pick('execute');
  await page.locator('.tab.active', { hasText: 'Explanation.txt' }).waitFor();
  await page.locator('.monaco-editor .view-line', { hasText: 'explain execute main' }).first().waitFor();
  await page.locator('.monaco-editor .view-line', { hasText: /level/i }).first().waitFor();
  await workbench.screenshot('06b-explain');

  await page
    .locator('[id="worldstep.worldstep.worldstep.status"], .statusbar-item[id*="worldstep.status"]')
    .first()
    .click();
  await page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'Explain an Address' }).waitFor();
  await workbench.screenshot('07-actions');
  await page.keyboard.press('Escape');
  note('table, memory, explained address, status bar and its actions');

  await workbench.command('Remove All Breakpoints');
  await page.keyboard.press('F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  await workbench.terminalShows('Multi-task message queue OK!');
  await workbench.screenshot('08-end');
  if ((await page.locator('.notification-toast').count()) > 0) throw new Error('a message popped up on the way');
  note('continued to the end; the console shows it');
};

/** A launch that cannot work: the message says what and where, and its button leads on. */
const launchWhatIsNotThere = async (workbench: Workbench, folder: string): Promise<void> => {
  const { page } = workbench;
  const configuration = { type: 'worldstep', request: 'launch', name: 'Missing', program: 'target/kernel.elf' };
  mkdirSync(join(folder, '.vscode'));
  writeFileSync(
    join(folder, '.vscode/launch.json'),
    JSON.stringify({ version: '0.2.0', configurations: [configuration] }),
  );
  await page.locator('.statusbar-item', { hasText: 'Missing' }).waitFor();
  await page.keyboard.press('F5');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('target/kernel.elf does not exist').waitFor();
  await workbench.screenshot('08a-missing-kernel');
  await dialog.getByText('Pick a kernel').click();
  await workbench.offers('Choose a kernel file');
  await page.keyboard.press('Escape');
  note('a missing kernel: message with a way on');
};

/** F5 in a window without a folder: the picker, a bundled kernel, its source from inside the extension. */
const emptyWindow = async (workbench: Workbench, url: string): Promise<void> => {
  const { page } = workbench;
  await workbench.open(url);
  await workbench.command('Open Walkthrough...');
  await workbench.pick('Step through a running kernel');
  const media = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await media.getByText('The message queue').waitFor();
  await workbench.screenshot('09-walkthrough');
  await workbench.command('Worldstep: Open Sample…');
  await workbench.offers('Message queue');
  await workbench.screenshot('10-open-sample');
  await workbench.pick('Message queue');
  await workbench.pick('Look at it here');
  await page.locator('.monaco-editor .view-line', { hasText: 'push_back' }).first().waitFor();
  const line = await workbench.lineOf('queue.lock().push_back(message)');
  await page.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified').first().waitFor();
  await page.locator('.tab', { hasText: 'README.md' }).waitFor();
  await media.getByRole('heading', { name: 'Where to stop' }).waitFor();
  await workbench.screenshot('10b-sample-opened');
  await workbench.command('Worldstep: Debug a Kernel…');
  await workbench.offers('Choose a kernel file');
  await workbench.screenshot('11-pick-kernel');
  await workbench.pick('Message queue');
  await workbench.stoppedAt(line);
  await workbench.pane('Queues').locator('.monaco-list-row', { hasText: 'capacity' }).waitFor();
  await workbench.screenshot('12-bundled');
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  note('bundled kernel debugged in an empty window');
};

/** A sample's copy: its disk image by a task, what is in it, and a build where there is no Rust. */
const tasksOfACopy = async (workbench: Workbench, url: string, parent: string): Promise<void> => {
  const { page } = workbench;
  await workbench.open(url);
  await workbench.command('Worldstep: Open Sample…');
  await workbench.pick('Lazy mapping');
  await workbench.pick('Copy it to a folder…');
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  await page.locator('.quick-input-widget:visible', { hasText: 'Where shall the folder' }).waitFor();
  await input.fill(`${parent}/`);
  const copy = page.locator('.quick-input-widget:visible .monaco-button', { hasText: 'Copy Here' });
  // The dialog takes no notice of the button while it still reads the folder.
  await workbench.until(page.locator('.notification-toast', { hasText: 'worldstep-lazymapping' }), async () => {
    if (await copy.isVisible()) await copy.click();
  });
  await workbench.screenshot('13-copied');
  await page.locator('.notification-toast .monaco-button', { hasText: 'Open Folder' }).click();
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'prebuilt' }).waitFor();
  note('lazymapping copied and opened');

  await workbench.command('Worldstep: Make Disk Image…');
  await workbench.offers('make disk image of lazymapping (riscv64)');
  await workbench.screenshot('14-which-image');
  await page.keyboard.press('Escape');
  await workbench.runTask('make disk image of lazymapping (riscv64)');
  await workbench.terminalShows('Done in');
  await workbench.terminalShows('lazymapping-riscv64-disk.img, 64 MiB');
  await workbench.screenshot('15-disk-image');
  await workbench.command('Worldstep: Show Contents of Disk Image…');
  await workbench.pick('lazymapping-riscv64-disk.img');
  await page.locator('.monaco-editor .view-line', { hasText: '/sbin/origin' }).waitFor();
  await workbench.screenshot('16-disk-contents');
  note('the task made the disk image, and its contents are shown');

  await workbench.runTask('build lazymapping (riscv64)');
  await workbench.terminalShows('apt-get install rustc-web');
  await workbench.screenshot('17-no-rust');
  note('without Rust the build says what to install');
};

runToTheEnd(walk, note);
