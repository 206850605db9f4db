import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { breakpointLine } from '../../image/kernel-package';
import { type KernelTarget, kernelsFolder } from './catalogue';
import { recipe } from './compile';

/** What is known of a prebuilt image. */
interface ManifestEntry {
  /** File name beside the manifest. */
  readonly image: string;
  /** Of everything the image is made from, except the compiler. */
  readonly sourcesSha256: string;
  /** The ELF file; the same for the same sources and tools, wherever it is built. */
  readonly elfSha256: string;
  readonly elfBytes: number;
  /** The file as shipped. Another zlib may compress the same ELF differently. */
  readonly imageSha256: string;
  readonly imageBytes: number;
  readonly tools: string;
}

type Manifest = Record<string, ManifestEntry>;

const manifestFile = join(kernelsFolder, 'prebuilt', 'manifest.json');

/** Files of a kernel's folder that its image does not depend on. */
const notCompiled = new Set(['target', 'kernel.json', 'expected-output.txt', 'README.md', '.gitignore']);

/** Writes down what the image of `target` is and what it was made from. */
export function record(target: KernelTarget, elf: Uint8Array, tools: string): ManifestEntry {
  const image = readFileSync(target.imageFile);
  const entry: ManifestEntry = {
    image: basename(target.imageFile),
    sourcesSha256: sourcesSha256(target),
    elfSha256: sha256(elf),
    elfBytes: elf.length,
    imageSha256: sha256(image),
    imageBytes: image.length,
    tools,
  };
  const all = Object.entries({ ...readManifest(), [target.id]: entry }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(manifestFile, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
  return entry;
}

/**
 * Compares sources and images with the manifest, without building anything.
 * @returns one sentence for everything that does not fit
 */
export function discrepancies(targets: readonly KernelTarget[]): string[] {
  const manifest = readManifest();
  return targets.flatMap((target) => {
    const rebuild = `Run: npm run kernels -- ${target.kernel.name} --arch ${target.architecture}`;
    const entry = manifest[target.id];
    if (!entry) return [`${target.id} is not in kernels/prebuilt/manifest.json. ${rebuild}`];
    const found: string[] = [...lostBreakpoints(target)];
    if (entry.sourcesSha256 !== sourcesSha256(target)) {
      found.push(`${target.id}: its sources have changed since its image was built. ${rebuild}`);
    }
    if (!existsSync(target.imageFile)) return [...found, `${target.imageFile} is missing. ${rebuild}`];
    const image = readFileSync(target.imageFile);
    if (sha256(image) !== entry.imageSha256) {
      found.push(`${target.imageFile} is not the file that the manifest describes. ${rebuild}`);
    } else if (sha256(gunzipSync(image)) !== entry.elfSha256) {
      found.push(`kernels/prebuilt/manifest.json: "elfSha256" of ${target.id} is not that of the ELF file. ${rebuild}`);
    }
    return found;
  });
}

function lostBreakpoints({ kernel, folder }: KernelTarget): string[] {
  return kernel.breakpoints
    .filter((each) => breakpointLine(readFileSync(join(folder, each.file), 'utf8'), each) === undefined)
    .map(({ file, at }) => `kernels/${kernel.name}/kernel.json: not exactly one line of ${file} contains "${at}".`);
}

function readManifest(): Manifest {
  return existsSync(manifestFile) ? (JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest) : {};
}

function sourcesSha256(target: KernelTarget): string {
  const otherConfig = (path: string) => /^configs\//.test(path) && path !== `configs/${target.architecture}.toml`;
  const files = filesIn(target.folder, '').filter((path) => !otherConfig(path));
  const list = files.map((path) => `${sha256(readFileSync(join(target.folder, path)))}  ${path}\n`);
  return sha256(JSON.stringify(recipe) + list.join(''));
}

/** Paths of all files that are compiled, sorted, with slashes. */
function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !notCompiled.has(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(root, `${folder}${entry.name}/`) : [`${folder}${entry.name}`]))
    .sort();
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
