/**
 * The walk through worlds: the lazy mapping fault from the user program into the kernel, and a guest's user program under
 * its kernel under the hypervisor. The breakpoints of all worlds are set in the editor before any of them exists.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { repository } from './tools';
import type { Workbench } from './workbench';

/** What the walk needs of its surroundings. */
export interface Surroundings {
  readonly workbench: Workbench;
  readonly url: string;
  /** A folder that the copies of the samples go into. */
  readonly parent: string;
  note(what: string): void;
}

/** Both samples, one after the other. */
export const walkThroughWorlds = async (around: Surroundings): Promise<void> => {
  await lazyMapping(around);
  await hypervisor(around);
};

const CLOSED = ['Variables', 'Watch', 'Loaded Scripts', 'Breakpoints'];

/** Opens a copy of a sample's folder, as a user who works on it has it; `launch` becomes the only configuration of its launch.json. */
export const openCopy = async (
  { workbench, url, parent }: Surroundings,
  name: string,
  launch?: { readonly name: string; readonly arch: string; readonly openViews?: readonly string[] },
): Promise<string> => {
  const folder = join(parent, name);
  cpSync(join(repository, 'kernels', name), folder, { recursive: true, filter: (from) => !from.includes('/target') });
  if (launch) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is a variable of VS Code.
    const sourceMap = { [`/worldstep/kernels/${name}`]: '${workspaceFolder}' };
    const configuration = { type: 'worldstep', request: 'launch', program: `bundled:${name}`, sourceMap, ...launch };
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(
      join(folder, '.vscode/launch.json'),
      JSON.stringify({ version: '0.2.0', configurations: [configuration] }),
    );
  }
  await workbench.open(url, folder);
  await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'kernel.json' }).waitFor();
  return folder;
};

/** A breakpoint as a person sets it: opens the file, looks for the line, presses F9. */
export const breakAt = async (workbench: Workbench, folder: string, file: string, text: string): Promise<number> => {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  await workbench.openFile(...file.split('/'));
  await workbench.showsLine(lines[0] ?? '');
  // F9 does nothing before the workbench knows the extension. By its icon: its name is in the language of the workbench.
  await workbench.page.locator('.editor-actions .codicon-debug-alt').first().waitFor();
  await workbench.find(text);
  const line = await workbench.setBreakpoint(text);
  if (!lines[line - 1]?.includes(text)) throw new Error(`line ${line} of ${file} is not the one with "${text}"`);
  return line;
};

/** Waits for a stop at a line of a file. */
export const stopsAt = async (workbench: Workbench, file: string, line: number): Promise<void> => {
  await workbench.page.locator('.tab.active', { hasText: basename(file) }).waitFor();
  await workbench.stoppedAt(line);
};

/** Makes room for the call stack and one view. */
export const makeRoom = async (workbench: Workbench): Promise<void> => {
  await workbench.widenSideBar(420);
  for (const title of CLOSED) await workbench.closePane(title);
  await workbench.heightenPane('Call Stack', 350);
};

/** Opens the table twin of a view and waits for a line. */
export const showTable = async (workbench: Workbench, title: string, line: RegExp): Promise<void> => {
  await workbench.showTable(title);
  await workbench.showsLine(line);
};

/** Ends the session; nothing may have popped up. */
export const stop = async ({ page }: Workbench): Promise<void> => {
  if ((await page.locator('.notification-toast').count()) > 0) throw new Error('a message popped up on the way');
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
};

const lazyMapping = async (around: Surroundings): Promise<void> => {
  const { workbench, note } = around;
  const { page } = workbench;
  const folder = await openCopy(around, 'lazymapping');
  const user = 'payload/origin/src/main.rs';
  const maps = await breakAt(workbench, folder, 'src/stack.rs', 'let mapped = aspace.map_linear');
  const stores = await breakAt(workbench, folder, user, 'let mut last = 0u64;');
  note(`lazymapping opened, breakpoints in kernel and user program`);

  await page.keyboard.press('F5');
  await stopsAt(workbench, user, stores);
  note('F5: stopped in the user program, before its store');
  await makeRoom(workbench);
  // Opened at the first stop, with its first row: kernel.json names it.
  const pages = workbench.pane('Page Tables');
  await pages.locator('.monaco-list-row', { hasText: 'root table' }).first().waitFor();
  await workbench.debugRow('call-stack', 'entered by').waitFor();
  await workbench.debugRow('call-stack', 'run · lazymapping').waitFor();
  await workbench.screenshot('w01-user-before-fault');
  await workbench.explain('$sp - 8 write');
  await workbench.showsLine(/page fault.*cause 15/);
  await workbench.showsLine(/PTE is not valid/);
  await workbench.screenshot('w02-explain-fault');

  await page.keyboard.press('F5');
  await stopsAt(workbench, 'src/stack.rs', maps);
  await workbench.debugRow('call-stack', /user program, stopped at .*page fault/).waitFor();
  await workbench.debugRow('call-stack', '_start · origin').waitFor();
  await workbench.screenshot('w03-kernel-in-fault');
  await page.keyboard.press('F10');
  await workbench.stoppedAt(maps + 1);
  await workbench.expand(pages, 'Since the previous stop: 1 range added', 'added: 0x');
  await workbench.screenshot('w04-page-mapped');
  const difference = pages.locator('.monaco-list-row', { hasText: 'Since the previous stop' }).first();
  await workbench.contextMenu(difference, /Show as Table/);
  await workbench.showsLine(/^added\s.*not mapped/);
  await workbench.screenshot('w05-difference-table');
  await stop(workbench);
  note('the kernel mapped the page: one range added');
};

const hypervisor = async (around: Surroundings): Promise<void> => {
  const { workbench, note } = around;
  const { page } = workbench;
  const folder = await openCopy(around, 'guestmonolithickernel');
  const host = 'src/riscv64/vm.rs';
  const kernel = 'payload/gkernel/src/syscall.rs';
  const user = 'payload/app/src/main.rs';
  const exits = await breakAt(workbench, folder, host, 'let page = gpa.align_down_4k();');
  const handles = await breakAt(workbench, folder, kernel, 'process::exit(user.arg0()');
  const calls = await breakAt(workbench, folder, user, 'arch::exit(code)');
  note('guestmonolithickernel opened, breakpoints in hypervisor, guest kernel and user program');

  await page.keyboard.press('F5');
  await stopsAt(workbench, host, exits);
  note('F5: stopped in the hypervisor at the first guest-page fault');
  await makeRoom(workbench);
  const list = workbench.pane('VM Exits');
  await list.locator('.monaco-list-row', { hasText: 'guest-page fault' }).first().waitFor();
  await workbench.debugRow('call-stack', /guest, stopped at .*guest-page fault/).waitFor();
  await workbench.screenshot('w11-hypervisor-at-exit');

  await workbench.removeBreakpoint(exits);
  await page.keyboard.press('F5');
  await stopsAt(workbench, user, calls);
  for (const frame of ['_start · app', 'run · gkernel', 'run · VirtualMachine'])
    await workbench.debugRow('call-stack', frame).waitFor();
  await workbench.screenshot('w12-three-worlds');
  note('stopped in the guest user program: one stack through three worlds');
  await workbench.explain('0x1000 read');
  await workbench.showsLine(/stage 1 level 2/);
  await workbench.showsLine(/stage 2 level 2/);
  await workbench.screenshot('w13-explain-two-stages');

  await workbench.expand(list, 'All, the latest first', /#\d+ /);
  await workbench.screenshot('w14-vm-exits');
  await showTable(workbench, 'VM Exits', /^1\s.*guest-page fault/);
  await workbench.screenshot('w15-vm-exits-table');
  await workbench.closePane('VM Exits');
  const traps = await workbench.openPane('Traps');
  await traps.locator('.monaco-list-row', { hasText: 'All, the latest' }).waitFor();
  await showTable(workbench, 'Traps', /^1\s.*guest-page fault/);
  await workbench.screenshot('w16-traps');
  await workbench.closePane('Traps');
  const tasks = await workbench.openPane('Tasks');
  await tasks.locator('.monaco-list-row', { hasText: /app\s*running on hart 0/ }).waitFor();
  await showTable(workbench, 'Tasks', /gkernel\s.*app\s.*running/);
  await workbench.screenshot('w17-tasks');
  note('both stages, exits, traps and tasks shown, and their tables');

  await page.locator('.debug-toolbar [aria-label*="Skip Traps"]').click();
  await workbench.offers('Follow');
  await workbench.screenshot('w18-stepping-policy');
  await workbench.pick('Follow');
  await page.locator('.debug-toolbar [aria-label*="Follow Traps"]').waitFor();
  await page.keyboard.press('F5');
  await stopsAt(workbench, kernel, handles);
  await workbench.debugRow('call-stack', /user program, stopped at/).waitFor();
  await workbench.screenshot('w19-guest-kernel');
  await workbench.command('Worldstep: Run To: Next VM Exit');
  await workbench.debugRow('call-stack', 'guest_exit').waitFor();
  await workbench.debugRow('call-stack', /guest, stopped at/).waitFor();
  await workbench
    .pane('Call Stack')
    .locator('.pane-header', { hasText: /VM exit/i })
    .waitFor();
  await workbench.screenshot('w20-next-vm-exit');
  await stop(workbench);
  note('policy chosen, system call seen in the guest kernel, run to the next VM exit');
};
