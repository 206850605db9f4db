/** MMX, SSE and the x87. */
import type { FormTable } from '../form';
import { addSseFloat } from './sse-float';
import { addSseMoves } from './sse-moves';
import { addX87 } from './x87';

export const addMedia = (table: FormTable): void => {
  for (const add of [addSseMoves, addSseFloat, addX87]) add(table);
};
