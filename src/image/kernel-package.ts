/**
 * `kernel.json`: what a guest kernel is and how to run and debug it. One per kernel folder; every path in it is relative
 * to that folder, so the same file serves the bundle (`kernels/msgqueue/kernel.json` names
 * `../prebuilt/msgqueue-riscv64.elf.gz`) and a kernel in a user's workspace. Reading the files is the caller's business.
 * `kernel-json.ts` reads it.
 */

import type { Ipa, Pa } from '../base/address';
import type { DriveBus } from '../base/device-words';
import type { FlashBank } from './flash';
import type { ProgramWorld } from './kernel-schema';

/** A guest kernel: its texts, where to look and stop, and how each architecture's build is run. */
export interface KernelPackage {
  /** What the command line and launch.json call it; also the folder's name. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Samples are listed by it, from 1; those that do not say it come last. */
  readonly difficulty: number;
  /** File with the console lines that a successful run prints, one after the other. */
  readonly expectedOutput?: string;
  /** A console line that contains one of these means that the kernel failed, however the machine went off. */
  readonly panicMarkers: readonly string[];
  /** Where the sources named in the debug information are. The longest matching prefix wins. */
  readonly sources: readonly SourceRoot[];
  /** Debugger views worth opening, by id; see {@link suggestionsOf}. */
  readonly views: readonly string[];
  readonly breakpoints: readonly SuggestedBreakpoint[];
  /** By the architecture's name: `riscv64`, `aarch64`, `x86_64`, `loongarch64`. */
  readonly architectures: ReadonlyMap<string, KernelBuild>;
}

export interface SourceRoot {
  /** The prefix as the compiler recorded it, without a slash at the end. */
  readonly recordedAs: string;
  /** The folder that holds these files. */
  readonly folder: string;
}

/** A place worth stopping at, found by its text so that it survives edits: see {@link breakpointLine}. */
export interface SuggestedBreakpoint {
  readonly file: string;
  /** Text that exactly one line of `file` contains. */
  readonly at: string;
  readonly note: string;
}

/** How one architecture's build of a kernel is put into a machine. */
export interface KernelBuild {
  /** By our name for it, `riscv64-virt` for example. */
  readonly board: string;
  /** Bytes of RAM. */
  readonly memory: number;
  /** The processor by QEMU's name for it, e.g. `EPYC`; the board's own when absent. */
  readonly cpu?: string;
  /** Whether the machine starts in the processor's hypervisor mode. */
  readonly virtualization: boolean;
  /** The version of AArch64's interrupt controller; the board's own when absent. */
  readonly gic?: '2' | '3';
  /** Whether semihosting calls are answered; they are not when absent. */
  readonly semihosting?: boolean;
  readonly image: KernelImage;
  /** Other programs that run on it, in the order in which they are built: before the image, and each may need those before it. */
  readonly programs: readonly KernelProgram[];
  /** ELF files with symbols and debug information of the kernel; the image itself, unless it has none. */
  readonly symbols: readonly string[];
  /** Flash banks by the board's name for them (`pflash0`, `pflash1`). Banks that are not named are erased. */
  readonly flash: ReadonlyMap<string, DeclaredFlash>;
  /** In the order in which the guest finds them. */
  readonly disks: readonly DeclaredDisk[];
  /** File with the console lines of this architecture, in place of the package's. */
  readonly expectedOutput?: string;
  /** Debugger views worth opening on this architecture, in place of the package's. */
  readonly views?: readonly string[];
  /** Places worth stopping at on this architecture, in place of the package's. */
  readonly breakpoints?: readonly SuggestedBreakpoint[];
  /** By name: the same with another image, made from the same sources. A mode has none of its own. */
  readonly modes: ReadonlyMap<string, KernelMode>;
}

/** One mode of a build, complete. */
export interface KernelMode extends KernelBuild {
  /** What is different, for lists. */
  readonly title: string;
}

/** Where to look and stop. */
export type Suggestions = Pick<KernelPackage, 'views' | 'breakpoints'>;

/**
 * What a kernel's author suggests for an architecture; without one, for the first that the kernel is built for.
 * @param mode one of the architecture's
 */
export function suggestionsOf(kernel: KernelPackage, architecture?: string, mode?: string): Suggestions {
  const { architectures } = kernel;
  const [plain] = architecture === undefined ? [...architectures.values()] : [architectures.get(architecture)];
  const build = mode === undefined ? plain : plain?.modes.get(mode);
  return { views: build?.views ?? kernel.views, breakpoints: build?.breakpoints ?? kernel.breakpoints };
}

/** A build and what chooses it. */
export interface NamedBuild {
  readonly architecture: string;
  /** Absent for what runs when none is asked for. */
  readonly mode?: string;
  readonly build: KernelBuild;
}

/** All builds of a kernel, the modes of an architecture behind its own. */
export const buildsOf = ({ architectures }: KernelPackage): NamedBuild[] =>
  [...architectures].flatMap(([architecture, build]) => [
    { architecture, build },
    ...[...build.modes].map(([mode, other]) => ({ architecture, mode, build: other })),
  ]);

/** The modes among the builds of a kernel. */
export const modesOf = (
  kernel: KernelPackage,
): (NamedBuild & { readonly mode: string; readonly build: KernelMode })[] =>
  [...kernel.architectures].flatMap(([architecture, { modes }]) =>
    [...modes].map(([mode, build]) => ({ architecture, mode, build })),
  );

/** The files that a build of the kernel writes, each once. */
export const builtFiles = (kernel: KernelPackage): string[] => [
  ...new Set(
    buildsOf(kernel).flatMap(({ build: { image, programs } }) => [image, ...programs].map(({ file }) => file)),
  ),
];

/**
 * The file to load. A name that ends in `.gz` is gunzipped first. Formats:
 * - `flat`: bytes put at `load`, entered at their first byte. If the file is an ELF, the flat image is derived from it
 *   by `flatImage`: each PT_LOAD segment's file bytes at (p_paddr − lowest p_paddr), gaps zero.
 * - `linux-image`: the same bytes, with a Linux boot header at their start; entered at the first byte.
 * - `elf`: segments go to their p_paddr, entered at e_entry. Has no `load`.
 * - `multiboot`: a Multiboot 1 kernel whose header has the address fields (x86_64 only). Has no `load`.
 */
export type KernelImage = BuiltFile &
  (
    | { readonly format: 'flat' | 'linux-image'; readonly load: Pa }
    | { readonly format: 'elf' | 'multiboot'; readonly load?: undefined }
  );

/** A file with a program, and what it is built from. */
export interface BuiltFile {
  readonly file: string;
  /** Folder of the cargo package that `file` is built from; absent when somebody else builds it. */
  readonly crate?: string;
  /** Features of that package which are on, beside its default ones. */
  readonly features?: readonly string[];
}

/** A program that runs on the kernel: in user mode, or in a virtual machine. */
export interface KernelProgram extends BuiltFile {
  /** Unique in its list. */
  readonly name: string;
  readonly world: ProgramWorld;
  /** Where a guest's kernel is put in the memory of its virtual machine. */
  readonly load: Ipa | undefined;
}

/** A flash bank with, optionally, a file at its end. */
export interface DeclaredFlash extends FlashBank {
  /** File whose last byte is the bank's last byte, such as a PC's firmware. */
  readonly endFile?: string;
}

/** A disk, where it is attached, and what is on it: an image file, zeros, or files on a FAT32 disk made for the machine. */
export interface DeclaredDisk {
  readonly bus: DriveBus;
  readonly isReadOnly: boolean;
  readonly content: ImageContent | FatContent;
}

/** An image file as it is, or zeros without one. */
export interface ImageContent {
  readonly kind: 'image';
  readonly path?: string;
  /** Bytes of the whole disk, when they are not the file's. */
  readonly size?: number;
}

/** What a FAT32 disk holds that is made when the machine is. */
export interface FatContent {
  readonly kind: 'fat';
  /** Bytes of the whole disk. */
  readonly size: number;
  readonly label?: string;
  /** By absolute path on the disk. */
  readonly files: ReadonlyMap<string, DiskFile>;
}

/** What makes the first disk of a build that is made rather than read; its bus says nothing about that. */
export const fatContentOf = (build: KernelBuild): FatContent | undefined => {
  for (const { content } of build.disks) if (content.kind === 'fat') return content;
  return undefined;
};

/** Contents of a file on a disk: the flat image of a program of the package, or a file (`.gz` is gunzipped first). */
export type DiskFile = { readonly program: string } | { readonly file: string };

/** A `kernel.json` that can be used, or everything that is wrong with it, each with its place and what is expected. */
export type KernelPackageResult =
  | { readonly ok: true; readonly kernel: KernelPackage }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * The 1-based line of `source` where a suggested breakpoint belongs.
 * @returns undefined if no line or more than one contains the marker: the kernel was edited.
 */
export function breakpointLine(source: string, breakpoint: SuggestedBreakpoint): number | undefined {
  const lines = source.split('\n').flatMap((line, index) => (line.includes(breakpoint.at) ? [index + 1] : []));
  return lines.length === 1 ? lines[0] : undefined;
}

/** Resolves a path from a `kernel.json` against the path or URI of that file. */
export function packagePath(kernelJson: string, relative: string): string {
  const parts = kernelJson.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/**
 * Where a recorded source file is, as a path relative to `kernel.json`.
 * @returns undefined for files that are not the kernel's own (library sources are not shipped).
 */
export function sourcePath(kernel: KernelPackage, recorded: string): string | undefined {
  const root = kernel.sources
    .filter(({ recordedAs }) => recorded === recordedAs || recorded.startsWith(`${recordedAs}/`))
    .sort((a, b) => b.recordedAs.length - a.recordedAs.length)[0];
  return root && `${root.folder}${recorded.slice(root.recordedAs.length)}`;
}
