/** The programs of a session beside its kernel: those that kernel.json builds, and those that launch.json names. */

import { type Ipa, ipa, type Pa, pa, va } from '../base/address';
import type { Architecture } from '../base/architectures';
import { t } from '../base/l10n';
import { openLaunch, UserError } from '../dap/errors';
import type { LaunchArguments } from '../dap/launch-schema';
import { IMAGE_WORLDS, type ImageWorld } from '../debug/image-world';
import type { TargetImage } from '../debug/target';
import type { SymbolReader } from '../symbols/reader';
import type { Program, Segment } from '../symbols/types';
import { type DebugFiles, readWithDebugFiles } from './debug-files';
import type { ProgramFile } from './kernel-files';

/** As many bytes tell programs apart. */
const COMPARED = 4096;

/** Where the kernel was put, as far as other images need it. */
export interface KernelPlace {
  readonly ram: readonly { readonly base: Pa; readonly size: number }[];
  /** A flat kernel, whose symbols somebody else names. */
  readonly flat?: { readonly at: Pa; readonly bytes: Uint8Array };
  /** How far its linked addresses are above physical memory. */
  readonly linear?: bigint;
}

/** A kernel that has programs: all other code is theirs. */
export const KERNEL_WORLDS: readonly ImageWorld[] = ['kernel', 'hypervisor', 'firmware'];

/** What the programs of a kernel.json give to debug with; remarks tell what could not be read. */
export function programImages(
  reader: SymbolReader,
  programs: readonly ProgramFile[],
  kernel: KernelPlace,
): { readonly images: TargetImage[]; readonly remarks: string[] } {
  const images: TargetImage[] = [];
  const remarks: string[] = [];
  for (const { name, path, bytes, world, load } of programs) {
    let program: Program;
    try {
      program = reader.read(path, bytes);
    } catch (error) {
      remarks.push(t`${path}: ${(error as Error).message}. The program "${name}" has no symbols.`);
      continue;
    }
    remarks.push(...program.problems.map((problem) => `${path}: ${problem}`));
    images.push({ name, program, ...placeIn([world], program, load, kernel) });
  }
  return { images, remarks };
}

/** The images of launch.json, for the machine's architecture. `read` rejects with a message of its own. */
export async function launchImages(
  launch: LaunchArguments,
  files: DebugFiles,
  kernel: KernelPlace,
  architecture: Architecture,
  read: (path: string, key: string) => Promise<Uint8Array>,
): Promise<TargetImage[]> {
  const images: TargetImage[] = [];
  for (const [at, image] of (launch.images ?? []).entries()) {
    const key = `images[${at}]`;
    const program = await readSymbols(files, image.path, await read(image.path, key), key, architecture);
    const worlds = IMAGE_WORLDS.filter((world) => world === image.world);
    const address = image.address === undefined ? {} : { address: va(number(image.address)) };
    const load = image.load === undefined ? undefined : number(image.load);
    const where = placeIn(worlds, program, load, kernel);
    images.push({ name: baseName(image.path), program, ...address, ...where });
  }
  return images;
}

/** A file's name without its folder and endings. */
export const baseName = (path: string): string =>
  (path.split(/[\\/]/).pop() ?? path).replace(/\.gz$/, '').replace(/\.elf$/, '');

const number = (text: string): bigint => BigInt(text.replaceAll('_', ''));

/** What is known of the place of a program that runs in these worlds; in all of them when none is named. */
function placeIn(
  worlds: readonly ImageWorld[],
  program: Program,
  load: bigint | undefined,
  kernel: KernelPlace,
): Omit<TargetImage, 'name' | 'program'> {
  if (worlds.includes('guest kernel')) {
    const guestPhysical = load === undefined ? likelyPlace(program, kernel) : ipa(load);
    return { worlds, isLoadedByGuest: true, ...(guestPhysical === undefined ? {} : { guestPhysical }) };
  }
  if (worlds.includes('user') || worlds.includes('guest user')) return { worlds, isLoadedByGuest: true };
  const declared = worlds.length === 0 ? {} : { worlds };
  if (load !== undefined) return { ...declared, physical: pa(load) };
  const first = lowest(program.elf.segments);
  const { flat, ram } = kernel;
  if (flat !== undefined && first !== undefined && isStart(flat.bytes, program, first)) {
    return { ...declared, physical: flat.at };
  }
  const isInRam =
    first !== undefined && ram.some(({ base, size }) => first.paddr >= base && first.paddr < base + BigInt(size));
  return isInRam || worlds.length > 0 ? declared : { isLoadedByGuest: true };
}

/** Whether a flat file begins as the program does in memory: then it is the program. */
function isStart(flat: Uint8Array, program: Program, first: Segment): boolean {
  const length = Math.min(flat.length, Number(first.filesz), COMPARED);
  const bytes = program.bytesAt(first.vaddr, length);
  return length > 0 && bytes !== undefined && bytes.every((byte, at) => byte === flat[at]);
}

/**
 * Where a guest's kernel probably starts in its own memory: at its load address, or where its host's kernel would be with
 * the same linked address. What is there at run time is compared before anything is believed.
 */
function likelyPlace(program: Program, { linear }: KernelPlace): Ipa | undefined {
  const first = lowest(program.elf.segments);
  if (first === undefined) return undefined;
  if (first.paddr !== (first.vaddr as bigint)) return ipa(first.paddr);
  return linear === undefined || first.vaddr < linear ? undefined : ipa(first.vaddr - linear);
}

/** The segment that starts first; none for a program of per-CPU templates only. */
export function lowest(segments: readonly Segment[]): Segment | undefined {
  const loaded = segments.filter(({ memsz }) => memsz > 0n);
  const isTemplate = ({ flags, vaddr }: Segment) => vaddr < 4096n && !flags.execute;
  return loaded.filter((segment) => !isTemplate(segment)).sort((a, b) => (a.vaddr < b.vaddr ? -1 : 1))[0];
}

/** The program of a file named by `key`. Throws a UserError when it is no ELF file of the machine's architecture. */
async function readSymbols(
  files: DebugFiles,
  path: string,
  bytes: Uint8Array,
  key: string,
  architecture: Architecture,
): Promise<Program> {
  let program: Program;
  try {
    program = await readWithDebugFiles(files, path, bytes);
  } catch (error) {
    throw new UserError(1128, `"${key}": ${(error as Error).message}`, openLaunch);
  }
  const { machine } = program.elf;
  if (machine === architecture) return program;
  throw new UserError(
    1129,
    t`"${key}": ${path} is an ELF file for ${machine}, and the machine is ${architecture}. Name the file that was built for ${architecture}.`,
    openLaunch,
  );
}
