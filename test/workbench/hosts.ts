/** Mocha suites inside a server's extension hosts, of what `npm run build` made: `tsx test/workbench/hosts.ts node|web`. */
import { rmSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { serveFolder } from './serve-folder';
import { startServer } from './server';
import { bundleSuite, suiteFolder } from './suite-bundle';
import { repository } from './tools';
import { launchChromium } from './workbench';

/** Longer than all suites take, however busy the host is; a host that never reports is a failure. */
const DEADLINE_MS = 10 * 60_000;

/** The automation log also carries the workbench's own lines; these are the suite's. */
const isResult = (line: string): boolean => /^[✔✖]/.test(line);

const runInServer = async (kind: 'node' | 'web', suite: string, folder: string): Promise<number> => {
  const server = await startServer({ isDriven: true });
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, bypassCSP: kind === 'web' });
    const page = await context.newPage();
    const result = new Promise<number>((done, fail) => {
      setTimeout(() => fail(new Error('the extension host did not report in time')), DEADLINE_MS).unref();
      void page.exposeFunction('codeAutomationExit', done);
      void page.exposeFunction('codeAutomationLog', (_: string, args: unknown[]) => {
        const line = args.map(String).join(' ');
        if (process.env.VERBOSE || isResult(line)) console.log(line);
      });
    });
    const payload = kind === 'node' ? developNode(server.authority, suite) : await developWeb(page, suite);
    await page.goto(`${server.url}?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(payload)}`);
    return await result;
  } catch (error) {
    console.error(server.log().slice(-1500));
    throw error;
  } finally {
    await browser.close();
    await server.stop();
  }
};

/** The page's payload names extension and suite on the server's disk. */
const developNode = (authority: string, suite: string): string =>
  JSON.stringify([
    ['extensionDevelopmentPath', `vscode-remote://${authority}${repository}`],
    ['extensionTestsPath', `vscode-remote://${authority}${suite}`],
    ['enableProposedApi', ''],
    ['skipWelcome', 'true'],
  ]);

/**
 * A web-worker host loads an extension under development over http, and only from the workbench's configuration: so that
 * is changed as the page reads it. (Answering for the page with `page.route` makes Chromium refuse its WebSocket.)
 */
const developWeb = async (page: Page, suite: string): Promise<string> => {
  const { authority } = await serveFolder(repository);
  const uri = (path: string) => ({ scheme: 'http', authority, path });
  const options = {
    enableSmokeTestDriver: true,
    extensions: [uri('/')],
    extensionTestsPath: uri(suite.slice(repository.length)),
  };
  await page.addInitScript((more) => {
    const original = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function (name) {
      const value = original.call(this, name);
      if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration' || value === null) return value;
      const configuration = JSON.parse(value);
      configuration.developmentOptions = { ...configuration.developmentOptions, ...more };
      return JSON.stringify(configuration);
    };
  }, options);
  return '[]';
};

const main = async (): Promise<number> => {
  const kind = process.argv[2] === 'web' ? 'web' : 'node';
  const folder = suiteFolder();
  try {
    return await runInServer(kind, await bundleSuite(kind), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

void main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
