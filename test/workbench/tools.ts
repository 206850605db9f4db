/** Where the programs are that the workbench tests need, and which of them are missing. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const repository = resolve(__dirname, '../..');

/** Where `.ci/install` puts code-server and its Node: outside the checkout, so that clones share it. */
export const serverFolder = (): string =>
  process.env.WORLDSTEP_SERVER ??
  ['/opt/ws/server', join(homedir(), '.cache/worldstep/server')].find((folder) => existsSync(codeServer(folder))) ??
  '/opt/ws/server';

const codeServer = (folder: string): string => join(folder, 'node_modules/code-server');

/** The programs of the workbench tests. */
export const tools = () => {
  const folder = serverFolder();
  return {
    /** `server-main.js` of VS Code inside code-server. */
    serverMain: join(codeServer(folder), 'lib/vscode/out/server-main.js'),
    /** The server needs Node 22 or newer; the tests themselves run on 20. */
    node: join(folder, 'node24/node_modules/node/bin/node'),
    chromium:
      process.env.CHROMIUM_PATH ??
      ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ??
      '/usr/bin/chromium',
  };
};

/** The tools that are not here. */
export const missingTools = (): string[] => Object.values(tools()).filter((file) => !existsSync(file));
