/**
 * The language of texts for users. English stands in the sources and is the key of its translations, which
 * `src/build/l10n/` has: `` t`Stopped at ${place}` `` is looked up as `Stopped at {0}`. Texts in tables stay English there and
 * are translated where they are shown: `t(cause.name)`; `src/build/l10n/tables.ts` names those tables.
 *
 * One language holds for a whole process: that of the extension's host, or of the client that came last. Names, mnemonics
 * and whatever a program reads are not translated.
 */
import { config, t as translate } from '@vscode/l10n';

/** A text in the language that is spoken: a template with values, or a text from a table. */
export function t(text: TemplateStringsArray | string, ...values: readonly unknown[]): string {
  const shown = values.map(String);
  return typeof text === 'string' ? translate(text, ...shown) : translate(text, ...shown);
}

/** Languages that there are translations for, besides English. */
export const LANGUAGES = ['zh-cn'] as const;
export type Language = (typeof LANGUAGES)[number];

/** English text, with `{0}` for what is inserted → the same in another language. */
export type Messages = Readonly<Record<string, string>>;

/** The language of ours that a locale asks for, such as `zh-CN` or `zh-Hans`; `undefined` is English. */
export function languageOf(locale: string): Language | undefined {
  const asked = locale.toLowerCase().replace('_', '-');
  return /^zh($|-(cn|sg|hans))/.test(asked) ? 'zh-cn' : undefined;
}

/** From now on texts are in the language of these messages; in English without any. */
export const speak = (messages: Messages | undefined): void => config({ contents: { ...messages } });

/** Where an installation has the messages of a language, from its root on. */
export const messagesPath = (language: Language): string => `media/l10n/bundle.l10n.${language}.json`;
