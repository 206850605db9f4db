/**
 * The quiet editor: what must not pop up, take the focus, or stand in the way. Hovers where there is nothing to show, a
 * watch that cannot be evaluated, typing after a change by hand, few exception filters, a command that is refused, and what
 * a stop says.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakAt, openCopy, type Surroundings } from './walk-worlds';
import type { Workbench } from './workbench';

const SOURCE = 'src/main.rs';
const PUSH = 'queue.lock().push_back(message)';

/** A register that nothing here uses. */
const REGISTER = '$t6';

/** Rows that may stand above the user's own breakpoints. */
const MOST_FILTERS = 8;

/** All of it, in a copy of the message queue. */
export const walkQuietly = async (around: Surroundings): Promise<void> => {
  const { workbench, note } = around;
  const { page } = workbench;
  const folder = await openCopy(around, 'msgqueue');
  const source = readFileSync(join(folder, SOURCE), 'utf8');
  const line = await breakAt(workbench, folder, SOURCE, PUSH);
  await page.keyboard.press('F5');
  await workbench.stoppedAt(line);
  await workbench.widenSideBar(520);

  await fewFilters(workbench);
  note('eight rows at most above the own breakpoint; Break on Traps… has the others and keeps them');
  await hovers(workbench);
  note('hovers show values, and nothing in comments, keywords and strings');
  await failingWatch(workbench, source);
  note('a failing watch over three steps');
  await changes(workbench);
  if (readFileSync(join(folder, SOURCE), 'utf8') !== source) throw new Error('the source was changed');
  note('typed after changes by hand: the source is as it was');
  await isQuiet(workbench);
  await refusedCommand(workbench);
  note('a command that cannot be carried out says why, once, and opens nothing');
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });

  await panic(workbench, folder);
  note('a panic says its message at the line that raised it, in the Debug Console, and once each');
};

/** Nothing may have popped up. */
const isQuiet = async ({ page }: Workbench): Promise<void> => {
  const messages = await page.locator('.notification-toast .notification-list-item-message').allTextContents();
  if (messages.length > 0) throw new Error(`a message popped up: ${messages.join('; ')}`);
  if ((await page.locator('.tab.dirty').count()) > 0) throw new Error('a file has been typed into');
};

const fewFilters = async (workbench: Workbench): Promise<void> => {
  const { page } = workbench;
  for (const title of ['Variables', 'Watch', 'Call Stack', 'Loaded Scripts']) await workbench.closePane(title);
  await workbench.openPane('Breakpoints');
  const own = workbench.debugRow('breakpoints', 'main.rs');
  await own.waitFor();
  await workbench.debugRow('breakpoints', 'Rust panic').waitFor();
  await workbench.screenshot('q01-breakpoints');
  const above = Number(await own.getAttribute('data-index'));
  if (!(above <= MOST_FILTERS)) throw new Error(`${above} rows stand above the first own breakpoint`);
  if ((await workbench.debugRow('breakpoints', 'VM exits').count()) > 0) throw new Error('no guest can exit here');

  const rows = page.locator('.quick-input-widget:visible .monaco-list-row');
  const fault = rows.filter({ hasText: /^Load page fault/ });
  for (const was of ['false', 'true', 'false']) {
    await workbench.command('Worldstep: Break on Traps…');
    await page.locator('.quick-input-widget:visible .quick-input-box input').fill('Load page fault');
    await fault.locator(`[role="checkbox"][aria-checked="${was}"]`).waitFor();
    await workbench.screenshot(`q02-break-on-traps-${was}`);
    await fault.click();
    await page.keyboard.press('Enter');
    await rows.first().waitFor({ state: 'detached' });
  }
  await workbench.closePane('Breakpoints');
};

/** Asks for the debugger's hover at a word, as its keyboard shortcut does. */
const hoverAt = async (workbench: Workbench, text: string, word: string): Promise<void> => {
  const { x, y } = await workbench.pointAt(text, word);
  await workbench.page.mouse.click(x, y);
  await workbench.page.keyboard.press('Control+k');
  await workbench.page.keyboard.press('Control+i');
};

const hovers = async (workbench: Workbench): Promise<void> => {
  const { page } = workbench;
  const hover = page.locator('.debug-hover-widget .value').filter({ visible: true });
  for (const [text, word] of [
    ['Without this the consumer', 'consumer'],
    ['for message in 0..=LAST_MESSAGE', 'in'],
    ['for message in 0..=LAST_MESSAGE', 'for'],
    ['"Wait for workers to exit ..."', 'workers'],
    ['worker1 [{message}]', 'worker1'],
    ['println!("worker1 [{message}]")', 'println'],
  ] as const) {
    await hoverAt(workbench, text, word);
    if ((await hover.count()) > 0) throw new Error(`a hover shows something at "${word}"`);
  }
  // Answers come in order: with this one all have come. VS Code takes a hover back when it was late with the mouse before.
  await workbench.until(hover.getByText(/^0$/), () => hoverAt(workbench, 'worker1 [{message}]', 'message'));
  await workbench.screenshot('q03-hover-in-format-string');
  await isQuiet(workbench);
  await page.keyboard.press('Escape');
  const { x, y } = await workbench.pointAt(PUSH, 'queue');
  await page.mouse.move(x, y);
  await hover.getByText('VecDeque').first().waitFor();
  await workbench.screenshot('q04-hover');
  await page.keyboard.press('Escape');
};

const failingWatch = async (workbench: Workbench, source: string): Promise<void> => {
  const { page } = workbench;
  const watch = await workbench.openPane('Watch');
  for (const expression of ['nobody', REGISTER]) {
    await watch.locator('.pane-header').hover();
    await watch.locator('.pane-header [aria-label^="Add Expression"]').click();
    await page.keyboard.type(expression);
    await page.keyboard.press('Enter');
    await watch.locator('.monaco-list-row', { hasText: `${expression} =` }).waitFor();
  }
  const failing = watch.locator('.monaco-list-row', { hasText: /nobody =.*Nothing is called/ });
  await failing.waitFor();
  const { x, y } = await workbench.pointAt(PUSH, 'push');
  await page.mouse.click(x, y);
  for (const text of ['println!("worker1 [{message}]")', 'if message < LAST_MESSAGE', 'thread::yield_now();']) {
    await page.keyboard.press('F10');
    await workbench.stoppedAt(source.slice(0, source.indexOf(text)).split('\n').length);
    await failing.waitFor();
    await isQuiet(workbench);
  }
  await workbench.screenshot('q05-failing-watch');
};

const changes = async (workbench: Workbench): Promise<void> => {
  const { page } = workbench;
  const shows = (value: string) =>
    workbench.pane('Watch').locator('.monaco-list-row', { hasText: `${REGISTER} =0x${value.padStart(16, '0')}` });
  await workbench.command('Debug Console: Focus on Debug Console View');
  await page.locator('.repl-input-wrapper .monaco-editor.focused').waitFor();
  await page.keyboard.type(`${REGISTER} = 5`);
  await page.keyboard.press('Enter');
  // The view has been told: now the focus could have moved.
  await shows('5').waitFor();
  await page.keyboard.type(' the next words');
  await page.locator('.repl-input-wrapper .view-line', { hasText: /the\snext\swords/ }).waitFor();
  await workbench.screenshot('q06-typed-after-assignment');
  await isQuiet(workbench);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');

  await workbench.openPane('Variables');
  const variables = page.locator('.debug-variables');
  await workbench.expand(variables, 'Locals', 'message');
  await workbench.debugRow('variables', /message =/).dblclick();
  await variables.locator('.inputBoxContainer input').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('3');
  await page.keyboard.press('Enter');
  await workbench.debugRow('variables', /message = ?3/).waitFor();
  await page.keyboard.type('words');
  await workbench.screenshot('q07-typed-after-set-value');
  await isQuiet(workbench);
};

/** What the user asked for by a command has no place of its own to show why it failed. */
const refusedCommand = async (workbench: Workbench): Promise<void> => {
  const { page } = workbench;
  await workbench.askToExplain('nobody read');
  const toast = page.locator('.notification-toast');
  await toast.filter({ hasText: 'Nothing is called "nobody"' }).waitFor();
  await workbench.screenshot('q10-refused-command');
  if ((await toast.count()) !== 1) throw new Error(`${await toast.count()} messages for one refusal`);
  if ((await page.locator('.monaco-dialog-box').count()) > 0) throw new Error('a dialog repeats the message');
  if ((await page.locator('.tab', { hasText: 'Explanation' }).count()) > 0) throw new Error('an empty document opened');
  await workbench.command('Notifications: Clear All Notifications');
  await toast.waitFor({ state: 'detached' });
};

/** The sample without its flash image: its first check fails. */
const panic = async (workbench: Workbench, folder: string): Promise<void> => {
  const { page } = workbench;
  mkdirSync(join(folder, '.vscode'));
  writeFileSync(join(folder, 'empty.bin'), Buffer.alloc(4096));
  const configuration = {
    type: 'worldstep',
    request: 'launch',
    name: 'Panics',
    program: 'bundled:msgqueue',
    pflash1: join(folder, 'empty.bin'),
    sourceMap: { '/worldstep/kernels/msgqueue': folder },
  };
  const launch = { version: '0.2.0', configurations: [configuration] };
  writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(launch));
  await page.locator('.start-debug-action-item', { hasText: 'Panics' }).first().waitFor();
  await page.keyboard.press('F5');
  const widget = page.locator('.exception-widget');
  await widget.getByText('no flash image: give the machine one that starts with').waitFor();
  await page.locator('.tab.active', { hasText: 'flash.rs' }).waitFor();
  await workbench.screenshot('q08-panic');
  await workbench.command('Debug Console: Focus on Debug Console View');
  const said = page.locator('.repl .monaco-list-row', { hasText: 'no flash image' });
  await said.first().waitFor();
  await workbench.screenshot('q09-panic-in-console');
  // Picked in the session before; no view shows it.
  await page
    .locator('.repl .monaco-list-row', { hasText: 'Stops at traps, too (Break on Traps…): Load page fault.' })
    .waitFor();
  if ((await said.count()) !== 1) throw new Error(`the panic is said ${await said.count()} times`);
  await isQuiet(workbench);
};
