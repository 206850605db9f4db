/** Whether a virtual machine can come to exist in a launch: what is about guests is of no use elsewhere. */
import type { LaunchArguments } from '../dap/launch-schema';
import { elfCode } from '../image/elf-code';
import { isElf } from '../image/flat-image';
import type { Isa } from '../isa/core/isa';

/** The files of a launch, as far as they tell. */
export interface GuestEvidence {
  /** The kernel's code: an ELF or a flat image. */
  readonly kernel: Uint8Array;
  /** The worlds of the programs that run on it. */
  readonly worlds: readonly string[];
}

/** A world of a guest's is declared, or the kernel has code that only a hypervisor has. */
export function canHaveGuests(launch: LaunchArguments, { kernel, worlds }: GuestEvidence, isa: Isa): boolean {
  const declared = [...worlds, ...(launch.images ?? []).map(({ world }) => world ?? '')];
  if (declared.some((world) => world.startsWith('guest'))) return true;
  const code = isElf(kernel) ? elfCode(kernel) : [kernel];
  return code.some((part) => isa.runsGuests?.(part) === true);
}
