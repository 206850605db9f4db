import * as vscode from 'vscode';
import { registryCrates } from './cargo-lock';

/** Where builds of ours record the sources of published crates. */
const RECORDED = '/worldstep/crates';

/**
 * The crates that `locks` (files Cargo.lock) name and cargo has on this machine: recorded folder → folder. Published
 * crates are not part of Worldstep, but whoever builds such kernels has them.
 */
export const crateSources = async (
  cargoHome: vscode.Uri,
  locks: readonly vscode.Uri[],
): Promise<Record<string, vscode.Uri>> => {
  const registries = vscode.Uri.joinPath(cargoHome, 'registry', 'src');
  const [names, texts] = await Promise.all([folders(registries), Promise.all(locks.map(text))]);
  const here = await Promise.all(
    names.map(async (name) => {
      const registry = vscode.Uri.joinPath(registries, name);
      return (await folders(registry)).map((crate) => [crate, vscode.Uri.joinPath(registry, crate)] as const);
    }),
  );
  const known = new Map(here.flat());
  const found = [...new Set(texts.flatMap(registryCrates))].flatMap((crate) => {
    const folder = known.get(crate);
    return folder === undefined ? [] : [[`${RECORDED}/${crate}`, folder] as const];
  });
  return Object.fromEntries(found);
};

/** The names of the folders in a folder; none if it is not there. */
const folders = async (at: vscode.Uri): Promise<string[]> => {
  try {
    const entries = await vscode.workspace.fs.readDirectory(at);
    return entries.filter(([, type]) => type & vscode.FileType.Directory).map(([name]) => name);
  } catch {
    return [];
  }
};

const text = async (file: vscode.Uri): Promise<string> => {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return '';
  }
};
