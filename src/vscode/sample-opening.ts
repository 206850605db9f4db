/** How a sample is shown: at its first place to stop, with all suggested breakpoints set and its guide beside. */
import * as vscode from 'vscode';
import { breakpointLine, type KernelPackage, suggestionsOf } from '../image/kernel-package';
import { exists } from './files';
import { kernelOf } from './kernels';

/** Where the copy of a sample is noted whose folder the window opens next: that ends this extension host. */
const NEXT = 'worldstep.openSampleNext';

/** Shows the sources of a sample in `folder` as one begins with it. */
export const showSample = async (kernel: KernelPackage, folder: vscode.Uri): Promise<void> => {
  await addSuggestedBreakpoints(kernel, folder);
  await showSources(kernel, folder);
  await showGuide(folder);
};

/** Opens the file with the first suggested breakpoint, there; `folder` holds the kernel's sources. */
export const showSources = async (kernel: KernelPackage, folder: vscode.Uri): Promise<void> => {
  const [suggestion] = suggestionsOf(kernel).breakpoints;
  const file = vscode.Uri.joinPath(folder, suggestion?.file ?? 'kernel.json');
  const document = await vscode.workspace.openTextDocument(file);
  const line = suggestion && breakpointLine(document.getText(), suggestion);
  const at = new vscode.Position((line ?? 1) - 1, 0);
  const editor = await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenter);
};

/** Sets the breakpoints that a kernel's author suggests, in the sources below `folder`. */
export const addSuggestedBreakpoints = async (kernel: KernelPackage, folder: vscode.Uri): Promise<void> => {
  const found = await Promise.all(
    suggestionsOf(kernel).breakpoints.map(async (suggestion) => {
      const uri = vscode.Uri.joinPath(folder, suggestion.file);
      const line = breakpointLine((await vscode.workspace.openTextDocument(uri)).getText(), suggestion);
      return line === undefined ? [] : [new vscode.Location(uri, new vscode.Position(line - 1, 0))];
    }),
  );
  const isSet = ({ uri, range }: vscode.Location): boolean =>
    vscode.debug.breakpoints.some(
      (each) =>
        each instanceof vscode.SourceBreakpoint &&
        each.location.uri.toString() === uri.toString() &&
        each.location.range.start.line === range.start.line,
    );
  vscode.debug.addBreakpoints(
    found
      .flat()
      .filter((location) => !isSet(location))
      .map((location) => new vscode.SourceBreakpoint(location)),
  );
};

/** The README of a sample as a preview beside the source, which keeps the focus: F5 and the next key belong to it. */
const showGuide = async (folder: vscode.Uri): Promise<void> => {
  const guide = vscode.Uri.joinPath(folder, 'README.md');
  if (!(await exists(guide))) return;
  const options = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: false };
  await vscode.commands.executeCommand('vscode.openWith', guide, 'vscode.markdown.preview.editor', options);
};

/** Opens the folder `top` in this window; the sample in its folder `name` is shown there. */
export const openCopy = async (state: vscode.Memento, top: vscode.Uri, name: string): Promise<void> => {
  await state.update(NEXT, vscode.Uri.joinPath(top, name).toString());
  await vscode.commands.executeCommand('vscode.openFolder', top);
};

/** Shows the sample whose copy this window was opened for, if it was. */
export const showOpenedCopy = async (state: vscode.Memento): Promise<void> => {
  const next = state.get<string>(NEXT);
  const folder = next === undefined ? undefined : vscode.Uri.parse(next);
  if (!folder || !vscode.workspace.getWorkspaceFolder(folder)) return;
  await state.update(NEXT, undefined);
  const choice = await kernelOf(vscode.Uri.joinPath(folder, 'kernel.json'));
  if (choice) await showSample(choice.kernel, choice.folder);
};
