/** A workbench in which the VSIX is installed, for programs that drive it from outside the extension host. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installVsix, startServer } from './server';
import { repository } from './tools';
import type { Surroundings } from './walk-worlds';
import { launchChromium, Workbench } from './workbench';

/** The workbench, and where its extensions are. */
export interface InstalledWorkbench extends Surroundings {
  /** Holds the installed extensions; a second server may use them, too. */
  readonly extensions: string;
}

/** Prints what has been done, with the seconds since the first call of this. */
export const timedNotes = (): ((what: string) => void) => {
  const started = Date.now();
  return (what) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);
};

/**
 * Installs a VSIX, opens the workbench and removes everything afterwards. A failure leaves a screenshot and the end of the server's log.
 * @param given the VSIX; without one it is built and packed first
 */
export const inInstalledWorkbench = async (
  given: string | undefined,
  note: (what: string) => void,
  use: (installed: InstalledWorkbench) => Promise<void>,
): Promise<void> => {
  const vsix = given ?? join(repository, 'dist/worldstep.vsix');
  if (given === undefined) {
    for (const script of ['build', 'package']) {
      execFileSync('npm', ['run', '--silent', script], { cwd: repository, stdio: 'inherit' });
    }
  }
  note('VSIX packed');
  const extensions = mkdtempSync(join(tmpdir(), 'worldstep-extensions-'));
  const parent = mkdtempSync(join(tmpdir(), 'worldstep-folder-'));
  installVsix(vsix, extensions);
  note('VSIX installed');
  const server = await startServer({ extensions });
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
  const workbench = new Workbench(await context.newPage());
  note('server and browser up');
  try {
    await use({ workbench, url: server.url, parent, note, extensions });
  } catch (error) {
    await workbench.screenshot('99-failure');
    console.error(server.log().slice(-1500));
    throw error;
  } finally {
    await browser.close();
    await server.stop();
    for (const each of [extensions, parent]) rmSync(each, { recursive: true, force: true, maxRetries: 5 });
  }
};

/** Runs a program's main function; how it ends is its exit code. */
export const runToTheEnd = (main: () => Promise<void>, note: (what: string) => void): void => {
  main().then(
    () => note('PASSED'),
    (error: unknown) => {
      console.error(error);
      note('FAILED');
      process.exitCode = 1;
    },
  );
};
