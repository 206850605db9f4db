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

/** Major versions of Node that everything works on besides the oldest; `.ci/install` puts them there. */
export const OTHER_NODES = [22, 24] as const;

/** The program of one of them. */
export const nodeProgram = (major: (typeof OTHER_NODES)[number]): string =>
  join(serverFolder(), `node${major}/node_modules/node/bin/node`);

/** The programs of those that are here. */
export const otherNodes = (): string[] => OTHER_NODES.map(nodeProgram).filter(existsSync);

/** The programs of the workbench tests. */
export const tools = () => {
  const folder = serverFolder();
  return {
    /** `server-main.js` of VS Code inside code-server. */
    serverMain: join(codeServer(folder), 'lib/vscode/out/server-main.js'),
    /** The server needs Node 22 or newer; the tests themselves run on 20. */
    node: nodeProgram(24),
    chromium:
      process.env.CHROMIUM_PATH ??
      ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ??
      '/usr/bin/chromium',
  };
};

/** The tools that are not here. */
export const missingTools = (): string[] => Object.values(tools()).filter((file) => !existsSync(file));
