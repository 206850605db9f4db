/**
 * A folder with only somebody's C kernel: no kernel.json, no launch.json, nothing installed. F5 finds the program and stops
 * at the breakpoint; "Debug" above the entry stops there.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './tools';
import type { Workbench } from './workbench';

/** Where the kernel's debug information says that its sources are: see own-kernel/build.sh. */
const FOLDER = '/tmp/worldstep-own-kernel';

/** Its line that a person stops at. */
export const OWN_KERNEL_LINE = { file: 'kernel.c', text: 'squares[i] = i * i;' } as const;

/** Puts the kernel's folder where its debug information says, and removes it afterwards. */
export const inOwnFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  rmSync(FOLDER, { recursive: true, force: true });
  cpSync(join(repository, 'test/workbench/own-kernel'), FOLDER, { recursive: true });
  try {
    await use(FOLDER);
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
};

/** What the walk needs; `note` prints the time and what has been done. */
export interface OwnKernelWalk {
  readonly workbench: Workbench;
  readonly url: string;
  note(what: string): void;
}

/** Walks from opening the folder to the end of its kernel. */
export const walkThroughOwnKernel = ({ workbench, url, note }: OwnKernelWalk): Promise<void> =>
  inOwnFolder((folder) => debugTheFolder(workbench, url, folder, note));

const debugTheFolder = async (
  workbench: Workbench,
  url: string,
  folder: string,
  note: OwnKernelWalk['note'],
): Promise<void> => {
  const { page } = workbench;
  const noToast = async (): Promise<void> => {
    const toasts = await page.locator('.notification-toast').allTextContents();
    if (toasts.length > 0) throw new Error(`a message popped up: ${toasts.join('; ')}`);
  };
  await workbench.open(url, folder);
  await workbench.openFile(OWN_KERNEL_LINE.file);
  await workbench.showsLine(OWN_KERNEL_LINE.text);
  await page.locator('.editor-actions [aria-label^="Debug Kernel"]').first().waitFor();
  const lens = page.locator('.codelens-decoration a', { hasText: 'Debug' }).first();
  await lens.waitFor();
  await workbench.screenshot('k01-own-kernel');
  note('a C kernel open, with its ▶ and "Debug" above kmain');

  const line = await workbench.setBreakpoint(OWN_KERNEL_LINE.text);
  const pressed = Date.now();
  await page.keyboard.press('F5');
  await workbench.stoppedAt(line);
  note(`F5 in a folder with only a C kernel: stopped at line ${line} after ${Date.now() - pressed} ms`);
  if ((await page.locator('.debug-call-stack').count()) === 0) await workbench.command('View: Show Run and Debug');
  await workbench.debugRow('call-stack', 'fill').waitFor();
  await workbench.debugRow('call-stack', 'kmain').waitFor();
  await workbench.expand(page.locator('.debug-variables'), 'Locals', /sum = ?0$/);
  await workbench.screenshot('k02-own-kernel-stopped');
  await noToast();

  await workbench.command('Remove All Breakpoints');
  await page.keyboard.press('F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  await workbench.terminalShows('sum is right');
  await workbench.screenshot('k03-own-kernel-end');
  note('continued to the end; the console shows what the kernel printed');

  await workbench.find('void kmain(u64 hart)');
  const entry = await workbench.lineOf('void kmain(u64 hart)');
  const clicked = Date.now();
  await lens.click();
  await page.locator('.debug-toolbar').waitFor();
  await workbench.debugRow('call-stack', 'kmain').waitFor();
  note(`"Debug" above line ${entry}: stopped in kmain after ${Date.now() - clicked} ms`);
  await workbench.screenshot('k04-own-kernel-entry');
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  await noToast();
};
