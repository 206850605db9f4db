// Written by src/build/generate.ts from src/inspect/registry.ts.
/** An inspector as the shell knows it. */
export interface InspectorView {
  readonly id: string;
  readonly title: string;
  /** A codicon name. */
  readonly icon: string;
  readonly isFiltered?: true;
}

/** The inspectors, each with a view. */
export const VIEWS: readonly InspectorView[] = [
  { id: 'queues', title: 'Queues', icon: 'list-ordered' },
  { id: 'pageTables', title: 'Page Tables', icon: 'layers', isFiltered: true },
  { id: 'registers', title: 'Registers', icon: 'symbol-variable' },
  { id: 'vmExits', title: 'VM Exits', icon: 'vm', isFiltered: true },
  { id: 'controlBlocks', title: 'Guest Control Blocks', icon: 'settings-gear' },
  { id: 'traps', title: 'Traps', icon: 'zap', isFiltered: true },
  { id: 'tasks', title: 'Tasks', icon: 'checklist' },
];
