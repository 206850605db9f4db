import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { FatImage } from '../image/fat';
import type { TextDocuments } from './documents';
import { workspaceFiles } from './files';
import { sizeText } from './image-recipe';

/** What is asked for when it is not given; keyboard shortcuts and tests give all. */
export interface Insertion {
  readonly image?: vscode.Uri;
  readonly file?: vscode.Uri;
  /** Inside the image. */
  readonly path?: string;
}

/** "Insert File into Disk Image…": asks for what it was not given, changes the image, and says what it did. */
export const insertFile = async (documents: TextDocuments, given: Insertion): Promise<void> => {
  const image = given.image ?? (await pickImage(t`Insert File into Disk Image`));
  if (!image) return;
  const file = given.file ?? (await pickFile(image));
  if (!file) return;
  const path = given.path ?? (await askPath(image, file));
  if (path === undefined) return;
  try {
    const size = await insert(image, file, path);
    void say(documents, image, t`${nameOf(image)}: ${path} now holds ${sizeText(size)} from ${nameOf(file)}.`);
  } catch (error) {
    void vscode.window.showErrorMessage((error as Error).message);
  }
};

const say = async (documents: TextDocuments, image: vscode.Uri, what: string): Promise<void> => {
  const show = t`Show Contents`;
  if ((await vscode.window.showInformationMessage(what, show)) === show) await showDiskImage(documents, image);
};

const pickFile = async (image: vscode.Uri): Promise<vscode.Uri | undefined> => {
  const title = t`File to insert into ${nameOf(image)}`;
  return (await vscode.window.showOpenDialog({ title, openLabel: t`Insert` }))?.[0];
};

const askPath = (image: vscode.Uri, file: vscode.Uri): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: t`Insert ${nameOf(file)} into ${nameOf(image)}`,
    prompt: t`Path inside the image. Missing folders are made, a file that is there is replaced.`,
    value: `/${nameOf(file)}`,
    validateInput: (text) => (/^(\/[^/\\]+)+$/.test(text) ? undefined : t`Write an absolute path such as /sbin/init.`),
  });

/** Puts `file` into `image` under `path`, and returns its size in bytes. Rejects with what is wrong. */
const insert = (image: vscode.Uri, file: vscode.Uri, path: string): Thenable<number> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t`Inserting ${nameOf(file)} into ${nameOf(image)}` },
    async (progress) => {
      progress.report({ message: t`reading…` });
      const [bytes, contents] = [await read(image), await read(file)];
      const fat = await FatImage.open(bytes);
      fat.add(path, contents);
      progress.report({ message: t`writing…` });
      await workspaceFiles.write(image.toString(), bytes);
      return contents.length;
    },
  );

/** "Show Contents of Disk Image…": its files as a text document. */
export const showDiskImage = async (documents: TextDocuments, given?: vscode.Uri): Promise<void> => {
  const image = given ?? (await pickImage(t`Show Contents of Disk Image`));
  if (!image) return;
  try {
    // What is wrong with the image is to be said here, not in a document.
    const text = await listing(image);
    await documents.show(t`Contents of ${nameOf(image)}`, async () => text);
  } catch (error) {
    void vscode.window.showErrorMessage((error as Error).message);
  }
};

const listing = async (image: vscode.Uri): Promise<string> => {
  const fat = await FatImage.open(await read(image));
  const rows = fat.list().map(({ path, size, isFolder }) => [isFolder ? '' : size.toLocaleString('en'), path] as const);
  const width = Math.max(5, ...rows.map(([size]) => size.length));
  const lines = rows.map(([size, path]) => `${size.padStart(width)}  ${path}`);
  const head = `${vscode.workspace.asRelativePath(image)}\n\n${'bytes'.padStart(width)}  path`;
  return `${[head, ...(lines.length > 0 ? lines : [t`The disk is empty.`])].join('\n')}\n`;
};

const pickImage = async (title: string): Promise<vscode.Uri | undefined> => {
  const found = await vscode.workspace.findFiles('**/*.img', '**/node_modules/**', 100);
  const other = { label: `$(folder-opened) ${t`Choose another file…`}` };
  const items: (vscode.QuickPickItem & { uri?: vscode.Uri })[] = [
    ...found.map((uri) => ({ label: nameOf(uri), description: vscode.workspace.asRelativePath(uri), uri })),
    other,
  ];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t`Which disk image?` });
  if (picked !== other) return picked?.uri;
  return (await vscode.window.showOpenDialog({ title: t`Disk image`, openLabel: t`Choose` }))?.[0];
};

const read = (uri: vscode.Uri): Promise<Uint8Array> =>
  workspaceFiles.read(uri.toString()).catch((error: Error) => {
    throw new Error(`${error.message}. Choose another file.`);
  });

const nameOf = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);
