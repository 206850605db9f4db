/** What stopped programs show in their sources: hovers and values beside the lines. */
import * as vscode from 'vscode';
import { hoverExpression } from './hover-expression';
import { inlineExpressions } from './inline-expressions';
import { activeSession, request } from './inspector-view';
import { isAssembly, SOURCE_FAMILIES } from './source-tokens';

const hovers: vscode.EvaluatableExpressionProvider = {
  provideEvaluatableExpression: (document, position) => {
    const family = SOURCE_FAMILIES[document.languageId];
    if (family === undefined) return undefined;
    const found = hoverExpression(document.getText(), document.offsetAt(position), family);
    if (found === undefined) return undefined;
    const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
    return new vscode.EvaluatableExpression(range, found.expression);
  },
};

/** So many values at most: a part of a very long function is on screen at once. */
const MOST_VALUES = 500;

const inlineValues: vscode.InlineValuesProvider = {
  provideInlineValues: async (document, viewPort, { frameId, stoppedLocation }) => {
    const session = activeSession();
    const family = SOURCE_FAMILIES[document.languageId];
    if (session === undefined || family === undefined) return undefined;
    const { range } = document.lineAt(stoppedLocation.start.line);
    const stop = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    const places = inlineExpressions(document.getText(), stop, family)
      .filter(({ line }) => viewPort.start.line <= line && line <= viewPort.end.line)
      .slice(-MOST_VALUES);
    try {
      const { values } = await request(session, 'values/inline', {
        frameId,
        places: places.map(({ expression, line }) => ({ expression, line: line + 1 })),
        isAssembly: isAssembly(family),
      });
      return places.flatMap(({ start, end, expression }, at) => {
        const value = values[at];
        if (value === undefined || value === null) return [];
        const place = new vscode.Range(document.positionAt(start), document.positionAt(end));
        return [new vscode.InlineValueText(place, `${expression} = ${value}`)];
      });
    } catch {
      // The guest runs on already.
      return undefined;
    }
  },
};

/**
 * Registers both while there is a session of ours: VS Code asks every provider of a language whichever debugger runs, and
 * its own rules serve other debuggers as well as before.
 */
export const registerSourceProviders = (): vscode.Disposable => {
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
      registration ??= vscode.Disposable.from(
        vscode.languages.registerEvaluatableExpressionProvider(languages, hovers),
        vscode.languages.registerInlineValuesProvider(languages, inlineValues),
      );
    }),
    vscode.debug.onDidTerminateDebugSession(({ id }) => {
      if (sessions.delete(id) && sessions.size === 0) end();
    }),
    { dispose: end },
  );
};
