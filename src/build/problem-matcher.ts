// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is a variable of VS Code.
/** How VS Code reads the messages of compilers in the terminal of a build. */
import { PROBLEM_MATCHERS, PROBLEM_SOURCES } from '../vscode/problem-matcher-name';

const RUSTC = PROBLEM_MATCHERS.rustc.slice(1);
const GCC = PROBLEM_MATCHERS.gcc.slice(1);

/**
 * A headline (`error[E0425]: cannot find value …`) and the place that it is about (`--> /work/kernel/src/main.rs:3:5`).
 * Headlines without a place (`error: could not compile …`) match nothing.
 */
export const rustcPattern = {
  name: RUSTC,
  patterns: [
    { regexp: '^(error|warning)(?:\\[([^\\]]+)\\])?: (.*)$', severity: 1, code: 2, message: 3 },
    { regexp: '^\\s*--> (.+):(\\d+):(\\d+)$', file: 1, line: 2, column: 3 },
  ],
};

/** One line, as gcc, clang, their assemblers and zig write it. */
export const gccPattern = {
  name: GCC,
  regexp: '^(.+?):(\\d+)(?::(\\d+))?:\\s+(?:fatal )?(error|warning|note):\\s+(.*)$',
  file: 1,
  line: 2,
  column: 3,
  severity: 4,
  message: 5,
};

/** Paths are whole ones: our builds complete what a compiler names relative to its folder. */
const matcher = (name: string, compiler: keyof typeof PROBLEM_SOURCES) => ({
  name,
  label: `${PROBLEM_SOURCES[compiler]} in Worldstep's builds`,
  owner: name,
  source: PROBLEM_SOURCES[compiler],
  applyTo: 'allDocuments',
  fileLocation: ['autoDetect', '${workspaceFolder}'],
  pattern: `$${name}`,
});

/** package.json's `problemMatchers`. */
export const problemMatchers = [matcher(RUSTC, 'rustc'), matcher(GCC, 'gcc')];
