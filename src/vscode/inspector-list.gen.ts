// Written by src/build/generate.ts from src/inspect/registry.ts.
/** The inspectors that have a view in Run and Debug. */
export const VIEWS: readonly { readonly id: string; readonly title: string; readonly isFiltered?: true }[] = [
  { id: 'queues', title: 'Queues' },
  { id: 'pageTables', title: 'Page Tables', isFiltered: true },
  { id: 'registers', title: 'Registers' },
  { id: 'vmExits', title: 'VM Exits', isFiltered: true },
  { id: 'traps', title: 'Traps', isFiltered: true },
  { id: 'tasks', title: 'Tasks' },
];
