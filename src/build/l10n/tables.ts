/** Texts that stand in tables, in English, and are translated where they are shown. */
import { FILE_PROBLEMS } from '../../base/host';
import type { Schema } from '../../base/schema';
import { CONSOLE_COMMANDS, CONSOLE_ROWS } from '../../dap/console-words';
import { openLaunch, pickKernel } from '../../dap/errors';
import { attachSchema, launchSchema } from '../../dap/launch-schema';
import { RUN_GOALS } from '../../dap/run-goal-list';
import { TRAP_POLICY_TEXTS } from '../../dap/trap-policy-list';
import { BREAKPOINT_MODES } from '../../debug/breakpoint-modes';
import { FILTER_HEADINGS, GROUP_LABELS, WORLD_LABELS } from '../../debug/exception-list';
import { IMAGE_WORLDS } from '../../debug/image-world';
import { WORLD_WORDS } from '../../debug/trap-policy';
import { kernelSchema } from '../../image/kernel-schema';
import { FOREIGN, OTHER_VOLUMES } from '../../image/volume';
import { ACCESSES } from '../../inspect/explain';
import { GROUPS, OTHERS } from '../../inspect/registers';
import { INSPECTORS } from '../../inspect/registry';
import { CHANGE_KINDS } from '../../inspect/table-difference';
import { STATES } from '../../inspect/task-search';
import { WAITS } from '../../inspect/task-stack';
import { NOUNS } from '../../inspect/text';
import { ENDS } from '../../inspect/trap-rows';
import { AARCH64 } from '../../isa/aarch64';
import type { Isa } from '../../isa/core/isa';
import { X86_64 } from '../../isa/x86_64';
import { BOARDS } from '../../machine/boards/all';
import { taskSchema } from '../../vscode/task-schema';
import { TREE_RULES } from '../../vscode/trees/tree-rules';
import type { Message } from './messages';

/** All of them. A table whose rows are shown by `t(row.title)` has its line here. */
export const tableMessages = (): Message[] =>
  [
    at('src/base/host.ts', Object.values(FILE_PROBLEMS)),
    at('src/dap/console-words.ts', [
      ...CONSOLE_ROWS.map(({ text }) => text),
      ...CONSOLE_COMMANDS.map(({ detail }) => detail),
    ]),
    at('src/dap/errors.ts', [pickKernel.label, openLaunch.label]),
    at(
      'src/dap/run-goal-list.ts',
      RUN_GOALS.flatMap(({ title, description }) => [title, description]),
    ),
    at(
      'src/dap/trap-policy-list.ts',
      TRAP_POLICY_TEXTS.flatMap(({ title, description }) => [title, description]),
    ),
    at(
      'src/debug/breakpoint-modes.ts',
      BREAKPOINT_MODES.flatMap(({ label, description }) => [label, description]),
    ),
    at('src/debug/exception-list.ts', [
      ...FILTER_HEADINGS,
      ...Object.values(GROUP_LABELS),
      ...Object.values(WORLD_LABELS),
    ]),
    at('src/debug/image-world.ts', IMAGE_WORLDS),
    at('src/debug/trap-policy.ts', Object.values(WORLD_WORDS)),
    at('src/inspect/explain.ts', ACCESSES),
    at('src/inspect/registers.ts', [...GROUPS.map(({ label }) => label), OTHERS]),
    at(
      'src/inspect/registry.ts',
      INSPECTORS.flatMap(({ title, filterHint = [] }) => [title].concat(filterHint)),
    ),
    at('src/inspect/table-difference.ts', CHANGE_KINDS),
    at('src/inspect/task-search.ts', STATES),
    at(
      'src/inspect/task-stack.ts',
      WAITS.flatMap(({ text, past = [] }) => [text].concat(past)),
    ),
    at('src/inspect/text.ts', [...Object.values(NOUNS).flat(), 'trap', 'VM exit']),
    at('src/inspect/trap-rows.ts', ENDS),
    at('src/dap/launch-schema.ts', [...expectedIn(launchSchema), ...expectedIn(attachSchema)]),
    at(
      'src/image/volume.ts',
      [...FOREIGN, ...OTHER_VOLUMES].map(([, , text]) => text),
    ),
    at('src/image/kernel-schema.ts', expectedIn(kernelSchema)),
    at('src/vscode/task-schema.ts', expectedIn(taskSchema)),
    at(
      'src/vscode/trees/tree-rules.ts',
      TREE_RULES.map(({ text }) => text),
    ),
    isas().flatMap((isa) =>
      at(
        `src/isa/${isa.name}/causes.ts`,
        isa.causes.map(({ name }) => name).filter((name) => !isManualName(name)),
      ),
    ),
    isas().flatMap((isa) =>
      at(`src/isa/${isa.name}/registers.ts`, [...new Set(isa.registers.flatMap(({ section = [] }) => section))]),
    ),
    isas().flatMap(({ name, controlBlock }) =>
      controlBlock === undefined
        ? []
        : at(`src/isa/${name}`, [...new Set(controlBlock.fields.map(({ group }) => group)), ...controlBlock.texts]),
    ),
  ].flat();

/** Those of the boards. */
const isas = (): Isa[] => [...new Set([...BOARDS.map(({ isa }) => isa), AARCH64, X86_64])];

/** `VMEXIT_HLT`: what a manual calls it, and no words. */
const isManualName = (name: string): boolean => /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(name);

/** Names, commands and words of the protocol: shown as they stand in every language. */
export const nameTexts = (): string[] => [
  ...isas().flatMap(({ causes }) => causes.map(({ name }) => name).filter(isManualName)),
  'cancelled',
  ...CONSOLE_COMMANDS.map(({ label }) => label),
  ...TREE_RULES.map(({ title }) => title),
];

const at = (place: string, texts: readonly string[]): Message[] => texts.map((text) => ({ text, place }));

/** What values must be, in the words of a schema. */
function expectedIn({ expected, keys, items, properties = {}, additionalProperties }: Schema): string[] {
  const inner = [items, ...Object.values(properties), additionalProperties].flatMap((one) =>
    typeof one === 'object' ? expectedIn(one) : [],
  );
  return [...(expected === undefined ? [] : [expected]), ...(keys === undefined ? [] : [keys.expected]), ...inner];
}
