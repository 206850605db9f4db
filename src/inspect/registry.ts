/** All inspectors. A new one is a file and a line here; views in every shell follow from it. */
import { controlBlocks } from './control-blocks';
import type { Inspector } from './inspector';
import { pageTables } from './page-tables';
import { queues } from './queues';
import { registers } from './registers';
import { tasks } from './tasks';
import { traps } from './traps';
import { vmExits } from './vm-exits';

/** In the order of their views. */
export const INSPECTORS: readonly Inspector[] = [queues, pageTables, registers, vmExits, controlBlocks, traps, tasks];
