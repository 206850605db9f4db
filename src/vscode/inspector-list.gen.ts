// Written by src/build/generate.ts from src/inspect/registry.ts.
/** The inspectors that have a view in Run and Debug. */
export const VIEWS: readonly { readonly id: string; readonly title: string }[] = [
  { id: 'queues', title: 'Queues' },
  { id: 'pageTables', title: 'Page Tables' },
  { id: 'registers', title: 'Registers' },
  { id: 'vmExits', title: 'VM Exits' },
  { id: 'traps', title: 'Traps' },
];
