/**
 * Debug information that lies in other files than the program: the debug file of a stripped one, what dwz shared, and
 * split units. They are looked for where the program names them, beside it, and in the folders of `debugFileDirectories`.
 */

import type { Host } from '../base/host';
import { t } from '../base/l10n';
import type { Companions } from '../symbols/module';
import { readIfProgram, type SymbolReader } from '../symbols/reader';
import type { CompanionName, Program } from '../symbols/types';

/** What looking for them needs. */
export interface DebugFiles {
  readonly host: Host;
  readonly reader: SymbolReader;
  /** Folders of `debugFileDirectories`, absolute. */
  readonly folders: readonly string[];
}

/** A program with all of its debug information that was found. Throws a SymbolError for what is no ELF file. */
export async function readWithDebugFiles(files: DebugFiles, path: string, bytes: Uint8Array): Promise<Program> {
  const { reader } = files;
  const program = reader.read(path, bytes);
  const debug = program.hasDebugInfo ? undefined : await debugFileOf(files, program);
  const named = debug?.program.companions ?? program.companions;
  const companions = await companionsOf(files, debug?.path ?? path, named);
  if (debug === undefined && companions === undefined) return program;
  return reader.read(path, bytes, companions ?? {}, debug?.bytes);
}

/** The file that has what was stripped from a program. */
async function debugFileOf(
  files: DebugFiles,
  program: Program,
): Promise<{ readonly path: string; readonly bytes: Uint8Array; readonly program: Program } | undefined> {
  for (const path of debugPaths(files, program)) {
    const bytes = await readIfThere(files.host, path);
    if (bytes === undefined) continue;
    const found = readIfProgram(files.reader, path, bytes);
    if (found?.hasDebugInfo !== true) continue;
    if (isOf(found, program)) return { path, bytes, program: found };
    program.note(
      t`${path} has debug information of another build, so it is not used. Copy the one that belongs to ${program.path}.`,
    );
  }
  return undefined;
}

function debugPaths({ folders }: DebugFiles, { path, elf, companions }: Program): string[] {
  const [folder, name] = [folderOf(path), nameOf(path)];
  const id = elf.buildId;
  const byId = id === undefined || id.length < 4 ? [] : [`.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`];
  const linked = companions.filter(({ kind }) => kind === 'debug').map((one) => one.path);
  const stem = name.replace(/\.elf$/, '');
  const guesses = [`${name}.debug`, `${name}.dbg`, `${stem}.debug`, `${stem}.dbg`];
  const paths = folders.flatMap((each) => [
    ...byId.map((one) => join(each, one)),
    ...linked.flatMap((one) => [join(each, one), join(join(each, folder.replace(/^[\\/]/, '')), one)]),
    ...guesses.map((one) => join(each, one)),
  ]);
  const beside = [folder, join(folder, '.debug')].flatMap((each) =>
    [...linked, ...guesses, ...byId].map((one) => join(each, one)),
  );
  return [...new Set([...beside, ...paths])].filter((one) => one !== path);
}

/** Whether a debug file is that of a program: the same build id or, without, code at the same places. */
function isOf(debug: Program, program: Program): boolean {
  if (debug.elf.machine !== program.elf.machine) return false;
  const [a, b] = [debug.elf.buildId, program.elf.buildId];
  if (a !== undefined && b !== undefined) return a === b;
  const code = ({ elf }: Program) =>
    elf.sections
      .filter(({ isExecutable, size }) => isExecutable && size > 0n)
      .map((one) => `${one.address} ${one.size}`);
  return code(debug).join() === code(program).join();
}

/** What a program names and what was found of it; `undefined` for nothing. */
async function companionsOf(
  files: DebugFiles,
  path: string,
  named: readonly CompanionName[],
): Promise<Companions | undefined> {
  const wanted = named.filter(({ kind }) => kind !== 'debug');
  if (wanted.length === 0) return undefined;
  const alternate = await firstOf(
    files.host,
    wanted.filter(({ kind }) => kind === 'alternate').flatMap((one) => placesOf(files, path, one)),
  );
  const splits: Uint8Array[] = [];
  const split = wanted.filter(({ kind }) => kind === 'split');
  const packages = [`${path}.dwp`, `${path.replace(/\.elf$/, '')}.dwp`];
  const inFolders = files.folders.map((each) => join(each, `${nameOf(path)}.dwp`));
  const whole = split.length === 0 ? undefined : await firstOf(files.host, [...packages, ...inFolders]);
  if (whole !== undefined) splits.push(whole);
  const seen = new Set<string>();
  for (const one of split) {
    const places = placesOf(files, path, one);
    const key = places.join('\n');
    if (seen.has(key)) continue;
    seen.add(key);
    const bytes = await firstOf(files.host, places);
    if (bytes !== undefined) splits.push(bytes);
  }
  return alternate === undefined && splits.length === 0 ? undefined : { ...(alternate && { alternate }), splits };
}

/** Where a file may be that a program names. */
function placesOf({ folders }: DebugFiles, path: string, { path: name, directory, buildId }: CompanionName): string[] {
  const folder = folderOf(path);
  const byId = buildId.length < 4 ? [] : [`.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`];
  const built = isAbsolute(name) ? [name] : directory === '' ? [] : [join(directory, name)];
  const relative = isAbsolute(name) ? [nameOf(name)] : [name, nameOf(name)];
  const roots = [folder, join(folder, '.debug'), ...folders];
  const places = roots.flatMap((root) => [...relative, ...byId].map((one) => join(root, one)));
  return [...new Set([...built, ...places])];
}

async function firstOf(host: Host, paths: readonly string[]): Promise<Uint8Array | undefined> {
  for (const path of paths) {
    const bytes = await readIfThere(host, path);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

async function readIfThere(host: Host, path: string): Promise<Uint8Array | undefined> {
  try {
    return await host.readFile(path);
  } catch {
    // Most places are only where it could be.
    return undefined;
  }
}

const isAbsolute = (path: string): boolean => /^(?:[a-z][a-z0-9+.-]*:|[\\/])/i.test(path);
const folderOf = (path: string): string => path.replace(/[\\/][^\\/]*$/, '') || '.';
const nameOf = (path: string): string => (path.split(/[\\/]/).pop() ?? path).replace(/\.gz$/, '');
const join = (folder: string, name: string): string => `${folder.replace(/[\\/]$/, '')}/${name}`;
