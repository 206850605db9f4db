/** What is said about sources at the start of a session: what is wrong, and the next step. */
import { t } from '../base/l10n';
import type { Program, SourceFile } from '../debug/sources';
import type { FoundRule } from './source-search';

/** A source, with its path for the client. */
interface Named {
  readonly file: SourceFile;
  readonly program: Program;
  readonly path: string;
}

const nameOf = ({ path }: Program): string => path.split(/[\\/]/).pop() ?? path;

/** Rust's symbols: of both manglings, and the one that every panic handler has. */
const RUST = /^_ZN.*17h[0-9a-f]{16}E|^_R[A-Z]|^rust_begin_unwind$/;

const isRust = ({ elf }: Program): boolean => elf.symbols.some(({ name }) => RUST.test(name));

const cargo = () => t`set debug = 2 (and no strip) in the profile that builds it in Cargo.toml`;
const flag = () => t`compile it with -g, and link it without -s`;

/** Programs without line tables. */
export function noLines(programs: readonly Program[]): string {
  const names = programs.map(nameOf).join(', ');
  const rust = programs.filter(isRust).length;
  // A stripped program does not say what it was written in.
  const isUnknown = programs.some(({ elf }) => elf.symbols.length === 0);
  const next =
    isUnknown || (rust > 0 && rust < programs.length) ? t`${flag()}; in Rust, ${cargo()}` : rust > 0 ? cargo() : flag();
  return programs.length === 1
    ? t`${names} has no line information, so only instructions can be stepped through. To see sources, ${next}.`
    : t`${names} have no line information, so only instructions can be stepped through. To see sources, ${next}.`;
}

/** Sources that were changed after the program was built; `isDifferent` when their text was compared. */
export function notWhatWasBuilt(first: Named, count: number, isDifferent: boolean, cwd: string | undefined): string {
  const name = cwd !== undefined && first.path.startsWith(`${cwd}/`) ? first.path.slice(cwd.length + 1) : first.path;
  const others = count > 1 ? t` and ${count - 1} more` : '';
  const program = nameOf(first.program);
  const what =
    count > 1
      ? isDifferent
        ? t`are not the texts that ${program} was built from`
        : t`are newer than ${program}`
      : isDifferent
        ? t`is not the text that ${program} was built from`
        : t`is newer than ${program}`;
  return t`${name}${others} ${what}: lines may be off. Build it again.`;
}

/** What to add to launch.json, so that a folder of the build is looked for in another. */
const mapping = (from: string, to: string): string => `"sourceMap": { ${JSON.stringify(from)}: ${JSON.stringify(to)} }`;

/** Sources that were found in another folder. */
export const movedTo = (program: Program, { from, to }: FoundRule): string =>
  t`The sources that ${nameOf(program)} names in ${from} are in ${to} now. Add to launch.json: ${mapping(from, to)}`;

/** None of a program's sources is there. */
export const notFound = ({ program, file }: Named, count: number): string =>
  t`None of the ${count} sources of ${nameOf(program)} is where it was when it was built (${file.path}). Say where they are in launch.json: ${mapping(file.path.replace(/\/[^/]*$/, ''), '…')}`;

/** A program was built with relative names, and they lead nowhere. */
export const notFoundRelative = ({ program, file }: Named): string =>
  t`${nameOf(program)} names its sources relative to a folder (${file.path}), and they are not found. Say which in launch.json: ${mapping('.', '…')}`;
