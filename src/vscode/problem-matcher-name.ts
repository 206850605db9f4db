/** The problem matchers of builds, as package.json contributes them. */
export const PROBLEM_MATCHERS = { rustc: '$worldstep-rustc', gcc: '$worldstep-gcc' } as const;
/** What the Problems view names as the source of their messages. */
export const PROBLEM_SOURCES = { rustc: 'rustc', gcc: 'gcc' } as const;
