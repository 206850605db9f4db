import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KernelTarget } from './catalogue';
import { compile } from './compile';
import { manifestEntry, rebuildCommand } from './manifest';
import { sha256 } from './sources';

/**
 * Compiles a target from nothing, in a folder of its own, and compares the ELF files with those in the manifest.
 * @returns what is different, with cargo's messages when it failed; undefined if nothing is
 * @throws UserError if a tool is missing or the compiler finds mistakes
 */
export async function rebuildDiscrepancy(target: KernelTarget): Promise<string | undefined> {
  const entry = manifestEntry(target.id);
  if (!entry) return `${target.id} is not in kernels/prebuilt/manifest.json. Run: ${rebuildCommand(target)}`;
  const targetFolder = `rebuilt-${target.architecture}`;
  const folders = target.steps.map(({ crate }) => join(crate, 'target', targetFolder));
  const remove = () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  remove();
  try {
    const { files, tools } = await compile(target, (text) => process.stderr.write(text), { targetFolder });
    const other = files.find(
      ({ file, elf }) => entry.files.find((each) => each.file === basename(file))?.elfSha256 !== sha256(elf),
    );
    if (!other) return undefined;
    const what = `${target.id}: rebuilding gives another ${basename(other.file)}`;
    return entry.tools === tools
      ? `${what}. Its sources have changed, or something of this machine got into it. Run: ${rebuildCommand(target)}`
      : `${what}, which another compiler explains: the manifest has ${entry.tools}; here is ${tools}. Install that one, or run: ${rebuildCommand(target)}`;
  } finally {
    remove();
  }
}
