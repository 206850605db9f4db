/** What can be wrong with an initial RAM disk on any board. */
import { t } from '../../base/l10n';
import { sizeOf } from '../memory-size';
import { LoadError } from './load-error';
import type { NamedFile } from './load-plan';

/** @throws LoadError for an initial RAM disk without contents */
export function checkDisk(disk: NamedFile | undefined): void {
  if (disk === undefined || disk.bytes.length > 0) return;
  throw new LoadError(disk.name, t`the initial RAM disk is empty`, t`Build it again, or leave it out.`);
}

/** Device tree and, if there is one, initial RAM disk do not fit into `memory` bytes with the kernel. */
export function noRoomBeside(disk: NamedFile | undefined, memory: number): LoadError {
  const what = disk === undefined ? t`the device tree` : t`the device tree and the initial RAM disk`;
  return new LoadError(
    '--memory',
    t`no room is left for ${what} beside the kernel in ${sizeOf(memory)}`,
    t`Give more memory.`,
  );
}
