/** Runs inside an extension host: settings reach the debugger. */
import * as vscode from 'vscode';
import { check, equal } from './claims';

interface Launch {
  readonly command?: string;
  readonly arguments?: {
    readonly numbers?: string;
    readonly console?: string;
    readonly stepping?: { readonly traps?: string };
  };
}

suite('Settings', () => {
  const configuration = () => vscode.workspace.getConfiguration('worldstep');
  let launched: Launch['arguments'];
  let tracker: vscode.Disposable;

  suiteSetup(() => {
    tracker = vscode.debug.registerDebugAdapterTrackerFactory('worldstep', {
      createDebugAdapterTracker: () => ({
        onWillReceiveMessage: (message: Launch) => {
          if (message.command === 'launch') launched = message.arguments;
        },
      }),
    });
  });

  suiteTeardown(() => tracker.dispose());

  const start = async (more: object): Promise<void> => {
    launched = undefined;
    const whole = { type: 'worldstep', request: 'launch', name: 'settings', program: 'bundled:msgqueue', ...more };
    const folder = vscode.workspace.workspaceFolders?.[0];
    check(await vscode.debug.startDebugging(folder, { ...whole, stopOnEntry: true }), 'the session starts');
    await vscode.debug.stopDebugging(vscode.debug.activeDebugSession);
  };

  test('a launch gets the settings, and what it says itself wins', async () => {
    await configuration().update('numbers', 'hexadecimal', vscode.ConfigurationTarget.Global);
    await configuration().update('stepping.traps', 'follow', vscode.ConfigurationTarget.Global);
    try {
      await start({ numbers: 'decimal' });
      equal(launched?.numbers, 'decimal');
      equal(launched?.stepping?.traps, 'follow');
      equal(launched?.console, 'terminal');
      await start({ stepping: { traps: 'skip' } });
      equal(launched?.numbers, 'hexadecimal');
      equal(launched?.stepping?.traps, 'skip');
    } finally {
      await configuration().update('numbers', undefined, vscode.ConfigurationTarget.Global);
      await configuration().update('stepping.traps', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
