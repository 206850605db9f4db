import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LANGUAGES, languageOf, messagesPath, speak, t } from '../../src/base/l10n';
import { codeMessages, languageFiles, manifestMessages, untranslated } from '../../src/build/l10n/files';
import { manifestInWords } from '../../src/build/l10n/manifest';
import { messagesBelow, messagesIn } from '../../src/build/l10n/messages';
import { translationFiles, translationProblems } from '../../src/build/l10n/translations';
import { untranslatedIn } from '../../src/build/l10n/untranslated';

const root = resolve(__dirname, '../..');

describe('the texts for users', () => {
  it.each(LANGUAGES)('are all translated to %s, and nothing else is', (language) => {
    const problems = translationProblems(
      [...manifestMessages(), ...codeMessages(root)],
      translationFiles(root, language),
      language,
    );
    expect(problems, `${problems.length} to mend, then npm run gen:\n${problems.join('\n')}\n`).toEqual([]);
  });

  it('go through t where they are shown', () => {
    const problems = untranslated(root);
    expect(problems, problems.join('\n')).toEqual([]);
  });

  it('are made when somebody reads them, not when a module is loaded', () => {
    expect(messagesBelow(root, 'src').early, 'make these in a function').toEqual([]);
  });

  it('are in the files that VS Code and the debugger read', () => {
    for (const { path, make } of languageFiles(root)) {
      const present = readFileSync(resolve(root, path), 'utf8');
      expect(present, `${path}: run npm run gen`).toBe(make(present));
    }
  });
});

describe('a text in a source', () => {
  it('is found with numbers for what is inserted, and with its place', () => {
    const source = [
      "import { t } from '../base/l10n';",
      'const f = (a: string) => t`one \x24{a} two \x24{a.length}`;',
      "const g = () => [t('three'), t('{0} of {1}', 1, 2), t(table.name), other`four`];",
      'const early = t`five`;',
    ].join('\n');
    expect(messagesIn(source, 'a.ts')).toEqual({
      messages: [
        { text: 'one {0} two {1}', place: 'a.ts:2' },
        { text: 'three', place: 'a.ts:3' },
        { text: '{0} of {1}', place: 'a.ts:3' },
        { text: 'five', place: 'a.ts:4' },
      ],
      early: ['a.ts:4'],
    });
  });
});

describe('a literal that users are shown', () => {
  it('is found where it stands as an error, a message, a title or a label, also behind a condition', () => {
    const source = [
      "throw new UserError(1, 'no such file');",
      'window.showErrorMessage(why ?? `It is \x24{gone}.`, t`Retry`);',
      "const pick = { label: isOn ? 'Stop' : t`Go on`, icon: 'go on' };",
      "const kept = { title: 'Worldstep', label: `$(x) \x24{t`Run`}`, detail: 'of a table' };",
    ].join('\n');
    expect(untranslatedIn(source, 'a.ts', new Set(['of a table']))).toEqual([
      'untranslated: a.ts:1 shows "no such file". Write it as t`…` of base/l10n.',
      'untranslated: a.ts:2 shows "It is .". Write it as t`…` of base/l10n.',
      'untranslated: a.ts:3 shows "Stop". Write it as t`…` of base/l10n.',
    ]);
  });
});

describe('a translation', () => {
  const message = (text: string) => ({ text, place: 'src/dap/a.ts:1' });
  const file = (entries: Record<string, string>, path = 'x.json') => ({ path, entries });

  it('that is missing is asked for with the line to add', () => {
    expect(translationProblems([message('Stopped at {0}')], [file({})], 'zh-cn')).toEqual([
      'missing: src/dap/a.ts:1 says "Stopped at {0}". Add to src/build/l10n/zh-cn/dap.json:\n  "Stopped at {0}": "…",',
    ]);
  });

  it('that nothing says any more is stale, and the text that took its place is named', () => {
    expect(translationProblems([message('Stopped at {0}')], [file({ 'Stopped in {0}': '停在 {0}' })], 'zh-cn')[1]).toBe(
      'stale: x.json: nothing says "Stopped in {0}". Perhaps it is now "Stopped at {0}". Remove its line.',
    );
  });

  it('is not made of a text with braces around a placeholder', () => {
    const text = '"sourceMap": { {0}: "…" }';
    expect(translationProblems([message(text)], [file({ [text]: text })], 'zh-cn')).toEqual([
      `braces: src/dap/a.ts:1 says ${JSON.stringify(text)}. Insert what is in braces as one value.`,
    ]);
  });

  it('has the placeholders of its text, is not empty, and stands once', () => {
    const files = [file({ 'a {0} {1}': '甲 {1}', b: ' ' }), file({ b: '乙' }, 'y.json')];
    expect(translationProblems([message('a {0} {1}'), message('b')], files, 'zh-cn')).toEqual([
      'placeholders: x.json: "a {0} {1}" has {0} {1}, its translation {1}. Use each as often.',
      'empty: x.json: "b". Translate it.',
      'twice: "b" is in x.json and in y.json. Remove one.',
    ]);
  });
});

describe('package.json', () => {
  it('has keys in place of texts, named by where they stand, and leaves identifiers and snippets alone', () => {
    const parts = {
      contributes: {
        commands: [{ command: 'a.b', title: 'Do It', icon: '$(x)' }],
        views: { debug: [{ id: 'v', name: 'View' }] },
        problemMatchers: [{ name: 'rustc', label: 'Rust' }],
        problemPatterns: [{ name: 'rustc', patterns: [{ message: 3 }] }],
        debuggers: [
          { type: 'd', configurationSnippets: [{ label: 'One (1)', body: { name: 'Debug', description: 'x' } }] },
        ],
      },
    };
    const { manifest, texts } = manifestInWords(parts);
    expect(texts).toEqual({
      'contributes.commands.a-b.title': 'Do It',
      'contributes.views.debug.v.name': 'View',
      'contributes.problemMatchers.rustc.label': 'Rust',
      'contributes.debuggers.d.configurationSnippets.One-1-.label': 'One (1)',
    });
    expect(JSON.stringify(manifest)).toContain('"title":"%contributes.commands.a-b.title%","icon":"$(x)"');
    expect(JSON.stringify(manifest)).toContain('"body":{"name":"Debug","description":"x"}');
  });
});

describe('the language of a process', () => {
  afterEach(() => speak(undefined));

  it.each([
    ['zh-cn', 'zh-cn'],
    ['zh-CN', 'zh-cn'],
    ['zh', 'zh-cn'],
    ['zh_Hans_CN', 'zh-cn'],
    ['zh-tw', undefined],
    ['zh-Hant', undefined],
    ['en', undefined],
    ['', undefined],
    ['zhx', undefined],
  ])('for the locale %j is %s', (locale, language) => {
    expect(languageOf(locale)).toBe(language);
  });

  it('is English until somebody speaks another', () => {
    const place = 'main';
    expect(t`Stopped at ${place}`).toBe('Stopped at main');
    speak({ 'Stopped at {0}': '停在 {0}' });
    expect(t`Stopped at ${place}`).toBe('停在 main');
    expect(t`Unknown ${1}`).toBe('Unknown 1');
    speak(undefined);
    expect(t`Stopped at ${place}`).toBe('Stopped at main');
  });

  it('is that of the client which says hello', async () => {
    const { newClient } = await import('../support/conversation');
    const messages = JSON.parse(readFileSync(messagesPath('zh-cn'), 'utf8')) as Record<string, string>;
    const [english = '', chinese = ''] =
      Object.entries(messages).find(([text]) => text.startsWith('"program" is missing')) ?? [];
    const refused = async (locale?: string, launch = {}): Promise<string> => {
      const client = newClient();
      await client.request('initialize', { adapterID: 'worldstep', ...(locale !== undefined && { locale }) });
      const answer = await client.ask('launch', launch);
      client.dispose();
      return answer.ok ? '' : answer.message;
    };
    expect(await refused('zh-cn')).toBe(chinese);
    expect(await refused('de')).toBe(english);
    expect(await refused()).toBe(english);
    const folder = { program: resolve(root, 'test') };
    expect(await refused('en', folder)).toContain('is a directory, not a file. Name the file itself.');
    expect(await refused('zh-cn', folder)).toContain('是文件夹，不是文件。请填写文件本身。');
  });
});
