/** Where things lie in memory, as `--load` and launch.json's `load` name them, with the files read. */
import type { LoadWords } from '../base/load-words';
import type { PlacedFile } from '../machine/boot/load-plan';

/** The kernel's own address, where one is given, and every further file. */
export async function readLoads<T extends LoadWords>(
  loads: readonly T[],
  read: (path: string, load: T) => Promise<Uint8Array>,
): Promise<{ readonly kernelAt: number | undefined; readonly loaded: readonly PlacedFile[] }> {
  const loaded: PlacedFile[] = [];
  for (const load of loads) {
    const { path, at } = load;
    if (path !== undefined) loaded.push({ file: { name: path, bytes: await read(path, load) }, at });
  }
  return { kernelAt: loads.find(({ path }) => path === undefined)?.at, loaded };
}
