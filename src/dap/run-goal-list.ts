/** What Run To offers, in words. Plain data: shells list it without asking. */
import type { RunGoal } from '../debug/run-goals';

/** One entry of Run To. */
export interface RunGoalText {
  readonly id: RunGoal;
  /** Of the command and of the entry in the list. */
  readonly title: string;
  readonly description: string;
}

/** In the order of the list. */
export const RUN_GOALS: readonly RunGoalText[] = [
  {
    id: 'userInstruction',
    title: 'Next User Instruction',
    description: 'where a kernel enters a user program; in a user program, its next instruction',
  },
  { id: 'vmExit', title: 'Next VM Exit', description: 'where a guest is left for its hypervisor' },
  { id: 'vmEntry', title: 'Next Guest Entry', description: 'where a hypervisor enters a guest' },
  { id: 'pageFault', title: 'Next Page Fault', description: 'of any world, of either stage of translation' },
  { id: 'taskSwitch', title: 'Next Task Switch', description: 'in the task that a kernel has switched to' },
];
