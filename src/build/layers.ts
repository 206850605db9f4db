/** The layer table: which folder of `src` may import which. The linter enforces it and ARCHITECTURE.md shows it. */

/** Layer → layers it may import beside itself. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  isa: ['base'],
  symbols: ['base'],
  image: ['base'],
  devices: ['base'],
  engine: ['base', 'isa'],
  machine: ['base', 'isa', 'engine', 'devices'],
  timeline: ['base', 'machine'],
  debug: ['base', 'isa', 'symbols', 'machine', 'timeline'],
  inspect: ['base', 'isa', 'symbols', 'machine', 'debug'],
  dap: ['base', 'debug', 'inspect'],
  lsp: ['base', 'isa', 'symbols'],
  vscode: ['base', 'dap', 'inspect', 'image'],
  webview: ['base', 'inspect'],
  platform: ['base'],
};

/** Layers that compose everything and may import anything. */
export const COMPOSERS: readonly string[] = ['entry', 'build'];

/** Modules that only some layers may name. */
export const RESERVED_MODULES: readonly {
  readonly pattern: string;
  /** Only modules that Node itself brings. */
  readonly isNodeBuiltin?: boolean;
  readonly layers: readonly string[];
  readonly why: string;
}[] = [
  { pattern: '^vscode$', layers: ['vscode', 'entry'], why: 'only the shell talks to VS Code' },
  {
    pattern: '.',
    isNodeBuiltin: true,
    layers: ['platform', 'entry', 'build'],
    why: 'no IO below the edge',
  },
  {
    pattern: '^@vscode/debug',
    layers: ['dap', 'vscode', 'entry', 'platform'],
    why: 'debug and inspect know nothing of DAP',
  },
];

/** The table as the Markdown that ARCHITECTURE.md holds between its markers. */
export const layersMarkdown = (): string =>
  [
    '| folder | may import |',
    '| --- | --- |',
    ...Object.entries(LAYERS).map(
      ([layer, allowed]) =>
        `| \`${layer}\` | ${allowed.length > 0 ? allowed.map((name) => `\`${name}\``).join(' ') : 'nothing'} |`,
    ),
    `| ${COMPOSERS.map((name) => `\`${name}\``).join(', ')} | anything |`,
  ].join('\n');
