/** What a step into does where control goes to another world, and which worlds are the same one. */
import { t } from '../base/l10n';
import { hasSameTables, stage2Alone, type World } from '../isa/core/world';
import { imageWorldOf } from './image-world';

export { isVmEntry, isVmExit } from '../isa/core/world';

/**
 * - `skip`: traps are handled unseen, and a virtual machine that is entered runs to its next exit
 * - `follow`: the step goes on in the other world, on its first line with source
 * - `stopAtHandler`: the step ends at the first instruction of the other world
 */
export const TRAP_POLICIES = ['skip', 'follow', 'stopAtHandler'] as const;
export type TrapPolicy = (typeof TRAP_POLICIES)[number];

/** Whether `text` names a policy. */
export const isTrapPolicy = (text: string): text is TrapPolicy => (TRAP_POLICIES as readonly string[]).includes(text);

/** Whether both are of one virtual machine, or both of none. */
export const isSameMachine = (left: World, right: World): boolean =>
  left.guest === right.guest && left.vmid === right.vmid && hasSameTables(stage2Alone(left), stage2Alone(right));

/**
 * Whether code goes on in `right` that ran in `left`. User programs of different address spaces are different worlds;
 * kernels run in many.
 */
export const isSameWorld = (left: World, right: World): boolean =>
  left.level === right.level && isSameMachine(left, right) && (left.level !== 'user' || hasSameTables(left, right));

/** What runs in worlds. {@link whatRunsIn} translates it. */
export const WORLD_WORDS = {
  user: 'the user program',
  kernel: 'the kernel',
  hypervisor: 'the hypervisor',
  firmware: 'the firmware',
  'guest user': 'the user program of the guest',
  'guest kernel': 'the guest kernel',
} as const;

/** What runs in a world, with its article. */
export const whatRunsIn = (world: Pick<World, 'guest' | 'level'>): string => t(WORLD_WORDS[imageWorldOf(world)]);
