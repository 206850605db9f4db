/** The part of mocha's runner that both of its builds have. */
export interface Runner {
  on(event: 'pass' | 'fail', listen: (test: { fullTitle(): string }, error?: Error) => void): unknown;
}

/** One plain line for each test: log lines of an extension host reach the test's process without their formatting. */
export const report = (runner: Runner): void => {
  runner.on('pass', (test) => console.log(`✔ ${test.fullTitle()}`));
  runner.on('fail', (test, error) => console.log(`✖ ${test.fullTitle()}: ${error?.message}`));
};
