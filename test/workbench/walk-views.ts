/**
 * The walk through what the debugger shows: numbers in hexadecimal for all and for single rows, values in the source,
 * completion and help in the console, memory of any expression.
 */
import { openCopy, type Surroundings } from './walk-worlds';

const PUSH = 'queue.lock().push_back(message)';

export const walkThroughViews = async (around: Surroundings): Promise<void> => {
  await openCopy(around, 'msgqueue');
  await stopAtPush(around);
  await numbers(around);
};

const stopAtPush = async ({ workbench, note }: Surroundings): Promise<void> => {
  const { page } = workbench;
  await workbench.openFile('src', 'main.rs');
  await workbench.showsLine('Two tasks pass messages');
  await workbench.find(PUSH);
  const line = await workbench.setBreakpoint(PUSH);
  await page.keyboard.press('F5');
  await workbench.stoppedAt(line);
  await workbench.expand(page.locator('.debug-variables'), 'Locals', 'message');
  note('stopped at the push');
};

const numbers = async ({ workbench, note }: Surroundings): Promise<void> => {
  const { page } = workbench;
  const message = workbench.debugRow('variables', /^message =/);
  const range = workbench.debugRow('variables', /^iter =/);
  await workbench.contextMenu(message, /^Show in Hexadecimal/);
  await workbench.debugRow('variables', /message = ?0x0$/).waitFor();
  await workbench.debugRow('variables', /start: 1, end: 64/).waitFor();
  await workbench.contextMenu(range, /Show Numbers in Hexadecimal/);
  await workbench.debugRow('variables', /start: 0x1, end: 0x40/).waitFor();
  await workbench.screenshot('v01-hexadecimal');
  await workbench.contextMenu(range, /Show in Decimal/);
  await workbench.debugRow('variables', /start: 1, end: 64/).waitFor();
  await workbench.contextMenu(range, /Add to Watch/);
  await workbench.debugRow('watch', /start: 1, end: 64/).waitFor();
  await page.keyboard.press('Escape');
  await workbench.contextMenu(workbench.debugRow('watch', 'iter'), /Show in Hexadecimal/);
  await workbench.debugRow('watch', /start: 0x1, end: 0x40/).waitFor();
  await workbench.contextMenu(workbench.debugRow('watch', 'iter'), /Show Numbers in Decimal/);
  await workbench.screenshot('v02-decimal');
  note('numbers in hexadecimal, for all and for single rows');
};
