/**
 * What `extensionTestsPath` loads in an extension host of any kind. Mocha is its browser build, a script before this one: that
 * needs no file system, and no Node as new as the package wants.
 */
/// <reference types="mocha" />
import { LIMIT_MS } from '../limit';
import type { HostKind } from '../suite-bundle';
import { report } from './report';

/** Set by `suite-bundle.ts`. */
declare const HOST_KIND: HostKind;

const loadSuites = async (): Promise<void> => {
  // First: the others leave kernels in the workspace.
  await import('./own-kernels.suite');
  await import('./session.suite');
  await import('./languages.suite');
  await import('./settings.suite');
  // The driven server's Node host writes no log files, as it is installed without native modules.
  if (HOST_KIND !== 'node') await import('./log.suite');
  await import('./tasks.suite');
  // There are no sockets in a browser.
  if (HOST_KIND !== 'web') await import('./attach.suite');
};

export const run = async (): Promise<void> => {
  // Any class is a reporter; `report` speaks instead.
  mocha.setup({ ui: 'tdd', reporter: class {} as unknown as Mocha.ReporterConstructor, timeout: 2 * LIMIT_MS });
  await loadSuites();
  // `mocha.run` reads the page's address, which a Node host has not.
  const failures = await new Promise<number>((done) => report(Mocha.prototype.run.call(mocha, done)));
  if (failures > 0) throw new Error(`${failures} tests failed`);
};
