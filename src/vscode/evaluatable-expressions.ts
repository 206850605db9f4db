import * as vscode from 'vscode';
import { hoverExpression } from './hover-expression';
import { SOURCE_FAMILIES } from './source-tokens';

const provider: vscode.EvaluatableExpressionProvider = {
  provideEvaluatableExpression: (document, position) => {
    const family = SOURCE_FAMILIES[document.languageId];
    if (family === undefined) return undefined;
    const found = hoverExpression(document.getText(), document.offsetAt(position), family);
    if (found === undefined) return undefined;
    const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
    return new vscode.EvaluatableExpression(range, found.expression);
  },
};

/**
 * Says what a hover in a stopped program asks for. Registered only while there is a session of ours: VS Code asks every
 * provider of a language whichever debugger runs, and its own rule serves other debuggers as well as before.
 */
export const registerEvaluatableExpressions = (): vscode.Disposable => {
  const sessions = new Set<string>();
  let registration: vscode.Disposable | undefined;
  const end = (): void => {
    registration?.dispose();
    registration = undefined;
  };
  return vscode.Disposable.from(
    vscode.debug.onDidStartDebugSession(({ id, type }) => {
      if (type !== 'worldstep') return;
      sessions.add(id);
      const languages = Object.keys(SOURCE_FAMILIES).map((language) => ({ language }));
      registration ??= vscode.languages.registerEvaluatableExpressionProvider(languages, provider);
    }),
    vscode.debug.onDidTerminateDebugSession(({ id }) => {
      if (sessions.delete(id) && sessions.size === 0) end();
    }),
    { dispose: end },
  );
};
