import * as vscode from 'vscode';
import { errorText, type Log, SessionLog } from './session-log';

/** The output channel *Worldstep*: VS Code shows what its log level lets through, and writes a file. */
export const createLog = (): vscode.LogOutputChannel => vscode.window.createOutputChannel('Worldstep', { log: true });

/**
 * Logs all sessions.
 * @param about versions, for the first line of each
 */
export const registerSessionLog = (log: vscode.LogOutputChannel, about: string): vscode.Disposable =>
  vscode.debug.registerDebugAdapterTrackerFactory('worldstep', {
    createDebugAdapterTracker: ({ name, id }) => {
      const lines = new SessionLog(log, name, () => log.logLevel === vscode.LogLevel.Trace);
      log.info(`${name}: session ${id} of ${about}`);
      return {
        onWillReceiveMessage: (message) => lines.received(message),
        onDidSendMessage: (message) => lines.sent(message),
        onError: (error) => log.error(`${name}: ${errorText(error)}`),
      };
    },
  });

/** Registers commands whose failures are logged with their stack, beside the message that VS Code shows. */
export const loggedCommands =
  (log: Log) =>
  (name: string, run: (...args: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(name, async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        log.error(`${name}: ${errorText(error)}`);
        throw error;
      }
    });
