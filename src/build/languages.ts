/** The languages of guests' sources: where breakpoints can be set, and those whose grammar is ours. */
import type { Isa } from '../isa/core/isa';
import { BOARDS } from '../machine/boards/all';
import { SOURCE_FAMILIES } from '../vscode/source-tokens';
import type { GeneratedFile } from './documents';
import { type AssemblyWords, assemblyGrammar } from './grammars/assembly';
import { ASSEMBLY_DIALECTS, type AssemblyDialect } from './grammars/assembly-dialects';
import { deviceTreeGrammar } from './grammars/device-tree';
import { linkerScriptGrammar } from './grammars/linker-script';
import type { Grammar } from './grammars/textmate';

/**
 * Where breakpoints can be set. VS Code asks by language id: for a language that nobody names here, it draws no breakpoints
 * in the margin. The ids are those that extensions for these languages contribute.
 */
export const BREAKPOINT_LANGUAGES: readonly string[] = [
  ...Object.keys(SOURCE_FAMILIES),
  'd',
  'nim',
  'ada',
  'pascal',
  'objectpascal',
  'fortran',
  'fortran-modern',
  'swift',
  'odin',
  'v',
  // Nothing in a linker script runs, but who clicks there is told so.
  'linkerscript',
];

/** A language that we describe. Extensions that describe one with the same id share it: the later one's grammar is shown. */
interface Language {
  readonly id: string;
  readonly title: string;
  readonly grammar: Grammar;
  readonly configuration: object;
  /** How VS Code knows its files. */
  readonly files: object;
}

const wordsOf = (isas: readonly Isa[]): AssemblyWords => {
  const names = (group: (isSystem: boolean) => boolean): string[] =>
    isas.flatMap(({ registers }) =>
      registers.filter((spec) => group(spec.group === 'system')).flatMap(({ name, aliases }) => [name, ...aliases]),
    );
  return {
    mnemonics: isas.flatMap(({ mnemonics }) => mnemonics),
    registers: names((isSystem) => !isSystem),
    systemRegisters: names((isSystem) => isSystem),
  };
};

/** Folders and names of files that say the instruction set: `arch/riscv/boot.S`, `entry-riscv64.S`. */
const patternsOf = (folders: readonly string[]): string[] => {
  const any = `{${folders.join(',')}}`;
  return [`**/${any}/**/*.{s,S}`, `**/*${any}.{s,S}`];
};

/** @param isas the instruction sets whose words are known */
const assembly =
  (isas: readonly Isa[]) =>
  (dialect: AssemblyDialect): Language => {
    const { language, title, isa, folders, lineComment } = dialect;
    const known = isas.filter(({ name }) => isa === undefined || name === isa);
    return {
      id: language,
      title,
      grammar: assemblyGrammar(dialect, known.length === 0 ? undefined : wordsOf(known)),
      configuration: configuration(lineComment, '[.%$\\\\]?[A-Za-z_0-9][\\w.$]*'),
      files: folders ? { filenamePatterns: patternsOf(folders) } : { extensions: ['.s', '.S'] },
    };
  };

/** What the editor does while one writes. */
const configuration = (lineComment: string, wordPattern: string): object => ({
  comments: { lineComment, blockComment: ['/*', '*/'] },
  brackets: BRACKETS,
  autoClosingPairs: [...PAIRS, { open: '/*', close: ' */', notIn: ['string', 'comment'] }],
  surroundingPairs: PAIRS.map(({ open, close }) => [open, close]),
  wordPattern,
});

const BRACKETS = [
  ['{', '}'],
  ['[', ']'],
  ['(', ')'],
];
const PAIRS = [
  ...BRACKETS.map(([open = '', close = '']) => ({ open, close })),
  { open: '"', close: '"', notIn: ['string', 'comment'] },
];

/** The instruction sets that have tables. */
export const ISAS: readonly Isa[] = BOARDS.map(({ isa }) => isa);

/** All of them. A new instruction set brings its words with its board. */
export const languagesOf = (isas: readonly Isa[]): readonly Language[] => [
  ...ASSEMBLY_DIALECTS.map(assembly(isas)),
  {
    id: 'linkerscript',
    title: 'Linker Script',
    grammar: linkerScriptGrammar,
    configuration: configuration('//', '[.$]?[A-Za-z_0-9][\\w.$]*'),
    files: {
      extensions: ['.ld', '.lds', '.ldscript', '.ld.S', '.lds.S', '.ld.in', '.lds.in'],
      filenames: ['memory.x', 'link.x', 'device.x'],
    },
  },
  {
    id: 'dts',
    title: 'Device Tree',
    grammar: deviceTreeGrammar,
    configuration: configuration('//', '[#&]?[A-Za-z_0-9][\\w,.+?#-]*'),
    files: { extensions: ['.dts', '.dtsi', '.dtso', '.overlay'] },
  },
];

const LANGUAGES = languagesOf(ISAS);

const grammarPath = (id: string): string => `syntaxes/${id}.tmLanguage.json`;
const configurationPath = (id: string): string => `syntaxes/${id}.language-configuration.json`;

/** Ids of assembly that we describe. */
export const ASSEMBLY_LANGUAGES: readonly string[] = ASSEMBLY_DIALECTS.map(({ language }) => language);

/** package.json's `languages`. */
export const languages = LANGUAGES.map(({ id, title, files }) => ({
  id,
  aliases: [title],
  ...files,
  configuration: `./${configurationPath(id)}`,
}));

/** package.json's `grammars`. */
export const grammars = LANGUAGES.map(({ id, grammar }) => ({
  language: id,
  scopeName: grammar.scopeName,
  path: `./${grammarPath(id)}`,
}));

/** The files in `syntaxes/`. */
export const SYNTAX_FILES: readonly GeneratedFile[] = LANGUAGES.flatMap(({ id, grammar, configuration: config }) => [
  { path: grammarPath(id), make: () => written(grammar) },
  { path: configurationPath(id), make: () => written(config) },
]);

const written = (content: object): string => `${JSON.stringify(content, null, 1)}\n`;
