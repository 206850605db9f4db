/** The committed files with texts in the user's language: what VS Code puts into package.json, and what our code says. */
import { LANGUAGES, type Language, messagesPath } from '../../base/l10n';
import { contributes, presentation } from '../contributions';
import type { GeneratedFile } from '../documents';
import { manifestInWords } from './manifest';
import { type Message, messagesBelow, readSources } from './messages';
import { nameTexts, tableMessages } from './tables';
import { translated, translationFiles, translationsOf } from './translations';
import { untranslatedIn } from './untranslated';

const { texts } = manifestInWords({ ...presentation, contributes });

/** The texts of package.json as messages. */
export const manifestMessages = (): Message[] =>
  Object.entries(texts).map(([key, text]) => ({ text, place: `package.json (${key})` }));

/** Everything that our code says. */
export const codeMessages = (root: string): Message[] => [...messagesBelow(root, 'src').messages, ...tableMessages()];

/** Folders that all that users are shown goes through `t` in. */
const TRANSLATED = ['vscode', 'dap', 'debug', 'inspect', 'entry', 'image', 'machine', 'platform'].map(
  (name) => `src/${name}`,
);
/** What the command line prints stays English. */
const ENGLISH = 'src/entry/commands/';

/** What users are shown in English whatever their language, each with what to write. */
export function untranslated(root: string): string[] {
  const known = new Set([...manifestMessages(), ...tableMessages()].map(({ text }) => text).concat(nameTexts()));
  return TRANSLATED.flatMap((folder) =>
    readSources(root, folder)
      .filter(({ path }) => !path.startsWith(ENGLISH))
      .flatMap(({ path, source }) => untranslatedIn(source, path, known)),
  );
}

const json = (content: object): string => `${JSON.stringify(content, null, 2)}\n`;

/** `package.nls.json`, the same for each language, and each language's messages. */
export const languageFiles = (root: string): GeneratedFile[] => [
  { path: 'package.nls.json', make: () => json(texts) },
  ...LANGUAGES.flatMap((language) => filesOf(root, language)),
];

const filesOf = (root: string, language: Language): GeneratedFile[] => {
  const translations = () => translationsOf(translationFiles(root, language));
  return [
    {
      path: `package.nls.${language}.json`,
      make: () => {
        const known = translations();
        const entries = Object.entries(texts).flatMap(([key, text]) => {
          const found = known.get(text);
          return found === undefined ? [] : [[key, found]];
        });
        return json(Object.fromEntries(entries));
      },
    },
    {
      path: messagesPath(language),
      make: () =>
        json(
          translated(
            codeMessages(root).map(({ text }) => text),
            translations(),
          ),
        ),
    },
  ];
};
