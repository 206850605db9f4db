import type { LaunchArguments } from '../dap/protocol';

/** Every attribute of a launch configuration of ours; the compiler keeps it complete. */
const KEYS: Readonly<Record<keyof LaunchArguments, true>> = {
  program: true,
  arch: true,
  stopOnEntry: true,
  runTo: true,
  images: true,
  machine: true,
  bios: true,
  disk: true,
  pflash0: true,
  pflash1: true,
  append: true,
  cwd: true,
  sourceMap: true,
  trace: true,
  noDebug: true,
  openViews: true,
};

/** What VS Code itself puts into a configuration, and platform sections. Keys that start with `__` are its own too. */
const FOREIGN = new Set(
  'type request name preLaunchTask postDebugTask internalConsoleOptions debugServer presentation serverReadyAction suppressMultipleSessionWarning windows osx linux'.split(
    ' ',
  ),
);

/** A message for each key that Worldstep does not know, with the nearest known one. */
export const unknownKeys = (configuration: object): string[] =>
  Object.keys(configuration)
    .filter((key) => !(key in KEYS) && !FOREIGN.has(key) && !key.startsWith('__'))
    .map((key) => {
      const near = Object.keys(KEYS).find((known) => distance(known.toLowerCase(), key.toLowerCase()) <= 2);
      const hint = near ? `Did you mean "${near}"?` : `Known attributes: ${Object.keys(KEYS).join(', ')}.`;
      return `"${key}" in launch.json is not an attribute of a Worldstep configuration. ${hint}`;
    });

/** Levenshtein's distance: insertions, deletions and replacements from `a` to `b`. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
