import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { TextDocuments } from './documents';
import { activeSession, request } from './inspector-view';

const ACCESSES = ['read', 'write', 'execute'] as const;
type Access = (typeof ACCESSES)[number];

const accessIn = (text: string): Access | undefined =>
  ACCESSES.find((access) => new RegExp(`\\s${access}\\b`, 'i').test(text));

/** "Explain an Address…": asks for an address and an access and shows the walk through the page tables in words. */
export const explainAddress = async (documents: TextDocuments): Promise<void> => {
  const session = activeSession();
  if (!session) return;
  const address = await vscode.window.showInputBox({
    title: t`Explain an Address`,
    prompt: t`An address, a symbol or an expression; then, if you like, an access and a world: 0x1000 write in guest user`,
    placeHolder: t`0xffffffc080200000, gpa:0x80200000 in guest, pa:0x80200000`,
  });
  if (!address) return;
  const named = accessIn(address);
  const access = named ?? (await pickAccess(address));
  if (access === undefined) return;
  const asked = named === undefined ? `${access} ${address}` : address;
  // One document for all: each answer replaces the one before.
  await documents.show(t`Explanation`, () =>
    vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: `explain ${asked}` }, async () => {
      const { lines } = await request(session, 'address/explain', { address, access });
      return `explain ${asked}\n\n${lines.join('\n')}\n`;
    }),
  );
};

const pickAccess = async (address: string): Promise<Access | undefined> => {
  const picked = await vscode.window.showQuickPick(ACCESSES, {
    title: t`Explain ${address}`,
    placeHolder: t`For which access?`,
  });
  return ACCESSES.find((access) => access === picked);
};

/** "Bookmark Page Tables…": keeps all page tables under a name; the view then shows what differs from it. */
export const bookmarkPageTables = async (): Promise<void> => {
  const session = activeSession();
  if (!session) return;
  const name = await vscode.window.showInputBox({
    title: t`Bookmark Page Tables`,
    prompt: t`A name. The Page Tables view then shows what differs from this moment`,
    value: 'bookmark',
  });
  if (!name) return;
  const args = { expression: `bookmark page tables ${name}`, context: 'repl' };
  const { result } = (await session.customRequest('evaluate', args)) as { result: string };
  vscode.window.setStatusBarMessage(result, 10_000);
};
