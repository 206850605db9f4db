/** Page tables read whole, for debugger and inspector. Changes nothing. */
import type { Mapping, TableEntry, TableShape } from '../core/translation';
import type { World } from '../core/world';
import { ENTRY_BYTES } from './table-geometry';

/** Implements {@link Isa.rootLevel}. */
export const rootLevel = (_world: World): number | undefined => undefined;
/** Implements {@link Isa.tableShape}. */
export const tableShape = (): TableShape => ({ entryBytes: ENTRY_BYTES, tableBytes: 4096 });
/** Implements {@link Isa.tableEntries}. */
export const tableEntries = (): TableEntry[] => [];
/** Implements {@link Isa.mappings}. */
export const mappings = (): Mapping[] => [];
