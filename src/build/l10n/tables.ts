/** Texts that stand in tables, in English, and are translated where they are shown. */
import { openLaunch, pickKernel } from '../../dap/errors';
import { RUN_GOALS } from '../../dap/run-goal-list';
import { TRAP_POLICY_TEXTS } from '../../dap/trap-policy-list';
import { BREAKPOINT_MODES } from '../../debug/breakpoint-modes';
import { FILTER_HEADINGS, GROUP_LABELS, WORLD_LABELS } from '../../debug/exception-list';
import { WORLD_WORDS } from '../../debug/trap-policy';
import { INSPECTORS } from '../../inspect/registry';
import { BOARDS } from '../../machine/boards/all';
import type { Message } from './messages';

/** All of them. A table whose rows are shown by `t(row.title)` has its line here. */
export const tableMessages = (): Message[] =>
  [
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
    at('src/debug/trap-policy.ts', Object.values(WORLD_WORDS)),
    at(
      'src/inspect/registry.ts',
      INSPECTORS.map(({ title }) => title),
    ),
    BOARDS.flatMap(({ isa }) =>
      at(
        `src/isa/${isa.name}/causes.ts`,
        isa.causes.map(({ name }) => name),
      ),
    ),
  ].flat();

const at = (place: string, texts: readonly string[]): Message[] => texts.map((text) => ({ text, place }));
