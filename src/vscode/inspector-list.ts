/** The inspectors that have a view in Run and Debug. `npm run gen` writes views and commands for them. */
export const VIEWS: readonly { readonly id: string; readonly title: string }[] = [
  { id: 'queues', title: 'Queues' },
  { id: 'pageTables', title: 'Page Tables' },
  { id: 'registers', title: 'Registers' },
];
