/** Finds the kernels that have been built in a folder, by what their files begin with. */
import { ELF_START, type ElfHeader, readElfHeader } from './elf-header';
import { expand, type FileTree, foldersOf, nameOf, namePattern } from './file-tree';

/** A program that was found. */
export interface FoundProgram {
  readonly path: string;
  readonly header: ElfHeader;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Where linkers of common build tools put programs, from the folder of the sources on. */
const PLACES: readonly string[] = ['', 'target/*/*', 'build', 'build/*', 'out', 'bin', 'zig-out/bin'];

/** Names that kernels have, looked at first where there are many files. */
const LIKELY = namePattern('{*kernel*,vmlinux,u-boot,xv6,os,*.elf}');

/** Names that linked programs may have: without an extension, or with one of these. */
const POSSIBLE = /^[^.]+$|\.(elf|out|axf|exe|kernel|sys)$/i;

/**
 * The programs in a folder that may be kernels, the best first: those for machines that there are, those linked to where
 * kernels go, and of these the newest.
 * @param machines architectures that there are machines for
 */
export async function findPrograms(tree: FileTree, machines: readonly string[]): Promise<FoundProgram[]> {
  const folders = await foldersOf(tree);
  const places = await Promise.all(
    folders.flatMap((folder) => PLACES.map(async (place) => expand(tree, folder, `${place}/*`))),
  );
  const files = [...new Set(places.flat())].filter((path) => POSSIBLE.test(nameOf(path)));
  const likely = (path: string): number => (LIKELY.test(nameOf(path)) ? 0 : 1);
  files.sort((one, other) => likely(one) - likely(other));
  return sorted(await readPrograms(tree, files), machines);
}

/** Those of some files that are programs for bare machines. */
export async function readPrograms(tree: FileTree, files: readonly string[]): Promise<FoundProgram[]> {
  const programs = await Promise.all(
    files.map(async (path) => {
      const start = await tree.start(path, ELF_START);
      const header = start && readElfHeader(start);
      if (!header?.isProgram || header.isHosted) return undefined;
      return { path, header, modified: await tree.modified(path) };
    }),
  );
  return programs.filter((program) => program !== undefined);
}

/** The best first. */
export function sorted(programs: readonly FoundProgram[], machines: readonly string[]): FoundProgram[] {
  const runs = ({ header }: FoundProgram): number =>
    header.arch !== undefined && machines.includes(header.arch) ? 0 : 2;
  const lies = ({ header }: FoundProgram): number => (header.place === 'kernel' ? 0 : 1);
  const rank = (program: FoundProgram): number => runs(program) + lies(program);
  return [...programs].sort((one, other) => rank(one) - rank(other) || other.modified - one.modified);
}

/** Cargo's builds of one program for several targets and profiles. */
const buildOf = (path: string): string => path.replace(/(^|\/)target\/[^/]+\/[^/]+\//, '$1target/');

/** What to offer of sorted programs: those as good as the best, and of a debug and a release build the newer only. */
export function offered(programs: readonly FoundProgram[], machines: readonly string[]): FoundProgram[] {
  const [best] = programs;
  if (!best) return [];
  const isAsGood = ({ header }: FoundProgram): boolean =>
    machines.includes(header.arch ?? '') === machines.includes(best.header.arch ?? '') &&
    header.place === best.header.place;
  const builds = new Set<string>();
  return programs.filter((program) => {
    const build = buildOf(program.path);
    if (!isAsGood(program) || builds.has(build)) return false;
    builds.add(build);
    return true;
  });
}
