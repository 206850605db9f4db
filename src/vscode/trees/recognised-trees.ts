/** Applies the table of tree-rules.ts to a folder: which trees there are, and what is started in each and how. */
import type { DriveBus } from '../../base/device-words';
import { cargoRunner } from './cargo-files';
import { expand, type FileTree, foldersOf, hasFile, isInside, joined, nameOf, parentOf } from './file-tree';
import { qemuCommands } from './makefile-commands';
import { readPrograms, sorted } from './program-search';
import { type QemuDisk, type QemuMachine, readQemuWords } from './qemu-words';
import { type BusHint, type ImageWorld, TREE_RULES, type TreeBuild, type TreeRule } from './tree-rules';

/** What is started, in the words of launch.json; paths from the workspace folder on. */
export interface TreeLaunch {
  readonly program: string;
  readonly images?: readonly { readonly path: string; readonly world?: ImageWorld }[];
  readonly bios?: string;
  readonly initrd?: string;
  readonly disk?: QemuDisk | readonly QemuDisk[];
  readonly pflash0?: string;
  readonly pflash1?: string;
  readonly append?: string;
  readonly machine?: { readonly harts?: number; readonly memory?: string };
}

/** A tree that is known by its files. */
export interface RecognisedTree {
  readonly rule: TreeRule;
  /** Where it begins. */
  readonly folder: string;
  readonly name: string;
  /** `undefined` where not even a rule says where the program will be. */
  readonly launch: TreeLaunch | undefined;
  /** Files of the launch that are not there: they have yet to be built. */
  readonly missing: readonly string[];
  /** Its folder starts at the workspace folder. */
  readonly build: Required<TreeBuild>;
}

/** Programs with symbols in one launch; more would take long to read, and nobody debugs so many. */
const MOST_IMAGES = 40;
/** What the machine has at most, as launch-schema.ts says. */
export const MOST_HARTS = 8;
/** The architecture of the machine that these launches are for. */
const ARCH = 'riscv64';

/** The trees in a folder, from the top down. Inside a tree only those of rows before it, or of its own, count. */
export async function recognisedTrees(tree: FileTree): Promise<RecognisedTree[]> {
  const found: RecognisedTree[] = [];
  for (const folder of await foldersOf(tree)) {
    const above = found.filter((one) => isInside(folder, one.folder)).map(({ rule }) => TREE_RULES.indexOf(rule));
    const rules = TREE_RULES.filter((_, index) => above.every((outer) => index <= outer));
    for (const rule of rules) {
      const variables = await matched(tree, folder, rule);
      if (variables === undefined) continue;
      found.push(await applied(tree, folder, rule, variables));
      break;
    }
  }
  return found;
}

type Variables = ReadonlyMap<string, string>;

/** What the marks of a rule capture in a folder; `undefined` if it is no such tree. */
async function matched(tree: FileTree, folder: string, { marks }: TreeRule): Promise<Variables | undefined> {
  const variables = new Map<string, string>();
  for (const { file, has } of marks) {
    const [path] = await expand(tree, folder, file);
    if (path === undefined) return undefined;
    if (has === undefined) continue;
    const match = has.exec((await tree.text(path)) ?? '');
    if (match === null) return undefined;
    for (const [name, value] of Object.entries(match.groups ?? {})) if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

/** `undefined` if it needs a variable that has no value. */
function filled(text: string, variables: Variables): string | undefined {
  let isWhole = true;
  const result = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = variables.get(name);
    isWhole &&= value !== undefined;
    return value ?? '';
  });
  return isWhole ? result : undefined;
}

/** A project's own QEMU options, and the folder that their paths start from. */
interface OwnMachine {
  readonly machine: QemuMachine;
  readonly folder: string;
}

/** Looks files of one tree up. */
class TreeFiles {
  /** Files that the project names and that are not there. */
  readonly missing: string[] = [];

  constructor(
    private readonly tree: FileTree,
    private readonly folder: string,
    private readonly variables: Variables,
    private readonly own: OwnMachine | undefined,
  ) {}

  /** With the variables filled in; without those that have one that is unknown. */
  fill(texts: readonly string[]): string[] {
    return texts.map((text) => filled(text, this.variables)).filter((text) => text !== undefined);
  }

  /** The first file of a rule that is there. */
  async first(paths: readonly string[] | undefined): Promise<string | undefined> {
    for (const path of this.fill(paths ?? [])) {
      const [file] = await expand(this.tree, this.folder, path);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** A file of the project's own options, be it there or not. */
  async named(path: string | undefined): Promise<string | undefined> {
    const file = path === undefined || this.own === undefined ? undefined : joined(this.own.folder, path);
    if (file !== undefined && !(await hasFile(this.tree, file))) this.missing.push(file);
    return file;
  }

  async disks({ disk }: TreeRule): Promise<QemuDisk[]> {
    const theirs = this.own?.machine.disks ?? [];
    const path = await this.first(disk?.paths);
    if (path !== undefined && disk) {
      const hints = await Promise.all((disk.hints ?? []).map((hint) => this.#hinted(hint)));
      return [{ path, bus: theirs[0]?.bus ?? hints.find((bus) => bus !== undefined) ?? disk.bus }];
    }
    const found = await Promise.all(theirs.map(async (each) => ({ ...each, path: await this.named(each.path) })));
    return found.flatMap(({ path: file, ...rest }) => (file === undefined ? [] : [{ ...rest, path: file }]));
  }

  async #hinted({ file, has, bus }: BusHint): Promise<DriveBus | undefined> {
    const path = joined(this.folder, file);
    return path !== undefined && has.test((await this.tree.text(path)) ?? '') ? bus : undefined;
  }
}

async function applied(tree: FileTree, folder: string, rule: TreeRule, captured: Variables): Promise<RecognisedTree> {
  const own = await qemuMachine(tree, folder, rule);
  const { machine } = own ?? {};
  const kernel = (machine?.kernel ?? machine?.bios)?.replace(/\.bin$/, '');
  const variables = kernel === undefined ? captured : new Map([...captured, ['kernel', kernel]]);
  const files = new TreeFiles(tree, folder, variables, own);
  const program = await programOf(tree, folder, files.fill(rule.program));
  if (program !== undefined && !program.isThere) files.missing.push(program.path);
  const disks = await files.disks(rule);
  const appended = [machine?.append ?? rule.append, disks.length > 0 ? rule.disk?.append : undefined];
  const append = appended.filter((words) => words !== undefined).join(' ');
  const memory = machine?.memory ?? rule.memory;
  const harts = machine?.harts === undefined ? undefined : Math.min(machine.harts, MOST_HARTS);
  const launch = program && {
    program: program.path,
    ...present({
      images: filledList(await imagesOf(tree, folder, rule, variables, program.path)),
      bios: await files.first(rule.bios),
      initrd: (await files.first(rule.initrd)) ?? (await files.named(machine?.initrd)),
      disk: disks.length > 1 ? disks : disks[0],
      pflash0: await files.named(machine?.pflash0),
      pflash1: (await files.first(rule.pflash1)) ?? (await files.named(machine?.pflash1)),
      append: append === '' ? undefined : append,
      machine: filledObject(present({ harts, memory })),
    }),
  };
  const { command, args, folder: below = '' } = rule.build;
  return {
    rule,
    folder,
    name: filled(rule.title, variables) ?? (nameOf(folder) || 'kernel'),
    launch,
    missing: files.missing,
    build: { command, args: files.fill(args), folder: joined(folder, below) ?? folder },
  };
}

/** The program that there is, or the place where it will be; nothing where only patterns say where. */
async function programOf(
  tree: FileTree,
  folder: string,
  paths: readonly string[],
): Promise<{ readonly path: string; readonly isThere: boolean } | undefined> {
  const files = (await Promise.all(paths.map((path) => expand(tree, folder, path)))).flat();
  const programs = sorted(await readPrograms(tree, [...new Set(files)]), [ARCH]);
  const [best] = programs;
  if (best) return { path: best.path, isThere: true };
  // Not an ELF, and named outright: a Linux Image.
  const plain = paths.filter((path) => !/[*?{]/.test(path)).map((path) => joined(folder, path));
  const there = plain.find((path) => path !== undefined && files.includes(path));
  const path = there ?? plain[0];
  return path === undefined ? undefined : { path, isThere: there !== undefined };
}

async function imagesOf(
  tree: FileTree,
  folder: string,
  rule: TreeRule,
  variables: Variables,
  program: string,
): Promise<{ path: string; world?: ImageWorld }[]> {
  const images = await Promise.all(
    (rule.images ?? []).map(async ({ path: pattern, world }) => {
      const files = await expand(tree, folder, filled(pattern, variables) ?? '');
      const isOutright = files.length === 1 && files[0] === joined(folder, pattern);
      const programs: readonly { path: string }[] = isOutright
        ? files.map((path) => ({ path }))
        : await readPrograms(tree, files);
      return programs.map(({ path }) => ({ path, ...(world !== undefined && { world }) }));
    }),
  );
  return images
    .flat()
    .filter(({ path }) => path !== program)
    .slice(0, MOST_IMAGES);
}

/** The machine that a project's own files give to QEMU. */
async function qemuMachine(tree: FileTree, folder: string, { qemu = [] }: TreeRule): Promise<OwnMachine | undefined> {
  for (const file of qemu) {
    const path = joined(folder, file);
    const text = path === undefined ? undefined : await tree.text(path);
    if (path === undefined || text === undefined) continue;
    const isCargo = path.includes('.cargo/');
    const runner = isCargo ? cargoRunner(text, ARCH) : undefined;
    const commands = isCargo ? (runner ? [runner] : []) : qemuCommands(text, ARCH);
    const machines = commands.map(readQemuWords);
    const machine = machines.find(({ kernel, bios }) => kernel !== undefined || bios !== undefined) ?? machines[0];
    // Cargo starts a runner in the folder of the crate.
    if (machine) return { machine, folder: isCargo ? folder : parentOf(path) };
  }
  return undefined;
}

const filledList = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
const filledObject = <T extends object>(object: T): T | undefined =>
  Object.keys(object).length > 0 ? object : undefined;

/** Without the keys that are `undefined`. */
const present = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
