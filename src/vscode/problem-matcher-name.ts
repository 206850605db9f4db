/** The problem matcher of builds, as package.json contributes it. */
export const PROBLEM_MATCHER = '$worldstep-rustc';
/** What the Problems view names as the source of its messages. */
export const PROBLEM_SOURCE = 'rustc';
