/**
 * Runs inside the web-worker extension host: the log says how a session was started. (The driven server's Node host
 * writes no log files, as it is installed without native modules.)
 */
import * as vscode from 'vscode';
import { check, until } from './claims';

suite('The log', () => {
  test('has versions and the launch with its defaults', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const launch = {
      type: 'worldstep',
      request: 'launch',
      name: 'logged',
      program: 'bundled:msgqueue',
      stopOnEntry: true,
    };
    check(await vscode.debug.startDebugging(folder, launch), 'the session starts');
    await vscode.debug.stopDebugging(vscode.debug.activeDebugSession);
    await vscode.commands.executeCommand('worldstep.showLog');
    const isLog = ({ scheme, path }: vscode.Uri): boolean => scheme === 'output' && /worldstep/i.test(path);
    const text = (): string => vscode.workspace.textDocuments.find(({ uri }) => isLog(uri))?.getText() ?? '';
    const lines = [
      /logged: session \S+ of Worldstep \d+\.\d+\.\d+, VS Code \d/,
      /logged: launch \{.*"console":"terminal"/,
      /logged: launched/,
    ];
    await until(
      () => lines.every((line) => line.test(text())),
      () => `the log has ${lines.join(' and ')}, not only: ${text()}`,
    );
  });
});
