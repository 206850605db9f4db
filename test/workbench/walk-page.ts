/** The extension's own page in the Extensions view, offline: README.md as the VSIX has it, with its picture. */
import type { Workbench } from './workbench';

/** Opens the page of the installed extension and looks at what it begins with. */
export const readThePage = async (workbench: Workbench, url: string): Promise<void> => {
  const { page } = workbench;
  await workbench.open(url);
  await workbench.command('Extensions: Show Installed Extensions');
  const row = page.locator('.extensions-list .monaco-list-row', { hasText: 'Worldstep' }).first();
  await row.waitFor();
  await row.click();
  const readme = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await readme.locator('pre', { hasText: 'queue.lock().push_back(message);' }).waitFor();
  await readme.getByRole('heading', { name: 'In VS Code' }).waitFor();
  // A picture that VS Code does not show is a mark with a text.
  if ((await readme.locator('img:not([src^="https:"])').count()) > 0) throw new Error('the page has a broken picture');
  await workbench.screenshot('00-page');
};
