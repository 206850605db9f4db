/** What the suites claim: mocha's hosts have no assertion library. */
import { LIMIT_MS } from '../limit';

/** The values are the same. */
export const equal = (found: unknown, wanted: unknown): void => {
  if (found !== wanted) throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
};

/** Something holds; `claim` says what. */
export const check = (holds: unknown, claim: string): void => {
  if (!holds) throw new Error(`this does not hold: ${claim}`);
};

/** Waits for something that no event tells. */
export const until = async (holds: () => boolean, claim: () => string): Promise<void> => {
  const deadline = Date.now() + LIMIT_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`this does not hold: ${claim()}`);
    await new Promise((done) => setTimeout(done, 50));
  }
};
