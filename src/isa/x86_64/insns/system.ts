/** All instructions of the system, beside SVM's. */
import type { FormTable } from '../form';
import { addSystemControl } from './system-control';
import { addSystemPorts } from './system-ports';
import { addSystemSegments } from './system-segments';
import { addSystemTransfers } from './system-transfers';

export const addSystem = (table: FormTable): void => {
  for (const add of [addSystemSegments, addSystemControl, addSystemTransfers, addSystemPorts]) add(table);
};
