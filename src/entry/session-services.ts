/** Composes what a debug session needs: files through the host, the machine, the symbols, the views. */

import { pa } from '../base/address';
import type { Architecture } from '../base/architectures';
import { choicesOf } from '../base/board-choices';
import { FILE_PROBLEMS, type Host, HostFileError } from '../base/host';
import { t } from '../base/l10n';
import { loadWords, physicalAddress } from '../base/load-words';
import { nearest } from '../base/nearest';
import { openLaunch, pickKernel, UserError } from '../dap/errors';
import { launchLoads } from '../dap/launch-arguments';
import type { LaunchArguments } from '../dap/launch-schema';
import type { BuiltMachine, SessionServices } from '../dap/services';
import { type FilterScope, filtersOf } from '../debug/exception-list';
import type { TargetImage } from '../debug/target';
import { isElf } from '../image/flat-image';
import { ImageError } from '../image/image-error';
import { parseKernelPackage } from '../image/kernel-json';
import type { ReadFile } from '../image/kernel-media';
import { type KernelBuild, type KernelPackage, packagePath } from '../image/kernel-package';
import type { Isa } from '../isa/core/isa';
import { BOARDS, boardFor, RUNNABLE } from '../machine/boards/all';
import { LoadError } from '../machine/boot/load-error';
import type { NamedFile } from '../machine/boot/load-plan';
import { chooseBoard, createMachine } from '../machine/create';
import { parseMemorySize } from '../machine/memory-size';
import { loadSymbolReader, type SymbolReader } from '../symbols/reader';
import { type DebugFiles, readWithDebugFiles } from './debug-files';
import { canHaveGuests, type GuestEvidence } from './guest-support';
import {
  BUNDLED_KERNELS,
  buildFor,
  type KernelFiles,
  modesText,
  type ProgramFile,
  readBuild,
  readPrograms,
} from './kernel-files';
import { readLoads } from './loads';
import { panicHint, panicTest } from './panic-hints';
import { diskImages, type FileOnDisk, filesOnAll, launchDrives } from './session-disk';
import { baseName, KERNEL_WORLDS, type KernelPlace, launchImages, lowest, programImages } from './session-images';

/** What differs between shells and tests. */
export interface CompositionOptions {
  /** Where symbols.wasm is; default in the extension's `dist`. */
  readonly symbolsWasm?: string;
}

/** An instruction set by its name; without one the first board's. */
const isaNamed = (name: string | undefined): Isa => {
  const board = BOARDS.find(({ isa }) => isa.name === name) ?? BOARDS[0];
  if (board === undefined) throw new Error('there are no boards');
  return board.isa;
};

/** The services of a session on this host. */
export function sessionServices(host: Host, options: CompositionOptions = {}): SessionServices {
  let reader: Promise<SymbolReader> | undefined;
  const symbols = (): Promise<SymbolReader> => {
    reader ??= host.readFile(options.symbolsWasm ?? 'asset:dist/symbols.wasm').then(loadSymbolReader);
    return reader;
  };
  /** What was read for a launch that was announced. */
  let ahead: { readonly launch: string; readonly guest: Promise<Guest> } | undefined;
  return {
    host,
    architectures: RUNNABLE,
    exceptionFilters: (scope) => filtersOf(isaNamed(scope.isa), scope.canHaveGuests),
    filterScope: async (launch) => {
      const guest = readGuest(launch, host);
      ahead = { launch: launchKey(launch), guest };
      return scopeOf(launch, await guest, chooseBoard({ architecture: architectureOf(launch), ...(await guest) }).isa);
    },
    build: async (launch) => {
      const reader = await symbols();
      const known = ahead?.launch === launchKey(launch) ? ahead.guest : undefined;
      ahead = undefined;
      try {
        return await build(launch, await (known ?? readGuest(launch, host)), host, reader);
      } catch (error) {
        if (error instanceof ImageError) throw new UserError(1130, error.message, openLaunch);
        throw error instanceof LoadError ? inLaunchWords(error) : error;
      }
    },
  };
}

/** The loader speaks of command-line options; launch.json has keys of the same names. */
function inLaunchWords(error: LoadError): UserError {
  const { subject, problem, nextStep } = error;
  const next = nextStep === t`Cut it.` ? t`Name a smaller file in launch.json, or cut this one.` : nextStep;
  return new UserError(1126, t`${subject}: ${problem}. ${next}`.replace(/--(\w+)/g, '"$1"'), openLaunch);
}

/** A program named by a launch: the kernel file as the machine takes it, and the ELF that has its symbols. */
interface Guest {
  readonly kernel: NamedFile;
  readonly loadAddress?: number;
  /** What its kernel.json declares for the machine. */
  readonly files?: KernelFiles['machine'];
  /** Whether a line of its console means that it failed. */
  isPanic(line: string): boolean;
  /** What its own disk holds, beside its programs. */
  readonly diskFiles: readonly FileOnDisk[];
  /** What runs on it. */
  readonly programs: readonly ProgramFile[];
  readonly elf?: { readonly path: string; readonly bytes: Uint8Array; readonly isFlat: boolean };
  readonly sourceMap: Readonly<Record<string, string>>;
}

/** Launches of the same arguments; shells add marks of their own. */
const launchKey = (launch: LaunchArguments): string =>
  JSON.stringify(launch, (key, value) => (key.startsWith('__') ? undefined : value));

const evidence = ({ kernel, elf, programs }: Guest): GuestEvidence => ({
  kernel: elf?.bytes ?? kernel.bytes,
  worlds: programs.map(({ world }) => world),
});

const scopeOf = (launch: LaunchArguments, guest: Guest, isa: Isa): FilterScope => ({
  isa: isa.name,
  canHaveGuests: canHaveGuests(launch, evidence(guest), isa),
});

/** What launch.json says; without, the kernel's own file does. */
const architectureOf = ({ arch }: LaunchArguments): Architecture | undefined =>
  arch === undefined ? undefined : boardFor(arch)?.arch;

async function build(launch: LaunchArguments, guest: Guest, host: Host, reader: SymbolReader): Promise<BuiltMachine> {
  const read = (path: string, key: string) => readImage(host, resolvePath(path, launch.cwd), key);
  const file = async (key: 'bios' | 'initrd' | 'pflash0' | 'pflash1'): Promise<NamedFile | undefined> => {
    const path = launch[key];
    return path === undefined ? undefined : { name: path, bytes: await read(path, key) };
  };
  const { memory, harts, ...options } = launch.machine ?? {};
  const loads = launchLoads(launch).map(({ text, place }) => ({ ...loadWords(text), place }));
  const { kernelAt, loaded } = await readLoads(loads, (path, { place }) => read(path, place));
  const loadAddress = kernelAt ?? guest.loadAddress;
  const given = launch.disk === undefined ? undefined : await launchDrives(launch, read);
  const drives = given?.map(({ drive }) => drive) ?? guest.files?.drives;
  const { machine, plan, board } = createMachine({
    ...guest.files,
    architecture: architectureOf(launch),
    memory: memory === undefined ? guest.files?.memory : parseMemorySize(memory, '"machine.memory"'),
    harts,
    choices: { ...guest.files?.choices, ...choicesOf(options) },
    kernel: guest.kernel,
    loadAddress,
    loaded,
    entry: launch.entry === undefined ? undefined : physicalAddress(launch.entry),
    bios: await file('bios'),
    initrd: await file('initrd'),
    pflash0: (await file('pflash0')) ?? guest.files?.pflash0,
    pflash1: (await file('pflash1')) ?? guest.files?.pflash1,
    drives,
    append: launch.append,
  });
  const hasWorlds = guest.programs.length > 0 || launch.images?.some(({ world }) => world !== undefined) === true;
  const { ram } = machine;
  const folders = (launch.debugFileDirectories ?? []).map((folder) => resolvePath(folder, launch.cwd));
  const debugFiles: DebugFiles = { host, reader, folders };
  const kernel = await kernelImage({ ...guest, loadAddress }, plan.physicalOf, debugFiles, hasWorlds, ram);
  const programs = programImages(reader, guest.programs, kernel.place);
  const images = [...kernel.images, ...programs.images];
  images.push(...(await launchImages(launch, debugFiles, kernel.place, board.arch, read)));
  const known = images.map(({ program }) => program);
  const files = given === undefined ? guest.diskFiles : await filesOnAll(given.map(({ bytes }) => bytes));
  images.push(...diskImages(files, reader, board.arch, known));
  const remarks = [...kernel.remarks, ...programs.remarks];
  return {
    machine,
    images,
    sourceMap: guest.sourceMap,
    inspect: { windows: board.windows },
    remarks,
    filterScope: scopeOf(launch, guest, board.isa),
    isPanic: guest.isPanic,
    panicHint: (panic) => panicHint(panic, drives, 'launch.json'),
  };
}

/** The kernel's own symbols, and where it lies for those who run on it. */
async function kernelImage(
  guest: Guest,
  planned: NonNullable<TargetImage['physicalOf']>,
  files: DebugFiles,
  hasWorlds: boolean,
  ram: KernelPlace['ram'],
): Promise<{
  readonly images: readonly TargetImage[];
  readonly remarks: readonly string[];
  readonly place: KernelPlace;
}> {
  const { elf, loadAddress } = guest;
  if (elf === undefined) {
    const [at] = planned;
    const flat = at === undefined ? {} : { flat: { at: pa(BigInt(at.pa)), bytes: guest.kernel.bytes } };
    const remark = t`${guest.kernel.name} has no symbols. Add its ELF file under "images" in launch.json to debug it by source.`;
    return { images: [], remarks: [remark], place: { ram, ...flat } };
  }
  const program = await readWithDebugFiles(files, elf.path, elf.bytes);
  const [start = 0n] = program.elf.segments.map(({ paddr }) => paddr).sort((a, b) => (a < b ? -1 : 1));
  const physicalOf =
    elf.isFlat && loadAddress !== undefined
      ? program.elf.segments.map(({ vaddr, paddr, memsz }) => ({
          vaddr,
          pa: Number(paddr - start) + loadAddress,
          size: Number(memsz),
        }))
      : planned;
  const first = lowest(program.elf.segments);
  const at = physicalOf.find(({ vaddr }) => vaddr === first?.vaddr);
  return {
    images: [{ name: baseName(elf.path), program, physicalOf, ...(hasWorlds ? { worlds: KERNEL_WORLDS } : {}) }],
    remarks: program.problems.map((problem) => `${elf.path}: ${problem}`),
    place: { ram, ...(at === undefined ? {} : { linear: at.vaddr - BigInt(at.pa) }) },
  };
}

async function readGuest(launch: LaunchArguments, host: Host): Promise<Guest> {
  const name = /^bundled:([\w-]+)$/.exec(launch.program)?.[1];
  const packageFile =
    name === undefined ? resolvePath(launch.program, launch.cwd) : `asset:kernels/${name}/kernel.json`;
  if (name !== undefined || packageFile.endsWith('kernel.json')) {
    return readPackage(await readKernelJson(host, packageFile, name), packageFile, launch, host);
  }
  if (launch.mode !== undefined) {
    throw new UserError(
      1132,
      t`"mode" is for kernels that have a kernel.json, and ${launch.program} is none. Remove "mode".`,
      openLaunch,
    );
  }
  const bytes = await readImage(host, packageFile);
  if (isText(bytes)) {
    throw new UserError(
      1127,
      t`${launch.program} is a text file, not a kernel. Set "program" to an ELF file, a Linux Image or a flat binary.`,
    );
  }
  const kernel = { name: launch.program, bytes };
  return {
    kernel,
    isPanic: panicTest(),
    programs: [],
    diskFiles: [],
    sourceMap: {},
    ...(isElf(bytes) ? { elf: { path: packageFile, bytes, isFlat: false } } : {}),
  };
}

async function readKernelJson(host: Host, path: string, name: string | undefined): Promise<KernelPackage> {
  let text: string;
  try {
    text = new TextDecoder().decode(await host.readFile(path));
  } catch (error) {
    if (name === undefined || !(error instanceof HostFileError)) throw fileError(error, 'program');
    const near = nearest(name, BUNDLED_KERNELS);
    const next = near === undefined ? t`There is ${BUNDLED_KERNELS.join(', ')}.` : t`Did you mean "bundled:${near}"?`;
    throw new UserError(1121, t`No bundled kernel is called "${name}". ${next}`, pickKernel);
  }
  const result = parseKernelPackage(text, path);
  if (result.ok) return result.kernel;
  throw new UserError(1122, result.problems.join('\n'));
}

async function readPackage(kernel: KernelPackage, path: string, launch: LaunchArguments, host: Host): Promise<Guest> {
  const chosen = buildFor(kernel, launch);
  if (chosen === undefined && launch.mode !== undefined && buildFor(kernel, { arch: launch.arch })) {
    const modes = modesText(kernel);
    throw new UserError(
      1131,
      modes === ''
        ? t`${kernel.name} has no mode "${launch.mode}" in its kernel.json. Remove "mode".`
        : t`${kernel.name} has no mode "${launch.mode}" there; it has ${modes}. Set "mode" accordingly.`,
      openLaunch,
    );
  }
  if (chosen === undefined) {
    const known = [...kernel.architectures.keys()].join(', ');
    throw new UserError(
      1123,
      t`${kernel.name} is not built for ${launch.arch ?? t`any machine of this version`}; it is built for ${known}. Set "arch" accordingly.`,
      openLaunch,
    );
  }
  const read = (file: string) => readImage(host, file);
  const { machine, image } = await readBuild(chosen, path, read);
  const symbolFile = chosen.symbols[0];
  const symbolPath = symbolFile === undefined ? image.name : packagePath(path, symbolFile);
  const symbolBytes = symbolPath === image.name ? image.bytes : await readImage(host, symbolPath);
  const isFlat = machine.loadAddress !== undefined;
  return {
    kernel: machine.kernel,
    loadAddress: machine.loadAddress,
    files: machine,
    isPanic: panicTest(kernel.panicMarkers),
    programs: await readPrograms(chosen, path, read),
    diskFiles: await declaredFiles(chosen, path, read),
    sourceMap: Object.fromEntries(kernel.sources.map((root) => [root.recordedAs, packagePath(path, root.folder)])),
    ...(isElf(symbolBytes) ? { elf: { path: symbolPath, bytes: symbolBytes, isFlat } } : {}),
  };
}

/** The files on a build's disks, be they images or made anew; its programs are known already. */
async function declaredFiles({ disks }: KernelBuild, path: string, read: ReadFile): Promise<FileOnDisk[]> {
  const files: FileOnDisk[] = [];
  for (const { content } of disks) {
    if (content.kind === 'image') {
      const image = content.path === undefined ? undefined : await read(packagePath(path, content.path));
      files.push(...(await filesOnAll([image])));
      continue;
    }
    for (const [name, file] of content.files) {
      if ('file' in file) files.push({ path: name, bytes: await read(packagePath(path, file.file)) });
    }
  }
  return files;
}

/** Sources and scripts would load as flat binaries and fail in ways nobody understands. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 512);
  return start.length > 0 && start.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
}

/** Relative paths are relative to `cwd`. */
function resolvePath(path: string, cwd: string | undefined): string {
  const isAbsolute = /^([a-z][a-z0-9+.-]*:|[\\/])/i.test(path);
  return isAbsolute || cwd === undefined ? path : `${cwd.replace(/[\\/]$/, '')}/${path}`;
}

/** A file's bytes, unpacked when its name ends in `.gz`. */
async function readImage(host: Host, path: string, key = 'program'): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await host.readFile(path);
  } catch (error) {
    throw fileError(error, key);
  }
  if (!path.endsWith('.gz')) return bytes;
  try {
    return await host.gunzip(bytes);
  } catch (error) {
    throw new UserError(1124, t`${path} cannot be unpacked: ${(error as Error).message}. Make or download it again.`);
  }
}

function afterFileError(reason: string): string {
  if (reason === FILE_PROBLEMS.folder) return t`Name the file itself.`;
  if (reason === FILE_PROBLEMS.tooLarge) return t`Name a smaller file: it has to fit into memory.`;
  return t`Check the path in launch.json; relative paths start at "cwd".`;
}

function fileError(error: unknown, key: string): unknown {
  if (!(error instanceof HostFileError)) return error;
  const next = afterFileError(error.reason);
  return new UserError(1125, t`"${key}": ${error.message}. ${next}`, pickKernel);
}
