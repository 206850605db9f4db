/** Starts a real VS Code server, without Electron; the tests open it in Chromium. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Language } from '../../src/base/l10n';
import { SETTINGS } from './settings';
import { tools } from './tools';

export interface Server {
  readonly url: string;
  readonly authority: string;
  log(): string;
  stop(): Promise<void>;
}

/** What can differ between two servers. */
export interface ServerOptions {
  /** Holds installed extensions. */
  readonly extensions?: string;
  /** Obeys the page's test payload; hides notification toasts. */
  readonly isDriven?: boolean;
  /** What the workbench speaks, besides English: its extensions, that is. Its own words stay English, which it has no others for. */
  readonly language?: Language;
}

/** Starts a server on a free port with a home of its own; resolves when it answers. */
export const startServer = async ({ extensions, isDriven, language }: ServerOptions): Promise<Server> => {
  const root = mkdtempSync(join(tmpdir(), 'worldstep-server-'));
  const data = join(root, 'data');
  for (const kind of ['Machine', 'User']) {
    for (const base of [data, join(data, 'data')]) {
      mkdirSync(join(base, kind), { recursive: true });
      writeFileSync(join(base, kind, 'settings.json'), JSON.stringify(SETTINGS));
    }
  }
  const port = await freePort();
  const { node, serverMain } = tools();
  const options = ['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'];
  const quiet = ['--accept-server-license-terms', '--telemetry-level', 'off', '--disable-workspace-trust'];
  const folders = ['--server-data-dir', data, '--extensions-dir', extensions ?? join(root, 'extensions')];
  const locale = language === undefined ? [] : ['--locale', language];
  if (language !== undefined) addLanguage(join(data, 'data'), language);
  const driver = isDriven ? ['--enable-smoke-test-driver'] : [];
  const child = spawn(node, [serverMain, ...options, ...quiet, ...folders, ...locale, ...driver], {
    env: environment(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout.on('data', (text) => {
    log += text;
  });
  child.stderr.on('data', (text) => {
    log += text;
  });
  const url = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    await end(child);
    // Its children write logs for a moment yet.
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  const deadline = Date.now() + 60_000;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`The VS Code server did not start:\n${log}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return { url, authority: `127.0.0.1:${port}`, log: () => log, stop };
};

/** As a language pack does when it is installed; one without texts. */
const addLanguage = (data: string, language: Language): void => {
  const texts = join(data, 'texts.json');
  writeFileSync(texts, JSON.stringify({ contents: {} }));
  // The server looks for the extension that brought it: it gets ours.
  const extensions = [{ extensionIdentifier: { id: 'worldstep.worldstep' }, version: '0.0.0' }];
  const pack = { hash: language, extensions, translations: { vscode: texts }, label: language };
  writeFileSync(join(data, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
};

/** Installs a VSIX as a user does, through the server's command line. */
export const installVsix = (vsix: string, extensions: string): void => {
  const { node, serverMain } = tools();
  const folders = ['--extensions-dir', extensions, '--server-data-dir', join(extensions, '.data')];
  execFileSync(node, [serverMain, '--install-extension', vsix, ...folders, '--accept-server-license-terms'], {
    env: environment(extensions),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
};

const environment = (home: string): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name));
  const xdg = join(home, 'xdg');
  return { ...Object.fromEntries(own), HOME: home, TMPDIR: home, XDG_CONFIG_HOME: xdg, XDG_DATA_HOME: xdg };
};

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
};

const end = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once('exit', () => done());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 4000).unref();
  });
