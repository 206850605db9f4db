/** Finds the texts that sources translate: every `` t`…` `` and every `t('…')`, as the keys of their translations. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A text for users, and where it stands. */
export interface Message {
  readonly text: string;
  /** `src/dap/errors.ts:12`. */
  readonly place: string;
}

/** What the sources say. */
export interface FoundMessages {
  readonly messages: readonly Message[];
  /** Texts that are made when a module is loaded, when nobody has chosen a language yet; each with its place. */
  readonly early: readonly string[];
}

/** All messages below a folder of the repository. */
export function messagesBelow(root: string, folder: string): FoundMessages {
  const found = readSources(root, folder).map(({ path, source }) => messagesIn(source, path));
  return { messages: found.flatMap(({ messages }) => messages), early: found.flatMap(({ early }) => early) };
}

/** The sources below a folder of the repository that somebody wrote. */
export const readSources = (root: string, folder: string): { readonly path: string; readonly source: string }[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return readSources(root, path);
      const isOurs = /\.ts$/.test(entry.name) && !/\.(gen|d)\.ts$/.test(entry.name);
      return isOurs ? [{ path, source: readFileSync(join(root, path), 'utf8') }] : [];
    });

/** The messages of one source. @param path how places name it */
export function messagesIn(source: string, path: string): FoundMessages {
  if (!source.includes('l10n')) return { messages: [], early: [] };
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const messages: Message[] = [];
  const early: string[] = [];
  const place = (node: ts.Node): string => `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
  const look = (node: ts.Node): void => {
    const text = messageOf(node);
    if (text !== undefined) messages.push({ text, place: place(node) });
    if (isTranslation(node) && !isLater(node)) early.push(place(node));
    ts.forEachChild(node, look);
  };
  look(file);
  return { messages, early };
}

const isT = (node: ts.Node): boolean => ts.isIdentifier(node) && node.text === 't';

const isTranslation = (node: ts.Node): boolean =>
  (ts.isTaggedTemplateExpression(node) && isT(node.tag)) || (ts.isCallExpression(node) && isT(node.expression));

/** The key of a translation that stands here; `undefined` elsewhere, and where the text comes from a table. */
function messageOf(node: ts.Node): string | undefined {
  if (ts.isTaggedTemplateExpression(node) && isT(node.tag)) {
    const { template } = node;
    if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
    return template.head.text + template.templateSpans.map(({ literal }, at) => `{${at}}${literal.text}`).join('');
  }
  if (!ts.isCallExpression(node) || !isT(node.expression)) return undefined;
  const [first] = node.arguments;
  return first && ts.isStringLiteralLike(first) ? first.text : undefined;
}

/** Whether a node is evaluated when something is called, not when its module is loaded. */
function isLater(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at)) return true;
    if (ts.isPropertyDeclaration(at) && !at.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword))
      return true;
  }
  return false;
}
