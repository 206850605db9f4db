/**
 * The mocha suites in desktop VS Code: `tsx test/workbench/desktop.ts oldest|stable` downloads the oldest version that package.json
 * supports, or the newest, once; with VSCODE_EXECUTABLE set it takes that one. On Linux start it under `xvfb-run -a`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { SETTINGS } from './settings';
import { bundleSuite, suiteFolder } from './suite-bundle';
import { repository } from './tools';

/** `^1.95.0` of package.json's `engines`: 1.95.0. */
const oldestVersion = (): string => {
  const { engines } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const version = /^\^(\d+\.\d+\.\d+)$/.exec(engines.vscode)?.[1];
  if (version === undefined)
    throw new Error(`package.json: "engines.vscode" is ${engines.vscode}, not such as ^1.95.0`);
  return version;
};

const main = async (): Promise<number> => {
  const [, , word] = process.argv;
  const executable = process.env.VSCODE_EXECUTABLE;
  if (executable === undefined && word !== 'oldest' && word !== 'stable')
    throw new Error('say which VS Code: oldest or stable');
  const folder = suiteFolder();
  const profile = mkdtempSync(join(tmpdir(), 'worldstep-profile-'));
  mkdirSync(join(profile, 'User'));
  writeFileSync(join(profile, 'User/settings.json'), JSON.stringify(SETTINGS));
  try {
    return await runTests({
      ...(executable === undefined
        ? { version: word === 'oldest' ? oldestVersion() : 'stable' }
        : { vscodeExecutablePath: executable }),
      extensionDevelopmentPath: repository,
      extensionTestsPath: await bundleSuite('desktop'),
      launchArgs: [
        folder,
        '--disable-extensions',
        '--disable-workspace-trust',
        '--disable-gpu',
        '--no-sandbox',
        // The default one is in the repository; a socket's path has little room.
        `--user-data-dir=${profile}`,
      ],
    });
  } finally {
    for (const each of [folder, profile])
      rmSync(each, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
};

void main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
