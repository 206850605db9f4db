/** MMX, SSE and the x87. */
import type { FormTable } from '../form';
import { addSseFloat } from './sse-float';
import { addSseMoves } from './sse-moves';

export const addMedia = (table: FormTable): void => {
  for (const add of [addSseMoves, addSseFloat]) add(table);
};
