import * as vscode from 'vscode';
import type { TextDocuments } from './documents';
import { activeSession, request } from './inspector-view';

/** "Explain an Address…": asks for an address and an access and shows the walk through the page tables in words. */
export const explainAddress = async (documents: TextDocuments): Promise<void> => {
  const session = activeSession();
  if (!session) return;
  const address = await vscode.window.showInputBox({
    title: 'Explain an Address',
    prompt: 'A virtual address, a symbol or an expression',
    placeHolder: '0xffffffc080200000',
  });
  if (!address) return;
  const access = await vscode.window.showQuickPick(['read', 'write', 'execute'] as const satisfies readonly string[], {
    title: `Explain ${address}`,
    placeHolder: 'For which access?',
  });
  if (access !== 'read' && access !== 'write' && access !== 'execute') return;
  await documents.show(`${access} ${address}`, async () => {
    const { lines } = await request(session, 'address/explain', { address, access });
    return `${lines.join('\n')}\n`;
  });
};
