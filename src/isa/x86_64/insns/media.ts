/** MMX, SSE and the x87. */
import type { FormTable } from '../form';
import { addFpuState } from './fpu-state';
import { addSseFloat } from './sse-float';
import { addSseInteger } from './sse-integer';
import { addSseMoves } from './sse-moves';
import { addX87 } from './x87';

export const addMedia = (table: FormTable): void => {
  for (const add of [addSseMoves, addSseFloat, addSseInteger, addX87, addFpuState]) add(table);
};
