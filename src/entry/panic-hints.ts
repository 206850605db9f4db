/** What a guest's panic says about the machine it was given, and what to do about it. */
import type { Drive } from '../machine/boards/board';

/** Where the user says what the machine has. */
type Shell = 'command line' | 'launch.json';

/** A next step for the user, where the panic is one of those that a missing or wrong disk leads to. */
export function panicHint(
  panic: string,
  drives: readonly Drive[] = [],
  shell: Shell = 'command line',
): string | undefined {
  if (/no block device|unable to mount root fs|no (?:disk|virtio-blk)\b/i.test(panic)) return noDisk(drives, shell);
  if (/failed to mount|RootDirectory|not a (?:valid )?(?:FAT|filesystem)|no such file|NotFound/i.test(panic)) {
    return drives.length === 0 ? noDisk(drives, shell) : WRONG_DISK;
  }
  return undefined;
}

const MAKE_ONE = '"worldstep image disk" makes one';

const WRONG_DISK =
  'The kernel has a disk, but could not use what is on it: no file system that it knows, a damaged one, or a file is missing. ' +
  `"worldstep image list FILE" shows what is on a disk, ${MAKE_ONE} anew`;

function noDisk(drives: readonly Drive[], shell: Shell): string {
  if (drives.length === 0) {
    const option = shell === 'launch.json' ? 'Add "disk" to launch.json' : 'Add --disk FILE';
    return `The machine has no disk. ${option}, or "disk" to its kernel.json; ${MAKE_ONE}`;
  }
  const buses = [...new Set(drives.map(({ bus }) => bus))].join(' and ');
  const other = buses.includes('virtio-pci') ? 'virtio-mmio' : 'virtio-pci';
  const next = shell === 'launch.json' ? `On the command line try` : 'Try';
  return `The machine has a disk on ${buses}, where the kernel does not look. ${next} --disk FILE,bus=${other}`;
}
