/** Which instruction set a source is written for, by what it says, its name and folder, and else by its words. */
import { ARCHITECTURE_NAMES, type Architecture } from '../base/architectures';
import { ASSEMBLY_FOLDERS } from '../base/assembly-folders';
import type { AssemblyLanguage } from '../isa/core/assembly/language';

/** The languages that the server was given. */
export type AssemblyLanguages = Readonly<Record<Architecture, AssemblyLanguage>>;

/** What is known of a source besides its text. */
export interface SourceHints {
  readonly uri: string;
  readonly languageId: string;
  /** What a setting says. */
  readonly setting: string | undefined;
  /** What the kernel it belongs to is built for, if that is one. */
  readonly kernel: string | undefined;
}

const isArchitecture = (name: string | undefined): name is Architecture =>
  name !== undefined && (ARCHITECTURE_NAMES as readonly string[]).includes(name);

/** Directives that only one has. */
const DIRECTIVES: readonly (readonly [RegExp, Architecture])[] = [
  [/^\s*\.(option\s+(push|pop|no?rvc|rvc|relax|norelax|arch)|attribute\s+(arch|stack_align|5))\b/m, 'riscv64'],
  [/^\s*\.(arch\s+armv|arch_extension|cpu\s+(cortex|generic|neoverse)|inst\s|req\b)/m, 'aarch64'],
  [/^\s*\.(intel_syntax|att_syntax|code(16|32|64))\b/m, 'x86_64'],
];

/** Language ids of extensions and of our own, as they tell. */
const IDS: Readonly<Record<string, Architecture>> = {
  riscv: 'riscv64',
  arm64: 'aarch64',
  loongarch: 'loongarch64',
  gas: 'x86_64',
};

/** Text that is looked at. */
const MOST = 20_000;

export const chooseLanguage = (text: string, hints: SourceHints, languages: AssemblyLanguages): AssemblyLanguage => {
  const { setting, kernel, languageId } = hints;
  if (isArchitecture(setting)) return languages[setting];
  const start = text.slice(0, MOST);
  const said = DIRECTIVES.find(([pattern]) => pattern.test(start))?.[1] ?? byPath(hints.uri) ?? IDS[languageId];
  const found = said ?? byWords(start, languages) ?? (isArchitecture(kernel) ? kernel : undefined);
  return languages[found ?? 'riscv64'];
};

/** The last word of the path that is a name of an instruction set. */
const byPath = (uri: string): Architecture | undefined => {
  const parts = decodeURIComponent(uri).toLowerCase().split(/[/.]/);
  for (const part of parts.reverse()) {
    for (const name of ARCHITECTURE_NAMES) {
      if (
        ASSEMBLY_FOLDERS[name].some((word) => part === word || part.endsWith(`-${word}`) || part.endsWith(`_${word}`))
      ) {
        return name;
      }
    }
  }
  return undefined;
};

/** The one that knows most of the words that begin lines, and of the operands. */
const byWords = (text: string, languages: AssemblyLanguages): Architecture | undefined => {
  const counts = new Map<Architecture, number>();
  const lines = text.split('\n').slice(0, 400);
  for (const name of ARCHITECTURE_NAMES) {
    const { mnemonics, operandSyntax, prefixes } = languages[name];
    const { isRegister } = operandSyntax(undefined);
    let count = 0;
    for (const line of lines) {
      const [, word = '', rest = ''] = /^\s*(?:[\w.$]+:)?\s*([a-z][\w.]*)\s*(.*)/i.exec(line) ?? [];
      if (mnemonics.has(word.toLowerCase()) || prefixes.has(word.toLowerCase())) count += 1;
      for (const operand of rest.match(/[%$]?\b[a-z][\w.]*/gi) ?? []) if (isRegister(operand.toLowerCase())) count += 1;
    }
    if (count > 0) counts.set(name, count);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
};
