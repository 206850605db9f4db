/** Runs inside an extension host: which language VS Code takes a file for, and what it says about kernel.json. */
import * as vscode from 'vscode';
import { check, equal, until } from './claims';

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

  test('kernel.json is completed and checked by its schema', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (!folder) throw new Error('the window has no folder');
    const uri = vscode.Uri.joinPath(folder.uri, 'described', 'kernel.json');
    const lines = ['{', '  "name": "Not A Name",', '  ', '}'];
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(lines.join('\n')));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    const marks = (): string =>
      vscode.languages
        .getDiagnostics(uri)
        .map(({ message }) => message)
        .join('; ');
    for (const part of ['lower-case letters', '"title"', '"architectures"']) {
      await until(
        () => marks().includes(part),
        () => `${part} is among the marks: ${marks()}`,
      );
    }
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      new vscode.Position(2, 2),
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    for (const name of ['title', 'architectures', 'panicMarkers'])
      check(labels.includes(name), `"${name}" is offered among ${labels.join(', ')}`);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(uri, '..'), { recursive: true });
  });
});
