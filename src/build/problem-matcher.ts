// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is a variable of VS Code.
/** How VS Code reads rustc's messages in the terminal of a build. */
import { PROBLEM_MATCHER, PROBLEM_SOURCE } from '../vscode/problem-matcher-name';

const PATTERN = 'worldstep-rustc';

/**
 * A headline (`error[E0425]: cannot find value …`) and the place that it is about (`--> /work/kernel/src/main.rs:3:5`).
 * Headlines without a place (`error: could not compile …`) match nothing.
 */
export const rustcPattern = {
  name: PATTERN,
  patterns: [
    { regexp: '^(error|warning)(?:\\[([^\\]]+)\\])?: (.*)$', severity: 1, code: 2, message: 3 },
    { regexp: '^\\s*--> (.+):(\\d+):(\\d+)$', file: 1, line: 2, column: 3 },
  ],
};

/** Paths are whole ones: `worldstep build` completes what rustc names relative to the crate. */
export const rustcMatcher = {
  name: PROBLEM_MATCHER.slice(1),
  label: "rustc in Worldstep's builds",
  owner: 'worldstep-rustc',
  source: PROBLEM_SOURCE,
  applyTo: 'allDocuments',
  fileLocation: ['autoDetect', '${workspaceFolder}'],
  pattern: `$${PATTERN}`,
};
