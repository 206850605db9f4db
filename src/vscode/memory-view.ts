/** Memory as a document: of an address, of what an expression names, of a row. Needs no hex editor. */
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { TextDocuments } from './documents';
import { hoverExpression } from './hover-expression';
import { activeSession, request } from './inspector-view';
import { hexText } from './plain-text';
import { SOURCE_FAMILIES } from './source-tokens';
import { expressionOfRow } from './variable-row';

/** Bytes shown at least; at most, if that much belongs to a value. */
const LEAST_BYTES = 512;
const MOST_BYTES = 1 << 16;

/** Registers `worldstep.viewMemory`, which asks unless it is given an expression, and `worldstep.variable.viewMemory` for rows. */
export const registerMemoryView = (documents: TextDocuments): vscode.Disposable =>
  vscode.Disposable.from(
    vscode.commands.registerCommand('worldstep.viewMemory', async (given?: unknown) => {
      const session = activeSession();
      // An editor's menu gives the file.
      const expression = typeof given === 'string' ? given : session && (await askForExpression(session));
      if (session && expression) await showMemory(documents, session, expression);
    }),
    vscode.commands.registerCommand('worldstep.variable.viewMemory', async (row?: unknown) => {
      const session = activeSession();
      const expression = expressionOfRow(row);
      if (session && expression !== undefined) await showMemory(documents, session, expression);
    }),
  );

/** Shows the memory that an expression names in the selected frame; it is read again at each stop. */
export const showMemory = (
  documents: TextDocuments,
  session: vscode.DebugSession,
  expression: string,
): Promise<void> => {
  const name = expression.trim();
  const isAddress = /^(?:[a-z-]+:)?0x[0-9a-f]+$/i.test(name);
  let isOpen = false;
  return documents.show(isAddress ? t`Memory at ${name}` : t`Memory of ${name}`, async () => {
    try {
      const text = await memoryText(session, expression);
      isOpen = true;
      return text;
    } catch (error) {
      // What opens nothing is said in a message; what was open says what became of it.
      if (!isOpen) throw error;
      return `${error instanceof Error ? error.message : String(error)}\n`;
    }
  });
};

/** Where an expression's memory is, in the selected frame. Rejects with the session's reason. */
const placeOf = (session: vscode.DebugSession, expression: string) => {
  const item = vscode.debug.activeStackItem;
  const frame = item instanceof vscode.DebugStackFrame ? { frameId: item.frameId } : {};
  return request(session, 'memory/place', { expression, ...frame });
};

const memoryText = async (session: vscode.DebugSession, expression: string): Promise<string> => {
  const { memoryReference, length } = await placeOf(session, expression);
  const count = Math.min(Math.max(length, LEAST_BYTES), MOST_BYTES);
  const args = { memoryReference, offset: 0, count };
  const { address, data } = (await session.customRequest('readMemory', args)) as { address: string; data?: string };
  const bytes = Uint8Array.from(atob(data ?? ''), (character) => character.charCodeAt(0));
  if (bytes.length === 0) return `${t`Nothing can be read at ${memoryReference}: it is not mapped or not memory.`}\n`;
  const name = expression.trim();
  const heading = [
    ...(memoryReference === name ? [] : [`${name}:`]),
    length === 0
      ? t`${bytes.length} bytes at ${memoryReference}.`
      : t`${bytes.length} bytes at ${memoryReference}, the first ${length} its own.`,
    ...(bytes.length < count ? [t`Behind them nothing can be read.`] : []),
  ].join(' ');
  return `${heading}\n\n${hexText(BigInt(address), bytes)}\n`;
};

const EXAMPLES = 'queue, &node.next, $sp + 16, 0xffffffc080200000, pa:0x80200000';

/** Asks for an expression, beginning with the one in the editor; says at once what is wrong with it. */
const askForExpression = (session: vscode.DebugSession): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: t`View Memory`,
    prompt: t`What a pointer leads to, where a variable lies, or an address`,
    placeHolder: t`e.g. ${EXAMPLES}`,
    value: inEditor(),
    validateInput: async (text) => {
      if (text.trim() === '') return undefined;
      try {
        await placeOf(session, text);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });

/** The selected text, or the expression at the cursor. */
const inEditor = (): string => {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return '';
  const { document, selection } = editor;
  const family = SOURCE_FAMILIES[document.languageId];
  if (!selection.isEmpty) return selection.isSingleLine ? document.getText(selection) : '';
  if (family === undefined) return '';
  return hoverExpression(document.getText(), document.offsetAt(selection.active), family)?.expression ?? '';
};
