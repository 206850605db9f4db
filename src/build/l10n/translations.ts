/** The translations that we wrote, and what is wrong with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../../base/nearest';
import type { Message } from './messages';

/** English text → translation, of one file. */
export interface TranslationFile {
  /** `src/build/l10n/zh-cn/dap.json`. */
  readonly path: string;
  readonly entries: Readonly<Record<string, string>>;
}

/** The files of a language. */
export const translationFiles = (root: string, language: string): TranslationFile[] => {
  const folder = `src/build/l10n/${language}`;
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const path = `${folder}/${name}`;
      return { path, entries: JSON.parse(readFileSync(join(root, path), 'utf8')) as TranslationFile['entries'] };
    });
};

/** All of them together. */
export const translationsOf = (files: readonly TranslationFile[]): ReadonlyMap<string, string> =>
  new Map(files.flatMap(({ entries }) => Object.entries(entries)));

/** The translations of these texts, in their order; what is not translated is left out. */
export const translated = (
  texts: Iterable<string>,
  translations: ReadonlyMap<string, string>,
): Record<string, string> =>
  Object.fromEntries(
    [...new Set(texts)].sort().flatMap((text) => {
      const found = translations.get(text);
      return found === undefined ? [] : [[text, found]];
    }),
  );

/** Everything that is wrong, each with what to do. */
export function translationProblems(
  messages: readonly Message[],
  files: readonly TranslationFile[],
  language: string,
): string[] {
  const needed = new Map(messages.map((message) => [message.text, message]));
  const translations = translationsOf(files);
  const missing = [...needed.values()].filter(({ text }) => !translations.has(text));
  return [
    ...missing.map(
      ({ text, place }) =>
        `missing: ${place} says ${JSON.stringify(text)}. Add to ${fileFor(place, language)}:\n  ${JSON.stringify(text)}: "…",`,
    ),
    ...[...needed.values()].filter(({ text }) => OTHER_BRACE.test(text)).map(braces),
    ...files.flatMap(({ path, entries }) =>
      Object.keys(entries)
        .filter((text) => !needed.has(text))
        .map((text) => stale(path, text, missing)),
    ),
    ...files.flatMap(({ path, entries }) =>
      Object.entries(entries).flatMap(([text, translation]) => {
        if (translation.trim() === '') return [`empty: ${path}: ${JSON.stringify(text)}. Translate it.`];
        if (same(text, translation)) return [];
        return [
          `placeholders: ${path}: ${JSON.stringify(text)} has ${listed(text)}, its translation ${listed(translation)}. Use each as often.`,
        ];
      }),
    ),
    ...twice(files),
  ];
}

/** A brace that begins no placeholder: `@vscode/l10n` would take it, and what follows it, for one. */
const OTHER_BRACE = /\{(?!\d+\})/;

const braces = ({ text, place }: Message): string =>
  `braces: ${place} says ${JSON.stringify(text)}. Insert what is in braces as one value.`;

function stale(path: string, text: string, missing: readonly Message[]): string {
  const renamed = nearest(
    text,
    missing.map((one) => one.text),
  );
  const now = renamed === undefined ? '' : ` Perhaps it is now ${JSON.stringify(renamed)}.`;
  return `stale: ${path}: nothing says ${JSON.stringify(text)}.${now} Remove its line.`;
}

const placeholders = (text: string): string[] => (text.match(/\{\d+\}/g) ?? []).sort();
const same = (a: string, b: string): boolean => placeholders(a).join() === placeholders(b).join();
const listed = (text: string): string => placeholders(text).join(' ') || 'none';

/** Where the translations of a place's texts stand: those of its layer. */
const fileFor = (place: string, language: string): string => {
  const layer = /^src\/([a-z]+)\//.exec(place)?.[1] ?? 'manifest';
  return `src/build/l10n/${language}/${layer}.json`;
};

const twice = (files: readonly TranslationFile[]): string[] => {
  const first = new Map<string, string>();
  return files.flatMap(({ path, entries }) =>
    Object.keys(entries).flatMap((text) => {
      const other = first.get(text);
      first.set(text, path);
      return other === undefined ? [] : [`twice: ${JSON.stringify(text)} is in ${other} and in ${path}. Remove one.`];
    }),
  );
};
