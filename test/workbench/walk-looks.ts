/**
 * How it looks: the views, an explained address and the actions of a stopped session in light, dark and high contrast, at
 * 200 %, in English and in Chinese. The screenshots are for the eye; the walk itself waits for the words of each language.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '../../src/base/l10n';
import { translationFiles, translationsOf } from '../../src/build/l10n/translations';
import { startServer } from './server';
import { repository } from './tools';
import { breakAt, openCopy, type Surroundings } from './walk-worlds';
import { Workbench } from './workbench';

const PUSH = 'queue.lock().push_back(message)';

/** Themes that every VS Code has, and the files that they are in: the workbench's class names the one that is in force. */
const THEMES = [
  ['light', 'Light Modern', 'light_modern'],
  ['dark', 'Dark Modern', 'dark_modern'],
  ['high-contrast', 'Default High Contrast', 'hc_black'],
  ['high-contrast-light', 'Default High Contrast Light', 'hc_light'],
] as const;

const SIZE = { width: 1500, height: 950 };
/** What a browser at 200 % leaves of it. */
const HALF = { width: SIZE.width / 2, height: SIZE.height / 2 };

/** The sample in every look. `extensions` holds ours. */
export const walkThroughLooks = async (around: Surroundings, extensions: string): Promise<void> => {
  await looks(around, 'en', (text) => text);
  for (const language of LANGUAGES) {
    const server = await startServer({ extensions, language });
    const page = await around.workbench.page.context().newPage();
    const workbench = new Workbench(page);
    const parent = join(around.parent, language);
    try {
      await looks({ ...around, workbench, url: server.url, parent }, language, wordsOf(language));
    } catch (error) {
      await workbench.screenshot(`99-failure-${language}`);
      throw error;
    } finally {
      // As long as a page is connected, the server's children write.
      await page.close();
      await server.stop();
    }
  }
};

/** English text → what a language says. */
type Say = (text: string) => string;

const wordsOf = (language: Language): Say => {
  const known = translationsOf(translationFiles(repository, language));
  return (text) => {
    const found = known.get(text);
    if (found === undefined) throw new Error(`"${text}" is not translated`);
    return found;
  };
};

const looks = async (around: Surroundings, language: string, say: Say): Promise<void> => {
  const { workbench, note } = around;
  const { page } = workbench;
  await page.setViewportSize(SIZE);
  const folder = await openCopy(around, 'msgqueue');
  const line = await breakAt(workbench, folder, 'src/main.rs', PUSH);
  await page.keyboard.press('F5');
  await workbench.stoppedAt(line);
  await workbench.widenSideBar(380);
  const queues = workbench.pane(say('Queues'));
  await queues
    .locator('.monaco-list-row', { hasText: say('none yet') })
    .first()
    .waitFor();
  const registers = await workbench.openPane(say('Registers'));
  await registers
    .locator('.monaco-list-row', { hasText: say('General') })
    .first()
    .waitFor();
  const tables = await workbench.openPane(say('Page Tables'));
  await tables.locator('.monaco-list-row', { hasText: 'uart0' }).first().waitFor();
  await inAllLooks(workbench, folder, `l-${language}-views`);

  await workbench.command(`Worldstep: ${say('Explain an Address…')}`);
  await page.locator('.quick-input-title', { hasText: say('Explain an Address') }).waitFor();
  await page.locator('.quick-input-widget:visible .quick-input-box input').fill('producer execute');
  await page.keyboard.press('Enter');
  await workbench.showsLine(say('allowed'));
  await inAllLooks(workbench, folder, `l-${language}-explanation`);

  await page.locator('.statusbar-item[id*="worldstep.status"]').first().click();
  await workbench.offers(say('Explain an Address'));
  await inAllLooks(workbench, folder, `l-${language}-actions`);
  await page.keyboard.press('Escape');

  if ((await page.locator('.notification-toast').count()) > 0) throw new Error('a message popped up on the way');
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  note(`the looks in ${language}`);
};

/** What is on screen, at 200 % and in each theme. */
const inAllLooks = async (workbench: Workbench, folder: string, name: string): Promise<void> => {
  const { page } = workbench;
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  for (const [look, theme, file] of THEMES) {
    writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
    await page.locator(`.monaco-workbench[class*="themes-${file}-json"]`).waitFor();
    await workbench.screenshot(`${name}-${look}`);
    if (look !== 'light') continue;
    await page.setViewportSize(HALF);
    await workbench.screenshot(`${name}-light-200-percent`);
    await page.setViewportSize(SIZE);
  }
};
