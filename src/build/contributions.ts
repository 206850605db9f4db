/**
 * The extension's `contributes` and `activationEvents`: the one typed source. `npm run gen` writes them into package.json.
 */
import { attachSchema, launchSchema } from '../dap/launch-schema';
import { RUN_GOALS } from '../dap/run-goal-list';
import { TRAP_POLICY_TEXTS, type TrapPolicyText } from '../dap/trap-policy-list';
import { pageTables } from '../inspect/page-tables';
import { INSPECTORS } from '../inspect/registry';
import { cargoSchema } from '../vscode/cargo-schema';
import { viewId } from '../vscode/inspector-view-id';
import { KERNEL_FILES } from '../vscode/kernel-files';
import { SAMPLE_SCHEME } from '../vscode/sample-scheme';
import { SOURCE_FAMILIES } from '../vscode/source-tokens';
import { TASK_TYPE } from '../vscode/task-definition';
import { taskSchema } from '../vscode/task-schema';
import { jsonSchema, KERNEL_SCHEMA_FILE } from './json-schema';
import { ASSEMBLY_LANGUAGES, BREAKPOINT_LANGUAGES, grammars, languages } from './languages';
import { launchSnippets } from './launch-snippets';
import { gccPattern, problemMatchers, rustcPattern } from './problem-matcher';
import { configuration } from './settings';
import { walkthrough } from './walkthrough';

// Rows of the views are wide: the panel is, too.
const VIEWS_CONTAINER = 'worldstep-views';

// VS Code keeps `debugType` after the last session.
const IN_SESSION = "inDebugMode && debugType == 'worldstep'";

// VS Code's key for a session that stands still.
const IS_STOPPED = `${IN_SESSION} && debugState == 'stopped'`;

// Set by the extension: integers are shown in hexadecimal.
const IS_HEX = 'worldstep.numbers == hexadecimal';

// The button of the debug toolbar says by its icon what steps do at traps.
const TRAP_ICONS: Readonly<Record<TrapPolicyText['id'], string>> = {
  skip: '$(circle-slash)',
  follow: '$(arrow-swap)',
  stopAtHandler: '$(debug-breakpoint-function)',
};

// Set by the extension: there is a kernel.json in the workspace.
const HAS_KERNEL = 'worldstep.hasKernel';

/** What Memory Inspector asks for variables' places without being told; a default of ours replaces its own. */
const MEMORY_INSPECTOR_TYPES = ['gdb', 'embedded-debug', 'arm-debugger'];

interface Command {
  readonly command: string;
  readonly title: string;
  readonly icon?: string;
  /** When it can run; also when the palette shows it. Without it: always. */
  readonly enablement?: string;
  /** Makes sense only on a row of a view: never in the palette. */
  readonly isForRows?: true;
  /** Is a button only; another command does the same for the palette. */
  readonly isButton?: true;
}

const IS_NO_OTHER_POLICY = TRAP_POLICY_TEXTS.slice(1).map(({ id }) => `worldstep.traps != ${id}`);

const COMMANDS: readonly Command[] = [
  { command: 'worldstep.openSample', title: 'Open Sample…', icon: '$(book)' },
  { command: 'worldstep.pickKernel', title: 'Debug a Kernel…', icon: '$(debug-alt)' },
  { command: 'worldstep.debugFile', title: 'Debug Kernel', icon: '$(debug-alt)' },
  { command: 'worldstep.buildAndDebug', title: 'Build and Debug', enablement: HAS_KERNEL },
  { command: 'worldstep.addSuggestedBreakpoints', title: 'Set Suggested Breakpoints' },
  { command: 'worldstep.makeDiskImage', title: 'Make Disk Image…', enablement: HAS_KERNEL },
  { command: 'worldstep.makeFlashImage', title: 'Make PFlash Image…', enablement: HAS_KERNEL },
  { command: 'worldstep.insertFile', title: 'Insert File into Disk Image…' },
  { command: 'worldstep.showDiskImage', title: 'Show Contents of Disk Image…' },
  { command: 'worldstep.showLog', title: 'Show Log' },
  { command: 'worldstep.showConsole', title: 'Show Guest Console', icon: '$(terminal)', enablement: IN_SESSION },
  { command: 'worldstep.explainAddress', title: 'Explain an Address…', enablement: IN_SESSION },
  {
    command: 'worldstep.bookmarkPageTables',
    title: 'Bookmark Page Tables…',
    icon: '$(bookmark)',
    enablement: IN_SESSION,
  },
  { command: 'worldstep.runTo', title: 'Run To…', icon: '$(target)', enablement: IS_STOPPED },
  ...RUN_GOALS.map(({ id, title }) => ({
    command: `worldstep.runTo.${id}`,
    title: `Run To: ${title}`,
    enablement: IS_STOPPED,
  })),
  { command: 'worldstep.stepBackOut', title: 'Step Back Out of Function', enablement: IS_STOPPED },
  { command: 'worldstep.goToLastWrite', title: 'Go to Last Write…', enablement: IS_STOPPED },
  { command: 'worldstep.traps', title: 'Steps at Traps…', enablement: IN_SESSION },
  ...TRAP_POLICY_TEXTS.map(({ id, title }) => ({
    command: `worldstep.traps.${id}`,
    title: `Steps: ${title} (Change…)`,
    icon: TRAP_ICONS[id],
    enablement: IN_SESSION,
    isButton: true as const,
  })),
  { command: 'worldstep.breakOnTraps', title: 'Break on Traps…', enablement: IN_SESSION },
  { command: 'worldstep.showActions', title: 'Show Actions', enablement: IN_SESSION },
  { command: 'worldstep.viewMemory', title: 'View Memory…', icon: '$(file-binary)', enablement: IN_SESSION },
  { command: 'worldstep.showTable', title: 'Show as Table…', icon: '$(table)', enablement: IN_SESSION },
  { command: 'worldstep.exportTable', title: 'Export as CSV…', enablement: IN_SESSION },
  ...INSPECTORS.map(({ id, title }) => ({
    command: `worldstep.table.${id}`,
    title: `Show ${title} as Table`,
    icon: '$(table)',
    enablement: IN_SESSION,
    isButton: true as const,
  })),
  ...INSPECTORS.filter(({ isFiltered }) => isFiltered).map(({ id, title }) => ({
    command: `worldstep.filter.${id}`,
    title: `Filter ${title}…`,
    icon: '$(filter)',
    enablement: IN_SESSION,
  })),
  ...INSPECTORS.map(({ id, title }) => ({
    command: `worldstep.export.${id}`,
    title: `Export ${title} as CSV…`,
    enablement: IN_SESSION,
    isButton: true as const,
  })),
  {
    command: 'worldstep.numbers.hexadecimal',
    title: 'Show Numbers in Hexadecimal',
    enablement: `${IN_SESSION} && !(${IS_HEX})`,
  },
  { command: 'worldstep.numbers.decimal', title: 'Show Numbers in Decimal', enablement: `${IN_SESSION} && ${IS_HEX}` },
  { command: 'worldstep.variable.hexadecimal', title: 'Show in Hexadecimal', isForRows: true },
  { command: 'worldstep.variable.decimal', title: 'Show in Decimal', isForRows: true },
  { command: 'worldstep.variable.viewMemory', title: 'View Memory', isForRows: true },
  { command: 'worldstep.variable.goToLastWrite', title: 'Go to Last Write', isForRows: true },
  { command: 'worldstep.row.copyValue', title: 'Copy Value', isForRows: true },
  { command: 'worldstep.row.viewMemory', title: 'View Memory', icon: '$(file-binary)', isForRows: true },
  { command: 'worldstep.row.breakOnChange', title: 'Break on Change (On/Off)', isForRows: true },
  { command: 'worldstep.row.setValue', title: 'Set Value…', icon: '$(edit)', isForRows: true },
  { command: 'worldstep.row.openSource', title: 'Open Source', isForRows: true },
  { command: 'worldstep.row.showAsTable', title: 'Show as Table', isForRows: true },
  { command: 'worldstep.row.exportCsv', title: 'Export as CSV…', isForRows: true },
  {
    command: 'worldstep.row.breakOnLike',
    title: 'Break on This Kind…',
    icon: '$(debug-breakpoint-conditional)',
    isForRows: true,
  },
];

const IS_ROW = 'view =~ /^worldstep\\.view\\./';

/** A place inside a menu. `has` is a word that the row's context value must contain. */
const rowMenu = (command: string, group: string, has?: string) => ({
  command: `worldstep.row.${command}`,
  group,
  when: has === undefined ? IS_ROW : `${IS_ROW} && viewItem =~ /\\b${has}\\b/`,
});

/** The adapter says with each variable how its number is shown; of watched expressions themselves VS Code does not tell. */
const SHOWN_AS = 'debugProtocolVariableMenuContext';

/** The menus of Variables and Watch. */
const numberMenu = (isShownAs: (format: string) => string) =>
  (['hexadecimal', 'decimal'] as const).flatMap((format, at, all) => [
    {
      command: `worldstep.variable.${format}`,
      group: '4_number@1',
      when: `debugType == 'worldstep' && ${isShownAs(all[1 - at] ?? '')}`,
    },
    {
      command: `worldstep.numbers.${format}`,
      group: '4_number@2',
      when: `debugType == 'worldstep' && ${format === 'decimal' ? IS_HEX : `!(${IS_HEX})`}`,
    },
  ]);

/** What rows of Variables and Watch offer beside their numbers. */
const OF_ROW = ['viewMemory', 'goToLastWrite'].map((name, at) => ({
  command: `worldstep.variable.${name}`,
  group: `4_number@${at + 3}`,
  when: "debugType == 'worldstep'",
}));

/** Files whose words are expressions of a debugger. */
const IS_SOURCE = `editorLangId =~ /^(${Object.keys(SOURCE_FAMILIES).join('|')})$/`;

/** Files that a guest kernel's sources consist of. */
const IS_KERNEL_SOURCE = `resourceScheme == ${SAMPLE_SCHEME} || worldstep.hasKernel && resourceExtname =~ /^\\.(rs|c|cc|cpp|cxx|h|hpp|zig|S|s|asm|ld|lds|x)$/`;
/** Files that can be started. */
const IS_PROGRAM =
  'resourceFilename == kernel.json || resourceExtname == .elf || resourceFilename =~ /^(vmlinux|kernel)$/';
const IS_KERNEL_FILE = `${IS_PROGRAM} || ${IS_KERNEL_SOURCE}`;

/** Languages that kernels are written in; some have their names from other extensions. */
const KERNEL_LANGUAGES: readonly string[] = ['rust', 'c', 'cpp', 'zig', ...ASSEMBLY_LANGUAGES, 'linkerscript'];

/** launch.json has what the adapter takes, and what the extension does before. */
const { required: _, properties, ...launchForm } = launchSchema;
const launchJson = {
  ...jsonSchema({ ...launchForm, properties: { ...properties, cargo: cargoSchema } }),
  anyOf: [{ required: ['program'] }, { required: ['cargo'] }],
};

/** What package.json says about the extension as a whole. */
export const presentation = {
  displayName: 'Worldstep: kernel and hypervisor debugger',
  description:
    'Set breakpoints in kernels and hypervisors, step across user, kernel and guest, look into page tables and queues. Nothing to install.',
  capabilities: {
    untrustedWorkspaces: {
      supported: 'limited',
      description:
        'In an untrusted workspace Worldstep runs bundled samples and emulates kernels, but no task that builds one.',
    },
    virtualWorkspaces: true,
  },
  l10n: './media/l10n',
};

export const activationEvents: readonly string[] = [
  'onDebugResolve:worldstep',
  'onDebugInitialConfigurations:worldstep',
  'onDebugDynamicConfigurations:worldstep',
  `onFileSystem:${SAMPLE_SCHEME}`,
  `workspaceContains:${KERNEL_FILES}`,
];

export const contributes = {
  // Without a language a file is plain text, and VS Code sets no breakpoints there.
  languages,
  grammars,
  breakpoints: BREAKPOINT_LANGUAGES.map((language) => ({ language })),
  debuggers: [
    {
      type: 'worldstep',
      label: 'Worldstep',
      // F5 offers Worldstep in these, even before anything is known of the workspace.
      languages: KERNEL_LANGUAGES,
      configurationAttributes: { launch: launchJson, attach: jsonSchema(attachSchema) },
      configurationSnippets: launchSnippets,
    },
  ],
  configuration,
  // Its default, and our sessions: the names of variables stand beside their bytes.
  configurationDefaults: { 'memory-inspector.debugTypes': [...MEMORY_INSPECTOR_TYPES, 'worldstep'] },
  jsonValidation: [{ fileMatch: 'kernel.json', url: `./${KERNEL_SCHEMA_FILE}` }],
  commands: COMMANDS.map(({ isForRows: _, isButton: __, ...command }) => ({ ...command, category: 'Worldstep' })),
  menus: {
    commandPalette: COMMANDS.filter(({ isForRows, isButton, enablement }) => isForRows || isButton || enablement).map(
      ({ command, isForRows, isButton, enablement }) => ({
        command,
        when: isForRows || isButton ? 'false' : enablement,
      }),
    ),
    'debug/toolBar': [
      { command: 'worldstep.runTo', group: 'navigation@60', when: "debugType == 'worldstep'" },
      ...TRAP_POLICY_TEXTS.map(({ id }, at) => ({
        command: `worldstep.traps.${id}`,
        group: 'navigation@61',
        // Before the first answer of a session the key is not set: then the default shows.
        when: [`debugType == 'worldstep'`, ...(at === 0 ? IS_NO_OTHER_POLICY : [`worldstep.traps == ${id}`])].join(
          ' && ',
        ),
      })),
    ],
    'debug/variables/context': [...numberMenu((format) => `${SHOWN_AS} == ${format}`), ...OF_ROW],
    'debug/watch/context': [...numberMenu((format) => `(!${SHOWN_AS} || ${SHOWN_AS} == ${format})`), ...OF_ROW],
    'editor/context': [
      { command: 'worldstep.viewMemory', group: 'debug@9', when: `${IS_STOPPED} && editorTextFocus && ${IS_SOURCE}` },
    ],
    'editor/title/run': [{ command: 'worldstep.debugFile', group: 'navigation@1', when: IS_KERNEL_FILE }],
    'explorer/context': [
      {
        command: 'worldstep.debugFile',
        group: '2_workspace',
        when: `!explorerResourceIsFolder && (${IS_PROGRAM})`,
      },
      { command: 'worldstep.buildAndDebug', group: '2_workspace', when: 'resourceFilename == kernel.json' },
      { command: 'worldstep.insertFile', group: '2_workspace', when: 'resourceExtname == .img' },
      { command: 'worldstep.showDiskImage', group: '2_workspace', when: 'resourceExtname == .img' },
    ],
    'view/title': INSPECTORS.flatMap(({ id, isFiltered }) => {
      const when = `view == ${viewId(id)}`;
      return [
        ...(id === pageTables.id ? [{ command: 'worldstep.bookmarkPageTables', group: 'navigation@3', when }] : []),
        ...(isFiltered ? [{ command: `worldstep.filter.${id}`, group: 'navigation@1', when }] : []),
        { command: `worldstep.table.${id}`, group: 'navigation@2', when },
        { command: `worldstep.export.${id}`, group: '1_export', when },
      ];
    }),
    'view/item/context': [
      rowMenu('viewMemory', 'inline', 'memory'),
      rowMenu('setValue', 'inline', 'editable'),
      rowMenu('openSource', '1_open@1', 'source'),
      rowMenu('viewMemory', '1_open@2', 'memory'),
      rowMenu('showAsTable', '1_open@3'),
      rowMenu('copyValue', '2_value@1'),
      rowMenu('setValue', '2_value@2', 'editable'),
      rowMenu('exportCsv', '2_value@3'),
      rowMenu('breakOnChange', '3_break@1', 'memory'),
      rowMenu('breakOnLike', 'inline', 'breakOn'),
      rowMenu('breakOnLike', '3_break@2', 'breakOn'),
    ],
  },
  viewsContainers: { panel: [{ id: VIEWS_CONTAINER, title: 'Worldstep', icon: 'media/views.svg' }] },
  views: {
    [VIEWS_CONTAINER]: INSPECTORS.map(({ id, title, icon }) => ({
      id: viewId(id),
      name: title,
      icon: `$(${icon})`,
      when: IN_SESSION,
      contextualTitle: `Worldstep ${title}`,
      // Open side by side in the panel all would be narrow: those that a kernel names open, the others by a click.
      visibility: 'collapsed',
    })),
  },
  viewsWelcome: [
    {
      view: 'debug',
      contents:
        'Debug a kernel without installing an emulator or a toolchain.\n[Debug a Kernel](command:worldstep.pickKernel)\n[Open a Sample](command:worldstep.openSample)',
      when: 'worldstep.hasKernel || workbenchState == empty',
    },
    ...INSPECTORS.map(({ id, title }) => ({
      view: viewId(id),
      contents: `${title} are read when the machine stands still.\n[Pause the Machine](command:workbench.action.debug.pause)\n[Show the Console](command:worldstep.showConsole)`,
    })),
  ],
  taskDefinitions: [{ type: TASK_TYPE, required: taskSchema.required, properties: jsonSchema(taskSchema).properties }],
  problemPatterns: [rustcPattern, gccPattern],
  problemMatchers,
  walkthroughs: [walkthrough],
};
