/** What a guest's panic says about the machine it was given, and what to do about it. */

import type { DriveBus } from '../base/device-words';
import { t } from '../base/l10n';
import type { Drive } from '../machine/boards/board';

/** Where the user says what the machine has. */
type Shell = 'command line' | 'launch.json';

/** What kernels without a kernel.json print when they give up: those in Rust, Linux, xv6. */
const COMMON_PANICS: readonly RegExp[] = [/\bpanicked at\b/i, /Kernel panic - not syncing/, /^panic: /];

/** Whether a line of console output means that the guest failed. `markers`: the words of its kernel.json. */
export const panicTest =
  (markers?: readonly string[]) =>
  (line: string): boolean =>
    markers === undefined
      ? COMMON_PANICS.some((words) => words.test(line))
      : markers.some((marker) => line.includes(marker));

/** What a panic says about the disk, and the buses that its kernel looks at, where the words tell. */
interface Words {
  readonly words: RegExp;
  readonly says: 'no disk' | 'unusable disk';
  readonly buses?: readonly DriveBus[];
}

const MMIO: readonly DriveBus[] = ['virtio-mmio', 'virtio-mmio-legacy'];

const WORDS: readonly Words[] = [
  // The transport of the crate virtio-drivers: there is nothing at the address, or the other version.
  { words: /ZeroDeviceId|UnsupportedVersion|InvalidVersion/, says: 'no disk', buses: MMIO },
  // xv6, and rCore by its block driver.
  { words: /could not find virtio disk/i, says: 'no disk', buses: MMIO },
  { words: /no block device|unable to mount root fs|no (?:disk|virtio-blk)\b/i, says: 'no disk' },
  {
    words: /failed to mount|RootDirectory|not a (?:valid )?(?:FAT|filesystem)|no such file|NotFound/i,
    says: 'unusable disk',
  },
];

/** A next step for the user, where the panic is one of those that a missing or wrong disk leads to. */
export function panicHint(
  panic: string,
  drives: readonly Drive[] = [],
  shell: Shell = 'command line',
): string | undefined {
  const found = WORDS.find(({ words }) => words.test(panic));
  if (found === undefined) return undefined;
  return found.says === 'no disk' || drives.length === 0 ? noDisk(drives, shell, found.buses) : wrongDisk();
}

const wrongDisk = () =>
  t`The kernel has a disk, but could not use what is on it: no file system that it knows, a damaged one, or a file is missing. "worldstep image list FILE" shows what is on a disk, "worldstep image disk" makes one anew`;

function noDisk(drives: readonly Drive[], shell: Shell, looked: readonly DriveBus[] | undefined): string {
  const isLaunch = shell === 'launch.json';
  const disk = (bus: string | undefined) => {
    const words = bus === undefined ? 'FILE' : `FILE,bus=${bus}`;
    return isLaunch ? `"disk": "${words}"` : `--disk ${words}`;
  };
  const has = [...new Set(drives.map(({ bus }) => bus))];
  // Both versions of the transport by MMIO have the same address: words do not tell which one a driver knows.
  const second = looked === undefined || has.some((bus) => looked.includes(bus)) ? undefined : looked[1];
  const old = second === undefined ? '' : t`; old drivers need bus=${second}`;
  if (has.length === 0) {
    const add = isLaunch ? t`Add ${disk(looked?.[0])} to launch.json` : t`Add ${disk(looked?.[0])}`;
    return t`The machine has no disk. ${add}, or "disk" to its kernel.json; "worldstep image disk" makes one${old}`;
  }
  const [bus] = (looked ?? LOOKS).filter((one) => !has.includes(one));
  const next = isLaunch ? t`Try ${disk(bus)} in launch.json${old}` : t`Try ${disk(bus)}${old}`;
  return t`The machine has a disk on ${has.join(t` and `)}, where the kernel does not look. ${next}`;
}

/** Where kernels look whose words do not tell. */
const LOOKS: readonly DriveBus[] = ['virtio-mmio', 'virtio-pci'];
