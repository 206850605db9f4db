/** The languages of guests' sources. */
import { SOURCE_FAMILIES } from '../vscode/source-tokens';

/**
 * Where breakpoints can be set. VS Code asks by language id: for a language that nobody names here, it draws no breakpoints
 * in the margin. The ids are those that extensions for these languages contribute.
 */
export const BREAKPOINT_LANGUAGES: readonly string[] = [
  ...Object.keys(SOURCE_FAMILIES),
  'd',
  'nim',
  'ada',
  'pascal',
  'objectpascal',
  'fortran',
  'fortran-modern',
  'swift',
  'odin',
  'v',
  // Nothing in a linker script runs, but who clicks there is told so.
  'linkerscript',
];
