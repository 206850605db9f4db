/** What `extensionTestsPath` loads in the Node extension host. */
import Mocha from 'mocha';
import { report } from './report';

export const run = async (): Promise<void> => {
  const mocha = new Mocha({ ui: 'tdd', timeout: 60_000, reporter: Silent });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./session.suite');
  await import('./languages.suite');
  await import('./settings.suite');
  await import('./tasks.suite');
  await new Promise<void>((done, fail) => report(mocha.run((failures) => finish(failures, done, fail))));
};

/** {@link report} speaks instead. */
class Silent extends Mocha.reporters.Base {
  override epilogue(): void {}
}

const finish = (failures: number, done: () => void, fail: (error: Error) => void): void =>
  failures > 0 ? fail(new Error(`${failures} tests failed`)) : done();
