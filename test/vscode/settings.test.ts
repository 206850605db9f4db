import { describe, expect, it } from 'vitest';
import { configuration } from '../../src/build/settings';
import { checkLaunch } from '../../src/dap/launch-arguments';
import { SETTING_PATHS } from '../../src/dap/launch-schema';
import { SETTINGS } from '../../src/vscode/setting-list.gen';
import { withSettings } from '../../src/vscode/settings';

const reading = (values: Readonly<Record<string, unknown>>) => (path: string) => values[path];

describe('settings', () => {
  it('fill in what a launch leaves open, also inside objects that it has', () => {
    const launch = { program: 'a.elf', limits: { traps: 500 } };
    const values = { console: 'debugConsole', 'limits.traps': 100, 'limits.children': 300, 'stepping.traps': 'follow' };
    expect(withSettings(launch, reading(values))).toEqual({
      launch: {
        program: 'a.elf',
        console: 'debugConsole',
        limits: { traps: 500, children: 300 },
        stepping: { traps: 'follow' },
      },
      problems: [],
    });
    expect(launch).toEqual({ program: 'a.elf', limits: { traps: 500 } });
  });

  it('give way to the launch, also to false and to an empty list', () => {
    const launch = { console: 'terminal', openViews: [] };
    const values = { console: 'debugConsole', openViews: ['queues'] };
    expect(withSettings(launch, reading(values)).launch).toEqual(launch);
  });

  it('leave what is wrong in a launch for its check', () => {
    const values = { 'stepping.traps': 'follow' };
    expect(withSettings({ stepping: 'fast' }, reading(values)).launch).toEqual({ stepping: 'fast' });
    expect(withSettings({ stepping: ['fast'] }, reading(values)).launch).toEqual({ stepping: ['fast'] });
  });

  it('that cannot be used are named and left out', () => {
    const values = { console: 'window', openViews: ['queues', 'heap'], 'limits.traps': 5, numbers: 'hexadecimal' };
    const { launch, problems } = withSettings({}, reading(values));
    expect(launch).toEqual({ numbers: 'hexadecimal' });
    expect(problems).toEqual([
      'The setting "worldstep.console" must be one of terminal, debugConsole, not "window". It is not used.',
      'The setting "worldstep.openViews[1]" must be one of queues, pageTables, registers, vmExits, controlBlocks, traps, tasks, not "heap". It is not used.',
      'The setting "worldstep.limits.traps" must be a whole number from 100 to 1000000, not 5. It is not used.',
    ]);
  });

  it('have defaults that a launch accepts, and the launch’s own', () => {
    const defaults = new Map(SETTINGS.map(({ path, schema }) => [path, schema.default]));
    const { launch } = withSettings({ program: 'a.elf' }, (path) => defaults.get(path));
    expect(checkLaunch(launch, ['riscv64'])).toEqual(launch);
    expect(launch).toMatchObject({ console: 'terminal', stepping: { traps: 'skip' } });
  });

  it('are in the manifest in their order, each with its text and a scope', () => {
    expect(Object.keys(configuration.properties)).toEqual(SETTING_PATHS.map((path) => `worldstep.${path}`));
    for (const [at, one] of Object.values(configuration.properties).entries()) {
      expect(one).toMatchObject({ order: at, scope: 'resource' });
      expect(one.markdownDescription).toMatch(/in launch\.json says wins\.$/);
      expect(one.default).toBeDefined();
    }
  });
});
