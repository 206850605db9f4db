/** Which code a world may execute, in the words of launch.json: the kernel of a guest is not the kernel of its host. */
import type { World } from '../isa/core/world';

/** Where an image's code runs. */
export const IMAGE_WORLDS = ['user', 'kernel', 'hypervisor', 'firmware', 'guest user', 'guest kernel'] as const;
export type ImageWorld = (typeof IMAGE_WORLDS)[number];

/** The images' word for a world. A guest's firmware is the guest's kernel: nothing lies between it and the hypervisor. */
export function imageWorldOf({ guest, level }: Pick<World, 'guest' | 'level'>): ImageWorld {
  if (!guest) return level;
  return level === 'user' ? 'guest user' : 'guest kernel';
}

/** Whether code of these worlds may run in `world`; code without declared worlds may run in each. */
export const runsIn = (worlds: readonly ImageWorld[] | undefined, world: World): boolean =>
  worlds === undefined || worlds.includes(imageWorldOf(world));

/** Whether code of these worlds runs in the same machine, real or virtual, as `world`: then it is at its addresses there. */
export const isOfMachine = (worlds: readonly ImageWorld[] | undefined, { guest }: Pick<World, 'guest'>): boolean =>
  worlds === undefined || worlds.some((one) => one.startsWith('guest') === guest);
