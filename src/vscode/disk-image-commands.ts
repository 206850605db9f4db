import * as vscode from 'vscode';
import { FatImage } from '../image/fat';
import type { TextDocuments } from './documents';
import { workspaceFiles } from './files';
import { sizeText } from './image-recipe';

const SHOW = 'Show Contents';

/** "Insert File into Disk Image…": asks for what it was not given, changes the image, and says what it did. */
export const insertFile = async (documents: TextDocuments, given?: vscode.Uri): Promise<void> => {
  const image = given ?? (await pickImage('Insert File into Disk Image'));
  if (!image) return;
  const [file] =
    (await vscode.window.showOpenDialog({ title: `File to insert into ${nameOf(image)}`, openLabel: 'Insert' })) ?? [];
  if (!file) return;
  const path = await vscode.window.showInputBox({
    title: `Insert ${nameOf(file)} into ${nameOf(image)}`,
    prompt: 'Path inside the image. Folders that are missing are made.',
    value: `/${nameOf(file)}`,
    validateInput: (text) => (/^(\/[^/\\]+)+$/.test(text) ? undefined : 'Write an absolute path such as /sbin/init.'),
  });
  if (path === undefined) return;
  try {
    const size = await insert(image, file, path);
    const said = `${nameOf(image)}: ${path} holds ${sizeText(size)} from ${nameOf(file)}.`;
    if ((await vscode.window.showInformationMessage(said, SHOW)) === SHOW) await showDiskImage(documents, image);
  } catch (error) {
    await vscode.window.showErrorMessage((error as Error).message);
  }
};

/** Puts `file` into `image` under `path`, and returns its size in bytes. Rejects with what is wrong. */
const insert = (image: vscode.Uri, file: vscode.Uri, path: string): Thenable<number> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Inserting ${nameOf(file)} into ${nameOf(image)}` },
    async (progress) => {
      progress.report({ message: 'reading…' });
      const [bytes, contents] = [await read(image), await read(file)];
      const fat = await FatImage.open(bytes);
      fat.add(path, contents);
      progress.report({ message: 'writing…' });
      await workspaceFiles.write(image.toString(), bytes);
      return contents.length;
    },
  );

/** "Show Contents of Disk Image…": its files as a text document. */
export const showDiskImage = async (documents: TextDocuments, given?: vscode.Uri): Promise<void> => {
  const image = given ?? (await pickImage('Show Contents of Disk Image'));
  if (!image) return;
  try {
    // What is wrong with the image is to be said here, not in a document.
    const text = await listing(image);
    await documents.show(`Contents of ${nameOf(image)}`, async () => text);
  } catch (error) {
    await vscode.window.showErrorMessage((error as Error).message);
  }
};

const listing = async (image: vscode.Uri): Promise<string> => {
  const fat = await FatImage.open(await read(image));
  const rows = fat.list().map(({ path, size, isFolder }) => [isFolder ? '' : size.toLocaleString('en'), path] as const);
  const width = Math.max(5, ...rows.map(([size]) => size.length));
  const lines = rows.map(([size, path]) => `${size.padStart(width)}  ${path}`);
  const head = `${vscode.workspace.asRelativePath(image)}\n\n${'bytes'.padStart(width)}  path`;
  return `${[head, ...(lines.length > 0 ? lines : ['The disk is empty.'])].join('\n')}\n`;
};

const pickImage = async (title: string): Promise<vscode.Uri | undefined> => {
  const found = await vscode.workspace.findFiles('**/*.img', '**/node_modules/**', 100);
  const other = { label: '$(folder-opened) Choose another file…' };
  const items: (vscode.QuickPickItem & { uri?: vscode.Uri })[] = [
    ...found.map((uri) => ({ label: nameOf(uri), description: vscode.workspace.asRelativePath(uri), uri })),
    other,
  ];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which disk image?' });
  if (picked !== other) return picked?.uri;
  return (await vscode.window.showOpenDialog({ title: 'Disk image', openLabel: 'Choose' }))?.[0];
};

const read = (uri: vscode.Uri): Promise<Uint8Array> =>
  workspaceFiles.read(uri.toString()).catch((error: Error) => {
    throw new Error(`${error.message}. Choose another file.`);
  });

const nameOf = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);
