/** Reads kernel.json: its form is checked by the schema, what the form cannot say here. */

import { type Ipa, ipa, pa } from '../base/address';
import { DeviceWordsError, DRIVE_BUSES, diskWords } from '../base/device-words';
import { t } from '../base/l10n';
import { addressOf } from '../base/schema';
import { problemText, schemaProblems } from '../base/schema-check';
import { bytesOf } from '../base/size';
import { programmed } from './flash';
import type {
  DeclaredDisk,
  DeclaredFlash,
  DiskFile,
  KernelBuild,
  KernelImage,
  KernelMode,
  KernelPackage,
  KernelPackageResult,
} from './kernel-package';
import {
  type BuildJson,
  type DiskFileJson,
  type DiskJson,
  type KernelJson,
  kernelSchema,
  type ModeJson,
} from './kernel-schema';

/**
 * Reads the text of a `kernel.json`.
 * @param name how messages call the file, e.g. its path
 */
export function parseKernelPackage(text: string, name: string): KernelPackageResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`${name} is not JSON: ${(error as Error).message}`] };
  }
  const wrong = schemaProblems(json, kernelSchema).map((problem) => problemText(problem));
  if (wrong.length > 0) return { ok: false, problems: wrong.map((problem) => `${name}: ${problem}`) };
  const problems: string[] = [];
  const kernel = readKernel(json as KernelJson, (problem) => problems.push(`${name}: ${problem}`));
  return problems.length === 0 ? { ok: true, kernel } : { ok: false, problems };
}

/** Takes a problem: a sentence that begins with the place, without its full stop. */
type Report = (problem: string) => void;

/** The package. What is wrong goes to `report`; the result is then of no use. */
function readKernel(json: KernelJson, report: Report): KernelPackage {
  const { name, title, description, expectedOutput } = json;
  return {
    name,
    title,
    description,
    difficulty: json.difficulty ?? Number.POSITIVE_INFINITY,
    ...(expectedOutput !== undefined && { expectedOutput }),
    panicMarkers: json.panicMarkers ?? [],
    sources: Object.entries(json.sources ?? {}).map(([recorded, folder]) => ({
      recordedAs: recorded.replace(/\/+$/, ''),
      folder,
    })),
    views: json.views ?? [],
    breakpoints: withNotes(json.breakpoints) ?? [],
    architectures: new Map(
      Object.entries(json.architectures).flatMap(([key, build]) =>
        build === undefined ? [] : [[key, readBuild(build, `architectures.${key}`, report)] as const],
      ),
    ),
  };
}

const withNotes = (breakpoints: KernelJson['breakpoints']) =>
  breakpoints?.map(({ file, at, note = '' }) => ({ file, at, note }));

const bytes = (size: string | number): number => bytesOf(size) ?? 0;

function readBuild(json: BuildJson, place: string, report: Report): KernelBuild {
  const { board, cpu, gic, semihosting, expectedOutput, views } = json;
  const image = readImage(json.image);
  const programs = (json.programs ?? []).map(({ name, file, crate, world, load }) => ({
    name,
    file,
    ...(crate !== undefined && { crate }),
    world,
    load: load === undefined ? undefined : (ipa(addressOf(load)) as Ipa),
  }));
  const names = programs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) report(t`"${place}.programs" has "${twice}" twice`);
  const build: KernelBuild = {
    board,
    memory: bytes(json.memory),
    ...(cpu !== undefined && { cpu }),
    virtualization: json.virtualization ?? false,
    ...(gic !== undefined && { gic }),
    ...(semihosting !== undefined && { semihosting }),
    image,
    programs,
    symbols: json.symbols ?? [image.file],
    flash: new Map(
      Object.entries(json.flash ?? {}).flatMap(([key, bank]) =>
        bank === undefined ? [] : [[key, readFlashBank(bank, `${place}.flash.${key}`, report)] as const],
      ),
    ),
    disks: readDisks(json.disk, `${place}.disk`, names, report),
    ...(expectedOutput !== undefined && { expectedOutput }),
    ...(views && { views }),
    ...(json.breakpoints && { breakpoints: withNotes(json.breakpoints) }),
    modes: new Map(),
  };
  const modes = Object.entries(json.modes ?? {}).map(([name, mode]) => {
    const stray = Object.keys(mode.worlds ?? {}).find((program) => !names.includes(program));
    if (stray !== undefined) report(t`"${place}.modes.${name}.worlds" names "${stray}", which is none of the programs`);
    return [name, readMode(mode, build, json)] as const;
  });
  return { ...build, modes: new Map(modes) };
}

/** A mode: what it does not say is as in the build without it. */
function readMode(mode: ModeJson, build: KernelBuild, { symbols }: BuildJson): KernelMode {
  const { title, file, features = [], worlds, expectedOutput, views } = mode;
  return {
    ...build,
    title,
    image: { ...build.image, file, features },
    symbols: symbols ?? [file],
    programs: build.programs.map((program) => ({ ...program, world: worlds?.[program.name] ?? program.world })),
    ...(expectedOutput !== undefined && { expectedOutput }),
    ...(views && { views }),
    ...(mode.breakpoints && { breakpoints: withNotes(mode.breakpoints) }),
  };
}

function readImage({ file, crate, format, load }: BuildJson['image']): KernelImage {
  const built = { file, ...(crate !== undefined && { crate }) };
  return format === 'flat' || format === 'linux-image'
    ? { ...built, format, load: pa(addressOf(load ?? '0x0')) }
    : { ...built, format };
}

function readDisks(
  json: BuildJson['disk'],
  place: string,
  programs: readonly string[],
  report: Report,
): readonly DeclaredDisk[] {
  if (json === undefined) return [];
  const list = isList(json) ? json.map((one, at) => [one, `${place}[${at}]`] as const) : [[json, place] as const];
  return list.flatMap(([one, at]) => readDisk(one, at, programs, report) ?? []);
}

const isList = (json: DiskJson | readonly DiskJson[]): json is readonly DiskJson[] => Array.isArray(json);

function readDisk(
  json: DiskJson,
  place: string,
  programs: readonly string[],
  report: Report,
): DeclaredDisk | undefined {
  if (typeof json === 'string') return readDiskWords(json, place, report);
  const { path, label, files } = json;
  const size = json.size === undefined ? undefined : bytes(json.size);
  const content: DeclaredDisk['content'] = files
    ? {
        kind: 'fat',
        size: size ?? 0,
        label,
        files: new Map(
          Object.entries(files).map(([at, file]) => [at, readDiskFile(file, `${place}.files.${at}`, programs, report)]),
        ),
      }
    : { kind: 'image', path, size };
  return { bus: json.bus ?? DRIVE_BUSES[0], isReadOnly: json.readonly ?? false, content };
}

function readDiskWords(words: string, place: string, report: Report): DeclaredDisk | undefined {
  try {
    const { bus, isReadOnly, path, size } = diskWords(words);
    return { bus, isReadOnly, content: { kind: 'image', path, size } };
  } catch (error) {
    if (!(error instanceof DeviceWordsError)) throw error;
    report(t`"${place}" is wrong: ${error.message}`);
    return undefined;
  }
}

function readDiskFile(
  { program, file = '' }: DiskFileJson,
  place: string,
  programs: readonly string[],
  report: Report,
): DiskFile {
  if (program === undefined) return { file };
  if (!programs.includes(program)) {
    const known = programs.length === 0 ? t`"programs" has none` : t`"programs" has ${programs.join(', ')}`;
    report(t`"${place}.program" is "${program}", which is no program of this architecture; ${known}`);
  }
  return { program };
}

function readFlashBank(
  json: NonNullable<NonNullable<BuildJson['flash']>['pflash0']>,
  place: string,
  report: Report,
): DeclaredFlash {
  const size = bytes(json.size);
  const at = Object.entries(json.at ?? {}).map(([offset, text]) => ({ offset: Number(offset), text }));
  for (const { offset, text } of at) {
    if (offset + programmed(text).length > size) report(t`"${place}.at" has "${text}" beyond the end of the bank`);
  }
  return { size, at, ...(json.end !== undefined && { endFile: json.end }) };
}
