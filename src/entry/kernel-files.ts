/** From a kernel.json to the files of a machine, for the command line and for debug sessions. */
import { type BoardChoices, choicesOf } from '../base/board-choices';
import { flashContents } from '../image/flash';
import { flatImage, isElf } from '../image/flat-image';
import { kernelDisk, kernelFlash, type ReadFile } from '../image/kernel-media';
import {
  buildsOf,
  type DeclaredDisk,
  type KernelBuild,
  type KernelPackage,
  modesOf,
  packagePath,
} from '../image/kernel-package';
import type { ProgramWorld } from '../image/kernel-schema';
import { sparseReader } from '../image/sectors';
import { BOARDS, boardFor } from '../machine/boards/all';
import type { Drive } from '../machine/boards/board';
import type { NamedFile } from '../machine/boot/load-plan';
import type { MachineOptions } from '../machine/create';

/** The folders of the kernels that come with Worldstep. */
export const BUNDLED_KERNELS: readonly string[] = ['guestmonolithickernel', 'lazymapping', 'msgqueue'];

/** What a kernel.json gives a machine. */
export interface KernelFiles {
  readonly machine: Pick<
    MachineOptions,
    'kernel' | 'loadAddress' | 'memory' | 'pflash0' | 'pflash1' | 'drives' | 'choices'
  > & {
    readonly kernel: NamedFile;
  };
  /** The kernel's own file, unpacked. */
  readonly image: NamedFile;
}

/** The build for `arch` in `mode`; what is not asked for is that of the first one that there is a machine for. */
export function buildFor(
  kernel: KernelPackage,
  { arch, mode }: { readonly arch?: string; readonly mode?: string },
): KernelBuild | undefined {
  return buildsOf(kernel).find(
    (one) => one.mode === mode && (arch === undefined ? boardFor(one.architecture) : one.architecture === arch),
  )?.build;
}

/** The modes of a kernel as messages list them, `stage2 (aarch64)`; empty if it has none. */
export const modesText = (kernel: KernelPackage): string =>
  modesOf(kernel)
    .map(({ architecture, mode }) => `${mode} (${architecture})`)
    .join(', ');

/**
 * Reads the files of a build and makes its disk.
 * @param kernelJson path or URI of its kernel.json
 * @param read rejects with the caller's own message
 * @throws ImageError when the disk or a flash bank cannot be made
 */
export async function readBuild(build: KernelBuild, kernelJson: string, read: ReadFile): Promise<KernelFiles> {
  const { image: declared, memory } = build;
  const name = packagePath(kernelJson, declared.file);
  const isFlat = declared.load !== undefined;
  const flash = async (bank: string): Promise<NamedFile | undefined> => {
    const content = build.flash.get(bank);
    return content && { name: bank, bytes: flashContents(await kernelFlash(content, kernelJson, read)) };
  };
  // All at once: the disk is formatted while the kernel is being unpacked.
  const [bytes, drives, pflash0, pflash1] = await Promise.all([
    read(name),
    Promise.all(build.disks.map((disk) => drive(build, disk, kernelJson, read))),
    flash('pflash0'),
    flash('pflash1'),
  ]);
  const image = { name, bytes };
  return {
    machine: {
      kernel: isFlat && isElf(image.bytes) ? { name, bytes: flatImage(image.bytes) } : image,
      loadAddress: isFlat ? Number(declared.load) : undefined,
      memory,
      pflash0,
      pflash1,
      drives,
      choices: choices(build),
    },
    image,
  };
}

/** What it says of options that its board has; others are QEMU's. */
const choices = ({ board, cpu, virtualization, gic, semihosting }: KernelBuild): BoardChoices => {
  const options = BOARDS.find(({ id }) => id === board)?.options ?? {};
  const said = Object.entries(choicesOf({ cpu, virtualization, gic, semihosting }));
  return Object.fromEntries(said.filter(([name]) => Object.hasOwn(options, name)));
};

async function drive(build: KernelBuild, disk: DeclaredDisk, kernelJson: string, read: ReadFile): Promise<Drive> {
  const image = sparseReader(await kernelDisk(build, disk, kernelJson, read));
  return { image, bus: disk.bus, isReadOnly: disk.isReadOnly };
}

/** A program of a kernel.json as it was built, for its symbols. */
export interface ProgramFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly world: ProgramWorld;
  /** Guest physical address where the kernel puts a guest's kernel. */
  readonly load: bigint | undefined;
}

/** Reads the programs of a build; `read` rejects with the caller's own message. */
export async function readPrograms(build: KernelBuild, kernelJson: string, read: ReadFile): Promise<ProgramFile[]> {
  const files: ProgramFile[] = [];
  for (const { name, file, world, load } of build.programs) {
    const path = packagePath(kernelJson, file);
    files.push({ name, path, bytes: await read(path), world, load });
  }
  return files;
}
