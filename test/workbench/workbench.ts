/** The workbench in Chromium, in a person's terms: what to click and what to wait for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { LIMIT_MS } from './limit';
import { repository, tools } from './tools';

const SHOTS = join(repository, 'test/workbench/shots');

/** Chromium without its background traffic, as root. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: tools().chromium,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-quic', '--disable-background-networking'],
  });

/** How long to wait before one tries again, each time longer: what took too long on a busy host has its time at last. */
const WAITS_MS = [1500, 2500, 4000, 6000, 10_000, 20_000, 40_000];

/** Whether a wait of Playwright's came to its end in time. */
const succeeds = (waiting: Promise<unknown>): Promise<boolean> =>
  waiting.then(
    () => true,
    () => false,
  );

export class Workbench {
  constructor(readonly page: Page) {
    page.setDefaultTimeout(LIMIT_MS);
  }

  /** Opens `folder` (or an empty window) and waits until the workbench is drawn. */
  async open(url: string, folder?: string): Promise<void> {
    await this.page.goto(folder === undefined ? `${url}?ew=true` : `${url}?folder=${encodeURIComponent(folder)}`);
    await this.page.locator('.part.statusbar').waitFor();
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`), animations: 'disabled' });
  }

  /** Does something until it shows. */
  async until(shown: Locator, act: () => Promise<void>): Promise<void> {
    for (const timeout of WAITS_MS) {
      await act();
      if (await succeeds(shown.waitFor({ timeout }))) return;
    }
    throw new Error(`it does not show: ${shown}`);
  }

  /** Runs a command through the palette; waits until an extension that has it is known. */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    for (const timeout of WAITS_MS) {
      await this.page.keyboard.press('F1');
      const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
      // An editor that has just been opened takes the focus, and the palette closes.
      if (!(await succeeds(input.fill(`>${title}`, { timeout })))) continue;
      // The list does not take up commands that are registered while it is open.
      if (await succeeds(row.click({ timeout }))) return;
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`the palette has no command "${title}"`);
  }

  /** Waits until the open picker offers an item. */
  async offers(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: text }).first().waitFor();
  }

  /** Chooses an item of the open picker. */
  async pick(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: text }).first().click();
  }

  /** Opens a file through the explorer; `path` names the folders on the way. */
  async openFile(...path: string[]): Promise<void> {
    let above = -1;
    for (const [depth, name] of path.entries()) {
      const row = await this.explorerRow(name, depth + 1, above);
      above = Number(await row.getAttribute('data-index'));
      const next = path[depth + 1];
      if (next === undefined) await row.dblclick();
      else await this.unfold(row, next, depth + 2, above);
    }
  }

  /**
   * Opens a folder of the explorer until what it has is seen. The editor opens folders, too: a click on one that it has just
   * opened closes it, and then it is clicked again.
   */
  private async unfold(row: Locator, child: string, level: number, above: number): Promise<void> {
    for (const timeout of WAITS_MS) {
      if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
      if (await succeeds(this.explorerRow(child, level, above, timeout))) return;
    }
    throw new Error(`the explorer shows no ${child}`);
  }

  /** The row of the explorer with this name among those inside the row number `above`; `level` is their depth. */
  private async explorerRow(name: string, level: number, above: number, timeout?: number): Promise<Locator> {
    const found = await this.page.waitForFunction(
      ([wanted, depth, start]) => {
        const rows = Array.from(document.querySelectorAll('.explorer-folders-view .monaco-list-row'))
          .map((row) => ({
            index: Number(row.getAttribute('data-index')),
            level: Number(row.getAttribute('aria-level')),
            name: row.querySelector('.label-name')?.textContent,
          }))
          .sort((one, other) => one.index - other.index)
          .filter(({ index }) => index > Number(start));
        const end = rows.findIndex((row) => row.level < Number(depth));
        const inside = end < 0 ? rows : rows.slice(0, end);
        // As a text: the number 0 would not end the waiting.
        return inside.find((row) => row.level === depth && row.name === wanted)?.index.toString();
      },
      [name, level, above] as const,
      timeout === undefined ? {} : { timeout },
    );
    return this.page.locator(`.explorer-folders-view .monaco-list-row[data-index="${await found.jsonValue()}"]`);
  }

  /** Waits until an editor shows a line with `text`. */
  async showsLine(text: string | RegExp): Promise<void> {
    // In a line blanks may be no-break spaces, which Playwright takes for blanks in strings only.
    const hasText = typeof text === 'string' ? text : new RegExp(text.source.replaceAll(' ', '\\s'));
    await this.page.locator('.monaco-editor .view-line', { hasText }).first().waitFor();
  }

  /**
   * Runs a command and answers what it asks under `title`. An editor that opens meanwhile takes the focus and closes the
   * question; then it is asked again.
   */
  private async answer(command: string, title: string, act: (timeout: number) => Promise<void>): Promise<void> {
    // The palette's own row has the same words.
    const question = this.page.locator('.quick-input-title', { hasText: title });
    for (const timeout of WAITS_MS) {
      await this.command(command);
      if (!(await succeeds(question.waitFor({ timeout })))) continue;
      if (await succeeds(act(timeout))) return;
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`"${command}" could not be answered`);
  }

  /** "Explain an Address…" with an address and an access. */
  async askToExplain(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    await this.answer('Worldstep: Explain an Address…', 'Explain an Address', async (timeout) => {
      await input.fill(text, { timeout });
      await input.press('Enter', { timeout });
    });
  }

  /** "Explain an Address…", up to the document with the answer. */
  async explain(text: string): Promise<void> {
    await this.askToExplain(text);
    await this.page.locator('.tab.active', { hasText: 'Explanation.txt' }).waitFor();
    await this.showsLine(`explain ${text}`);
  }

  /** Opens the table twin of a view, which stands beside the source. */
  async showTable(view: string): Promise<void> {
    const row = this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: view }).first();
    await this.answer('Worldstep: Show as Table…', 'Show as Table', (timeout) => row.click({ timeout }));
    await this.page.locator('.tab.active', { hasText: `${view}.txt` }).waitFor();
  }

  /** Scrolls to a text with the editor's own search. */
  async find(text: string): Promise<void> {
    const input = this.page.locator('.find-widget.visible textarea').first();
    await this.until(input, async () => {
      await this.page.locator('.monaco-editor .view-line').first().click();
      await this.page.keyboard.press('Control+f');
    });
    await input.fill(text);
    await input.press('Enter');
    await input.press('Escape');
  }

  /** The number of the first line on screen that shows `text`: looked up at one moment, as code lenses move lines. */
  async lineOf(text: string): Promise<number> {
    const found = await this.page.waitForFunction((wanted) => {
      const lines = Array.from(document.querySelectorAll('.monaco-editor .view-line'));
      // Blanks may be no-break spaces.
      const line = lines.find(({ textContent }) => (textContent ?? '').replace(/\u00a0/g, ' ').includes(wanted));
      const top = line?.getBoundingClientRect().top;
      if (top === undefined) return undefined;
      const numbers = Array.from(document.querySelectorAll('.monaco-editor .line-numbers'));
      const number = numbers.find((one) => Math.abs(one.getBoundingClientRect().top - top) < 6);
      return Number(number?.textContent) || undefined;
    }, text);
    return Number(await found.jsonValue());
  }

  /** The middle of the first letter of `word` inside a line of an editor that shows `text`, on screen. */
  async pointAt(text: string, word: string): Promise<{ readonly x: number; readonly y: number }> {
    const found = await this.page.waitForFunction(
      ([wanted, part]) => {
        for (const line of Array.from(document.querySelectorAll('.monaco-editor .view-line'))) {
          // Blanks may be no-break spaces.
          const at = (line.textContent ?? '').replace(/\u00a0/g, ' ').indexOf(wanted);
          if (at < 0) continue;
          let rest = at + wanted.indexOf(part);
          const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
          for (let node = texts.nextNode(); node; node = texts.nextNode()) {
            const length = node.textContent?.length ?? 0;
            if (rest < length) {
              const range = document.createRange();
              range.setStart(node, rest);
              range.setEnd(node, rest + 1);
              const { x, y, width, height } = range.getBoundingClientRect();
              return { x: x + width / 2, y: y + height / 2 };
            }
            rest -= length;
          }
        }
        return undefined;
      },
      [text, word] as const,
    );
    const point = await found.jsonValue();
    if (point === undefined) throw new Error(`"${text}" is not on screen`);
    return point;
  }

  /** Clicks into the margin of the line that shows `text`. */
  async setBreakpoint(text: string): Promise<number> {
    // With the keyboard: a margin that is clicked by its place may have moved under a code lens meanwhile.
    await this.page.locator('.monaco-editor .view-line', { hasText: text }).first().click();
    await this.page.keyboard.press('F9');
    await this.page.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified').first().waitFor();
    return await this.lineOf(text);
  }

  /** Clicks on the breakpoint in the margin of a line that is on screen. */
  async removeBreakpoint(line: number): Promise<void> {
    const number = this.page.locator('.monaco-editor .line-numbers', { hasText: new RegExp(`^${line}$`) }).first();
    const box = await number.boundingBox();
    if (!box) throw new Error(`line ${line} is not on screen`);
    await this.page.mouse.click(box.x - 10, box.y + box.height / 2);
    await this.page
      .locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-stackframe')
      .first()
      .waitFor({ state: 'detached' });
  }

  /** Waits until the arrow of the top frame stands in the margin of `line`. */
  async stoppedAt(line: number): Promise<void> {
    await this.page.waitForFunction((wanted) => {
      const arrow = document.querySelector(
        '.monaco-editor .codicon-debug-stackframe, .monaco-editor .codicon-debug-breakpoint-stackframe',
      );
      if (!arrow) return false;
      const { top } = arrow.getBoundingClientRect();
      return Array.from(document.querySelectorAll('.monaco-editor .line-numbers')).some(
        (each) => Math.abs(each.getBoundingClientRect().top - top) < 6 && each.textContent?.trim() === String(wanted),
      );
    }, line);
  }

  /** A row of a pane of the debug view, e.g. `variables`, `call-stack`, `breakpoints`. */
  debugRow(pane: string, text: string | RegExp): Locator {
    return this.page.locator(`.debug-${pane} .monaco-list-row`, { hasText: text }).first();
  }

  /** A pane of the side bar by its title. */
  pane(title: string): Locator {
    return this.page.locator('.split-view-view .pane', {
      has: this.page.locator('.pane-header h3.title', { hasText: new RegExp(`^${title}$`, 'i') }),
    });
  }

  /** Opens a pane of the side bar, if it is closed. */
  async openPane(title: string): Promise<Locator> {
    const header = this.pane(title).locator('.pane-header');
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    return this.pane(title);
  }

  async closePane(title: string): Promise<void> {
    const header = this.pane(title).locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
  }

  /** Drags the lower border of a pane, so that it is about `height` high. */
  async heightenPane(title: string, height: number): Promise<void> {
    const box = await this.pane(title).boundingBox();
    if (!box) throw new Error(`${title} is not on screen`);
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width / 2, box.y + height, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Drags the border of the side bar to `width`. */
  async widenSideBar(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (!box) throw new Error('the side bar is closed');
    await this.page.mouse.move(box.x + box.width, box.y + 400);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, box.y + 400, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Opens a row of a tree until the row `child` is there (rows are made again on each refresh). */
  async expand(pane: Locator, name: string, child: string | RegExp): Promise<Locator> {
    const below = pane.locator('.monaco-list-row', { hasText: child }).first();
    for (const timeout of WAITS_MS) {
      const row = pane.locator('.monaco-list-row', { hasText: name }).first();
      await row.waitFor();
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
      if (await succeeds(below.waitFor({ timeout }))) return below;
    }
    throw new Error(`"${name}" did not show ${child}`);
  }

  /** Chooses an item of a row's context menu; a menu that closed because its row was made again is opened again. */
  async contextMenu(row: Locator, name: RegExp): Promise<void> {
    const item = this.page.getByRole('menuitem', { name });
    for (const timeout of WAITS_MS) {
      await row.click({ button: 'right' });
      if (!(await succeeds(item.hover({ timeout })))) {
        // One that is open after all would be in the way.
        await this.page.keyboard.press('Escape');
        continue;
      }
      // Not a click: a menu ignores the mouse for a moment after it has opened. In the page, in one step: the menu may close
      // meanwhile, and a key that arrives later than a wait has patience for would choose a second time.
      const chosen = await item.evaluateAll(([element]) => {
        if (!(element instanceof HTMLElement)) return false;
        element.focus();
        for (const type of ['keydown', 'keyup'])
          element.dispatchEvent(new KeyboardEvent(type, { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true }));
        return true;
      });
      if (!chosen) continue;
      return item.waitFor({ state: 'detached' });
    }
    throw new Error(`the row's menu has no ${name}`);
  }

  /** Runs a task of ours as a person does, through "Tasks: Run Task". */
  async runTask(name: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget:visible');
    const row = widget.locator('.monaco-list-row', { hasText: name }).first();
    // Tasks of providers that nobody has asked yet are behind a row.
    const all = widget.locator('.monaco-list-row', { hasText: 'Show All Tasks' }).first();
    const choose = async (timeout: number): Promise<void> => {
      await row.or(all).first().waitFor({ timeout });
      if (!(await row.isVisible())) await all.click({ timeout });
      await widget.locator('.quick-input-box input').fill(name, { timeout });
      await row.click({ timeout });
    };
    for (const timeout of WAITS_MS) {
      await this.command('Tasks: Run Task');
      if (await succeeds(choose(timeout))) return;
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`no task "${name}" is offered`);
  }

  /** Waits until a terminal shows `text`. */
  async terminalShows(text: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) =>
        // Blanks of a terminal's row may be no-break spaces.
        Array.from(document.querySelectorAll('.xterm-rows')).some((each) =>
          (each.textContent ?? '').replace(/\u00a0/g, ' ').includes(wanted),
        ),
      text,
    );
  }
}
