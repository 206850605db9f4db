/** What Step Into can do at traps, in words. Plain data: shells and the launch schema list it. */
import type { TrapPolicy } from '../debug/trap-policy';

/** One choice. */
export interface TrapPolicyText {
  readonly id: TrapPolicy;
  readonly title: string;
  readonly description: string;
}

/** The first is the default. */
export const TRAP_POLICY_TEXTS: readonly TrapPolicyText[] = [
  {
    id: 'skip',
    title: 'Skip Traps',
    description: 'Step Into ends behind a system call, a fault, or the run of a guest.',
  },
  {
    id: 'follow',
    title: 'Follow Traps',
    description: 'Step Into goes on in the other world, on its first line with source.',
  },
  {
    id: 'stopAtHandler',
    title: 'Stop at Handlers',
    description: 'Step Into ends at the first instruction of the other world.',
  },
];
