/** What `extensionTestsPath` loads in the web-worker extension host; `hosts.ts` puts mocha's browser build before it. */
import { type Runner, report } from './report';

declare const mocha: { setup(options: object): void; run(done: (failures: number) => void): Runner };

export const run = (): Promise<void> =>
  new Promise((done, fail) => {
    mocha.setup({ ui: 'tdd', reporter: class {}, timeout: 60_000 });
    void Promise.all([
      import('./session.suite'),
      import('./languages.suite'),
      import('./settings.suite'),
      import('./log.suite'),
      import('./tasks.suite'),
    ]).then(() => {
      report(mocha.run((failures) => (failures > 0 ? fail(new Error(`${failures} tests failed`)) : done())));
    }, fail);
  });
