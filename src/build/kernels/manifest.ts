import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { breakpointLine, suggestionsOf } from '../../image/kernel-package';
import type { KernelTarget } from './catalogue';
import type { Compilation } from './compile';
import { kernelsFolder } from './repository';
import { sha256, sourcesSha256 } from './sources';

/** What is known of a target's prebuilt files. */
export interface ManifestEntry {
  /** Of everything the files are made from, except the compiler. */
  readonly sourcesSha256: string;
  readonly tools: string;
  /** In the order in which they are built; the kernel is the last. */
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  /** Its name beside the manifest. */
  readonly file: string;
  /** The ELF file; the same for the same sources and tools, wherever it is built. */
  readonly elfSha256: string;
  readonly elfBytes: number;
  /** The file as shipped. Another zlib may compress the same ELF differently. */
  readonly sha256: string;
  readonly bytes: number;
}

type Manifest = Record<string, ManifestEntry>;

const manifestFile = join(kernelsFolder, 'prebuilt', 'manifest.json');

/** The command that builds a target anew. */
export const rebuildCommand = ({ kernel, architecture }: KernelTarget): string =>
  `npm run kernels -- ${kernel.name} --arch ${architecture}`;

/** Writes down what the files of `target` are and what they were made from. They must have been written. */
export function record(target: KernelTarget, { files, tools }: Compilation): ManifestEntry {
  const entry: ManifestEntry = {
    sourcesSha256: sourcesSha256(target),
    tools,
    files: files.map(({ file, elf }) => {
      const packed = readFileSync(file);
      return {
        file: basename(file),
        elfSha256: sha256(elf),
        elfBytes: elf.length,
        sha256: sha256(packed),
        bytes: packed.length,
      };
    }),
  };
  const all = Object.entries({ ...readManifest(), [target.id]: entry }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(manifestFile, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
  return entry;
}

/**
 * Compares sources and prebuilt files with the manifest, without building anything.
 * @returns one sentence for everything that does not fit
 */
export function discrepancies(targets: readonly KernelTarget[]): string[] {
  const manifest = readManifest();
  return targets.flatMap((target) => {
    const rebuild = `Run: ${rebuildCommand(target)}`;
    const entry = manifest[target.id];
    if (!entry) return [`${target.id} is not in kernels/prebuilt/manifest.json. ${rebuild}`];
    const isChanged = entry.sourcesSha256 !== sourcesSha256(target);
    const found = [
      ...(isChanged ? [`${target.id}: its sources have changed since it was built.`] : []),
      ...target.steps.flatMap(({ file }) => fileDiscrepancy(file, entry) ?? []),
    ];
    return [...lostBreakpoints(target), ...found.map((sentence) => `${sentence} ${rebuild}`)];
  });
}

/** What is known of one target, if it was ever built. */
export const manifestEntry = (id: string): ManifestEntry | undefined => readManifest()[id];

function fileDiscrepancy(file: string, entry: ManifestEntry): string | undefined {
  const known = entry.files.find((each) => each.file === basename(file));
  if (!known) return `${file} is not in kernels/prebuilt/manifest.json.`;
  if (!existsSync(file)) return `${file} is missing.`;
  const packed = readFileSync(file);
  if (sha256(packed) !== known.sha256) return `${file} is not the file that the manifest describes.`;
  if (sha256(gunzipSync(packed)) !== known.elfSha256) return `${file} does not have the manifest's "elfSha256".`;
  return undefined;
}

function lostBreakpoints({ kernel, folder, architecture, mode }: KernelTarget): string[] {
  return suggestionsOf(kernel, architecture, mode)
    .breakpoints.filter((each) => breakpointLine(readFileSync(join(folder, each.file), 'utf8'), each) === undefined)
    .map(({ file, at }) => `kernels/${kernel.name}/kernel.json: not exactly one line of ${file} contains "${at}".`);
}

function readManifest(): Manifest {
  return existsSync(manifestFile) ? (JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest) : {};
}
