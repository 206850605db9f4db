/**
 * A look at the sources of a session's programs before it starts: where they are on this host, whether they are what was
 * compiled. What is wrong is said in one line each.
 */
import type { Host } from '../base/host';
import { md5 } from '../base/md5';
import { isRelative, RELATIVE, SourceMap, type SourceRules } from '../debug/source-map';
import { isCratePath, isLibraryPath, type Program, type SourceFile } from '../debug/sources';
import type { TargetImage } from '../debug/target';
import { inBatches } from './batches';
import type { LaunchArguments } from './launch-schema';
import { movedTo, noLines, notFound, notFoundRelative, notWhatWasBuilt } from './source-remarks';
import { type FoundRule, SourceSearch } from './source-search';

/** What came out. */
export interface SourceSurvey {
  /** The rules for the session: those that were given, and where relative paths begin. */
  readonly rules: SourceRules;
  readonly remarks: readonly string[];
}

/** A source of a program, and what the host says of it. */
interface Found {
  readonly file: SourceFile;
  readonly program: Program;
  /** The path for the client. */
  readonly path: string;
  /** When it was changed; `undefined` when it is not there. */
  readonly modified: number | undefined;
}

/** A file system may round times up to this, milliseconds. */
const CLOCK_STEP = 2000;
/** Sources that are older than the program are read to compare them as long as all together are no larger, bytes. */
const MOST_READ = 16 << 20;
/** Missing sources that are searched for, and rules suggested, at most. */
const MOST_SEARCHED = 8;
const MOST_RULES = 3;

/** Toolchains and package caches: nobody edits these, and they come and go without the kernel's doing. */
const FOREIGN = /^\/usr\/|\/\.(cargo|rustup)\//;
/** Compilers' names for what is no file. */
const isPseudo = (path: string): boolean => /(^|\/)<[^/]*>$/.test(path);

export async function surveySources(
  images: readonly TargetImage[],
  launch: LaunchArguments,
  shipped: SourceRules,
  host: Host,
): Promise<SourceSurvey> {
  const programs = images.filter(({ isFound }) => isFound === undefined).map(({ program }) => program);
  const lineless = programs.filter((program) => !program.hasLines && !hasUnreadLines(program));
  const remarks = lineless.length === 0 ? [] : [noLines(lineless)];
  const given = { ...shipped, ...launch.sourceMap };
  const base = await relativeBase(programs, given, launch, host);
  const rules = base === undefined ? given : { ...given, [RELATIVE]: base };
  const found = await lookAt(programs, new SourceMap(rules), host);
  remarks.push(...(await changed(found, launch, shipped, host)));
  remarks.push(...(await missing(found, launch, host)));
  return { rules, remarks };
}

/** Whether there are line tables that could not be read: another message says why. */
const hasUnreadLines = ({ elf }: Program): boolean => elf.sections.some(({ name }) => /^\.z?debug_line/.test(name));

/** Sources by path; the library's and those of crates are the distribution's affair. */
function sourcesOf(programs: readonly Program[]): { file: SourceFile; program: Program }[] {
  const all = programs.flatMap((program) => program.sources().map((file) => ({ file, program })));
  const own = all.filter(({ file: { path } }) => !isLibraryPath(path) && !isCratePath(path) && !isPseudo(path));
  return [...new Map(own.map((one) => [one.file.path, one])).values()];
}

/** The folder that relative paths begin in: that in which the first ones are found; else the given one. */
async function relativeBase(
  programs: readonly Program[],
  given: SourceRules,
  { cwd }: LaunchArguments,
  host: Host,
): Promise<string | undefined> {
  const map = new SourceMap(given);
  const relative = sourcesOf(programs).filter(({ file: { path } }) => isRelative(map.map(path)));
  for (const { file, program } of relative.slice(0, MOST_SEARCHED)) {
    const rule = await new SourceSearch(host, cwd, program.path).find(file.path);
    if (rule?.from === RELATIVE) return rule.to;
  }
  return relative.length > 0 ? cwd : undefined;
}

async function lookAt(programs: readonly Program[], map: SourceMap, host: Host): Promise<Found[]> {
  return inBatches(sourcesOf(programs), async (one) => {
    const path = map.map(one.file.path);
    const facts = await host.stat(path).catch(() => undefined);
    return { ...one, path, modified: facts === undefined || facts.isFolder ? undefined : facts.modified };
  });
}

/** A line about sources that are not the text that was compiled. */
async function changed(
  found: readonly Found[],
  launch: LaunchArguments,
  shipped: SourceRules,
  host: Host,
): Promise<string[]> {
  const isBundled = launch.program.startsWith('bundled:');
  const original = new SourceMap(shipped);
  const builtAt = new Map<Program, Promise<number>>();
  const timeOf = (program: Program): Promise<number> => {
    const known = builtAt.get(program) ?? timeOfFile(host, program.path);
    builtAt.set(program, known);
    return known;
  };
  let read = 0;
  const judged = await inBatches(found, async (one): Promise<'same' | 'newer' | 'different'> => {
    const { file, path, program, modified } = one;
    if (modified === undefined || path.startsWith('asset:')) return 'same';
    if (isBundled) return (await isSameFile(host, path, original.map(file.path))) ? 'same' : 'different';
    const built = await timeOf(program);
    const isNewer = built > 0 && modified > built + CLOCK_STEP;
    if (file.md5 !== undefined && (isNewer || read < MOST_READ)) {
      const bytes = await host.readFile(path).catch(() => new Uint8Array());
      read += bytes.length;
      return md5(bytes) === file.md5 ? 'same' : 'different';
    }
    return isNewer && !FOREIGN.test(path) ? 'newer' : 'same';
  });
  const stale = found.filter((_, at) => judged[at] !== 'same');
  const different = judged.includes('different');
  const first = found.find((_, at) => judged[at] === (different ? 'different' : 'newer'));
  return first === undefined ? [] : [notWhatWasBuilt(first, stale.length, different, launch.cwd)];
}

const timeOfFile = (host: Host, path: string): Promise<number> =>
  host.stat(path).then(
    ({ modified }) => modified,
    () => 0,
  );

/** Whether a copy of a source says what the original says; as good as the same where there is no original. */
async function isSameFile(host: Host, copy: string, original: string): Promise<boolean> {
  if (copy === original) return true;
  try {
    const [one, other] = await Promise.all([host.readFile(copy), host.readFile(original)]);
    return one.length === other.length && one.every((byte, at) => byte === other[at]);
  } catch {
    return true;
  }
}

/** Lines about sources that are elsewhere; silent about single ones that are nowhere: toolchains leave such. */
async function missing(found: readonly Found[], launch: LaunchArguments, host: Host): Promise<string[]> {
  const absent = found.filter(({ modified }) => modified === undefined);
  const [first] = absent;
  if (first === undefined) return [];
  const remarks: string[] = [];
  let left = absent;
  for (const { file, program } of absent.slice(0, MOST_SEARCHED)) {
    if (!left.some((one) => one.file === file) || remarks.length === MOST_RULES) continue;
    const rule = await new SourceSearch(host, launch.cwd, program.path).find(file.path);
    if (rule === undefined || !(await explainsMost(left, rule, host))) continue;
    left = left.filter((one) => !one.file.path.startsWith(`${rule.from}/`));
    remarks.push(movedTo(program, rule));
  }
  if (remarks.length > 0 || absent.length < found.length) return remarks;
  return [isRelative(first.path) ? notFoundRelative(first) : notFound(first, absent.length)];
}

/** Whether at least half of what is missing under the old prefix is under the new one. */
async function explainsMost(absent: readonly Found[], rule: FoundRule, host: Host): Promise<boolean> {
  const map = new SourceMap({ [rule.from]: rule.to });
  const asked = absent.filter(({ file }) => file.path.startsWith(`${rule.from}/`));
  const there = await inBatches(asked, ({ file }) => timeOfFile(host, map.map(file.path)));
  return 2 * there.filter((modified) => modified > 0).length >= asked.length;
}
