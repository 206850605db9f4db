/**
 * Work that can be left between its parts: whoever drives it lets others in there, or drops it. Its parts are short, a few
 * milliseconds each.
 */
export type Work<T> = Generator<undefined, T, undefined>;

/** Does all of it at once. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** `all` one by one, with a part's end after every `piece` of them. */
export function* mapWork<From, To>(
  all: readonly From[],
  one: (from: From, index: number) => To,
  piece = 64,
): Work<To[]> {
  const made: To[] = [];
  for (const [index, from] of all.entries()) {
    if (index > 0 && index % piece === 0) yield;
    made.push(one(from, index));
  }
  return made;
}
