/** The files that a launch names, all of them. */
import { withPath } from '../base/device-words';
import { withLoadedFile } from '../base/load-words';
import type { LaunchArguments, LaunchDisk } from '../dap/launch-schema';

/** The same launch with `change` applied to each file and folder that it names, where it names any. */
export const withFiles = (
  launch: Partial<LaunchArguments>,
  change: (path: string) => string,
): Partial<LaunchArguments> => ({
  ...mapPresent(launch, ['program', 'bios', 'initrd', 'pflash0', 'pflash1', 'cwd'], change),
  ...(launch.disk !== undefined && { disk: disksWith(launch.disk, change) }),
  ...(launch.load !== undefined && { load: loadsWith(launch.load, change) }),
  ...(launch.debugFileDirectories && { debugFileDirectories: launch.debugFileDirectories.map(change) }),
  ...(launch.images && { images: launch.images.map((image) => ({ ...image, path: change(image.path) })) }),
});

/** What lies in memory, from other files. */
const loadsWith = (load: string | readonly string[], change: (path: string) => string): string | readonly string[] =>
  typeof load === 'string' ? withLoadedFile(load, change) : load.map((text) => withLoadedFile(text, change));

/** The disks of a launch with other image files. */
function disksWith(
  disk: NonNullable<LaunchArguments['disk']>,
  change: (path: string) => string,
): LaunchArguments['disk'] {
  const one = (each: LaunchDisk): LaunchDisk => {
    if (typeof each === 'string') return withPath(each, change);
    return typeof each?.path === 'string' ? { ...each, path: change(each.path) } : each;
  };
  return Array.isArray(disk) ? disk.map(one) : one(disk as LaunchDisk);
}

const mapPresent = <K extends keyof LaunchArguments>(
  from: Partial<LaunchArguments>,
  keys: readonly K[],
  change: (text: string) => string,
): Partial<Record<K, string>> =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value: unknown = from[key];
      return typeof value === 'string' ? [[key, change(value)]] : [];
    }),
  ) as Partial<Record<K, string>>;
