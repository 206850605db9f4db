import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { OwnEvents, OwnRequests } from '../dap/protocol';
import type { InspectorNode } from '../inspect/contract';
import { breaksOnChange } from './data-breakpoints';
import { viewId } from './inspector-view-id';

/** A row of an inspector's view: what the context commands get. */
export interface InspectorRow {
  readonly inspector: string;
  readonly node: InspectorNode;
}

/** The session the views show: the active one, if it is ours. */
export const activeSession = (): vscode.DebugSession | undefined => {
  const session = vscode.debug.activeDebugSession;
  return session?.type === 'worldstep' ? session : undefined;
};

/** Sends one of our own requests. Rejects with the session's message. */
export const request = <K extends keyof OwnRequests>(
  session: vscode.DebugSession,
  name: K,
  args: OwnRequests[K]['arguments'],
): Promise<OwnRequests[K]['body']> => Promise.resolve(session.customRequest(name, args));

/** The one tree for all inspectors: rows and children come from the session, keys keep the expansion. */
export class InspectorTree implements vscode.TreeDataProvider<InspectorRow> {
  readonly #changes = new vscode.EventEmitter<void>();
  /** Rows that were once to be shown open, unless the user had opened them before. */
  readonly #opened = new Set<string>();
  readonly #openedByUser = new Set<string>();
  /** The rows below each key as they were last; shown while the guest runs. */
  readonly #last = new Map<string | undefined, InspectorRow[]>();
  readonly onDidChangeTreeData = this.#changes.event;

  /** A text that chooses rows; empty for all. */
  filter = '';

  constructor(readonly inspector: string) {}

  /** The key of what the view shows: `undefined` for everything. */
  get rootKey(): string | undefined {
    return this.filter === '' ? undefined : `find:${encodeURIComponent(this.filter)}`;
  }

  refresh(): void {
    this.#changes.fire();
  }

  /** The user opened a row. */
  opened({ node }: InspectorRow): void {
    if (!this.#opened.has(node.key)) this.#openedByUser.add(node.key);
  }

  /** Only top rows are revealed. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem({ node }: InspectorRow): vscode.TreeItem {
    const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
    if (node.isOpen && !this.#openedByUser.has(node.key)) this.#opened.add(node.key);
    const isOpened = this.#opened.has(node.key);
    const item = new vscode.TreeItem(node.label, node.hasChildren ? (isOpened ? Expanded : Collapsed) : None);
    // VS Code keeps the state of a row it knows; only a row with another id opens. From then on the user decides.
    item.id = isOpened ? `open ${node.key}` : node.key;
    item.description = node.description ?? '';
    item.tooltip = node.tooltip ?? [node.label, node.description].filter(Boolean).join(' ');
    if (node.icon) {
      // Changed rows differ by icon colour and by a word for screen readers.
      const color = node.isChanged ? new vscode.ThemeColor('charts.orange') : undefined;
      item.iconPath = new vscode.ThemeIcon(node.icon, color);
    }
    // Without this a screen reader would hear the tooltip only.
    const spoken = [node.label, node.description].filter(Boolean).join(' ');
    item.accessibilityInformation = { label: node.isChanged ? t`${spoken}, changed since the last stop` : spoken };
    if (node.isChanged) item.description = `${item.description} ●`;
    item.contextValue = [
      node.memoryReference && 'memory',
      node.editable && 'editable',
      node.source && 'source',
      node.breakOn && 'breakOn',
    ]
      .filter(Boolean)
      .join(' ');
    const session = activeSession();
    if (session && node.memoryReference !== undefined && breaksOnChange(session, node.memoryReference)) {
      item.description = t`breaks on change · ${item.description}`;
    }
    if (node.source) {
      item.command = { command: 'worldstep.row.openSource', title: t`Open Source`, arguments: [{ node }] };
    }
    return item;
  }

  async getChildren(row?: InspectorRow): Promise<InspectorRow[]> {
    const session = activeSession();
    if (!session) return [];
    const key = row?.node.key ?? this.rootKey;
    try {
      const { nodes } = await request(session, 'inspect/children', { inspector: this.inspector, key });
      const rows = nodes.map((node) => ({ inspector: this.inspector, node }));
      this.#last.set(key, rows);
      return rows;
    } catch {
      // The guest runs, or has not started: what was seen last is better than an empty view that flickers.
      return this.#last.get(key) ?? [];
    }
  }

  /** Drops what was seen in another session. */
  forget(): void {
    this.#last.clear();
    this.#opened.clear();
    this.#openedByUser.clear();
    this.refresh();
  }
}

/** All views together. */
export interface InspectorViews extends vscode.Disposable {
  /** Opens one view and its first row, without taking the focus. */
  reveal(inspector: string): Promise<void>;
  /** Fetches all rows again. */
  refresh(): void;
  /** The text that chooses a view's rows; empty for all. */
  filterOf(inspector: string): string;
  setFilter(inspector: string, text: string): void;
  /** The key of what a view shows. */
  rootKey(inspector: string): string | undefined;
}

/** Registers a view per inspector and keeps them fresh: on stops, on `inspect/changed`, when the session changes. */
export const registerInspectorViews = (inspectors: readonly string[]): InspectorViews => {
  const trees = inspectors.map((id) => new InspectorTree(id));
  const views = trees.map((tree) =>
    vscode.window.createTreeView(viewId(tree.inspector), { treeDataProvider: tree, showCollapseAll: true }),
  );
  const refresh = (ids?: readonly string[]): void => {
    for (const tree of trees) if (!ids || ids.includes(tree.inspector)) tree.refresh();
  };
  const subscription = vscode.Disposable.from(
    ...views,
    ...views.map((view, at) => view.onDidExpandElement(({ element }) => trees[at]?.opened(element))),
    vscode.debug.onDidChangeActiveDebugSession(() => {
      for (const tree of trees) tree.forget();
    }),
    // The active stack item changes on each stop and when another thread or frame is chosen; when the guest runs on
    // there is none.
    vscode.debug.onDidChangeActiveStackItem((item) => {
      if (item) refresh();
    }),
    vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
      if (session !== vscode.debug.activeDebugSession || event !== 'inspect/changed') return;
      refresh((body as OwnEvents['inspect/changed']).inspectors);
    }),
  );
  return {
    dispose: () => subscription.dispose(),
    refresh: () => refresh(),
    filterOf: (id) => trees.find(({ inspector }) => inspector === id)?.filter ?? '',
    setFilter: (id, text) => {
      const at = inspectors.indexOf(id);
      const tree = trees[at];
      const view = views[at];
      if (!tree || !view) return;
      tree.filter = text;
      view.description = text === '' ? '' : t`filter: ${text}`;
      tree.refresh();
    },
    rootKey: (id) => trees.find(({ inspector }) => inspector === id)?.rootKey,
    reveal: async (id) => {
      const at = inspectors.indexOf(id);
      const [first] = (await trees[at]?.getChildren()) ?? [];
      if (first) await views[at]?.reveal(first, { select: false, focus: false, expand: true });
    },
  };
};
