/** MMX, SSE and the x87. */
import type { FormTable } from '../form';
import { addFpuState } from './fpu-state';
import { addSseFloat } from './sse-float';
import { addSseInteger } from './sse-integer';
import { addSseMoves } from './sse-moves';
import { addSse42 } from './sse42';
import { addX87 } from './x87';

export const addMedia = (table: FormTable): void => {
  for (const add of [addSseMoves, addSseFloat, addSseInteger, addSse42, addX87, addFpuState]) add(table);
};
