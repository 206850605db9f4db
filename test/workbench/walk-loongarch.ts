/**
 * The walk on another instruction set: lazy mapping on LoongArch64, where launch.json asks for it. Page tables of both halves of
 * the addresses, explanations through a window, the TLB and the tables, registers by the manual's sections, tasks, and the end by
 * a system call.
 */
import { breakAt, makeRoom, openCopy, type Surroundings, showTable, stopsAt } from './walk-worlds';

const USER = 'payload/origin/src/main.rs';
const KERNEL = 'src/stack.rs';

export const walkThroughLoongArch = async (around: Surroundings): Promise<void> => {
  const { workbench, note } = around;
  const { page } = workbench;
  const folder = await openCopy(around, 'lazymapping', {
    name: 'On LoongArch64',
    arch: 'loongarch64',
    openViews: ['pageTables'],
  });
  const maps = await breakAt(workbench, folder, KERNEL, 'let mapped = aspace.map_linear');
  const stores = await breakAt(workbench, folder, USER, 'let mut last = 0u64;');
  const exits = await breakAt(workbench, folder, USER, 'exit(if fibonacci == 55');

  await page.keyboard.press('F5');
  await stopsAt(workbench, USER, stores);
  await makeRoom(workbench);
  await workbench.debugRow('call-stack', /entered by ertn from the kernel, PLV0 → PLV3/).waitFor();
  await workbench.explain('$pc execute');
  await workbench.showsLine('the TLB has the entry');
  await workbench.explain('$sp - 8 write');
  await workbench.showsLine('the TLB has no entry yet: its refill takes it from the tables');
  await workbench.showsLine(/TLB refill of a store/);
  await workbench.screenshot('g01-user-before-fault');
  await workbench.explain('0x9000000000200000 read in kernel');
  await workbench.showsLine(/window DMW0/);
  await workbench.screenshot('g02-explain-window');
  note('LoongArch64: stopped in the user program; explained through the TLB, the tables and a window');

  await page.keyboard.press('F5');
  await stopsAt(workbench, KERNEL, maps);
  await workbench.debugRow('call-stack', /user program, stopped at .*Page invalid for store/).waitFor();
  const pages = workbench.pane('Page Tables');
  await pages.locator('.monaco-list-row', { hasText: /root table at .*PGDL: 0x0 –.*PLV0/ }).waitFor();
  await pages.locator('.monaco-list-row', { hasText: /root table at .*PGDH: 0xffff800000000000 –/ }).waitFor();
  await workbench.screenshot('g03-both-halves');
  await page.keyboard.press('F10');
  await workbench.stoppedAt(maps + 1);
  await workbench.expand(pages, 'Since the previous stop: 1 range added', 'added: 0x');
  await workbench.screenshot('g04-page-mapped');
  await workbench.closePane('Page Tables');
  note('stopped in the kernel: page tables with the roots of both halves, and the page that was added');

  const registers = await workbench.openPane('Registers');
  // Its general registers are open, and more than the pane has room for.
  await registers.locator('.monaco-list-row', { hasText: 'General' }).locator('.monaco-tl-twistie').click();
  await workbench.expand(registers, 'System', 'Address Translation');
  await workbench.expand(registers, 'Address Translation', 'TLBIDX');
  await workbench.screenshot('g05-registers');
  await workbench.closePane('Registers');
  const tasks = await workbench.openPane('Tasks');
  await tasks.locator('.monaco-list-row', { hasText: /userboot\s*running on CPU 0/ }).waitFor();
  await showTable(workbench, 'Tasks', /userboot\s.*running/);
  await workbench.screenshot('g06-tasks');
  note('registers by sections, tasks');

  await page.keyboard.press('F5');
  // The store is done again, now that its page is there.
  await stopsAt(workbench, USER, stores);
  await page.keyboard.press('F5');
  await stopsAt(workbench, USER, exits);
  await page.keyboard.press('F10');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  await workbench.terminalShows('monolithic kernel exit [0] normally!');
  await workbench.screenshot('g07-end');
  note('a step over the last system call: the kernel ran to its end');
};
