/** Runs inside an extension host: which language VS Code takes a file for. */
import * as vscode from 'vscode';
import { equal } from './claims';

suite('Languages', () => {
  for (const [path, language] of [
    ['/guestmonolithickernel/src/riscv64/guest.S', 'riscv'],
    ['/guestmonolithickernel/src/aarch64/head.S', 'arm64'],
    ['/guestmonolithickernel/src/x86_64/world_switch.S', 'gas'],
    ['/guestmonolithickernel/src/aarch64/head.lds', 'linkerscript'],
  ]) {
    test(`${path} is of the language ${language}`, async () => {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(`worldstep-sample:${path}`));
      equal(document.languageId, language);
    });
  }

  test('assembly in no folder of an instruction set is just assembly', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (!folder) throw new Error('the window has no folder');
    const uri = vscode.Uri.joinPath(folder.uri, 'start.S');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('nop\n'));
    equal((await vscode.workspace.openTextDocument(uri)).languageId, 'asm');
    await vscode.workspace.fs.delete(uri);
  });
});
